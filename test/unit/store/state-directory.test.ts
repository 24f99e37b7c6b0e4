import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Timer } from "../../../src/base/clock.js";
import type { Fault } from "../../../src/base/fault.js";
import { lockDirectory } from "../../../src/store/directory-lock.js";
import { type ProcessIdentity, type ProcessProbe, procProbe } from "../../../src/store/process-identity.js";
import { openStateDirectory, stateDirectoryPath } from "../../../src/store/state-directory.js";
import { ManualClock } from "../../support/manual-clock.js";

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "virtgate-state-"));
  path = join(folder, "deep", "state");
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function faultOf(promise: Promise<unknown>): Promise<Pick<Fault, "code" | "message">> {
  return promise.then(
    () => {
      throw new Error("it succeeded");
    },
    ({ code, message }: Fault) => ({ code, message }),
  );
}

const octal = async (file: string) => ((await stat(file)).mode & 0o7777).toString(8);

/** Processes as a test wants them: `self`, and those of `alive` by number. */
function probeOf(self: Partial<ProcessIdentity>, alive: Readonly<Record<number, string>> = {}): ProcessProbe {
  const identity = { pid: 100, start: "1000", boot: "boot", space: "space", machine: "machine", ...self };
  return { self: async () => identity, startOf: async (pid) => alive[pid] };
}

/** A clock that tells whether somebody waits for it. */
class WatchedClock extends ManualClock {
  timers = 0;

  override after(delayMs: number, action: () => void): Timer {
    this.timers += 1;
    return super.after(delayMs, action);
  }
}

/** Puts a lock there as another process would have left it. */
async function locked(holder: Partial<ProcessIdentity>): Promise<void> {
  const probe = probeOf({ pid: 200, start: "2000", ...holder });
  await lockDirectory(folder, new ManualClock(), probe);
}

test("stateDirectoryPath() is what was asked for, else the XDG place", () => {
  expect(stateDirectoryPath("/x/../y", {})).toBe("/y");
  expect(stateDirectoryPath(undefined, { XDG_STATE_HOME: "/s", HOME: "/h" })).toBe("/s/virtgate");
  expect(stateDirectoryPath(undefined, { XDG_STATE_HOME: "", HOME: "/h" })).toBe("/h/.local/state/virtgate");
});

test("openStateDirectory() makes a private directory with its format, and opens it again", async () => {
  const state = await openStateDirectory(path);
  expect(await octal(path)).toBe("700");
  expect(await octal(state.storePath)).toBe("700");
  expect(await readFile(state.file("format"), "utf8")).toBe("1\n");
  await state.close();
  await state.close();
  await (await openStateDirectory(path)).close();
  expect((await readdir(path)).sort()).toEqual(["format", "lock.2", "store"]);
});

test("openStateDirectory() is refused while another holds it, naming the process and what to do", async () => {
  const state = await openStateDirectory(path);
  const { code, message } = await faultOf(openStateDirectory(path));
  expect(code).toBe("busy");
  expect(message).toContain(`in use by process ${process.pid}; stop that one, or use another state directory`);
  await state.close();
});

test("openStateDirectory() makes an open directory private", async () => {
  await mkdir(path, { recursive: true });
  await chmod(path, 0o755);
  await (await openStateDirectory(path)).close();
  expect(await octal(path)).toBe("700");
});

test("openStateDirectory() refuses a folder with other things in it, and leaves it as it is", async () => {
  await mkdir(path, { recursive: true });
  await writeFile(join(path, "thesis.tex"), "");
  expect((await faultOf(openStateDirectory(path))).code).toBe("invalid");
  expect(await readdir(path)).toEqual(["thesis.tex"]);
});

test("openStateDirectory() says so when the place is a file, or below one", async () => {
  await writeFile(join(folder, "file"), "");
  for (const place of [join(folder, "file"), join(folder, "file", "state")]) {
    const { code, message } = await faultOf(openStateDirectory(place));
    expect(code).toBe("storage-failed");
    expect(message).toContain(place);
  }
});

test("openStateDirectory() refuses a later format, and a damaged one", async () => {
  await (await openStateDirectory(path)).close();
  await writeFile(join(path, "format"), "2\n");
  const { code, message } = await faultOf(openStateDirectory(path));
  expect(code).toBe("unsupported");
  expect(message).toContain("format 2 of a later version");
  await writeFile(join(path, "format"), "");
  expect((await faultOf(openStateDirectory(path))).code).toBe("storage-failed");
  await writeFile(join(path, "format"), "1\n");
  await (await openStateDirectory(path)).close(); // a refusal does not keep the lock
});

