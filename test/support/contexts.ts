import { SnmpContexts, type SnmpIdentification } from "../../src/agent/snmp/contexts.js";
import { configuredRows } from "../../src/agent/snmp/framework/configured-rows.js";
import { FrameworkTables } from "../../src/agent/snmp/framework/framework-tables.js";
import { allVisible, type InventoryVisibility } from "../../src/agent/snmp/machine-order.js";
import { VmSwitches } from "../../src/agent/snmp/vm-switches.js";
import type { InventoryReader } from "../../src/inventory/generation.js";
import { newSnmpCounters } from "../../src/protocol/snmp/counters.js";
import type { ObjectSource, Oid, Principal, VarBind } from "../../src/protocol/snmp/object-source.js";
import { ManualClock } from "./manual-clock.js";
import { TableStore } from "./table-store.js";

const engineId = Buffer.from("8000000005010203040506", "hex");

export const identification: SnmpIdentification = {
  version: "1.2.3",
  name: "gateway.example",
  contact: "noc@example",
  location: "rack 4",
};

/** The framework's tables as a small configuration fills them. */
const framework = await FrameworkTables.open({
  store: new TableStore(),
  engineId,
  random: () => 0,
  authenticationTraps: false,
});
framework.configure(
  configuredRows(
    {
      users: [{ name: "open" }],
      communities: [
        {
          community: "public",
          version: "v2c",
          securityName: "community1",
          contextName: "",
          sources: [{ address: "192.0.2.0", prefixLength: 25 }],
        },
      ],
      targets: [
        {
          name: "nms1",
          peer: { address: "2001:db8::1", port: 162 },
          version: "v3",
          securityName: "open",
          securityLevel: "noAuthNoPriv",
          contextName: "",
        },
      ],
    },
    engineId,
  ),
);

/** Somebody who may see everything, unless a test says otherwise. */
export const reader: Principal = { securityModel: 2, securityName: "reader" };

/** The contexts of an inventory, with an engine that does nothing. */
export function contextsOver(
  inventory: InventoryReader,
  clock = new ManualClock(2_000_000),
  visibility: InventoryVisibility = allVisible,
): SnmpContexts {
  return new SnmpContexts({
    inventory,
    clock,
    identification: () => identification,
    switches: new VmSwitches({ perVm: true, bulk: false }),
    visibility,
    framework,
    engine: () => ({
      engineId,
      boots: 3,
      timeS: 60,
      maxMessageSize: 65507,
      counters: newSnmpCounters(),
      tlsTables: {
        certificates: { count: 0, changedAtCs: 0 },
        params: { count: 0, changedAtCs: 0 },
        servers: { count: 0, changedAtCs: 0 },
      },
      scalars: framework.scalars,
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
