import type { Clock } from "../../base/clock.js";
import type { Fault } from "../../base/fault.js";
import type { Random } from "../../base/random.js";
import { attribute, child, childElements } from "../../codec/xml/element.js";
import { libvirtFault } from "../../protocol/libvirt/error.js";
import type { TypedParameter } from "../../protocol/libvirt/typed-parameter.js";
import type { DriverProfile, SimulatedDriver } from "../host/driver-profile.js";
import type { HostEvent } from "../host/host-event.js";
import { invalidOperation, requireGuest, requireRun } from "../host/refusals.js";
import type { MachineDefinition } from "../machine/machine-definition.js";
import type { MachineRuns } from "../machine/machine-runs.js";
import type { MachineRun, SimulatedMachine } from "../machine/simulated-machine.js";
import { between, type Seed } from "../time/seed.js";
import {
  type Condition,
  DomainState,
  Lifecycle,
  PausedReason,
  RunningReason,
  ShutdownReason,
  ShutoffReason,
} from "./domain-state.js";
import { type LifeRules, lifeRules } from "./life-rules.js";

export interface MachineLifeParts {
  readonly driver: SimulatedDriver;
  readonly profile: DriverProfile;
  readonly runs: MachineRuns;
  readonly seed: Seed;
  readonly clock: Clock;
  readonly nowMs: () => number;
  readonly announce: (event: HostEvent) => void;
}

/**
 * What can happen to the machines of a host, with the states, reasons and events, in their order, that the real driver gives.
 * Methods throw the faults of the errors that clients see.
 */
export class MachineLife {
  readonly #parts: MachineLifeParts;
  readonly #rules: LifeRules;
  readonly #random: Random;

  constructor(parts: MachineLifeParts) {
    this.#parts = parts;
    this.#rules = lifeRules[parts.driver];
    this.#random = parts.seed.part("life").random();
  }

  start(machine: SimulatedMachine, { paused = false, fresh = false } = {}): void {
    if (machine.run) throw this.#alreadyRunning();
    if (machine.managedSave && !fresh) this.restore(machine, machine.definition, paused);
    else this.boot(machine, machine.definition, paused);
  }

  /** Starts a machine that is off, as `definition` describes it. */
  boot(machine: SimulatedMachine, definition: MachineDefinition, paused: boolean): void {
    machine.managedSave = false;
    const condition = paused
      ? { state: DomainState.paused, reason: PausedReason.user }
      : { state: DomainState.running, reason: RunningReason.booted };
    this.#beginRun(machine, definition, condition);
    this.#announce(machine, ...(paused ? this.#rules.bootedPaused : this.#rules.booted));
  }

