import { Fault } from "../../base/fault.js";
import { type ManagedObject, objectPath } from "../../inventory/managed-object.js";

/** What is not there, or looks so to whoever may not see it: both are told in the same words. */
export function absentObject(host: string, object: ManagedObject): Fault {
  return new Fault("absent", `host ${host} has no ${objectPath(object).replace("/", " ")}`, {
    path: `host/${host}/${objectPath(object)}`,
  });
}

export function absentHost(host: string): Fault {
  return new Fault("absent", `there is no host ${host}`, { path: `host/${host}` });
}

export function readOnlyHost(host: string): Fault {
  return new Fault(
    "denied",
    `host ${host} is read-only: set allow_write = true for it in the configuration file and reload, or start the gateway with --allow-write for hosts of --connect`,
    { path: `host/${host}` },
  );
}
