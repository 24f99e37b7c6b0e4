import assert from "node:assert/strict";
import { accessOf } from "../../src/agent/snmp/framework/compile-access.js";
import { targetsOf } from "../../src/agent/snmp/framework/compile-targets.js";
import { FrameworkTables } from "../../src/agent/snmp/framework/framework-tables.js";
import { SettableObjects } from "../../src/agent/snmp/settable-objects.js";
import { elementSize } from "../../src/codec/ber/ber-size.js";
import { BerWriter } from "../../src/codec/ber/ber-writer.js";
import { boundRows } from "../../src/mapping/bind-rows.js";
import { frameworkTables } from "../../src/mapping/snmp/framework-tables.js";
import type { PlainPdu } from "../../src/protocol/snmp/pdu.js";
import { type PduVarBind, varBindListSize, writeVarBindList } from "../../src/protocol/snmp/var-bind.js";
import { admin, cell, integer, octets, pointer, text } from "../support/framework.js";
import { ENGINE_ID, type TestAgent, testAgent, testUser } from "../support/snmp-agent.js";
import { openCommunity } from "../support/snmp-manager.js";
import { TableStore } from "../support/table-store.js";

const peer = { address: "127.0.0.1", port: 40000 };

const parts = { store: new TableStore(), engineId: ENGINE_ID, random: () => 0, authenticationTraps: false };
const framework = await FrameworkTables.open(parts);
const settable = new SettableObjects({ inDefault: [framework], inHosts: [] });
const { engine, counters }: TestAgent = testAgent([testUser("open")], { setHandler: settable });

const user = [ENGINE_ID, "u"];
const seeds: readonly PduVarBind[][] = [
  [cell("snmpNotifyRowStatus", ["n"], integer(4)), cell("snmpNotifyTag", ["n"], text("tag"))],
  [
    cell("snmpTargetAddrRowStatus", ["a"], integer(4)),
    cell("snmpTargetAddrTDomain", ["a"], pointer(1, 3, 6, 1, 6, 1, 1)),
    cell("snmpTargetAddrTAddress", ["a"], octets("7f0000010fff")),
    cell("snmpTargetAddrTagList", ["a"], text("tag other")),
    cell("snmpTargetAddrParams", ["a"], text("p")),
  ],
  [
    cell("snmpTargetParamsRowStatus", ["p"], integer(5)),
    cell("snmpTargetParamsMPModel", ["p"], integer(3)),
    cell("snmpTargetParamsSecurityModel", ["p"], integer(3)),
  ],
  [
    cell("snmpNotifyFilterRowStatus", ["f", [1, 3, 6]], integer(4)),
    cell("snmpNotifyFilterMask", ["f", [1, 3, 6]], octets("ff")),
  ],
  [
    cell("usmUserStatus", user, integer(5)),
    cell("usmUserCloneFrom", user, pointer(1, 3, 6, 1, 6, 3, 15, 1, 2, 2, 1, 3)),
  ],
  [cell("usmUserAuthKeyChange", user, octets("00".repeat(64))), cell("usmUserStatus", user, integer(1))],
  [cell("vacmSecurityToGroupStatus", [3, "u"], integer(4)), cell("vacmGroupName", [3, "u"], text("g"))],
  [cell("vacmAccessStatus", ["g", "", 3, 3], integer(4)), cell("vacmAccessReadViewName", ["g", "", 3, 3], text("v"))],
  [
    cell("vacmViewTreeFamilyStatus", ["v", [1, 3]], integer(4)),
    cell("vacmViewTreeFamilyType", ["v", [1, 3]], integer(2)),
  ],
  [cell("snmpCommunityStatus", ["c"], integer(4)), cell("snmpCommunityName", ["c"], text("public"))],
  [{ oid: [1, 3, 6, 1, 6, 3, 12, 1, 1, 0], value: integer(0) }, cell("snmpNotifyRowStatus", ["n"], integer(6))],
];

export const target = {
  name: "snmp-set",
  /** What a SetRequest has behind its error-index: its variable bindings. */
  seeds: seeds.map(encodedList),
  /** The input as the list of a SetRequest by somebody who may set everything: an answer or none, and tables that make sense. */
  async run(input: Buffer): Promise<void> {
    if (input.length > 60_000) return;
    let later: Buffer | undefined;
    const request = wrapped(input);
    const now = engine.handle(request, peer, (response) => {
      later = response;
    });
    // Everything that has to be waited for is in memory here.
    for (let i = 0; now === undefined && later === undefined && i < 20; i += 1) await Promise.resolve();
    assert.equal(counters.internalErrors, 0);
    const answer = now ?? later;
    if (answer !== undefined) checkAnswer(openCommunity(answer));
    checkTables();
    if (frameworkTables.some((table) => framework.rows(table).size > 50)) await forgetAll();
  },
};

function checkAnswer({ type, errorStatus, errorIndex, varBinds }: PlainPdu): void {
  assert.equal(type, "Response");
  assert(errorStatus >= 0 && errorStatus <= 18);
  assert(errorIndex >= 0 && (errorStatus === 1 || errorIndex <= varBinds.length));
}

/** Whatever managers set, rights and targets can be made of it, and every cell can be told. */
function checkTables(): void {
  accessOf(framework, ENGINE_ID);
  targetsOf(framework);
  for (const table of frameworkTables) {
    for (const row of framework.rows(table)) {
      for (const bound of boundRows(table)) for (const column of bound.columns) column.read(row);
      assert([1, 2, 3].includes(Number(row.values[table.rowStatus])));
    }
  }
}

async function forgetAll(): Promise<void> {
  for (const table of frameworkTables) {
    for (const { key } of framework.rows(table)) {
      const [entry] = table.entries;
      const shape = entry.columns[table.rowStatus];
      const oid = [...entry.oid, shape?.id ?? 0, ...key];
      const steps = settable.plan([{ oid, value: integer(6) }], admin);
      assert(!("errorStatus" in steps));
      for (const step of steps) await step.commit();
    }
  }
}

function encodedList(varBinds: readonly PduVarBind[]): Buffer {
  const writer = new BerWriter(elementSize(varBindListSize(varBinds)));
  writeVarBindList(writer, varBinds);
  return writer.finish();
}

/** An SNMPv2c SetRequest around a list that is given as octets. */
function wrapped(list: Buffer): Buffer {
  const pdu = element(0xa3, Buffer.from("020101020100020100", "hex"), list);
  return element(0x30, Buffer.from("020101", "hex"), Buffer.from("04067075626c6963", "hex"), pdu);
}

function element(tag: number, ...content: readonly Buffer[]): Buffer {
  const octetsInside = Buffer.concat(content);
  const head = Buffer.alloc(5);
  head.writeUInt8(tag, 0);
  head.writeUInt8(0x83, 1);
  head.writeUIntBE(octetsInside.length, 2, 3);
  return Buffer.concat([head, octetsInside]);
}
