import { type DataPath, dataPath } from "./data-path.js";

const HOST_MODULE = "virtgate-host";
const MACHINE_MODULE = "virtgate-machine";

/** No host has such a name, and no machine such a UUID, nor can a rule have it: stands for those that no rule names. */
export const NAMELESS = "\0";

/** All hosts. */
export const hostsPath: DataPath = dataPath(HOST_MODULE, "hosts");

/** One host, with what is below it. */
export function hostPath(name: string): DataPath {
  return dataPath(HOST_MODULE, "hosts", ["host", { name }]);
}

/** One machine, with what is below it. */
export function machinePath(host: string, uuid: string): DataPath {
  return [...hostPath(host), ...dataPath(MACHINE_MODULE, ["machine", { uuid }])];
}

/** What a path says of hosts and machines; keys that it leaves open are `undefined`. */
export interface NamedInPath {
  readonly host: string | undefined;
  readonly uuid: string | undefined;
}

/** Which host and which machine a path is at, or below. */
export function namedIn([, host, machine]: DataPath): NamedInPath {
  return { host: host?.keys.get("name"), uuid: machine?.keys.get("uuid") };
}
