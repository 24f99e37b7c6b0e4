import { describe, expect, test } from "vitest";
import { Fault } from "../../../../src/base/fault.js";
import type { AccessSubject } from "../../../../src/engine/access/access-rules.js";
import type { Action } from "../../../../src/engine/change/action.js";
import type { ChangeEngine, ChangeRequest } from "../../../../src/engine/change/change-engine.js";
import type { JobView } from "../../../../src/engine/jobs.js";
import { administrator, type EngineBench, MemoryLog, openEngine } from "../../../support/change-engine.js";
import { uuidOf } from "../../../support/inventory-builder.js";
import { ManualClock } from "../../../support/manual-clock.js";
import { filesAfter, MemoryFileSystem } from "../../../support/memory-file-system.js";
import { type Interference, MemoryHypervisor } from "../../../support/memory-hypervisor.js";
import { openMemoryStore } from "../../../support/memory-store.js";

const one = uuidOf(1);
const two = uuidOf(2);
const start = { do: "start", host: "h", machine: one } as const;

function request(...actions: Action[]): ChangeRequest {
  return { subject: administrator, via: "test", actions };
}

async function change(engine: ChangeEngine, ...actions: Action[]): Promise<JobView> {
  return (await engine.submit(request(...actions))).ended();
}

function withMachines(): MemoryHypervisor {
  const hypervisor = new MemoryHypervisor();
  hypervisor.addMachine(one);
  hypervisor.addMachine(two, { state: "running", devices: ["<disk target='vda' size='1'/>"] });
  hypervisor.contents.pools.set("default", { document: "<name>default</name>", active: true, autostart: false });
  return hypervisor;
}

/** A change of many kinds, the last step of which cannot be taken back. */
const actionsOfManyKinds: readonly Action[] = [
  { do: "create-volume", host: "h", pool: "default", volume: "disk", document: "<name>disk</name>" },
  { do: "define-network", host: "h", network: "net", document: "<name>net</name>" },
  { do: "start-network", host: "h", network: "net" },
  { do: "define", host: "h", machine: uuidOf(3), document: `<uuid>${uuidOf(3)}</uuid>` },
  { do: "set-autostart", host: "h", machine: uuidOf(3), autostart: true },
  start,
  { do: "tune", host: "h", machine: two, scope: "live", tuning: { memoryKiB: 2048n } },
  { do: "attach-device", host: "h", machine: two, scope: "live", device: "<disk target='vdb'/>" },
  { do: "update-device", host: "h", machine: two, scope: "live", device: "<disk target='vda' size='2'/>" },
  { do: "create-snapshot", host: "h", machine: two, name: "s1" },
  { do: "suspend", host: "h", machine: two },
  { do: "define", host: "h", machine: one, document: `<uuid>${one}</uuid><title/>` },
  { do: "destroy", host: "h", machine: one },
  { do: "reboot", host: "h", machine: uuidOf(4) },
];

