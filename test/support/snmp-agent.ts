import { newSnmpCounters, type SnmpCounters } from "../../src/protocol/snmp/counters.js";
import { localizeKey, passwordToKey, privacyKey } from "../../src/protocol/snmp/keys.js";
import type { ObjectSource, VarBind } from "../../src/protocol/snmp/object-source.js";
import { SnmpEngine, type SnmpEngineOptions } from "../../src/protocol/snmp/snmp-engine.js";
import type { UsmUser } from "../../src/protocol/snmp/usm.js";
import {
  type AuthProtocolName,
  authProtocols,
  type PrivProtocolName,
  privProtocols,
} from "../../src/protocol/snmp/usm-protocol.js";
import type { VacmTables } from "../../src/protocol/snmp/vacm.js";
import { ManualClock } from "./manual-clock.js";
import { listSource } from "./snmp-list-source.js";

export const AUTH_PASSWORD = "a long enough secret";
export const PRIV_PASSWORD = "another long secret";
export const ENGINE_ID = Buffer.from("8000000006010203040506070809101112", "hex");

/** A user whose keys come from the passwords above. */
export function testUser(
  name: string,
  auth?: AuthProtocolName,
  priv?: PrivProtocolName,
  engineId = ENGINE_ID,
): UsmUser {
  if (auth === undefined) return { name };
  const protocol = authProtocols[auth];
  const authKey = { protocol, localizedKey: localizeKey(protocol, passwordToKey(protocol, AUTH_PASSWORD), engineId) };
  if (priv === undefined) return { name, auth: authKey };
  const base = localizeKey(protocol, passwordToKey(protocol, PRIV_PASSWORD), engineId);
  const localizedKey = privacyKey(protocol, privProtocols[priv], base, engineId);
  return { name, auth: authKey, priv: { protocol: privProtocols[priv], localizedKey } };
}

/** Every name may see everything below 1.3.6.1, at any level and in any context, and write nothing. */
export function openTables(names: readonly string[]): VacmTables {
  return {
    groups: names.flatMap((securityName) =>
      ([1, 2, 3] as const).map((securityModel) => ({ securityModel, securityName, groupName: "all" })),
    ),
    access: [
      {
        groupName: "all",
        contextPrefix: "",
        contextMatch: "prefix",
        securityModel: 0,
        securityLevel: "noAuthNoPriv",
        readViewName: "internet",
        writeViewName: "internet",
        notifyViewName: "internet",
      },
    ],
    views: [{ viewName: "internet", subtree: [1, 3, 6, 1], type: "included" }],
  };
}

const text = (value: string): VarBind["value"] => ({ type: "OctetString", value: Buffer.from(value) });

/** A few objects of each type, and a table of two columns and three rows. */
export const sampleObjects: readonly VarBind[] = [
  { oid: [1, 3, 6, 1, 2, 1, 1, 1, 0], value: text("a small agent") },
  { oid: [1, 3, 6, 1, 2, 1, 1, 2, 0], value: { type: "ObjectIdentifier", value: [0, 0] } },
  { oid: [1, 3, 6, 1, 2, 1, 1, 3, 0], value: { type: "TimeTicks", value: 4294967295 } },
  { oid: [1, 3, 6, 1, 2, 1, 4, 20, 1], value: { type: "IpAddress", value: Uint8Array.of(192, 0, 2, 1) } },
  ...[1, 2, 3].flatMap((row): VarBind[] => [
    { oid: [1, 3, 6, 1, 2, 1, 236, 1, 4, 1, 2, row], value: text(`machine ${row}`) },
    { oid: [1, 3, 6, 1, 2, 1, 236, 1, 4, 1, 9, row], value: { type: "Integer32", value: -row } },
    { oid: [1, 3, 6, 1, 2, 1, 236, 1, 4, 1, 17, row], value: { type: "Counter64", value: 2n ** 64n - BigInt(row) } },
  ]),
  { oid: [1, 3, 6, 1, 4, 1, 8072, 9999, 1], value: { type: "Counter32", value: 4294967295 } },
  { oid: [1, 3, 6, 1, 4, 1, 8072, 9999, 2], value: { type: "Unsigned32", value: 2147483648 } },
];

const sampleColumns = [
  [1, 3, 6, 1, 2, 1, 236, 1, 4, 1, 2],
  [1, 3, 6, 1, 2, 1, 236, 1, 4, 1, 9],
  [1, 3, 6, 1, 2, 1, 236, 1, 4, 1, 17],
];

export interface TestAgent {
  readonly engine: SnmpEngine;
  readonly counters: SnmpCounters;
  readonly clock: ManualClock;
}

/** An engine over `objects` in the contexts "" and "host1", with one user per name given and the community "public". */
export function testAgent(
  users: readonly UsmUser[],
  options: Partial<SnmpEngineOptions> & { objects?: ObjectSource } = {},
): TestAgent {
  const { objects = listSource(sampleObjects, sampleColumns), ...rest } = options;
  const clock = new ManualClock();
  const counters = newSnmpCounters();
  const engine = new SnmpEngine({
    engineId: ENGINE_ID,
    boots: 7,
    clock,
    users,
    communities: [{ community: "public", securityName: "reader", contextName: "" }],
    vacm: openTables(["reader", ...users.map((user) => user.name)]),
    versions: ["v1", "v2c"],
    sources: { open: (contextName) => (["", "host1"].includes(contextName) ? objects : undefined) },
    counters,
    ...rest,
  });
  return { engine, counters, clock };
}
