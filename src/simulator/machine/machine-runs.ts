import type { DomainInterface } from "../../protocol/libvirt/document/domain-interface.js";
import type { SimulatedDriver } from "../host/driver-profile.js";
import type { HostResources } from "../host/host-resources.js";
import type { Condition } from "../life/domain-state.js";
import type { MachineDefinition } from "./machine-definition.js";
import type { MachineRegistry } from "./machine-registry.js";
import { diskAllocation } from "./machine-statistics.js";
import { RunCounters } from "./run-counters.js";
import type { MachineRun, SimulatedMachine } from "./simulated-machine.js";

/** Begins and ends runs: what they take from the host and what they leave behind, without a word to anybody. */
export class MachineRuns {
  readonly #driver: SimulatedDriver;
  readonly #registry: MachineRegistry;
  readonly #resources: HostResources;

  constructor(driver: SimulatedDriver, registry: MachineRegistry, resources: HostResources) {
    this.#driver = driver;
    this.#registry = registry;
    this.#resources = resources;
  }

  begin(machine: SimulatedMachine, definition: MachineDefinition, condition: Condition, startedMs: number): MachineRun {
    const { facts } = definition;
    const id = machine.isControl ? 0 : this.#resources.nextId(machine.name);
    const run: MachineRun = {
      id,
      startedMs,
      definition,
      condition,
      counters: new RunCounters(() => machine.rates.workload, facts.vcpuCount, startedMs),
      taps: facts.interfaces.map((nic, number) => this.#tapOf(nic, id, number)),
      share: { weight: 256, cap: 0 },
      pseudoTerminal: this.#resources.takeTerminal(),
      vncPort: facts.osType === "hvm" ? this.#resources.takeScreen() : undefined,
      reaction: undefined,
      agentArrival: undefined,
      agentConnected: false,
      console: undefined,
    };
    machine.run = run;
    this.#registry.indexRun(machine);
    return run;
  }

  /** Gives a running machine another definition: interfaces that were there keep their devices. */
  redefine(run: MachineRun, definition: MachineDefinition): void {
    const before = run.definition.facts.interfaces;
    run.taps = definition.facts.interfaces.map((nic, number) => {
      const held = before.findIndex(({ mac }) => mac === nic.mac);
      return held >= 0 ? run.taps[held] : this.#tapOf(nic, run.id, number);
    });
    run.definition = definition;
  }

  /** The host's device of an interface. Those of Xen and OpenVZ tell whose they are. */
  #tapOf(nic: DomainInterface, id: number, number: number): string | undefined {
    if (nic.type === "user") return undefined;
    if (this.#driver === "xen") return `vif${id}.${number}`;
    if (this.#driver === "openvz") return nic.target ?? `veth${id}.${number}`;
    return this.#resources.nextTap();
  }

  /** @returns whether the machine still exists: a transient one is gone with its run */
  end(machine: SimulatedMachine, offReason: number, nowMs: number): boolean {
    const { run } = machine;
    if (!run) return true;
    run.reaction?.cancel();
    run.agentArrival?.cancel();
    run.console?.end();
    for (const disk of run.definition.facts.disks) {
      machine.diskContent(disk).allocatedBytes = diskAllocation(machine, disk, nowMs);
    }
    this.#registry.forgetRun(run.id);
    this.#resources.releaseTerminal(run.pseudoTerminal);
    if (run.vncPort !== undefined) this.#resources.releaseScreen(run.vncPort);
    machine.run = undefined;
    machine.offReason = offReason;
    if (!machine.persistent) this.#registry.remove(machine);
    return machine.persistent;
  }
}
