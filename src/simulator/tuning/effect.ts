import type { DriverProfile } from "../host/driver-profile.js";
import { invalidOperation, requireRun } from "../host/refusals.js";
import type { SimulatedMachine } from "../machine/simulated-machine.js";

const LIVE = 1;
const CONFIG = 2;

/** Which of a machine's two definitions a call is about. */
export interface Effect {
  readonly live: boolean;
  readonly config: boolean;
}

/**
 * Reads the flags that many calls share: neither means the run if there is one, else the definition.
 * @throws {Fault} for libvirt's OPERATION_INVALID, when the machine does not have what they name
 */
export function effectOf(machine: SimulatedMachine, flags: number, profile: DriverProfile): Effect {
  const neither = (flags & (LIVE | CONFIG)) === 0;
  const live = (flags & LIVE) !== 0 || (neither && machine.run !== undefined);
  const config = (flags & CONFIG) !== 0 || (neither && machine.run === undefined);
  if (live) requireRun(machine, profile);
  if (config && !machine.persistent) {
    throw invalidOperation(profile, "transient domains do not have any persistent config");
  }
  return { live, config };
}
