import type { AdminState, Machine, MachineState } from "../inventory/machine.js";
import type { vmEntry } from "../schema/generated/vm-mib.js";
import type { ValueOf } from "./bind-table.js";

type VmColumns = (typeof vmEntry)["columns"];

/** vmOperState as a number. @see RFC 7666, object vmOperState */
export type OperState = ValueOf<VmColumns["vmOperState"]>;

interface StateRow {
  readonly vmOperState: OperState;
  readonly yang: string;
  readonly enabledState: number;
  readonly healthState: number;
}

/** What each management world calls a machine state. "Suspended" in VM-MIB means saved to storage. */
// biome-ignore format: read as a table
export const machineState: Readonly<Record<MachineState, StateRow>> = {
  //                RFC 7666         yang identity              CIM_EnabledLogicalElement (DSP1057)
  unknown:        { vmOperState: 1,  yang: "vg:unknown",        enabledState: 0,  healthState: 0 },
  other:          { vmOperState: 2,  yang: "vg:other",          enabledState: 1,  healthState: 0 },
  preparing:      { vmOperState: 3,  yang: "vg:preparing",      enabledState: 10, healthState: 5 },
  running:        { vmOperState: 4,  yang: "vg:running",        enabledState: 2,  healthState: 5 },
  saving:         { vmOperState: 5,  yang: "vg:saving",         enabledState: 4,  healthState: 5 },
  saved:          { vmOperState: 6,  yang: "vg:saved",          enabledState: 6,  healthState: 5 },
  restoring:      { vmOperState: 7,  yang: "vg:restoring",      enabledState: 10, healthState: 5 },
  paused:         { vmOperState: 8,  yang: "vg:paused",         enabledState: 9,  healthState: 5 },
  migrating:      { vmOperState: 9,  yang: "vg:migrating",      enabledState: 2,  healthState: 5 },
  stopping:       { vmOperState: 10, yang: "vg:stopping",       enabledState: 4,  healthState: 5 },
  stopped:        { vmOperState: 11, yang: "vg:stopped",        enabledState: 3,  healthState: 5 },
  crashed:        { vmOperState: 12, yang: "vg:crashed",        enabledState: 3,  healthState: 20 },
  // To memory: resident and not scheduled. `operState` has the other case.
  "pm-suspended": { vmOperState: 8,  yang: "vg:pm-suspended",   enabledState: 9,  healthState: 5 },
};

/** What each management world calls the state that is wanted. */
// biome-ignore format: read as a table
export const adminState: Readonly<Record<AdminState, { readonly vmAdminState: ValueOf<VmColumns["vmAdminState"]> }>> = {
  //         RFC 7666
  running: { vmAdminState: 1 },
  saved:   { vmAdminState: 2 },
  paused:  { vmAdminState: 3 },
  stopped: { vmAdminState: 4 },
};

/**
 * The state that a manager may rely on: unknown(1) while the machine's host cannot be reached. A guest that suspended itself
 * to disk is as good as saved.
 */
export function operState({ reachable, state, reason }: Machine): OperState {
  if (!reachable) return machineState.unknown.vmOperState;
  return machineState[state === "pm-suspended" && reason === "disk" ? "saved" : state].vmOperState;
}
