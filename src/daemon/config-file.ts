import { type FileHandle, open } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { Fault, reasonOf } from "../base/fault.js";
import type { Configuration } from "./options.js";
import { type Problem, problemText } from "./problem.js";
import { programWords } from "./program.js";
import { defaultConfiguration, LARGEST_CONFIGURATION, readConfiguration } from "./read-configuration.js";

const PACKAGED_FILE = "/etc/virtgate/virtgate.toml";

/** Which file to read. */
export interface ConfigurationRequest {
  /** From `--config`: this file and no other. */
  readonly config: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The SNMPv3 users that exist; not given: references to users are not checked. */
  readonly users?: readonly string[];
  /** The files to try without `config`; not given: the usual ones. */
  readonly candidates?: readonly string[];
}

/** What was found. Without `configuration` there is at least one problem. */
export interface LoadedConfiguration {
  /** The file that was read, or `undefined` when there was none and everything has its default. */
  readonly file: string | undefined;
  readonly configuration: Configuration | undefined;
  readonly problems: readonly Problem[];
  /** Things that work but should be looked at, one sentence each. */
  readonly warnings: readonly string[];
}

/** Where a configuration file is looked for, in this order; the first that exists is taken, alone. */
export function configurationCandidates(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const home = env["XDG_CONFIG_HOME"] || join(env["HOME"] || homedir(), ".config");
  return [PACKAGED_FILE, join(home, "virtgate", "virtgate.toml")];
}

/**
 * Finds and reads the configuration.
 * @throws {Fault} `absent` when the file named by `config` does not exist; `denied` or `invalid` when a file cannot be read at all.
 *   What is wrong inside a file is in the result.
 */
export async function loadConfiguration(request: ConfigurationRequest): Promise<LoadedConfiguration> {
  const named = request.config === undefined ? undefined : resolve(request.config);
  const files = named === undefined ? (request.candidates ?? configurationCandidates(request.env)) : [named];
  for (const file of files) {
    const content = await readWhole(file);
    if (content === undefined) continue;
    const context = request.users === undefined ? { file } : { file, users: request.users };
    const { configuration, problems } = readConfiguration(content.octets, context);
    return {
      file,
      configuration,
      problems,
      warnings: configuration ? warningsOf(file, configuration, content.mode) : [],
    };
  }
  if (named !== undefined) {
    throw new Fault(
      "absent",
      `there is no configuration file ${named}; begin with one: ${programWords()} check --sample > virtgate.toml`,
    );
  }
  return { file: undefined, configuration: defaultConfiguration(), problems: [], warnings: [] };
}

/**
 * The configuration of a file that must be right.
 * @throws {Fault} `invalid`, with one line per problem
 */
export function requireConfiguration(loaded: LoadedConfiguration): Configuration {
  if (loaded.configuration) return loaded.configuration;
  throw new Fault("invalid", loaded.problems.map(problemText).join("\n"));
}

/** @returns `undefined` when there is no such file */
async function readWhole(file: string): Promise<{ octets: Buffer; mode: number } | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, "r");
    const { mode, size } = await handle.stat();
    // A pipe or a device could keep the start waiting for ever.
    if ((mode & 0o170000) !== 0o100000) throw new Fault("invalid", `${file} is not a file; name a configuration file`);
    if (size > LARGEST_CONFIGURATION) {
      throw new Fault("invalid", `${file} has ${size} octets; a configuration has at most ${LARGEST_CONFIGURATION}`);
    }
    // One octet more than there should be shows a file that grows under our hands.
    const buffer = Buffer.alloc(size + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
      if (bytesRead === 0) return { octets: buffer.subarray(0, length), mode };
      length += bytesRead;
      if (length > size) throw new Fault("busy", `${file} is being written; try again`);
    }
  } catch (error) {
    if (error instanceof Fault) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new Fault("denied", `cannot read ${file}: ${reasonOf(error)}`, { cause: error });
  } finally {
    await handle?.close();
  }
}

function warningsOf(file: string, { snmp }: Configuration, mode: number): string[] {
  const secrets = snmp.communities.length > 0 || snmp.targets.some(({ community }) => community !== undefined);
  if (!secrets || (mode & 0o004) === 0) return [];
  return [`${file} has community strings in it and everybody can read it; run: chmod o-r ${file}`];
}
