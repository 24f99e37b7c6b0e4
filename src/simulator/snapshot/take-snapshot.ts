import { DomainState } from "../life/domain-state.js";
import type { MachineSnapshot, SimulatedMachine } from "../machine/simulated-machine.js";

type NewSnapshot = Pick<MachineSnapshot, "name" | "description" | "createdS"> & { readonly diskOnly: boolean };

/** Keeps what a machine is now, under a name that it has no snapshot of; it becomes the current one. */
export function takeSnapshot(machine: SimulatedMachine, { diskOnly, ...given }: NewSnapshot): void {
  const { run } = machine;
  const running = run?.condition.state === DomainState.paused ? "paused" : "running";
  machine.snapshots.set(given.name, {
    ...given,
    state: diskOnly ? "disk-snapshot" : run ? running : "shutoff",
    parent: machine.currentSnapshot,
    definition: machine.definition,
    running: diskOnly ? undefined : run?.definition,
  });
  machine.currentSnapshot = given.name;
}
