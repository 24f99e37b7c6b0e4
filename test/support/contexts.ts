import { SnmpContexts, type SnmpIdentification } from "../../src/agent/snmp/contexts.js";
import { allVisible, type MachineVisibility } from "../../src/agent/snmp/machine-order.js";
import { VmSwitches } from "../../src/agent/snmp/vm-switches.js";
import type { InventoryReader } from "../../src/inventory/generation.js";
import { newSnmpCounters } from "../../src/protocol/snmp/counters.js";
import type { ObjectSource, Oid, Principal, VarBind } from "../../src/protocol/snmp/object-source.js";
import { ManualClock } from "./manual-clock.js";

export const identification: SnmpIdentification = {
  version: "1.2.3",
  name: "gateway.example",
  contact: "noc@example",
  location: "rack 4",
};

/** Somebody who may see everything, unless a test says otherwise. */
export const reader: Principal = { securityModel: 2, securityName: "reader" };

/** The contexts of an inventory, with an engine that does nothing. */
export function contextsOver(
  inventory: InventoryReader,
  clock = new ManualClock(2_000_000),
  visibility: MachineVisibility = allVisible,
): SnmpContexts {
  return new SnmpContexts({
    inventory,
    clock,
    identification: () => identification,
    switches: new VmSwitches({ perVm: true, bulk: false }),
    visibility,
    engine: () => ({
      engineId: Buffer.from("8000000005010203040506", "hex"),
      boots: 3,
      timeS: 60,
      maxMessageSize: 65507,
      authenticationTraps: false,
      counters: newSnmpCounters(),
    }),
  });
}

export function requireContext(contexts: SnmpContexts, name: string, principal = reader): ObjectSource {
  const source = contexts.open(name, principal);
  if (source === undefined) throw new TypeError(`no context ${name}`);
  return source;
}

/** Everything after `from`, by one cursor. */
export function walk(source: ObjectSource, from: Oid = []): readonly VarBind[] {
  const cursor = source.after(from);
  const found: VarBind[] = [];
  for (let one = cursor.next(); one !== undefined; one = cursor.next()) found.push(one);
  return found;
}
