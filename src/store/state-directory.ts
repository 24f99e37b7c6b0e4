import { chmod, mkdir, readdir, readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type Clock, systemClock } from "../base/clock.js";
import { Fault } from "../base/fault.js";
import { isLockFile, lockDirectory } from "./directory-lock.js";
import { storageFailed, writeFileDurably } from "./durable-file.js";
import { nodeFileSystem } from "./node-file-system.js";
import { type ProcessProbe, procProbe } from "./process-identity.js";

/** The folder with everything that must survive, held by this process until `close`. */
export interface StateDirectory {
  readonly path: string;
  /** Where `JournalStore` lives. */
  readonly storePath: string;
  /** The path of a file in it, `control.sock`. */
  file(name: string): string;
  /**
   * Puts `content` in a file that only its owner can read, whole or not at all; makes the folders of `name` (mode 0700).
   * @returns its path
   * @throws {Fault} `storage-failed`
   */
  writeFile(name: string, content: Uint8Array | string): Promise<string>;
  /** Lets another process have it. Idempotent. */
  close(): Promise<void>;
}

/** One step from a format to the next; must bear being repeated after a crash. */
export type Upgrade = (directory: string) => Promise<void>;

export interface StateDirectoryOptions {
  readonly clock?: Clock;
  readonly probe?: ProcessProbe;
  /** From format 1 to 2, from 2 to 3, and so on; tests only give their own. */
  readonly upgrades?: readonly Upgrade[];
}

/** How the present program lays out its state. Format 1 is the first. */
const upgradesSoFar: readonly Upgrade[] = [];
const FORMAT_FILE = "format";

/** Where the state is: what was asked for, else the user's own place. */
export function stateDirectoryPath(
  asked: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  if (asked !== undefined) return resolve(asked);
  const home = env["XDG_STATE_HOME"] || join(env["HOME"] || homedir(), ".local", "state");
  return join(home, "virtgate");
}

/**
 * Opens the state directory, makes it when there is none, and brings it to the present format.
 * @throws {Fault} `busy` while another process has it; `unsupported` when a later version wrote it; `invalid` when it holds other
 *   things; `denied` or `storage-failed` when it cannot be used
 */
export async function openStateDirectory(path: string, options: StateDirectoryOptions = {}): Promise<StateDirectory> {
  try {
    await makePrivate(path);
    await refuseForeign(path);
    const lock = await lockDirectory(path, options.clock ?? systemClock, options.probe ?? procProbe);
    try {
      await bringUpToDate(path, options.upgrades ?? upgradesSoFar);
      const storePath = join(path, "store");
      await makeFolder(storePath);
      return {
        path,
        storePath,
        file: (name) => join(path, name),
        writeFile: writerFor(path),
        close: () => lock.release(),
      };
    } catch (error) {
      await lock.release();
      throw error;
    }
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw storageFailed(`cannot use the state directory ${path}`, error);
  }
}

async function makePrivate(path: string): Promise<void> {
  await makeFolder(path);
  const { mode, uid } = await stat(path);
  const user = process.getuid?.() ?? uid;
  if (uid !== user && user !== 0) {
    throw new Fault("denied", `${path} belongs to user ${uid}, and this is user ${user}; use another state directory`);
  }
  if ((mode & 0o077) !== 0) await chmod(path, 0o700);
}

/** Makes a folder, and makes sure that it is there after a loss of power. */
async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = path; ; made = dirname(made)) {
    await nodeFileSystem.syncDirectory(dirname(made));
    if (made === first || made === dirname(made)) return;
  }
}

/** Somebody's home directory given by mistake must not be made private and filled with our files. */
async function refuseForeign(path: string): Promise<void> {
  const names = await readdir(path);
  const ours = (name: string) => name === `${FORMAT_FILE}.new` || isLockFile(name);
  if (names.includes(FORMAT_FILE) || names.every(ours)) return;
  throw new Fault(
    "invalid",
    `${path} is not a state directory of virtgate, but it is not empty; name a new or empty one`,
  );
}

async function bringUpToDate(path: string, upgrades: readonly Upgrade[]): Promise<void> {
  const file = join(path, FORMAT_FILE);
  const newest = upgrades.length + 1;
  const content = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  const found = content === undefined ? newest : formatOf(content, file);
  if (found > newest) {
    const message = `${path} has format ${found} of a later version of virtgate, this one knows ${newest}; start the later one`;
    throw new Fault("unsupported", message);
  }
  if (content === undefined) await writeFileDurably(nodeFileSystem, file, `${newest}\n`);
  for (let format = found; format < newest; format++) {
    await upgrades[format - 1]?.(path);
    await writeFileDurably(nodeFileSystem, file, `${format + 1}\n`);
  }
}

function formatOf(content: string, file: string): number {
  if (!/^[1-9]\d{0,8}\n?$/.test(content)) {
    throw new Fault("storage-failed", `${file} is damaged; restore the state directory from a backup`);
  }
  return Number(content);
}

function writerFor(path: string): StateDirectory["writeFile"] {
  return async (name, content) => {
    const target = join(path, name);
    try {
      await makeFolder(dirname(target));
      await writeFileDurably(nodeFileSystem, target, content);
    } catch (error) {
      if (error instanceof Fault) throw error;
      throw storageFailed(`cannot write ${target}`, error);
    }
    return target;
  };
}
