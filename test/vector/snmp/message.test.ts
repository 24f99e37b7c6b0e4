import { describe, expect, test } from "vitest";
import { DecodeError } from "../../../src/base/fault.js";
import { localizeKey, passwordToKey, privacyKey } from "../../../src/protocol/snmp/keys.js";
import {
  encodeCommunityMessage,
  messageVersion,
  openMessage,
  readCommunityMessage,
} from "../../../src/protocol/snmp/message.js";
import { decodeScopedPdu, decodeUsmParameters, readV3Message } from "../../../src/protocol/snmp/message-v3.js";
import type { VarBind } from "../../../src/protocol/snmp/object-source.js";
import { decodePdu, type Pdu } from "../../../src/protocol/snmp/pdu.js";
import { authProtocols, privProtocols } from "../../../src/protocol/snmp/usm-protocol.js";
import { hex } from "../../support/hex.js";
import { ENGINE_ID, testAgent } from "../../support/snmp-agent.js";
import { listSource } from "../../support/snmp-list-source.js";
import { bulkRequest, bulkResponse, discovery, discoveryReport, secretRequest, secretResponse } from "./captures.js";

const entry = [1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 1, 1];
const bulkAnswers: readonly VarBind[] = [
  { oid: [...entry, 4, 2], value: { type: "Integer32", value: 11 } },
  { oid: [...entry, 10, 1], value: { type: "Counter64", value: 0n } },
  { oid: [...entry, 10, 2], value: { type: "Counter64", value: 1000000007n } },
  { oid: [...entry, 10, 3], value: { type: "Counter64", value: 2000000014n } },
];
const asked: VarBind = { oid: [...entry, 4, 1], value: { type: "Integer32", value: 4 } };
const peer = { address: "127.0.0.1", port: 40000 };

/** Everything a community message says. */
function decodeCommunity(octets: Buffer): { version: number; community: string; pdu: Pdu } {
  const { version, rest } = openMessage(octets);
  const { community, pduOctets } = readCommunityMessage(rest);
  return { version, community: community.toString(), pdu: decodePdu(pduOctets) };
}

/** Everything a plain SNMPv3 message says. */
function decodeV3(octets: Buffer) {
  const { version, rest } = openMessage(octets);
  const { securityParameters, data, ...header } = readV3Message(rest);
  const { contextEngineId, contextName, pduOctets } = decodeScopedPdu(data);
  return {
    version,
    header,
    usm: decodeUsmParameters(securityParameters),
    contextEngineId,
    contextName: contextName.toString(),
    pdu: decodePdu(pduOctets),
  };
}

