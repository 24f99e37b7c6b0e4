import type { FaultCode } from "../../base/fault.js";

/** libvirt's error numbers, without their `VIR_ERR_`, and what each means to the gateway. */
// biome-ignore format: read as a table
const errors = {
  INTERNAL_ERROR:            [1, "driver-failed"],
  NO_MEMORY:                 [2, "driver-failed"],
  NO_SUPPORT:                [3, "unsupported"],
  UNKNOWN_HOST:              [4, "unreachable"],
  NO_CONNECT:                [5, "unreachable"],
  INVALID_CONN:              [6, "invalid"],
  INVALID_DOMAIN:            [7, "invalid"],
  INVALID_ARG:               [8, "invalid"],
  OPERATION_FAILED:          [9, "driver-failed"],
  OS_TYPE:                   [16, "invalid"],
  NO_KERNEL:                 [17, "invalid"],
  NO_ROOT:                   [18, "invalid"],
  NO_SOURCE:                 [19, "invalid"],
  NO_TARGET:                 [20, "invalid"],
  NO_NAME:                   [21, "invalid"],
  NO_OS:                     [22, "invalid"],
  NO_DEVICE:                 [23, "invalid"],
  CALL_FAILED:               [26, "unsupported"],
  XML_ERROR:                 [27, "invalid"],
  DOM_EXIST:                 [28, "exists"],
  OPERATION_DENIED:          [29, "denied"],
  CONF_SYNTAX:               [33, "invalid"],
  XML_DETAIL:                [35, "invalid"],
  INVALID_NETWORK:           [36, "invalid"],
  NETWORK_EXIST:             [37, "exists"],
  SYSTEM_ERROR:              [38, "driver-failed"],
  RPC:                       [39, "driver-failed"],
  GNUTLS_ERROR:              [40, "driver-failed"],
  NO_DOMAIN:                 [42, "absent"],
  NO_NETWORK:                [43, "absent"],
  INVALID_MAC:               [44, "invalid"],
  AUTH_FAILED:               [45, "denied"],
  INVALID_STORAGE_POOL:      [46, "invalid"],
  INVALID_STORAGE_VOL:       [47, "invalid"],
  NO_STORAGE_POOL:           [49, "absent"],
  NO_STORAGE_VOL:            [50, "absent"],
  INVALID_NODE_DEVICE:       [52, "invalid"],
  NO_NODE_DEVICE:            [53, "absent"],
  NO_SECURITY_MODEL:         [54, "absent"],
  OPERATION_INVALID:         [55, "invalid"],
  NO_INTERFACE:              [57, "absent"],
  INVALID_INTERFACE:         [58, "invalid"],
  MULTIPLE_INTERFACES:       [59, "invalid"],
  INVALID_NWFILTER:          [61, "invalid"],
  NO_NWFILTER:               [62, "absent"],
  INVALID_SECRET:            [65, "invalid"],
  NO_SECRET:                 [66, "absent"],
  CONFIG_UNSUPPORTED:        [67, "unsupported"],
  OPERATION_TIMEOUT:         [68, "timeout"],
  INVALID_DOMAIN_SNAPSHOT:   [71, "invalid"],
  NO_DOMAIN_SNAPSHOT:        [72, "absent"],
  INVALID_STREAM:            [73, "invalid"],
  ARGUMENT_UNSUPPORTED:      [74, "unsupported"],
  STORAGE_POOL_BUILT:        [76, "exists"],
  SNAPSHOT_REVERT_RISKY:     [77, "invalid"],
  OPERATION_ABORTED:         [78, "driver-failed"],
  AUTH_CANCELLED:            [79, "denied"],
  NO_DOMAIN_METADATA:        [80, "absent"],
  MIGRATE_UNSAFE:            [81, "invalid"],
  OVERFLOW:                  [82, "invalid"],
  BLOCK_COPY_ACTIVE:         [83, "busy"],
  OPERATION_UNSUPPORTED:     [84, "unsupported"],
  AGENT_UNRESPONSIVE:        [86, "unreachable"],
  RESOURCE_BUSY:             [87, "busy"],
  ACCESS_DENIED:             [88, "denied"],
  STORAGE_VOL_EXIST:         [90, "exists"],
  CPU_INCOMPATIBLE:          [91, "unsupported"],
  XML_INVALID_SCHEMA:        [92, "invalid"],
  AUTH_UNAVAILABLE:          [94, "denied"],
  NO_SERVER:                 [95, "absent"],
  NO_CLIENT:                 [96, "absent"],
  AGENT_UNSYNCED:            [97, "unreachable"],
  DEVICE_MISSING:            [99, "absent"],
  INVALID_NWFILTER_BINDING:  [100, "invalid"],
  NO_NWFILTER_BINDING:       [101, "absent"],
  INVALID_DOMAIN_CHECKPOINT: [102, "invalid"],
  NO_DOMAIN_CHECKPOINT:      [103, "absent"],
  NO_DOMAIN_BACKUP:          [104, "absent"],
  INVALID_NETWORK_PORT:      [105, "invalid"],
  NETWORK_PORT_EXIST:        [106, "exists"],
  NO_NETWORK_PORT:           [107, "absent"],
  NO_HOSTNAME:               [108, "absent"],
  CHECKPOINT_INCONSISTENT:   [109, "invalid"],
  MULTIPLE_DOMAINS:          [110, "invalid"],
} as const satisfies Record<string, readonly [number, FaultCode]>;

/** libvirt's name of an error, without `VIR_ERR_`. */
export type ErrorName = keyof typeof errors;

const faults = new Map<number, FaultCode>(Object.values(errors));

/** The number of an error. */
export function errorNumber(name: ErrorName): number {
  return errors[name][0];
}

/** What an error means to the gateway. Numbers that are not in the table are the driver's own trouble. */
export function faultCodeOf(number: number): FaultCode {
  return faults.get(number) ?? "driver-failed";
}

/** Which error to send for a fault that does not come from libvirt. */
export const errorForFault: Readonly<Record<FaultCode, ErrorName>> = {
  absent: "INVALID_ARG",
  exists: "OPERATION_FAILED",
  invalid: "INVALID_ARG",
  busy: "RESOURCE_BUSY",
  unsupported: "NO_SUPPORT",
  denied: "ACCESS_DENIED",
  "driver-failed": "INTERNAL_ERROR",
  unreachable: "INTERNAL_ERROR",
  timeout: "OPERATION_TIMEOUT",
  "storage-failed": "SYSTEM_ERROR",
};
