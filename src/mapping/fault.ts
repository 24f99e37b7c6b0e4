import type { FaultCode } from "../base/fault.js";

interface FaultRow {
  readonly snmp: number;
  readonly netconf: string;
  readonly cim: number;
  readonly http: number;
}

/** One row per fault: SNMP error-status (RFC 3416), NETCONF error-tag (RFC 6241), CIM status (DSP0200), HTTP status. */
// biome-ignore format: read as a table
export const faultTable: Readonly<Record<FaultCode, FaultRow>> = {
  absent:           { snmp: 11, netconf: "data-missing",            cim: 6,  http: 404 },
  exists:           { snmp: 12, netconf: "data-exists",             cim: 11, http: 409 },
  invalid:          { snmp: 10, netconf: "invalid-value",           cim: 4,  http: 400 },
  busy:             { snmp: 13, netconf: "in-use",                  cim: 1,  http: 503 },
  unsupported:      { snmp: 17, netconf: "operation-not-supported", cim: 7,  http: 501 },
  denied:           { snmp: 16, netconf: "access-denied",           cim: 2,  http: 403 },
  "driver-failed":  { snmp: 5,  netconf: "operation-failed",        cim: 1,  http: 502 },
  unreachable:      { snmp: 5,  netconf: "operation-failed",        cim: 1,  http: 503 },
  timeout:          { snmp: 5,  netconf: "operation-failed",        cim: 1,  http: 504 },
  "storage-failed": { snmp: 14, netconf: "resource-denied",         cim: 1,  http: 507 },
};