describe("community messages", () => {
  test("decodePdu() reads a GetBulkRequest of Net-SNMP's", () => {
    expect(decodeCommunity(bulkRequest)).toEqual({
      version: messageVersion.v2c,
      community: "public",
      pdu: {
        type: "GetBulkRequest",
        requestId: 0x5a7d3ecb,
        nonRepeaters: 1,
        maxRepetitions: 3,
        varBinds: [
          { oid: [...entry, 4, 1], value: { type: "Null" } },
          { oid: [...entry, 9, 10000], value: { type: "Null" } },
        ],
      },
    });
  });

  test("encodeCommunityMessage() writes a Response that Net-SNMP understood", () => {
    const pdu: Pdu = { type: "Response", requestId: 0x5a7d3ecb, errorStatus: 0, errorIndex: 0, varBinds: bulkAnswers };
    expect(encodeCommunityMessage(messageVersion.v2c, Buffer.from("public"), pdu)).toEqual(bulkResponse);
    expect(decodeCommunity(bulkResponse).pdu).toEqual(pdu);
  });

  const trap = hex(`
    30 38  02 01 00  04 06 70 75 62 6c 69 63
    a4 2b  06 07 2b 06 01 02 01 81 6c  40 04 c0 00 02 01  02 01 06  02 01 09  43 02 04 d2
    30 10  30 0e  06 08 2b 06 01 02 01 81 6c 01  04 02 76 6d`);

  test("decodePdu() and encodeCommunityMessage() agree on an SNMPv1 Trap (RFC 1157, section 4.1.6)", () => {
    const pdu: Pdu = {
      type: "Trap",
      enterprise: [1, 3, 6, 1, 2, 1, 236],
      agentAddress: Buffer.from([192, 0, 2, 1]),
      genericTrap: 6,
      specificTrap: 9,
      timeStamp: 1234,
      varBinds: [{ oid: [1, 3, 6, 1, 2, 1, 236, 1], value: { type: "OctetString", value: Buffer.from("vm") } }],
    };
    expect(decodeCommunity(trap)).toEqual({ version: 0, community: "public", pdu });
    expect(encodeCommunityMessage(messageVersion.v1, Buffer.from("public"), pdu)).toEqual(trap);
  });

  const everyType = hex(`
    30 81 97  02 01 01  04 00
    a2 81 8f  02 01 00  02 01 00  02 01 00
    30 81 83
    30 07  06 02 2b 01  02 01 ff
    30 08  06 02 2b 02  04 02 00 ff
    30 06  06 02 2b 03  05 00
    30 08  06 02 2b 04  06 02 88 37
    30 0a  06 02 2b 05  40 04 7f 00 00 01
    30 0b  06 02 2b 06  41 05 00 ff ff ff ff
    30 07  06 02 2b 07  42 01 00
    30 08  06 02 2b 08  43 02 00 80
    30 07  06 02 2b 09  44 01 9f
    30 0f  06 02 2b 0a  46 09 00 ff ff ff ff ff ff ff ff
    30 06  06 02 2b 0b  80 00
    30 06  06 02 2b 0c  81 00
    30 06  06 02 2b 0d  82 00`);

  test("every type has its tag (RFC 3416, section 3)", () => {
    const message = decodeCommunity(everyType);
    expect(message.pdu.varBinds.map(({ value }) => value)).toEqual([
      { type: "Integer32", value: -1 },
      { type: "OctetString", value: hex("00ff") },
      { type: "Null" },
      { type: "ObjectIdentifier", value: [2, 999] },
      { type: "IpAddress", value: hex("7f000001") },
      { type: "Counter32", value: 4294967295 },
      { type: "Unsigned32", value: 0 },
      { type: "TimeTicks", value: 128 },
      { type: "Opaque", value: hex("9f") },
      { type: "Counter64", value: 2n ** 64n - 1n },
      { type: "noSuchObject" },
      { type: "noSuchInstance" },
      { type: "endOfMibView" },
    ]);
    expect(encodeCommunityMessage(1, Buffer.alloc(0), message.pdu)).toEqual(everyType);
  });

  test.each([
    ["an unknown value type", "30 05  06 01 2b  45 00"],
    ["an IpAddress of three octets", "30 08  06 01 2b  40 03 7f 00 00"],
    ["content in a Null", "30 06  06 01 2b  05 01 00"],
    ["no value", "30 03  06 01 2b"],
    ["two values", "30 07  06 01 2b  05 00  05 00"],
  ])("decodePdu() refuses a variable binding with %s", (_, varBind) => {
    const list = hex(varBind);
    const head = hex("02 01 00  02 01 00  02 01 00");
    const pdu = Buffer.concat([
      hex("a0"),
      Buffer.of(head.length + 2 + list.length),
      head,
      hex("30"),
      Buffer.of(list.length),
      list,
    ]);
    expect(() => decodePdu(pdu)).toThrow(DecodeError);
  });

  test("decodePdu() refuses more than 2,000 variable bindings", () => {
    const pduOf = (count: number): Buffer => {
      const { length } = hex("30 05 06 01 2b 05 00");
      const body = Buffer.alloc(9 + 4 + count * length);
      body.set(hex("020100 020100 020100 3082"));
      body.writeUInt16BE(count * length, 11);
      for (let i = 0; i < count; i++) body.set(hex("30 05 06 01 2b 05 00"), 13 + i * length);
      const head = hex("a082 0000");
      head.writeUInt16BE(body.length, 2);
      return Buffer.concat([head, body]);
    };
    expect(decodePdu(pduOf(2000)).varBinds).toHaveLength(2000);
    expect(() => decodePdu(pduOf(2001))).toThrow(DecodeError);
  });

  const whole = { bulkRequest, bulkResponse, trap, everyType };
  test.each(Object.entries(whole))("%s cut anywhere, or followed by anything, is refused", (_, octets) => {
    for (let cut = 0; cut < octets.length; cut++) {
      expect(() => decodeCommunity(octets.subarray(0, cut)), `cut at ${cut}`).toThrow(DecodeError);
    }
    expect(() => decodeCommunity(Buffer.concat([octets, Buffer.of(0)]))).toThrow(DecodeError);
  });
});

