import type { EngineScalar } from "../../../mapping/snmp/engine-groups.js";
import { snmpTargetObjects } from "../../../schema/generated/snmp-target-mib.js";
import { snmpTsmConfiguration } from "../../../schema/generated/snmp-tsm-mib.js";
import { usmUser } from "../../../schema/generated/snmp-user-based-sm-mib.js";
import { vacmMIBViews } from "../../../schema/generated/snmp-view-based-acm-mib.js";
import { snmp, snmpSet } from "../../../schema/generated/snmpv2-mib.js";
import type { ScalarsShape } from "../../../schema/smi/shape.js";
import type { SettableObject } from "../settable-objects.js";

/** Each with the group it stands in, and whether it is a lock or a switch that lasts. @see RFC 2579, textual convention TestAndIncr */
// biome-ignore format: read as a table
const scalars = {
  snmpEnableAuthenTraps: { group: snmp,              kind: "kept" },
  snmpSetSerialNo:       { group: snmpSet,           kind: "lock" },
  snmpTargetSpinLock:    { group: snmpTargetObjects, kind: "lock" },
  usmUserSpinLock:       { group: usmUser,           kind: "lock" },
  vacmViewSpinLock:      { group: vacmMIBViews,      kind: "lock" },
  snmpTsmConfigurationUsePrefix: { group: snmpTsmConfiguration, kind: "kept" },
} as const satisfies Readonly<Record<EngineScalar, { readonly group: ScalarsShape; readonly kind: "lock" | "kept" }>>;

export const frameworkScalars = Object.keys(scalars) as readonly EngineScalar[];

export function isFrameworkScalar(name: string): name is EngineScalar {
  return name in scalars;
}

export function isLock(name: EngineScalar): boolean {
  return scalars[name].kind === "lock";
}

export function settableScalar(name: EngineScalar): SettableObject {
  const group: ScalarsShape = scalars[name].group;
  const shape = group.scalars[name];
  if (shape === undefined) throw new TypeError(`${group.name} has no ${name}`);
  return { oid: [...group.oid, shape.id], name, shape };
}