  suspend(machine: SimulatedMachine): void {
    const run = requireGuest(machine, this.#parts.profile);
    if (run.condition.state === DomainState.paused) return;
    if (run.condition.state !== DomainState.running)
      throw invalidOperation(this.#parts.profile, "domain is not running");
    this.#pause(run);
    this.#announce(machine, Lifecycle.suspendedPaused);
  }

  resume(machine: SimulatedMachine): void {
    const run = requireGuest(machine, this.#parts.profile);
    if (run.condition.state === DomainState.running) {
      if (this.#parts.driver === "openvz" || this.#parts.driver === "xen") return;
      throw invalidOperation(this.#parts.profile, "domain is already running");
    }
    if (run.condition.state !== DomainState.paused)
      throw invalidOperation(this.#parts.profile, "domain cannot be resumed in its state");
    run.condition = { state: DomainState.running, reason: RunningReason.unpaused };
    run.counters.resume(this.#parts.nowMs());
    this.#announce(machine, Lifecycle.resumedUnpaused);
  }

  /** Asks the guest to shut down, which it does after a while; a paused one does not hear it. */
  shutdown(machine: SimulatedMachine): void {
    this.#react(machine, this.#requireStoppable(machine), () => this.guestPowersOff(machine));
  }

  reboot(machine: SimulatedMachine): void {
    this.#react(machine, this.#requireStoppable(machine), () => this.guestReboots(machine));
  }

  /** The guest powers itself off. */
  guestPowersOff(machine: SimulatedMachine): void {
    const run = requireRun(machine, this.#parts.profile);
    if (!this.#rules.showsShutdown) {
      this.#stop(machine, ShutoffReason.shutdown, Lifecycle.stoppedShutdown);
      return;
    }
    run.condition = { state: DomainState.shutdown, reason: ShutdownReason.unknown };
    run.counters.pause(this.#parts.nowMs());
    this.#announce(machine, Lifecycle.shutdownGuest);
    run.reaction = this.#parts.clock.after(between(this.#random, 50, 300), () =>
      this.#stop(machine, ShutoffReason.shutdown, Lifecycle.stoppedShutdown),
    );
  }

  guestReboots(machine: SimulatedMachine): void {
    const run = requireRun(machine, this.#parts.profile);
    run.reaction = undefined;
    const before = machine.reference;
    if (this.#rules.rebootIsNewRun) {
      const { persistent } = machine;
      machine.persistent = true;
      this.#parts.runs.end(machine, ShutoffReason.shutdown, this.#parts.nowMs());
      machine.persistent = persistent;
      this.#parts.runs.begin(
        machine,
        run.definition,
        { state: DomainState.running, reason: RunningReason.booted },
        this.#parts.nowMs(),
      );
    }
    if (this.#rules.tellsReboot) this.#parts.announce({ kind: "reboot", dom: machine.reference });
    for (const lifecycle of this.#rules.rebooted) {
      const dom = lifecycle === Lifecycle.stoppedShutdown ? before : machine.reference;
      this.#parts.announce({ kind: "lifecycle", dom, lifecycle });
    }
  }

  reset(machine: SimulatedMachine): void {
    requireRun(machine, this.#parts.profile);
    this.#parts.announce({ kind: "reboot", dom: machine.reference });
  }

  destroy(machine: SimulatedMachine): void {
    this.#requireStoppable(machine);
    const { destroyed, destroyedReason } = this.#rules;
    this.#announce(machine, ...destroyed.slice(0, -1));
    this.#stop(machine, destroyedReason, ...destroyed.slice(-1));
  }

  managedSave(machine: SimulatedMachine): void {
    requireGuest(machine, this.#parts.profile);
    if (!machine.persistent) throw invalidOperation(this.#parts.profile, "cannot do managed save for transient domain");
    machine.managedSave = true;
    this.save(machine);
  }

  /** Stops a machine whose memory somebody keeps. */
  save(machine: SimulatedMachine): void {
    const run = requireGuest(machine, this.#parts.profile);
    if (this.#rules.savesInSteps) this.#tellOfSave(machine, run);
    this.#stop(machine, ShutoffReason.saved, Lifecycle.stoppedSaved);
  }

  /** The process behind the machine dies. */
  fail(machine: SimulatedMachine): void {
    requireRun(machine, this.#parts.profile);
    this.#stop(machine, this.#rules.failedReason, ...this.#rules.failed);
  }

  /** The guest's kernel panics, and says so through its panic device; its definition has it destroyed for that. */
  panic(machine: SimulatedMachine): void {
    requireRun(machine, this.#parts.profile);
    const { panicked } = this.#rules;
    this.#announce(machine, ...panicked.slice(0, -1));
    this.#stop(machine, ShutoffReason.crashed, ...panicked.slice(-1));
  }

  /** The host cannot read or write an image: QEMU stops the machine until somebody resumes it. */
  storageFails(machine: SimulatedMachine): void {
    const run = requireRun(machine, this.#parts.profile);
    if (run.condition.state !== DomainState.running) return;
    run.condition = { state: DomainState.paused, reason: PausedReason.ioError };
    run.counters.pause(this.#parts.nowMs());
    this.#announce(machine, Lifecycle.suspendedIoError);
  }

  /** Whether it stands still because of its storage. */
  isStoppedByStorage({ condition }: SimulatedMachine): boolean {
    return condition.state === DomainState.paused && condition.reason === PausedReason.ioError;
  }

  /**
   * Takes a machine back to what it was when a snapshot was made.
   * @param to as it ran then; `undefined` when it was off
   */
  revert(
    machine: SimulatedMachine,
    to: { readonly definition: MachineDefinition; readonly paused: boolean } | undefined,
  ): void {
    if (machine.run) {
      const { persistent } = machine;
      // A transient machine that goes on at once is not gone in between.
      machine.persistent ||= to !== undefined;
      this.#stop(machine, ShutoffReason.fromSnapshot, Lifecycle.stoppedFromSnapshot);
      machine.persistent = persistent;
    }
    machine.managedSave = false;
    machine.offReason = ShutoffReason.fromSnapshot;
    if (!to) return;
    const condition = to.paused
      ? { state: DomainState.paused, reason: PausedReason.fromSnapshot }
      : { state: DomainState.running, reason: RunningReason.fromSnapshot };
    this.#beginRun(machine, to.definition, condition);
    const then = to.paused ? Lifecycle.suspendedFromSnapshot : Lifecycle.resumedFromSnapshot;
    this.#announce(machine, Lifecycle.startedFromSnapshot, then);
  }

  /** Stops a machine because its snapshot is to be all that is left of the run. */
  haltForSnapshot(machine: SimulatedMachine): void {
    this.#stop(machine, ShutoffReason.fromSnapshot, Lifecycle.stoppedFromSnapshot);
  }

  /** A machine that arrives waits, paused, for its memory. */
  arrive(machine: SimulatedMachine, definition: MachineDefinition): void {
    this.#beginRun(machine, definition, { state: DomainState.paused, reason: PausedReason.migration });
    this.#announce(machine, Lifecycle.startedMigrated);
  }

  /** Its memory has come: it goes on, or stays paused. */
  goOn(machine: SimulatedMachine, paused: boolean): void {
    const run = requireRun(machine, this.#parts.profile);
    if (paused) {
      run.condition = { state: DomainState.paused, reason: PausedReason.user };
      this.#announce(machine, Lifecycle.suspendedPaused);
      return;
    }
    run.condition = { state: DomainState.running, reason: RunningReason.migrated };
    run.counters.resume(this.#parts.nowMs());
    this.#announce(machine, Lifecycle.resumedMigrated);
  }

  /** A machine that leaves stands still while the other side takes over. */
  handOver(machine: SimulatedMachine): void {
    const run = requireRun(machine, this.#parts.profile);
    if (run.condition.state !== DomainState.running) return;
    run.condition = { state: DomainState.paused, reason: PausedReason.migration };
    run.counters.pause(this.#parts.nowMs());
    this.#announce(machine, Lifecycle.suspendedMigrated);
  }

  /** It has left. @param gone whether nothing of it stays behind */
  leave(machine: SimulatedMachine, gone: boolean): void {
    if (gone) machine.persistent = false;
    this.#stop(machine, ShutoffReason.migrated, Lifecycle.stoppedMigrated);
    if (gone) this.#announce(machine, Lifecycle.undefinedRemoved);
  }

  /** It did not get away, and goes on here. */
  stay(machine: SimulatedMachine): void {
    const run = requireRun(machine, this.#parts.profile);
    const { state, reason } = run.condition;
    if (state !== DomainState.paused || reason !== PausedReason.migration) return;
    run.condition = { state: DomainState.running, reason: RunningReason.migrationCancelled };
    run.counters.resume(this.#parts.nowMs());
    this.#announce(machine, Lifecycle.resumedMigrated);
  }

  /** It did not arrive. */
  turnAway(machine: SimulatedMachine): void {
    this.#stop(machine, ShutoffReason.failed, Lifecycle.stoppedFailed);
  }

  /** Puts a seeded machine into the state it begins in; nobody is told. */
  begin(machine: SimulatedMachine, condition: Condition, startedMs: number): void {
    const run = this.#parts.runs.begin(machine, machine.definition, condition, startedMs);
    if (condition.state === DomainState.paused) run.counters.pause(this.#parts.nowMs());
    run.agentConnected = true;
  }

  /** Lets a machine that is off go on with the memory that was saved. */
  restore(machine: SimulatedMachine, definition: MachineDefinition, paused: boolean): void {
    machine.managedSave = false;
    const condition = paused
      ? { state: DomainState.paused, reason: PausedReason.user }
      : { state: DomainState.running, reason: this.#rules.restoredReason };
    this.#beginRun(machine, definition, condition);
    this.#announce(machine, ...(paused ? this.#rules.restoredPaused : this.#rules.restored));
  }

  #beginRun(machine: SimulatedMachine, definition: MachineDefinition, condition: Condition): void {
    const run = this.#parts.runs.begin(machine, definition, condition, this.#parts.nowMs());
    if (condition.state === DomainState.paused) run.counters.pause(this.#parts.nowMs());
    if (!hasAgentChannel(definition)) return;
    const { announce, clock } = this.#parts;
    announce({ kind: "agent-lifecycle", dom: machine.reference, ...AGENT_GONE });
    run.agentArrival = clock.after(between(this.#random, 8000, 20_000), () => {
      run.agentConnected = true;
      announce({ kind: "agent-lifecycle", dom: machine.reference, ...AGENT_CAME });
    });
  }

  #tellOfSave(machine: SimulatedMachine, run: MachineRun): void {
    if (run.condition.state === DomainState.running) {
      this.#pause(run);
      this.#announce(machine, Lifecycle.suspendedPaused);
    }
    const params = saveJob(run.definition.facts.currentMemoryKiB);
    this.#parts.announce({ kind: "job-completed", dom: machine.reference, params });
  }

  #alreadyRunning(): Fault {
    const { driver, profile } = this.#parts;
    return driver === "openvz"
      ? libvirtFault("OPERATION_DENIED", "operation forbidden: domain is not in shutoff state", profile.errorDomain)
      : invalidOperation(profile, "domain is already running");
  }

  #requireStoppable(machine: SimulatedMachine): MachineRun {
    const { driver, profile } = this.#parts;
    if (driver === "openvz" && !machine.run)
      throw libvirtFault("INTERNAL_ERROR", "internal error: domain is not in running state", profile.errorDomain);
    return requireGuest(machine, profile);
  }

  #pause(run: MachineRun): void {
    run.condition = { state: DomainState.paused, reason: PausedReason.user };
    run.counters.pause(this.#parts.nowMs());
  }

  #stop(machine: SimulatedMachine, offReason: number, ...told: readonly Lifecycle[]): void {
    this.#parts.runs.end(machine, offReason, this.#parts.nowMs());
    this.#announce(machine, ...told);
  }

  #react(machine: SimulatedMachine, run: MachineRun, reaction: () => void): void {
    run.reaction?.cancel();
    if (this.#rules.obeysAtOnce) {
      reaction();
      return;
    }
    run.reaction = this.#parts.clock.after(between(this.#random, 1500, 6000), () => {
      run.reaction = undefined;
      if (machine.run === run && run.condition.state === DomainState.running) reaction();
    });
  }

  #announce(machine: SimulatedMachine, ...told: readonly Lifecycle[]): void {
    for (const lifecycle of told) this.#parts.announce({ kind: "lifecycle", dom: machine.reference, lifecycle });
  }
}

/** Disconnected, because the domain was started; connected, as its channel tells. */
const AGENT_GONE = { state: 2, reason: 1 } as const;
const AGENT_CAME = { state: 1, reason: 2 } as const;

function hasAgentChannel(definition: MachineDefinition): boolean {
  const devices = child(definition.tree(), "devices");
  return childElements(devices ?? definition.tree(), "channel").some(
    (channel) => attribute(child(channel, "target"), "name") === "org.qemu.guest_agent.0",
  );
}

const JOB_SAVE = 2;

/** What libvirt tells of a save that is done. */
function saveJob(memoryKiB: number): readonly TypedParameter[] {
  const octets = BigInt(memoryKiB) * 1024n;
  return [
    { field: "operation", type: "int", value: JOB_SAVE },
    { field: "time_elapsed", type: "ullong", value: 70n },
    { field: "data_total", type: "ullong", value: octets },
    { field: "data_processed", type: "ullong", value: octets / 8n },
    { field: "data_remaining", type: "ullong", value: 0n },
    { field: "memory_total", type: "ullong", value: octets },
    { field: "memory_processed", type: "ullong", value: octets / 8n },
    { field: "memory_remaining", type: "ullong", value: 0n },
  ];
}