describe("SNMPv3 messages", () => {
  test("readV3Message() reads Net-SNMP's discovery", () => {
    expect(decodeV3(discovery)).toEqual({
      version: 3,
      header: { msgId: 0x713e129c, msgMaxSize: 65507, flags: 4, securityModel: 3 },
      usm: {
        engineId: hex(""),
        engineBoots: 0,
        engineTime: 0,
        userName: hex(""),
        authenticationParameters: hex(""),
        privacyParameters: hex(""),
      },
      contextEngineId: hex(""),
      contextName: "",
      pdu: { type: "GetRequest", requestId: 0x19d19aec, errorStatus: 0, errorIndex: 0, varBinds: [] },
    });
  });

  test.each([
    ["484", "02 02 01 e4", false],
    ["483", "02 02 01 e3", true],
    ["-1", "02 01 ff", true],
  ] as const)("readV3Message() keeps msgMaxSize in its range: %s (RFC 3412, section 6)", (_, maxSize, refused) => {
    const header = Buffer.concat([hex("02 01 01"), hex(maxSize), hex("04 01 04  02 01 03")]);
    const body = Buffer.concat([hex("02 01 03 30"), Buffer.of(header.length), header, discovery.subarray(24)]);
    const message = Buffer.concat([hex("30"), Buffer.of(body.length), body]);
    const read = () => readV3Message(openMessage(message).rest);
    if (refused) expect(read).toThrow("header field out of range");
    else expect(read().msgMaxSize).toBe(484);
  });

  /** The engine of the captures: boots 1, time 0. */
  const captured = () => {
    const auth = authProtocols["SHA-256"];
    const priv = privProtocols.AES;
    const base = localizeKey(auth, passwordToKey(auth, "privpassword"), ENGINE_ID);
    const user = {
      name: "u",
      auth: { protocol: auth, localizedKey: localizeKey(auth, passwordToKey(auth, "authpassword"), ENGINE_ID) },
      priv: { protocol: priv, localizedKey: privacyKey(auth, priv, base, ENGINE_ID) },
    };
    return testAgent([user], { boots: 1, objects: listSource([asked, ...bulkAnswers]) });
  };

  test("SnmpEngine answers the captured conversation octet by octet", () => {
    const { engine } = captured();
    expect(engine.handle(discovery, peer)).toEqual(discoveryReport);
    expect(engine.handle(secretRequest, peer)).toEqual(secretResponse);
    expect(engine.handle(bulkRequest, peer)).toEqual(bulkResponse);
  });

  test("SnmpEngine answers none of the captured requests when cut anywhere", () => {
    const { engine, counters } = captured();
    let cuts = 0;
    for (const octets of [discovery, secretRequest, bulkRequest]) {
      for (let cut = 0; cut < octets.length; cut++, cuts++) {
        expect(engine.handle(octets.subarray(0, cut), peer), `cut at ${cut}`).toBeUndefined();
      }
    }
    expect(counters.snmpInASNParseErrs).toBe(cuts);
    expect(counters.internalErrors).toBe(0);
  });

  test("SnmpEngine never answers a request with one flipped bit as if it were authentic", () => {
    const { engine, counters } = captured();
    for (let bit = 0; bit < secretRequest.length * 8; bit++) {
      const damaged = Buffer.from(secretRequest);
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      engine.handle(damaged, peer);
    }
    expect(counters.varBinds).toBe(0);
    expect(counters.internalErrors).toBe(0);
    expect(engine.handle(secretRequest, peer)).toEqual(secretResponse);
  });
});