describe("ChangeEngine", () => {
  test("a definition that comes back still starts with its host", async () => {
    const hypervisor = withMachines();
    hypervisor.addMachine(one, { autostart: true });
    hypervisor.contents.networks.set("net", { document: "<name>net</name>", active: false, autostart: true });
    hypervisor.contents.pools.set("spare", { document: "<name>spare</name>", active: false, autostart: true });
    const before = hypervisor.snapshot();
    const { engine } = await openEngine({ hypervisors: [hypervisor] });
    hypervisor.interfere = (count) => (count === 4 ? "refused" : undefined);
    const job = await change(
      engine,
      { do: "undefine", host: "h", machine: one },
      { do: "undefine-network", host: "h", network: "net" },
      { do: "undefine-pool", host: "h", pool: "spare" },
      { do: "suspend", host: "h", machine: two },
    );
    expect(job.state).toBe("undone");
    expect(hypervisor.snapshot()).toEqual(before);
  });

  test("what a host refuses is neither called done nor taken back because something like it is there", async () => {
    const hypervisor = withMachines();
    const { engine } = await openEngine({ hypervisors: [hypervisor] });
    const others = "<disk target='vdb' source='theirs'/>";
    hypervisor.interfere = (count) => {
      // Somebody else plugs one of that name in, between the look and the call.
      if (count === 2) hypervisor.contents.machines.get(two)?.devices.push(others);
      return undefined;
    };
    const attach = { do: "attach-device", host: "h", machine: two, scope: "live" } as const;
    const job = await change(engine, start, { ...attach, device: "<disk target='vdb' source='ours'/>" });
    expect(job).toMatchObject({ state: "undone" });
    expect(hypervisor.contents.machines.get(two)?.devices).toContain(others);
    expect(hypervisor.contents.machines.get(one)?.state).toBe("stopped");
  });

  test("lets an owner start and stop his machine, and not change what it is; others do not see it", async () => {
    const { engine } = await openEngine({
      hypervisors: [withMachines()],
      parts: { ownerOf: (action) => ("machine" in action && action.machine === one ? "bob" : undefined) },
    });
    const as = (name: string, action: Action) =>
      engine.submit({ subject: { name, groups: [] }, via: "test", actions: [action] });
    expect(await (await as("bob", start)).ended()).toMatchObject({ state: "done" });
    await expect(as("bob", { do: "undefine", host: "h", machine: one })).rejects.toMatchObject({ code: "denied" });
    await expect(as("bob", { ...start, machine: two })).rejects.toMatchObject({ code: "absent" });
    await expect(as("eve", start)).rejects.toMatchObject({ code: "absent" });
  });

  test("a migrated machine is told to be elsewhere, once it is", async () => {
    const [here, there] = [new MemoryHypervisor("a"), new MemoryHypervisor("b")];
    here.addMachine(one, { state: "running" });
    const moves: string[] = [];
    const moved = async (...words: readonly string[]): Promise<void> => void moves.push(words.join(" "));
    const { engine } = await openEngine({ hypervisors: [here, there], parts: { moved } });
    here.interfere = (count) => (count === 1 ? "refused" : undefined);
    const request = { destinationUri: "b", live: true, persist: true };
    const move = { do: "migrate", host: "a", machine: one, destination: "b", request } as const;
    expect(await change(engine, move)).toMatchObject({ state: "undone" });
    expect(moves).toEqual([]);
    expect(await change(engine, move)).toMatchObject({ state: "done" });
    expect(moves).toEqual([`a ${one} b`]);
  });

  test("a change that waits can be given up, which is told as it is, and lets go of what it held", async () => {
    const hypervisor = withMachines();
    const { engine, log } = await openEngine({ hypervisors: [hypervisor] });
    hypervisor.interfere = (count) => {
      if (count === 2) hypervisor.reachable = false;
      return count === 2 ? "refused" : undefined;
    };
    const job = await engine.submit(request(start, { do: "suspend", host: "h", machine: two }));
    expect(() => job.giveUp("root")).toThrow(/cancel it instead/);
    await expect.poll(() => job.view.state).toBe("waiting");
    job.giveUp("root");
    expect(await job.ended()).toMatchObject({
      state: "partial",
      fault: { message: expect.stringContaining("given up by root while it waited: ") },
    });
    expect(() => job.giveUp("root")).toThrow(/is partial/);
    expect(log.all.map((line) => JSON.parse(line).outcome)).toEqual(["partial"]);
    hypervisor.reachable = true;
    hypervisor.interfere = () => undefined;
    expect(await change(engine, { do: "suspend", host: "h", machine: two })).toMatchObject({ state: "done" });
  });

  test("does what is asked for, tells its job, and audits it", async () => {
    const hypervisor = withMachines();
    const { engine, log } = await openEngine({ hypervisors: [hypervisor] });
    expect(await change(engine, start)).toMatchObject({
      state: "done",
      principal: "root",
      title: `start machine ${one}`,
    });
    expect(hypervisor.contents.machines.get(one)?.state).toBe("running");
    expect(log.all.map((line) => JSON.parse(line))).toMatchObject([
      { number: 1, principal: "root", via: "test", outcome: "done", objects: [`host/h/machine/${one}`] },
    ]);
  });

  test("has nothing to do where it is so already", async () => {
    const hypervisor = withMachines();
    const { engine } = await openEngine({ hypervisors: [hypervisor] });
    const suspend = { do: "suspend", host: "h", machine: two } as const;
    await change(engine, suspend);
    expect((await engine.preview(request(suspend))).unneeded).toEqual([`suspend machine ${two}`]);
    expect(await change(engine, suspend)).toMatchObject({ state: "done" });
    expect(hypervisor.calls).toEqual(["suspend"]);
  });

  test("a preview changes nothing and shows steps, differences and what cannot be undone", async () => {
    const hypervisor = withMachines();
    const before = hypervisor.snapshot();
    const { engine, log } = await openEngine({ hypervisors: [hypervisor] });
    const plan = await engine.preview(
      request({ do: "define", host: "h", machine: one, document: `<uuid>${one}</uuid><x/>` }, start, {
        do: "reboot",
        host: "h",
        machine: two,
      }),
    );
    expect(plan.steps.map(({ title, final }) => [title, final ?? false])).toEqual([
      [`define machine ${one}`, false],
      [`start machine ${one}`, false],
      [`reboot machine ${two}`, true],
    ]);
    expect(plan.steps[0]?.preview?.differences).toHaveLength(1);
    expect(hypervisor.snapshot()).toEqual(before);
    expect(hypervisor.calls).toEqual([]);
    expect(log.all).toEqual([]);
  });

  test("refuses a host that is read-only, with what to do about it", async () => {
    const { engine, log } = await openEngine({ hypervisors: [withMachines()], allowWrite: false });
    await expect(engine.submit(request(start))).rejects.toThrow(/allow_write = true/);
    expect(JSON.parse(log.all[0] ?? "")).toMatchObject({ outcome: "refused" });
  });

  test("refuses what the technology lacks, before anything is done", async () => {
    const hypervisor = withMachines();
    hypervisor.lacking = new Map([["save", "containers cannot be saved"]]);
    const { engine } = await openEngine({ hypervisors: [hypervisor] });
    const job = await change(
      engine,
      { do: "set-autostart", host: "h", machine: two, autostart: true },
      { do: "save", host: "h", machine: two },
    );
    expect(job).toMatchObject({ state: "undone", fault: { code: "unsupported", path: `host/h/machine/${two}` } });
    expect(hypervisor.calls).toEqual([]);
  });

  test("refuses what makes no sense in the machine's state, and says what would", async () => {
    const { engine } = await openEngine({ hypervisors: [withMachines()] });
    const job = await change(engine, { do: "resume", host: "h", machine: one });
    expect(job.fault).toMatchObject({ code: "invalid", message: expect.stringContaining("start it") });
  });

  test("refuses to put what can be taken back after what cannot", async () => {
    const { engine } = await openEngine({ hypervisors: [withMachines()] });
    await expect(engine.preview(request({ do: "reboot", host: "h", machine: two }, start))).rejects.toThrow(
      /must come before/,
    );
  });

  test("who may not see a machine is told the same as if there were none", async () => {
    const { engine } = await openEngine({ hypervisors: [withMachines()] });
    const stranger: AccessSubject = { name: "eve", groups: [] };
    const refusal = async (machine: string, subject = stranger) =>
      engine
        .preview({ subject, via: "test", actions: [{ do: "start", host: "h", machine }] })
        .catch((error: Fault) => error);
    const [present, absent] = [await refusal(one), await refusal(uuidOf(9))];
    const truly = (await refusal(uuidOf(9), administrator)) as Fault;
    expect(present).toBeInstanceOf(Fault);
    expect((present as Fault).message.replace(one, uuidOf(9))).toBe(truly.message);
    expect(absent).toMatchObject({ code: "absent", message: truly.message, path: truly.path });
  });

  test("who may only look is denied, by a rule that is named", async () => {
    const { engine } = await openEngine({ hypervisors: [withMachines()] });
    const watcher = { name: "mo", groups: ["monitor"] };
    await expect(engine.preview({ subject: watcher, via: "test", actions: [start] })).rejects.toMatchObject({
      code: "denied",
    });
  });

  for (const interference of ["refused", "unanswered", "lost"] as const) {
    test(`a call that is ${interference} at any step leaves everything as before or as after`, async () => {
      const bench = async (interfere?: (count: number) => Interference | undefined) => {
        const hypervisor = withMachines();
        hypervisor.addMachine(uuidOf(4), { state: "running" });
        if (interfere) hypervisor.interfere = interfere;
        const { engine } = await openEngine({ hypervisors: [hypervisor] });
        return { hypervisor, before: hypervisor.snapshot(), job: await change(engine, ...actionsOfManyKinds) };
      };
      const whole = await bench();
      expect(whole.job.fault).toBeUndefined();
      const steps = whole.hypervisor.calls.length;
      expect(steps).toBe(actionsOfManyKinds.length);
      for (let at = 1; at <= steps; at += 1) {
        const { hypervisor, before, job } = await bench((count) => (count === at ? interference : undefined));
        const isDone = job.state === "done";
        expect({ at, state: job.state }).toEqual({ at, state: isDone ? "done" : "undone" });
        expect({ at, contents: hypervisor.snapshot() }).toEqual({
          at,
          contents: isDone ? whole.hypervisor.snapshot() : before,
        });
        if (interference === "refused") expect(isDone).toBe(false);
      }
    });
  }

  test("after the point of no return it says what was done and what was not", async () => {
    const hypervisor = withMachines();
    for (const name of ["a", "b"])
      hypervisor.contents.volumes.set(`default/${name}`, { document: `<name>${name}</name>`, capacityBytes: 1n });
    hypervisor.interfere = (count) => (count === 2 ? "refused" : undefined);
    const { engine } = await openEngine({ hypervisors: [hypervisor] });
    const remove = (volume: string) => ({ do: "delete-volume", host: "h", pool: "default", volume }) as const;
    expect(await change(engine, remove("a"), remove("b"))).toMatchObject({
      state: "partial",
      fault: { path: "host/h/volume/default/b" },
    });
    expect([...hypervisor.contents.volumes.keys()]).toEqual(["default/b"]);
  });

  test("a cancelled change is taken back", async () => {
    const hypervisor = withMachines();
    const before = hypervisor.snapshot();
    const { engine } = await openEngine({ hypervisors: [hypervisor] });
    hypervisor.interfere = async (count) => {
      if (count === 1) job.cancel();
      return undefined;
    };
    const job = await engine.submit(request(start, { do: "suspend", host: "h", machine: two }));
    expect(await job.ended()).toMatchObject({ state: "undone" });
    expect(hypervisor.snapshot()).toEqual(before);
  });

  test("one hung host delays no change of another", async () => {
    const [hung, well] = [new MemoryHypervisor("hung"), new MemoryHypervisor("well")];
    for (const hypervisor of [hung, well]) hypervisor.addMachine(one);
    let release: () => void = () => {};
    hung.interfere = () =>
      new Promise((resolve) => {
        release = () => resolve(undefined);
      });
    const { engine } = await openEngine({ hypervisors: [hung, well] });
    const stuck = await engine.submit(request({ ...start, host: "hung" }));
    // This one waits for the hung host, and must not keep the other meanwhile.
    const both = await engine.submit(
      request({ ...start, host: "well" }, { do: "set-autostart", host: "hung", machine: one, autostart: true }),
    );
    expect(await change(engine, { do: "set-autostart", host: "well", machine: one, autostart: true })).toMatchObject({
      state: "done",
    });
    hung.interfere = () => undefined;
    release();
    expect(await stuck.ended()).toMatchObject({ state: "done" });
    expect(await both.ended()).toMatchObject({ state: "done" });
  });

  test("a change that waits for a busy host longer than a minute gives up, saying who has it", async () => {
    const clock = new ManualClock();
    const hypervisor = withMachines();
    let release: () => void = () => {};
    const begun = new Promise<void>((resolve) => {
      hypervisor.interfere = () =>
        new Promise((done) => {
          release = () => done(undefined);
          resolve();
        });
    });
    const { engine } = await openEngine({ hypervisors: [hypervisor], clock });
    await engine.submit(request(start));
    await begun;
    const second = await engine.submit(request({ do: "suspend", host: "h", machine: two }));
    clock.advance(60_000);
    expect((await second.ended()).fault).toMatchObject({
      code: "busy",
      message: expect.stringContaining(`start machine ${one}`),
    });
    release();
  });

  test("what a host that went away leaves open is ended when it answers again", async () => {
    const clock = new ManualClock();
    const hypervisor = withMachines();
    hypervisor.interfere = () => {
      hypervisor.reachable = false;
      return "lost";
    };
    const { engine } = await openEngine({ hypervisors: [hypervisor], clock });
    const job = await engine.submit(request(start));
    await expect.poll(() => job.view.state).toBe("waiting");
    hypervisor.interfere = () => undefined;
    hypervisor.reachable = true;
    clock.advance(1000);
    expect(await job.ended()).toMatchObject({ state: "undone" });
    expect(hypervisor.contents.machines.get(one)?.state).toBe("stopped");
  });
});

