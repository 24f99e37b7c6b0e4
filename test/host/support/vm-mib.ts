import type { VmTables } from "./agreement.js";
import type { Gateway } from "./gateway.js";
import { get, readTable, type SnmpTable, type SnmpValue } from "./snmp.js";

const VM_OBJECTS = ".1.3.6.1.2.1.236.1";

/** Instances of scalars. @see RFC 7666, objects vmHypervisor and vmObjects */
export const vmScalars = {
  vmHvSoftware: `${VM_OBJECTS}.1.1.0`,
  vmHvVersion: `${VM_OBJECTS}.1.2.0`,
  vmHvObjectID: `${VM_OBJECTS}.1.3.0`,
  vmHvUpTime: `${VM_OBJECTS}.1.4.0`,
  vmNumber: `${VM_OBJECTS}.2.0`,
  vmTableLastChange: `${VM_OBJECTS}.3.0`,
  vmPerVMNotificationsEnabled: `${VM_OBJECTS}.9.0`,
  vmBulkNotificationsEnabled: `${VM_OBJECTS}.10.0`,
} as const;

/** Columns of vmTable that tests read by name. */
export const VM_NAME = 2;
export const VM_UUID = 3;
const VM_OPER_STATE = 6;

export async function readVmTables(gateway: Gateway, context: string): Promise<VmTables> {
  return {
    vm: await readVmTable(gateway, context),
    cpu: await readTable(gateway, `${VM_OBJECTS}.5.1`, context),
    affinity: await readTable(gateway, `${VM_OBJECTS}.6.1`, context),
    storage: await readTable(gateway, `${VM_OBJECTS}.7.1`, context),
    network: await readTable(gateway, `${VM_OBJECTS}.8.1`, context),
  };
}

export function readVmTable(gateway: Gateway, context: string): Promise<SnmpTable> {
  return readTable(gateway, `${VM_OBJECTS}.4.1`, context);
}

export function readVmScalar(gateway: Gateway, name: keyof typeof vmScalars, context: string): Promise<SnmpValue> {
  return get(gateway, vmScalars[name], context);
}

/** vmOperState of every machine of a context by name. */
export async function operStates(gateway: Gateway, context: string): Promise<ReadonlyMap<string, number>> {
  const rows = await readVmTable(gateway, context);
  return new Map([...rows.values()].map((row) => [String(row.get(VM_NAME)), Number(row.get(VM_OPER_STATE))]));
}
