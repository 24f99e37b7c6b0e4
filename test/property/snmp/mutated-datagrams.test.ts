import { expect, test } from "vitest";
import { seededRandom } from "../../../src/base/random.js";
import type { SnmpCounters } from "../../../src/protocol/snmp/counters.js";
import { openMessage, readCommunityMessage } from "../../../src/protocol/snmp/message.js";
import { messageFlag, readV3Message } from "../../../src/protocol/snmp/message-v3.js";
import { pduType } from "../../../src/protocol/snmp/pdu.js";
import { testAgent, testUser } from "../../support/snmp-agent.js";
import {
  communityRequest,
  getBulkRequest,
  getNextRequest,
  getRequest,
  setRequest,
  v3Request,
} from "../../support/snmp-manager.js";

/** A million before a release: `VIRTGATE_MUTATED=1000000`. */
const COUNT = Number(process.env["VIRTGATE_MUTATED"] ?? 30_000);
const MIB = 1 << 20;

const sysDescr = [1, 3, 6, 1, 2, 1, 1, 1, 0];
const open = testUser("open");
const users = [open, testUser("secret", "SHA-256", "AES"), testUser("weak", "MD5", "DES")];
const pdus = [
  getRequest(sysDescr),
  getNextRequest([1, 3]),
  getBulkRequest(1, 20, sysDescr, [1, 3, 6]),
  setRequest({ oid: sysDescr, value: { type: "OctetString", value: Buffer.from("x") } }),
];
const originals = pdus.flatMap((pdu) => [
  ...(pdu.type === "GetBulkRequest" ? [] : [communityRequest(0, pdu)]),
  communityRequest(1, pdu),
  v3Request({ pdu, user: { name: "" }, level: "noAuthNoPriv", engineId: new Uint8Array(0) }),
  v3Request({ pdu, user: open, level: "noAuthNoPriv" }),
  ...users
    .slice(1)
    .flatMap((user) => [
      v3Request({ pdu, user, level: "authNoPriv" }),
      v3Request({ pdu, user, level: "authPriv", contextName: "host1" }),
    ]),
]);

/** Why a message may have been dropped: each counts it once. What is only reported on request is among them. */
const reasons = [
  "snmpInASNParseErrs",
  "snmpInBadVersions",
  "snmpInBadCommunityNames",
  "snmpSilentDrops",
  "snmpUnknownSecurityModels",
  "snmpInvalidMsgs",
  "snmpUnknownPDUHandlers",
  "snmpUnknownContexts",
  "usmStatsUnsupportedSecLevels",
  "usmStatsNotInTimeWindows",
  "usmStatsUnknownUserNames",
  "usmStatsUnknownEngineIDs",
  "usmStatsWrongDigests",
  "usmStatsDecryptionErrors",
  "snmpTsmInvalidCaches",
] as const satisfies readonly (keyof SnmpCounters)[];

function mutate(random: () => number): Buffer {
  const pick = (count: number): number => Math.floor(random() * count);
  const copy = Buffer.from(originals[pick(originals.length)] ?? []);
  for (let changes = pick(4); changes >= 0; changes -= 1) {
    copy[pick(copy.length)] = random() < 0.3 ? ([0, 0x7f, 0x80, 0x84, 0xff][pick(5)] ?? 0) : pick(256);
  }
  const cut = random();
  if (cut < 0.1) return copy.subarray(0, pick(copy.length));
  return cut < 0.15 ? Buffer.concat([copy, copy.subarray(pick(copy.length))]) : copy;
}

/** What an answer is, and whether somebody who has only been overheard could have caused it. */
function kindOf(answer: Buffer): string {
  const { version, rest } = openMessage(answer);
  if (version !== 3) return pduType(readCommunityMessage(rest).pduOctets) ?? "nothing";
  return (readV3Message(rest).flags & messageFlag.auth) === 0 ? "unproven" : "proven";
}

test(`${COUNT} mutated datagrams: each is answered or counted once, and nothing is kept of them`, {
  timeout: 600_000,
}, () => {
  const random = seededRandom(38);
  const { engine, counters } = testAgent(users);
  const total = (): number => reasons.reduce((sum, reason) => sum + counters[reason], 0);
  const peer = { address: "127.0.0.1", port: 40_000 };
  const unmodified = new Set(originals.map((one) => one.toString("hex")));
  let [answered, reported, last] = [0, 0, 0];
  let heldAtFirst = 0;
  for (let sent = 1; sent <= COUNT; sent += 1) {
    const datagram = mutate(random);
    const answer = engine.handle(datagram, peer);
    const counted = total() - last;
    last += counted;
    if (counted > 1 || (answer === undefined && counted !== 1)) {
      expect.fail(`${datagram.toString("hex")} was counted ${counted} times, and ${answer ? "" : "not "}answered`);
    }
    if (answer !== undefined) {
      answered += 1;
      reported += counted;
      const kind = kindOf(answer);
      if (kind !== "Response" && kind !== "unproven" && counted === 0 && !isAuthentic(datagram, unmodified)) {
        expect.fail(`${datagram.toString("hex")} was answered as if it were authentic`);
      }
    }
    if (sent === Math.floor(COUNT / 3)) heldAtFirst = process.memoryUsage().rss;
  }
  expect(counters).toMatchObject({ snmpInPkts: COUNT, responses: answered, internalErrors: 0, rateLimited: 0 });
  // A Report is an answer that is counted as a refusal, too.
  expect(last + answered - reported).toBe(COUNT);
  expect(Math.min(answered, reported, last - reported)).toBeGreaterThan(COUNT / 100);
  expect(process.memoryUsage().rss - heldAtFirst).toBeLessThan(100 * MIB);
});

/** A mutation may happen to change nothing. */
function isAuthentic(datagram: Buffer, unmodified: ReadonlySet<string>): boolean {
  return unmodified.has(datagram.toString("hex"));
}
