import type { Channel } from "../../base/channel.js";
import type { Clock } from "../../base/clock.js";
import { type Log, silentLog } from "../../base/log.js";
import { type Condition, DomainState, PausedReason, RunningReason, ShutoffReason } from "../life/domain-state.js";
import { FillUp } from "../life/fill-up.js";
import { MachineLife } from "../life/machine-life.js";
import { ScriptedLife } from "../life/scripted-life.js";
import { MachineCatalog } from "../machine/machine-catalog.js";
import { seededDefinition } from "../machine/machine-definition.js";
import { MachineRegistry } from "../machine/machine-registry.js";
import { MachineRuns } from "../machine/machine-runs.js";
import type { SavedMachine } from "../machine/saved-machine.js";
import { SimulatedMachine } from "../machine/simulated-machine.js";
import { Departures } from "../migration/departures.js";
import type { PeerAt } from "../migration/migration-calls.js";
import type { Beginning } from "../seeded/beginning.js";
import { blueprint } from "../seeded/blueprint.js";
import { controlDomain } from "../seeded/xen-guest.js";
import type { MachineImage } from "../storage/simulated-volume.js";
import { seedOf } from "../time/seed.js";
import { simulationTime } from "../time/simulation-time.js";
import { driverProfiles, type SimulatedDriver } from "./driver-profile.js";
import { EventHub } from "./event-hub.js";
import { HostClients } from "./host-clients.js";
import type { HostEvent } from "./host-event.js";
import { HostFaults } from "./host-faults.js";
import { HostResources } from "./host-resources.js";
import { hostSession } from "./host-session.js";
import type { HostState } from "./host-state.js";
import { type SimulatedNode, simulatedNode } from "./simulated-node.js";

export interface SimulatedHostOptions {
  /** Part of the seed: hosts of the same seed and different names are different. */
  readonly name: string;
  readonly driver: SimulatedDriver;
  /** How many machines it begins with: when absent as many as show every kind: twelve with QEMU, six or so with the others. */
  readonly machines?: number;
  /** The same seed gives the same names, UUIDs, addresses and sizes, and at the same time the same counters. */
  readonly seed?: number;
  readonly clock: Clock;
  /** What connections are timed by, where `clock` can be moved; the same when absent. */
  readonly wireClock?: Clock;
  /** The computer under it; one of its own, called as the host is, when absent. */
  readonly node?: SimulatedNode;
  /** Put before the names of its machines, so that those of several hosts differ. */
  readonly namePrefix?: string;
  /** Whether things happen to the machines without anybody asking. */
  readonly life?: boolean;
  readonly log?: Log;
  /** Which other host a URI means, for migrations from host to host. */
  readonly peerAt?: PeerAt;
}

/** A libvirt daemon with one hypervisor, its computer and its machines, all of it in memory. */
export interface SimulatedHost {
  readonly name: string;
  readonly driver: SimulatedDriver;
  /** What clients open: `qemu:///system`. */
  readonly uri: string;
  /** The truth that clients' views can be compared with. */
  readonly state: HostState;
  readonly faults: HostFaults;
  /** Serves a client until its channel closes. @param options.readOnly as on a daemon's read-only socket */
  serve(channel: Channel, options?: { readonly readOnly?: boolean }): void;
  /** Ends its life and its connections; idempotent. */
  stop(): void;
}

const usualMachines: Readonly<Record<SimulatedDriver, number>> = { qemu: 12, lxc: 6, xen: 7, openvz: 5 };

/** Makes a host with its machines in the middle of their lives. Does no I/O: channels are handed to `serve`. */
export function createSimulatedHost(options: SimulatedHostOptions): SimulatedHost {
  const { name, driver, clock, machines = usualMachines[driver], namePrefix = "", log = silentLog } = options;
  const { peerAt = () => undefined, wireClock = clock } = options;
  const profile = driverProfiles[driver];
  const seed = seedOf(options.seed ?? 1, name);
  const { nowMs } = simulationTime(clock);

  const registry = new MachineRegistry(profile);
  const events = new EventHub();
  const clients = new HostClients();
  const faults = new HostFaults(clock, registry, events, clients);
  const announce = (event: HostEvent): void => events.announce(event);
  const runs = new MachineRuns(driver, registry, new HostResources(seed, profile.idsFrom));
  const life = new MachineLife({ driver, profile, runs, seed, clock, nowMs, announce });
  const catalog = new MachineCatalog({ profile, registry, life, seed, announce });

  const node = options.node ?? simulatedNode({ name, seed: options.seed ?? 1, machines, clock });
  if (driver === "xen") {
    const control = new SimulatedMachine(seed.part("control"), seededDefinition(controlDomain(4)), true);
    registry.add(control);
    life.begin(control, { state: DomainState.running, reason: RunningReason.booted }, node.bootedMs);
  }
  for (let index = 0; index < machines; index++) {
    const { facts, beginning, autostart, upForMs } = blueprint(driver, seed, index, namePrefix);
    const persistent = beginning !== "transient";
    const machine = new SimulatedMachine(seed.part("machine").part(index), seededDefinition(facts), persistent);
    machine.autostart = autostart && persistent;
    machine.managedSave = beginning === "saved";
    if (beginning === "off") machine.offReason = ShutoffReason.shutdown;
    if (beginning === "saved") machine.offReason = ShutoffReason.saved;
    registry.add(machine);
    const condition = beginningConditions[beginning];
    if (condition) life.begin(machine, condition, nowMs() - upForMs);
  }

  node.storage.addImages(() => imagesOf(registry, nowMs));
  node.storage.listen((event) => events.announcePool(event));
  node.networks.addMachines(() => registry.all());
  node.networks.listen((event) => events.announceNetwork(event));
  const fillUp = new FillUp({ driver, storage: node.storage, registry, life, clock, nowMs });
  const pool = node.storage.poolNamed("default");
  const script = options.life
    ? new ScriptedLife({ driver, registry, life, clock, nowMs, seed, fillUp, pool })
    : undefined;
  const departures = new Departures(clock);
  const savedFiles = new Map<string, SavedMachine>();
  const parts = { registry, catalog, life, runs, savedFiles, departures, fillUp, events, clock, nowMs };
  const wallMs = (): number => nowMs() + faults.clockOffMs;
  const state: HostState = { driver, profile, node, wallMs, ...parts };

  return {
    name,
    driver,
    uri: profile.uri,
    state,
    faults,
    serve(channel, { readOnly = false } = {}) {
      if (faults.refusing) {
        channel.close();
        return;
      }
      const session = hostSession(state, registry, faults, channel, { readOnly, log, peerAt, wireClock });
      clients.add(session, channel);
      void session.closed.then(() => {
        clients.remove(session);
        events.forget(session);
      });
    },
    stop() {
      script?.stop();
      clients.closeAll();
    },
  };
}

const beginningConditions: Readonly<Record<Beginning, Condition | undefined>> = {
  running: { state: DomainState.running, reason: RunningReason.booted },
  transient: { state: DomainState.running, reason: RunningReason.booted },
  paused: { state: DomainState.paused, reason: PausedReason.user },
  off: undefined,
  saved: undefined,
};

function* imagesOf(registry: MachineRegistry, nowMs: () => number): Iterable<MachineImage> {
  for (const machine of registry.all()) for (const disk of machine.current.facts.disks) yield { machine, disk, nowMs };
}
