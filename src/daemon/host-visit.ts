import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../base/clock.js";
import { Fault } from "../base/fault.js";
import { silentLog } from "../base/log.js";
import { connect } from "../driver/connection.js";
import { examineHost, type HostExamination } from "../driver/examine-host.js";
import { OpeningGate } from "../driver/opening-gate.js";
import { parseLibvirtUri } from "../driver/uri.js";
import { fingerprint, knownHostLine } from "../transport/known-hosts.js";
import { serverName, UnknownHostKey } from "../transport/ssh-client.js";
import { type SecretKey, secretKeys } from "./added-hosts.js";
import { hostCredentials } from "./host-credentials.js";
import { hostDialer } from "./host-dialer.js";
import { knownHostsPath } from "./host-pins.js";
import { planOf } from "./host-plan.js";
import type { HostConfiguration } from "./options.js";
import { printable, type Terminal } from "./terminal.js";
import { userDirectories } from "./user-directories.js";

/** A host to be looked at. */
export interface Visit {
  readonly host: HostConfiguration;
  /** Those that are in no file yet. */
  readonly secrets: Readonly<Partial<Record<SecretKey, string>>>;
  readonly stateDirectory: string;
  /** The fingerprint of the SSH server's key, when it is known from elsewhere. */
  readonly hostKey: string | undefined;
}

/** What was found, and which keys were accepted on the way. */
export interface Visited {
  readonly examination: HostExamination;
  readonly pins: readonly string[];
}

const PROGRESS_MS = 1000;

/** Where a host's configuration names the file with each secret. */
const properties = {
  sasl_password_file: "saslPasswordFile",
  ssh_password_file: "sshPasswordFile",
  ssh_passphrase_file: "sshPassphraseFile",
} as const;

/**
 * Connects to a host as the gateway would and looks at it. A key that nobody knows yet is accepted when it has the given
 * fingerprint, or when whoever sits at the terminal says so.
 * @throws {Fault} why the gateway could not use the host, with what to do
 */
export async function visitHost(visit: Visit, terminal: Terminal, env: NodeJS.ProcessEnv): Promise<Visited> {
  const folder = await mkdtemp(join(tmpdir(), "virtgate-"));
  const progress = setTimeout(() => terminal.err(`connecting to ${printable(visit.host.uri)} …\n`), PROGRESS_MS);
  try {
    const known = await readFile(knownHostsPath(visit.stateDirectory), "utf8").catch(() => "");
    const pins: string[] = [];
    for (;;) {
      await writeFile(knownHostsPath(folder), [known, ...pins, ""].join("\n"), { mode: 0o600 });
      try {
        return { examination: await examine(visit, folder, env), pins };
      } catch (error) {
        if (!(error instanceof UnknownHostKey) || pins.length > 0) throw error;
        clearTimeout(progress);
        pins.push(await accept(error, visit.hostKey, terminal));
      }
    }
  } finally {
    clearTimeout(progress);
    await rm(folder, { recursive: true, force: true });
  }
}

async function examine({ host, secrets }: Visit, folder: string, env: NodeJS.ProcessEnv): Promise<HostExamination> {
  const files: Partial<Record<(typeof properties)[SecretKey], string>> = {};
  for (const key of secretKeys) {
    const secret = secrets[key];
    if (secret === undefined) continue;
    files[properties[key]] = join(folder, key);
    await writeFile(join(folder, key), secret, { mode: 0o600 });
  }
  const plan = planOf({ ...host, ...files });
  const target = parseLibvirtUri(plan.uri, plan.allowWrite, userDirectories(env));
  const connection = await connect(target, {
    clock: systemClock,
    log: silentLog,
    gate: new OpeningGate(),
    signal: new AbortController().signal,
    dialer: hostDialer({ ...plan, pins: knownHostsPath(folder) }),
    credentials: hostCredentials(plan),
  });
  try {
    return await examineHost(connection);
  } finally {
    connection.retire();
  }
}

/** @returns the line for the file of known hosts */
async function accept(unknown: UnknownHostKey, expected: string | undefined, terminal: Terminal): Promise<string> {
  const { server, key } = unknown;
  const shown = fingerprint(key);
  const line = knownHostLine(server.host, server.port, key);
  if (expected === shown) return line;
  if (expected !== undefined)
    throw new Fault("denied", `${serverName(server)} shows the key ${shown}, not ${expected}: check which is right`);
  terminal.err(`The SSH server ${printable(serverName(server))} is not known yet. It shows the key\n`);
  terminal.err(`  ${key.type} ${shown}\n`);
  const answer = await terminal.ask("Is that its key (yes or no)? ");
  if (answer === undefined) throw unknown;
  if (answer.trim().toLowerCase() === "yes") return line;
  throw new Fault("denied", `the key of ${serverName(server)} was not accepted; nothing was changed`);
}
