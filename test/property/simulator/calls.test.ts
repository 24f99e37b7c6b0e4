import fc from "fast-check";
import { expect, test } from "vitest";
import { readDomain } from "../../../src/protocol/libvirt/document/domain.js";
import { libvirtErrorOf } from "../../../src/protocol/libvirt/error.js";
import type { SimulatedDriver } from "../../../src/simulator/host/driver-profile.js";
import { createSimulatedHost, type SimulatedHost } from "../../../src/simulator/host/simulated-host.js";
import { DomainState } from "../../../src/simulator/life/domain-state.js";
import type { DomainReference, SimulatedMachine } from "../../../src/simulator/machine/simulated-machine.js";
import { ManualClock } from "../../support/manual-clock.js";
import { settled } from "../../support/paired-channels.js";
import { connectTo, type SimulatorClient } from "../../support/simulator-client.js";

interface Scene {
  readonly host: SimulatedHost;
  readonly client: SimulatorClient;
  readonly clock: ManualClock;
  /** The machine as it was at the beginning, as a document to define or to create it from. */
  readonly xml: string;
  readonly amount: number;
}

type Act = (scene: Scene, dom: DomainReference) => unknown;

const memory = (amount: number): bigint => BigInt(amount) * 100_000n;

/** What can be done to a machine that is found. */
const acts: Readonly<Record<string, Act>> = {
  start: ({ client }, dom) => client.call("domainCreateWithFlags", { dom, flags: 0 }),
  "start paused": ({ client }, dom) => client.call("domainCreateWithFlags", { dom, flags: 1 }),
  suspend: ({ client }, dom) => client.call("domainSuspend", { dom }),
  resume: ({ client }, dom) => client.call("domainResume", { dom }),
  shutdown: ({ client }, dom) => client.call("domainShutdownFlags", { dom, flags: 0 }),
  reboot: ({ client }, dom) => client.call("domainReboot", { dom, flags: 0 }),
  reset: ({ client }, dom) => client.call("domainReset", { dom, flags: 0 }),
  destroy: ({ client }, dom) => client.call("domainDestroyFlags", { dom, flags: 0 }),
  save: ({ client }, dom) => client.call("domainManagedSave", { dom, flags: 0 }),
  "forget save": ({ client }, dom) => client.call("domainManagedSaveRemove", { dom, flags: 0 }),
  undefine: ({ client, amount }, dom) => client.call("domainUndefineFlags", { dom, flags: amount % 2 }),
  rename: ({ client, amount }, dom) => client.call("domainRename", { dom, newName: `name-${amount % 4}`, flags: 0 }),
  autostart: ({ client, amount }, dom) => client.call("domainSetAutostart", { dom, autostart: amount % 2 }),
  title: ({ client, amount }, dom) =>
    client.call("domainSetMetadata", { dom, type: 1, metadata: `title ${amount}`, flags: 0 }),
  "live memory": ({ client, amount }, dom) =>
    client.call("domainSetMemoryFlags", { dom, memory: memory(amount), flags: 1 }),
  "defined memory": ({ client, amount }, dom) =>
    client.call("domainSetMemoryFlags", { dom, memory: memory(amount), flags: 2 }),
  "live vcpus": ({ client, amount }, dom) => client.call("domainSetVcpusFlags", { dom, nvcpus: amount, flags: 1 }),
  snapshot: ({ client, amount }, dom) =>
    client.call("domainSnapshotCreateXml", {
      dom,
      xmlDesc: `<domainsnapshot><name>s${amount % 3}</name></domainsnapshot>`,
      flags: amount % 2 === 0 ? 0 : 8,
    }),
  revert: ({ client, amount }, dom) =>
    client.call("domainRevertToSnapshot", { snap: { name: `s${amount % 3}`, dom }, flags: amount % 3 }),
  "forget snapshot": ({ client, amount }, dom) =>
    client.call("domainSnapshotDelete", { snap: { name: `s${amount % 3}`, dom }, flags: amount % 2 }),
  "save to a file": ({ client, amount }, dom) => client.call("domainSave", { dom, to: `/tmp/${amount % 2}` }),
  "plug in": ({ client, amount }, dom) =>
    client.call("domainAttachDeviceFlags", { dom, xml: card(amount), flags: 1 + (amount % 3) }),
  "pull out": ({ client, amount }, dom) =>
    client.call("domainDetachDeviceFlags", { dom, xml: card(amount), flags: 1 + (amount % 3) }),
  fail: ({ host }, dom) => host.state.life.fail(host.state.registry.require(dom)),
  panic: ({ host }, dom) => host.state.life.panic(host.state.registry.require(dom)),
};

