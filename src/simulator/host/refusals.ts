import type { Fault } from "../../base/fault.js";
import { libvirtFault } from "../../protocol/libvirt/error.js";
import type { MachineRun, SimulatedMachine } from "../machine/simulated-machine.js";
import type { DriverProfile } from "./driver-profile.js";

/** What is asked does not fit the state the domain is in. */
export function invalidOperation(profile: DriverProfile, message: string): Fault {
  return libvirtFault("OPERATION_INVALID", `Requested operation is not valid: ${message}`, profile.errorDomain);
}

export function invalidArgument(profile: DriverProfile, message: string): Fault {
  return libvirtFault("INVALID_ARG", `invalid argument: ${message}`, profile.errorDomain);
}

/** The run of a machine. @throws {Fault} for libvirt's OPERATION_INVALID when it is off */
export function requireRun(machine: SimulatedMachine, profile: DriverProfile): MachineRun {
  if (!machine.run) throw invalidOperation(profile, "domain is not running");
  return machine.run;
}

/** The run of a machine that is not the one which runs the others. @throws {Fault} for libvirt's OPERATION_INVALID */
export function requireGuest(machine: SimulatedMachine, profile: DriverProfile): MachineRun {
  if (machine.isControl) throw invalidOperation(profile, "Domain-0 does not support requested operation");
  return requireRun(machine, profile);
}
