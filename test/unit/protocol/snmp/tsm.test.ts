import { describe, expect, test } from "vitest";
import { openMessage } from "../../../../src/protocol/snmp/message.js";
import {
  decodeScopedPdu,
  encodeScopedPdu,
  encodeTsmMessage,
  messageFlag,
  readV3Message,
} from "../../../../src/protocol/snmp/message-v3.js";
import { decodePdu } from "../../../../src/protocol/snmp/pdu.js";
import type { SecurityLevel } from "../../../../src/protocol/snmp/security.js";
import type { VacmTables } from "../../../../src/protocol/snmp/vacm.js";
import { ENGINE_ID, openTables, testAgent } from "../../../support/snmp-agent.js";
import { getRequest } from "../../../support/snmp-manager.js";

const sysDescr = [1, 3, 6, 1, 2, 1, 1, 1, 0];
const LOCAL = Buffer.from("8000000006", "hex");
const tables = openTables([]);
const vacm: VacmTables = {
  ...tables,
  groups: [{ securityModel: 4, securityName: "nms", groupName: "all" }],
  access: tables.access.map((row) => ({ ...row, securityLevel: "authPriv" })),
};
const overTls = (tlsName?: string) => ({
  address: "192.0.2.5",
  port: 50_000,
  stream: { octetLimit: 65_507, ...(tlsName === undefined ? {} : { tlsName }) },
});

function request(level: SecurityLevel = "authPriv", engineId: Buffer = ENGINE_ID): Buffer {
  const message = encodeTsmMessage(7, level, encodeScopedPdu(engineId, Buffer.alloc(0), getRequest(sysDescr)));
  // What the engine makes are answers; a request also wants to be told what is wrong with it.
  const flagsAt = message.indexOf(Buffer.of(4, 1)) + 2;
  message[flagsAt] = (message[flagsAt] as number) | messageFlag.reportable;
  return message;
}

function opened(message: Buffer | undefined) {
  if (message === undefined) throw new Error("there was no answer");
  const { msgId, securityModel, securityParameters, flags, data } = readV3Message(openMessage(message).rest);
  const { contextEngineId, pduOctets } = decodeScopedPdu(data);
  const pdu = decodePdu(pduOctets);
  if (pdu.type === "Trap" || pdu.type === "GetBulkRequest") throw new Error("no answer");
  return { msgId, securityModel, parameters: securityParameters.length, flags: flags & 3, contextEngineId, pdu };
}

describe("the Transport Security Model (RFC 5591)", () => {
  test("answers in the name that the certificate stands for, with nothing in the security parameters", () => {
    const { engine } = testAgent([], { vacm });
    expect(opened(engine.handle(request(), overTls("nms")))).toMatchObject({
      msgId: 7,
      securityModel: 4,
      parameters: 0,
      flags: 3,
      pdu: { type: "Response", errorStatus: 0, varBinds: [{ oid: sysDescr, value: { type: "OctetString" } }] },
    });
  });

  test("gives each name its own rights, and wants the level that they need", () => {
    const { engine } = testAgent([], { vacm });
    expect(opened(engine.handle(request(), overTls("other"))).pdu.errorStatus).toBe(16);
    expect(opened(engine.handle(request("authNoPriv"), overTls("nms"))).pdu.errorStatus).toBe(16);
  });

  test("is silent where the transport says nothing of its peer: in datagrams, and over plain TCP", () => {
    const { engine, counters } = testAgent([], { vacm });
    expect(engine.handle(request(), { address: "192.0.2.5", port: 50_000 })).toBeUndefined();
    expect(engine.handle(request(), overTls())).toBeUndefined();
    expect(counters.snmpTsmInvalidCaches).toBe(2);
  });

  test("takes the engine that is asked for `local`, and says `local` in its answer (RFC 5343)", () => {
    const { engine } = testAgent([], { vacm });
    const answer = opened(engine.handle(request("authPriv", LOCAL), overTls("nms")));
    expect([answer.contextEngineId, answer.pdu.type]).toEqual([LOCAL, "Response"]);
    const foreign = opened(engine.handle(request("authPriv", Buffer.from("80000000050101", "hex")), overTls("nms")));
    expect(foreign.pdu).toMatchObject({ type: "Report", varBinds: [{ oid: [1, 3, 6, 1, 6, 3, 11, 2, 1, 3, 0] }] });
  });

  test("puts tls: before the name when it is told to", () => {
    const { engine } = testAgent([], { vacm, prefixTlsNames: true });
    expect(opened(engine.handle(request(), overTls("nms"))).pdu.errorStatus).toBe(16);
    const prefixed: VacmTables = {
      ...vacm,
      groups: [{ securityModel: 4, securityName: "tls:nms", groupName: "all" }],
    };
    const { engine: other } = testAgent([], { vacm: prefixed, prefixTlsNames: true });
    expect(opened(other.handle(request(), overTls("nms"))).pdu.errorStatus).toBe(0);
  });

  test("counts security parameters, which there may not be, as no SNMP", () => {
    const { engine, counters } = testAgent([], { vacm });
    const scoped = encodeScopedPdu(ENGINE_ID, Buffer.alloc(0), getRequest(sysDescr));
    const message = encodeTsmMessage(7, "authPriv", scoped);
    const at = message.indexOf(Buffer.from("0400", "hex"));
    const longer = Buffer.concat([message.subarray(0, at), Buffer.from("040101", "hex"), message.subarray(at + 2)]);
    longer[1] = (longer[1] as number) + 1;
    expect(engine.handle(longer, overTls("nms"))).toBeUndefined();
    expect(counters).toMatchObject({ snmpInASNParseErrs: 1, internalErrors: 0 });
  });
});