const card = (amount: number): string =>
  `<interface type='network'><mac address='52:54:00:00:00:0${amount % 3}'/><source network='default'/></interface>`;

/** What can be done whether the machine is there or not. */
const actsOnAny: Readonly<Record<string, (scene: Scene) => unknown>> = {
  define: ({ client, xml }) => client.call("domainDefineXmlFlags", { xml, flags: 0 }),
  create: ({ client, xml, amount }) => client.call("domainCreateXml", { xmlDesc: xml, flags: amount % 2 }),
  "restore from a file": ({ client, amount }) => client.call("domainRestore", { from: `/tmp/${amount % 2}` }),
  wait: ({ clock, amount }) => clock.advance(amount * 1000),
};

const steps = fc.array(
  fc.record({
    act: fc.constantFrom(...Object.keys(acts), ...Object.keys(actsOnAny)),
    machine: fc.nat(5),
    amount: fc.nat(20),
  }),
  { maxLength: 40 },
);

/** Errors of libvirt that mean no more than "not now" or "not this one"; OpenVZ's driver says so in words of its own. */
const ordinary = [3, 8, 9, 27, 38, 42, 55, 67, 72, 99];
const ordinaryErrors: Readonly<Record<SimulatedDriver, readonly number[]>> = {
  qemu: ordinary,
  lxc: ordinary,
  xen: ordinary,
  openvz: [...ordinary, 1, 29],
};

test.each(["qemu", "lxc", "xen", "openvz"] as const)(
  "no sequence of calls brings a host into a state that libvirt does not have (%s)",
  async (driver) => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const clock = new ManualClock();
        const host = createSimulatedHost({ name: "host", driver, machines: 6, clock });
        const client = await connectTo(host, clock, { eventIds: driver === "openvz" ? [] : [0, 1] });
        const machines = [...host.state.registry.all()].map((one) => ({ uuid: one.uuid, xml: leastDocument(one) }));
        for (const { act, machine, amount } of sequence) {
          const { uuid = "", xml = "" } = machines[machine] ?? {};
          const before = everythingOf(host, uuid);
          client.events.length = 0;
          const scene: Scene = { host, client, clock, xml, amount };
          try {
            const onMachine = acts[act];
            if (onMachine) await onMachine(scene, (await client.call("domainLookupByUuid", { uuid })).dom);
            else await actsOnAny[act]?.(scene);
          } catch (error) {
            expect(ordinaryErrors[driver], act).toContain(libvirtErrorOf(error)?.code);
            // What is refused changes nothing.
            expect(everythingOf(host, uuid)).toEqual(before);
          }
          await settled();
          checkMachines(host, driver);
          checkEvents(host, driver, client);
        }
        await checkLists(host, client);
        host.stop();
      }),
      { numRuns: 60 },
    );
  },
);

function leastDocument({ definition: { facts } }: SimulatedMachine): string {
  const identity = `<name>${facts.name}</name><uuid>${facts.uuid}</uuid>`;
  const amounts = `<memory>${facts.memoryKiB}</memory><os><type>${facts.osType}</type></os>`;
  return `<domain type='${facts.type}'>${identity}${amounts}</domain>`;
}

/** Everything of a machine that a call could have changed. */
function everythingOf(host: SimulatedHost, uuid: string): unknown {
  const machine = host.state.registry.withUuid(uuid);
  if (!machine) return undefined;
  const { name, condition, persistent, autostart, managedSave, reference, definition, current } = machine;
  return { name, condition, persistent, autostart, managedSave, reference, definition, current };
}