test("openStateDirectory() upgrades step by step, and goes on where a crash interrupted it", async () => {
  await (await openStateDirectory(path)).close();
  const done: string[] = [];
  const first = async () => {
    done.push("1 to 2");
  };
  const crash = async () => {
    throw new Error("power lost");
  };
  expect((await faultOf(openStateDirectory(path, { upgrades: [first, crash] }))).message).toContain("power lost");
  expect(await readFile(join(path, "format"), "utf8")).toBe("2\n");
  const second = async (directory: string) => {
    done.push(`2 to 3 in ${directory}`);
  };
  await (await openStateDirectory(path, { upgrades: [first, second] })).close();
  expect(done).toEqual(["1 to 2", `2 to 3 in ${path}`]);
  expect(await readFile(join(path, "format"), "utf8")).toBe("3\n");
});

test("StateDirectory.writeFile() makes private files, in place of whatever was there", async () => {
  const state = await openStateDirectory(path);
  await state.writeFile("client/snmp.conf", "one");
  await chmod(state.file("client/snmp.conf"), 0o644);
  expect(await state.writeFile("client/snmp.conf", "two")).toBe(state.file("client/snmp.conf"));
  expect(await readFile(state.file("client/snmp.conf"), "utf8")).toBe("two");
  expect(await octal(state.file("client/snmp.conf"))).toBe("600");
  expect(await octal(state.file("client"))).toBe("700");
  expect(await readdir(state.file("client"))).toEqual(["snmp.conf"]);
  await state.close();
});

test("lockDirectory() takes over from a process that is gone, or whose number another process has now", async () => {
  for (const alive of [{}, { 200: "3000" }]) {
    await locked({});
    const lock = await lockDirectory(folder, new ManualClock(), probeOf({}, alive));
    await lock.release();
  }
  expect(await readdir(folder)).toHaveLength(1);
});

test("lockDirectory() takes over after the computer was started anew, though a process has the same number", async () => {
  await locked({ boot: "earlier" });
  await (await lockDirectory(folder, new ManualClock(), probeOf({}, { 200: "2000" }))).release();
});

test("lockDirectory() is refused while the process lives", async () => {
  await locked({});
  expect((await faultOf(lockDirectory(folder, new ManualClock(), probeOf({}, { 200: "2000" })))).code).toBe("busy");
});

test("lockDirectory() takes over a lock that a loss of power left empty or broken", async () => {
  for (const content of ["", '{"pid":200', "{}", "\0\0\0"]) {
    await rm(folder, { recursive: true });
    await mkdir(folder);
    await writeFile(join(folder, "lock.7"), content);
    await (await lockDirectory(folder, new ManualClock(), probeOf({}, { 200: "2000" }))).release();
    expect(await readdir(folder)).toEqual(["lock.8"]);
  }
});

for (const where of [{ space: "another container" }, { machine: "another machine", boot: "another" }]) {
  test(`lockDirectory() waits for a sign of life from ${Object.values(where)[0]}, then takes over`, async () => {
    await locked(where);
    const clock = new WatchedClock();
    const taking = lockDirectory(folder, clock, probeOf({}));
    await waitFor(() => clock.timers === 1);
    clock.advance(12_000);
    await (await taking).release();
  });

  test(`lockDirectory() is refused when ${Object.values(where)[0]} shows a sign of life`, async () => {
    const theirs = new ManualClock();
    await lockDirectory(folder, theirs, probeOf({ pid: 200, ...where }));
    const file = join(folder, "lock.1");
    const before = (await stat(file)).mtimeMs;
    const clock = new WatchedClock();
    const taking = faultOf(lockDirectory(folder, clock, probeOf({})));
    await waitFor(() => clock.timers === 1);
    theirs.advance(5_000);
    await waitFor(async () => (await stat(file)).mtimeMs !== before);
    clock.advance(12_000);
    const { code, message } = await taking;
    expect(code).toBe("busy");
    expect(message).toContain("process 200 in another container or machine");
  });
}

test("lockDirectory() lets one of many that find a dead holder at once have it", async () => {
  for (let round = 0; round < 10; round++) {
    const contenders = Array.from({ length: 12 }, (_, i) => probeOf({ pid: 300 + i, start: `${round}` }));
    const alive = Object.fromEntries(contenders.map((_, i) => [300 + i, `${round}`]));
    const outcomes = await Promise.allSettled(
      contenders.map((probe) =>
        lockDirectory(folder, new ManualClock(), { ...probe, startOf: async (pid) => alive[pid] }),
      ),
    );
    const reasons = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason.code] : []));
    expect(reasons).toEqual(Array(11).fill("busy"));
    expect((await readdir(folder)).filter((name) => name.includes("new"))).toEqual([]);
  }
});

test("procProbe knows this process, and that there is no other with an impossible number", async () => {
  const self = await procProbe.self();
  expect(self.pid).toBe(process.pid);
  expect(self.start).toMatch(/^\d+$/);
  expect(self.boot).toMatch(/^[0-9a-f-]{36}$/);
  expect(await procProbe.startOf(process.pid)).toBe(self.start);
  expect(await procProbe.startOf(2 ** 30)).toBeUndefined();
});

/** Gives file system calls their turns until something is so. */
async function waitFor(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}
