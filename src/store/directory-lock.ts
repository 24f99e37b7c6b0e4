import { randomBytes } from "node:crypto";
import { link, readdir, readFile, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, every, sleep } from "../base/clock.js";
import { Fault } from "../base/fault.js";
import type { ProcessIdentity, ProcessProbe } from "./process-identity.js";

/** A claim on a directory, which ends with the process at the latest. */
export interface DirectoryLock {
  release(): Promise<void>;
}

/** How often the holder shows that it lives, and how long somebody who cannot look at the process waits to see it. */
const SIGN_OF_LIFE_MS = 5_000;
const PATIENCE_MS = 12_000;
const ATTEMPTS = 20;
const LOCK_NAME = /^lock\.(\d{1,15})$/;
const DRAFT_NAME = /^lock\.new-[0-9a-f]+$/;

/** Whether a file of this name in a locked directory belongs to the lock. */
export function isLockFile(name: string): boolean {
  return LOCK_NAME.test(name) || DRAFT_NAME.test(name);
}

/**
 * Claims `directory` for this process.
 *
 * The file `lock.N` with the highest N names the holder; it is never removed, only followed by `lock.N+1`, which is made by a hard
 * link and thus by one process alone. So two processes that find a dead holder at the same moment cannot both take its place, and
 * one that was slow finds a higher number than its own and steps back.
 *
 * A holder in our own numbering of processes is dead when no process has its number and time of start. Of another container or
 * machine that cannot be asked: such a holder is dead when its file shows no sign of life for 12 s.
 * @throws {Fault} `busy` while another process has it
 */
export async function lockDirectory(directory: string, clock: Clock, probe: ProcessProbe): Promise<DirectoryLock> {
  const self = await probe.self();
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const highest = (await lockNumbers(directory)).at(-1) ?? 0;
    const holder = highest === 0 ? undefined : await holderOf(join(directory, `lock.${highest}`));
    if (holder && (await isAlive(join(directory, `lock.${highest}`), holder, self, clock, probe))) {
      throw inUse(directory, holder, self);
    }
    const mine = highest + 1;
    if ((await claim(directory, mine, self)) && (await isHighest(directory, mine))) {
      await removeOthers(directory, mine);
      return hold(join(directory, `lock.${mine}`), clock);
    }
  }
  throw new Fault("busy", `${directory}: other processes keep taking it; try again later`);
}

function inUse(directory: string, holder: ProcessIdentity, self: ProcessIdentity): Fault {
  const where =
    holder.machine === self.machine && holder.space === self.space ? "" : " in another container or machine";
  const message = `${directory} is in use by process ${holder.pid}${where}; stop that one, or use another state directory`;
  return new Fault("busy", message);
}

/** @returns whether we were the one to make `lock.N` */
async function claim(directory: string, number: number, self: ProcessIdentity): Promise<boolean> {
  const draft = join(directory, `lock.new-${randomBytes(8).toString("hex")}`);
  await writeFile(draft, `${JSON.stringify(self)}\n`, { mode: 0o600, flag: "wx" });
  try {
    await link(draft, join(directory, `lock.${number}`));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function isHighest(directory: string, mine: number): Promise<boolean> {
  const highest = (await lockNumbers(directory)).at(-1);
  if (highest === mine) return true;
  await rm(join(directory, `lock.${mine}`), { force: true });
  return false;
}

function hold(path: string, clock: Clock): DirectoryLock {
  const signs = every(clock, SIGN_OF_LIFE_MS, () => {
    const now = new Date();
    utimes(path, now, now).catch(() => {}); // only those who wait elsewhere miss it
  });
  return {
    async release() {
      signs.cancel();
      // Empty means free. When this fails, the end of the process frees it.
      await truncate(path, 0).catch(() => {});
    },
  };
}

/** In ascending order. */
async function lockNumbers(directory: string): Promise<number[]> {
  const names = await readdir(directory);
  return names
    .flatMap((name) => LOCK_NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

async function removeOthers(directory: string, mine: number): Promise<void> {
  for (const number of await lockNumbers(directory)) {
    if (number < mine) await rm(join(directory, `lock.${number}`), { force: true });
  }
}

/** @returns `undefined` when the lock is free: released, left empty by a loss of power, or just followed by another */
async function holderOf(path: string): Promise<ProcessIdentity | undefined> {
  const content = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  try {
    const { pid, start, boot, space, machine } = JSON.parse(content) as Partial<Record<string, unknown>>;
    const texts = [start, boot, space, machine];
    if (!Number.isSafeInteger(pid) || !texts.every((text) => typeof text === "string")) return undefined;
    return { pid, start, boot, space, machine } as ProcessIdentity;
  } catch {
    return undefined;
  }
}

async function isAlive(
  path: string,
  holder: ProcessIdentity,
  self: ProcessIdentity,
  clock: Clock,
  probe: ProcessProbe,
): Promise<boolean> {
  if (holder.machine === self.machine) {
    if (holder.boot !== self.boot) return false; // the machine was started anew since
    if (holder.space === self.space) return (await probe.startOf(holder.pid)) === holder.start;
  }
  const before = await lastSign(path);
  // At a start nothing else may be going on, and a pending timer of a clock does not keep the process alive.
  const awake = setInterval(() => {}, PATIENCE_MS);
  await sleep(clock, PATIENCE_MS);
  clearInterval(awake);
  return (await lastSign(path)) !== before;
}

async function lastSign(path: string): Promise<number> {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: -1 }));
  return mtimeMs;
}