function checkMachines(host: SimulatedHost, driver: SimulatedDriver): void {
  const ids = new Set<number>();
  const taps = new Set<string>();
  for (const machine of host.state.registry.all()) {
    const { run, persistent, managedSave, autostart, condition, uuid, name } = machine;
    expect(run !== undefined || persistent).toBe(true);
    expect(autostart && !persistent).toBe(false);
    expect(managedSave && (run !== undefined || !persistent)).toBe(false);
    expect(condition.state === DomainState.shutoff).toBe(run === undefined);
    expect(host.state.registry.named(name)).toBe(machine);
    expect(host.state.registry.withUuid(uuid)).toBe(machine);
    if (run) {
      expect(host.state.registry.withId(run.id)).toBe(machine);
      expect(ids.has(run.id)).toBe(false);
      ids.add(run.id);
      for (const tap of run.taps) {
        expect(tap !== undefined && taps.has(tap)).toBe(false);
        if (tap !== undefined) taps.add(tap);
      }
      expect(run.counters.vcpuCount).toBe(run.definition.facts.vcpuCount);
    }
    for (const { facts } of [machine.definition, machine.current]) {
      expect(facts.currentMemoryKiB).toBeLessThanOrEqual(facts.memoryKiB);
      expect(facts.vcpuCount).toBeLessThanOrEqual(facts.vcpuMaximum);
    }
    if (driver === "lxc") expect(managedSave).toBe(false);
  }
}

/** After its last event a machine is what that event says; Xen's driver tells the end of a run after the next has begun. */
function checkEvents(host: SimulatedHost, driver: SimulatedDriver, { events }: SimulatorClient): void {
  const last = new Map<string, { readonly event: number; readonly detail: number }>();
  for (const event of events) {
    if (event.name === "domainEventCallbackLifecycle") last.set(event.message.dom.uuid, event.message);
  }
  for (const [uuid, { event, detail }] of last) {
    const machine = host.state.registry.withUuid(uuid);
    const state = machine?.condition.state;
    const begins = event === 2 || event === 4;
    if (begins)
      expect(driver === "xen" ? [DomainState.running, DomainState.paused] : [DomainState.running]).toContain(state);
    if (event === 3) expect(state).toBe(DomainState.paused);
    if (event === 5 && !(driver === "xen" && detail === 0)) expect(machine?.run).toBeUndefined();
    if (event === 6) expect(state).toBe(DomainState.shutdown);
  }
}

async function checkLists(host: SimulatedHost, { call }: SimulatorClient): Promise<void> {
  const machines = [...host.state.registry.all()];
  const list = async (flags: number): Promise<readonly string[]> =>
    (await call("connectListAllDomains", { needResults: 1, flags })).domains.map(({ uuid }) => uuid).sort();
  const all = await list(0);
  expect(all).toEqual(machines.map(({ uuid }) => uuid).sort());
  const opposites = [
    [1, 2],
    [4, 8],
    [256, 512],
    [1024, 2048],
    [4096, 8192],
    [16_384, 32_768],
  ] as const;
  for (const [is, isNot] of opposites) {
    expect([...(await list(is)), ...(await list(isNot))].sort()).toEqual(all);
    expect(await list(is | isNot)).toEqual(all);
  }
  expect([...(await list(16)), ...(await list(32)), ...(await list(64)), ...(await list(128))].sort()).toEqual(all);
  expect((await list(1)).length).toBe((await call("connectNumOfDomains", {})).num);
  expect((await list(2)).length).toBe((await call("connectNumOfDefinedDomains", {})).num);
  for (const uuid of all) {
    const { dom } = await call("domainLookupByUuid", { uuid });
    for (const flags of [0, 2]) {
      const document = readDomain((await call("domainGetXmlDesc", { dom, flags })).xml);
      const machine = host.state.registry.require(dom);
      const { facts } = flags === 2 ? machine.definition : machine.current;
      expect(document).toMatchObject({
        uuid,
        name: machine.current.facts.name,
        memoryKiB: facts.memoryKiB,
        currentMemoryKiB: facts.currentMemoryKiB,
        vcpuCount: facts.vcpuCount,
        title: facts.title,
      });
      expect(document.id).toBe(flags === 2 ? undefined : machine.run?.id);
    }
  }
}
