import { DomainState } from "../life/domain-state.js";
import type { MachineView } from "../machine/machine-registry.js";
import type { SimulatedMachine } from "../machine/simulated-machine.js";
import { flagGroups } from "./flag-groups.js";

type Test = (machine: SimulatedMachine, view: MachineView) => boolean;

const inState =
  (state: number): Test =>
  (machine, view) =>
    view.conditionOf(machine).state === state;

const ordinaryStates: ReadonlySet<number> = new Set([DomainState.running, DomainState.paused, DomainState.shutoff]);

const always: Test = () => true;
const never: Test = () => false;

const groups: readonly (readonly (readonly [flag: number, test: Test])[])[] = [
  [
    [1 << 0, (machine) => machine.run !== undefined],
    [1 << 1, (machine) => machine.run === undefined],
  ],
  [
    [1 << 2, (machine) => machine.persistent],
    [1 << 3, (machine) => !machine.persistent],
  ],
  [
    [1 << 4, inState(DomainState.running)],
    [1 << 5, inState(DomainState.paused)],
    [1 << 6, inState(DomainState.shutoff)],
    [1 << 7, (machine, view) => !ordinaryStates.has(view.conditionOf(machine).state)],
  ],
  [
    [1 << 8, (machine) => machine.managedSave],
    [1 << 9, (machine) => !machine.managedSave],
  ],
  [
    [1 << 10, (machine) => machine.autostart],
    [1 << 11, (machine) => !machine.autostart],
  ],
  [
    [1 << 12, (machine) => machine.snapshots.size > 0],
    [1 << 13, (machine) => machine.snapshots.size === 0],
  ],
  // Checkpoints: no simulated machine has any.
  [
    [1 << 14, never],
    [1 << 15, always],
  ],
];

/** Which machines the flags of a list ask for, given what the client sees of them. */
export const listFilter = flagGroups(groups);
