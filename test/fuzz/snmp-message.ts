import assert from "node:assert/strict";
import { openMessage } from "../../src/protocol/snmp/message.js";
import { encodeScopedPdu, messageFlag, readV3Message } from "../../src/protocol/snmp/message-v3.js";
import { hex } from "../support/hex.js";
import { ENGINE_ID, type TestAgent, testAgent, testUser } from "../support/snmp-agent.js";
import {
  communityRequest,
  getBulkRequest,
  getNextRequest,
  getRequest,
  setRequest,
  v3Request,
} from "../support/snmp-manager.js";

const sysDescr = [1, 3, 6, 1, 2, 1, 1, 1, 0];
const peer = { address: "127.0.0.1", port: 40000 };
const open = testUser("open");
const secret = testUser("secret", "SHA-256", "AES");
const weak = testUser("weak", "MD5", "DES");

let agent: TestAgent | undefined;

/** Everything on: three versions, every level, communities; one engine for the whole run, as in life. */
function theAgent(): TestAgent {
  agent ??= testAgent([open, secret, weak]);
  return agent;
}

const getPdu = getRequest(sysDescr);
const bulkPdu = getBulkRequest(1, 2147483647, sysDescr, [1, 3], [1, 3, 6, 1, 4]);
const setPdu = setRequest(
  { oid: sysDescr, value: { type: "OctetString", value: Buffer.from("x") } },
  { oid: [2, 999, 4294967295], value: { type: "Counter64", value: 2n ** 64n - 1n } },
);

export const target = {
  name: "snmp-message",
  seeds: [
    communityRequest(0, getPdu),
    communityRequest(0, getNextRequest([1, 3])),
    communityRequest(1, bulkPdu),
    communityRequest(1, setPdu),
    communityRequest(1, getPdu, "unknown"),
    v3Request({ pdu: getPdu, user: { name: "" }, level: "noAuthNoPriv", engineId: new Uint8Array(0) }),
    v3Request({ pdu: bulkPdu, user: open, level: "noAuthNoPriv" }),
    v3Request({ pdu: bulkPdu, user: secret, level: "authPriv" }),
    v3Request({ pdu: setPdu, user: weak, level: "authPriv", contextName: "host1" }),
    v3Request({ pdu: getPdu, user: secret, level: "authNoPriv", boots: 6 }),
    // A scoped PDU and a PDU on their own, for the places below that wrap what they are given.
    encodeScopedPdu(ENGINE_ID, Buffer.from("host1"), getPdu),
    encodeScopedPdu(ENGINE_ID, Buffer.alloc(0), bulkPdu),
    communityRequest(1, bulkPdu).subarray(13),
    communityRequest(1, setPdu).subarray(13),
  ],
  /** The input as a datagram, as the PDU of somebody who knows the community, and as the scoped PDU of an authentic user. */
  run(input: Buffer): void {
    exchange(input);
    if (input.length > 60000) return;
    exchange(Buffer.concat([communityHead(input.length), input]));
    for (const user of [secret, weak]) {
      exchange(v3Request({ pdu: getPdu, user, level: "authNoPriv", scopedPdu: input }));
      exchange(v3Request({ pdu: getPdu, user, level: "authPriv", scopedPdu: input }));
    }
  },
};

/** Sends a datagram, and checks that the answer is well formed and that it is not larger than its sender has earned. */
function exchange(datagram: Buffer): void {
  const { engine, counters } = theAgent();
  const answer = engine.handle(datagram, peer);
  assert.equal(counters.internalErrors, 0);
  if (answer === undefined) return;
  assert.ok(answer.length <= 1472);
  const { version, rest } = openMessage(answer);
  if (version !== 3) {
    assert.ok(answer.length <= 30 * datagram.length);
    return;
  }
  const { flags } = readV3Message(rest);
  const authentic = (flags & messageFlag.auth) !== 0;
  assert.ok(authentic || answer.length <= 2 * datagram.length);
}

/** Everything of an SNMPv2c message in front of its PDU, in the long form that takes any length. */
function communityHead(pduOctets: number): Buffer {
  const head = hex("30 83 00 00 00  02 01 01  04 06 70 75 62 6c 69 63");
  head.writeUIntBE(head.length - 5 + pduOctets, 2, 3);
  return head;
}