describe("recovery", () => {
  /** Runs a change, and gives the state directory as it was when each call reached the hypervisor, and after it. */
  async function crashes() {
    const fileSystem = new MemoryFileSystem();
    const store = await openMemoryStore(undefined, fileSystem);
    const hypervisor = withMachines();
    hypervisor.addMachine(uuidOf(4), { state: "running" });
    const before = hypervisor.snapshot();
    const moments: { readonly files: number; readonly contents: unknown }[] = [];
    hypervisor.interfere = () => {
      moments.push({ files: fileSystem.changes.length, contents: hypervisor.snapshot() });
      return undefined;
    };
    const { engine } = await openEngine({ hypervisors: [hypervisor], store });
    await change(engine, ...actionsOfManyKinds);
    const last = { files: fileSystem.changes.length, contents: hypervisor.snapshot() };
    return { fileSystem, moments: [...moments, last], before, after: hypervisor.snapshot() };
  }

  /** Starts anew on those files, with the hypervisor as it was. */
  async function recovered(files: Map<string, Buffer>, contents: unknown) {
    const hypervisor = new MemoryHypervisor();
    Object.assign(hypervisor.contents, structuredClone(contents));
    const store = await openMemoryStore(undefined, new MemoryFileSystem(files));
    const bench: EngineBench = await openEngine({ hypervisors: [hypervisor], store, log: new MemoryLog() });
    bench.engine.recover();
    await Promise.all(bench.engine.jobs.list().map(({ id }) => bench.engine.jobs.get(id)?.ended()));
    expect(await store.list("change/")).toEqual([]);
    return { hypervisor, bench };
  }

  test("ends as before or as after from every prefix of the journal's file changes, the last write torn, the call answered or not", async () => {
    const { fileSystem, moments, before, after } = await crashes();
    let undone = 0;
    for (const [index, { contents }] of moments.entries()) {
      // The process dies after this call reached the hypervisor, or after it did not, up to where the next one did.
      const from = index === 0 ? 0 : (moments[index - 1]?.files ?? 0);
      const to = moments[index]?.files ?? 0;
      for (let count = from; count <= to; count += 1) {
        const torn = fileSystem.changes[count];
        const lengths = torn?.on === "write" ? [0, 1, torn.octets.length - 1] : [0];
        for (const octets of lengths) {
          const { hypervisor } = await recovered(filesAfter(fileSystem.changes, count, octets), contents);
          const result = hypervisor.snapshot();
          const isBefore = JSON.stringify(plain(result)) === JSON.stringify(plain(before));
          undone += Number(isBefore);
          if (!isBefore) expect(plain(result)).toEqual(plain(after));
        }
      }
    }
    expect(undone).toBeGreaterThan(20);
  }, 60_000);
});

/** Maps as lists, in order of their keys. */
function plain(value: unknown): unknown {
  if (value instanceof Map)
    return [...value].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, plain(member)]);
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}
