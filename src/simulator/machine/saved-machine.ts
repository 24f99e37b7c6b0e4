import type { MachineDefinition } from "./machine-definition.js";

/** A machine's memory in a file, as far as it matters: what it was and whether it is to run again. */
export interface SavedMachine {
  readonly definition: MachineDefinition;
  readonly paused: boolean;
}
