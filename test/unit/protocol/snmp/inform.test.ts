import { beforeEach, describe, expect, test } from "vitest";
import type { DatagramPeer } from "../../../../src/base/channel.js";
import type { InformTarget } from "../../../../src/protocol/snmp/inform-sender.js";
import { passwordToKey } from "../../../../src/protocol/snmp/keys.js";
import { encodeCommunityMessage, openMessage, readCommunityMessage } from "../../../../src/protocol/snmp/message.js";
import type { SnmpNotification } from "../../../../src/protocol/snmp/notification.js";
import { decodePdu } from "../../../../src/protocol/snmp/pdu.js";
import type { SnmpEngine } from "../../../../src/protocol/snmp/snmp-engine.js";
import type { UsmUser } from "../../../../src/protocol/snmp/usm.js";
import { authProtocols } from "../../../../src/protocol/snmp/usm-protocol.js";
import { View } from "../../../../src/protocol/snmp/view.js";
import { InformReceiver } from "../../../support/inform-receiver.js";
import type { ManualClock } from "../../../support/manual-clock.js";
import { AUTH_PASSWORD, PRIV_PASSWORD, type TestAgent, testAgent, testUser } from "../../../support/snmp-agent.js";

const sha256 = authProtocols["SHA-256"];
const master = { auth: passwordToKey(sha256, AUTH_PASSWORD), priv: passwordToKey(sha256, PRIV_PASSWORD) };
const secret: UsmUser = { ...testUser("secret", "SHA-256", "AES"), master };
const keyed = testUser("keyed", "SHA-256", "AES");
const open = testUser("open");
const receiverId = Buffer.from("80000000050a0b0c0d", "hex");
const peer: DatagramPeer = { address: "192.0.2.9", port: 162 };

function notification(number = 1): SnmpNotification {
  return {
    trapOid: [1, 3, 6, 1, 2, 1, 236, 0, 3],
    upTime: 100,
    varBinds: [{ oid: [1, 3, 6, 1, 2, 1, 236, 1, 4, 1, 6, 1], value: { type: "Integer32", value: number } }],
  };
}

function target(changes: Partial<InformTarget> = {}): InformTarget {
  const inform = { timeoutMs: 1000, retries: 2 };
  const community = { version: "v2c", securityName: "reader", securityLevel: "noAuthNoPriv", contextName: "" } as const;
  return { name: "nms", peer, inform, ...community, ...changes };
}

const v3 = { version: "v3", securityName: "secret", securityLevel: "authPriv" } as const;

let agent: TestAgent;
let engine: SnmpEngine;
let clock: ManualClock;
let sent: { octets: Buffer; peer: DatagramPeer }[];

beforeEach(() => {
  sent = [];
  agent = testAgent([secret, keyed, open], {
    sendInform: (octets, to) => void sent.push({ octets: Buffer.from(octets), peer: to }),
  });
  ({ engine, clock } = agent);
});

/** Hands over what was sent, and what is sent because of the answers. */
function deliver(receiver: InformReceiver, from = peer): void {
  for (let one = sent.shift(); one !== undefined; one = sent.shift()) {
    expect(engine.handle(receiver.take(one.octets), from)).toBeUndefined();
  }
}

const receiver = (boots = 3, users = [testUser("secret", "SHA-256", "AES", receiverId), open]) =>
  new InformReceiver(receiverId, boots, clock, users);

function communityPdu(octets: Buffer) {
  return decodePdu(readCommunityMessage(openMessage(octets).rest).pduOctets);
}

const counters = (name = "nms") => engine.informCounters.get(name);

describe("an inform in SNMPv2c", () => {
  test("carries what a trap carries, and ends with its acknowledgement (RFC 3416, section 4.2.7)", () => {
    expect(engine.inform(notification(), target())).toBeUndefined();
    const pdu = communityPdu(sent[0]?.octets ?? Buffer.of());
    expect(pdu.type).toBe("InformRequest");
    expect(pdu.varBinds.map(({ oid }) => oid.join("."))).toEqual([
      "1.3.6.1.2.1.1.3.0",
      "1.3.6.1.6.3.1.1.4.1.0",
      "1.3.6.1.2.1.236.1.4.1.6.1",
    ]);
    deliver(receiver());
    clock.advance(60_000);
    expect(sent).toEqual([]);
    expect(counters()).toEqual({ sent: 1, repeated: 0, acknowledged: 1, unanswered: 0, dropped: 0 });
  });

  test("is sent again with the same request-id, as often as the target wants, and then given up", () => {
    engine.inform(notification(), target());
    clock.advance(999);
    expect(sent).toHaveLength(1);
    clock.advance(1);
    expect(sent).toHaveLength(2);
    clock.advance(10_000);
    const ids = sent.map(({ octets }) => {
      const pdu = communityPdu(octets);
      return pdu.type === "Trap" ? undefined : pdu.requestId;
    });
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
    expect(counters()).toEqual({ sent: 1, repeated: 2, acknowledged: 0, unanswered: 1, dropped: 0 });
  });

  test("is not ended by an answer from elsewhere, nor by one to another request", () => {
    engine.inform(notification(), target());
    const answer = receiver().take(sent[0]?.octets ?? Buffer.of());
    engine.handle(answer, { ...peer, port: 163 });
    engine.handle(answer, { ...peer, address: "192.0.2.10" });
    const other = communityPdu(answer);
    if (other.type !== "Response") throw new TypeError("no Response");
    engine.handle(encodeCommunityMessage(1, Buffer.from("public"), { ...other, requestId: 9999 }), peer);
    expect(counters()).toMatchObject({ acknowledged: 0 });
    engine.handle(answer, peer);
    engine.handle(answer, peer);
    expect(counters()).toMatchObject({ acknowledged: 1 });
  });

  test("does not keep its receiver from asking questions", () => {
    engine.inform(notification(), target());
    const question = encodeCommunityMessage(1, Buffer.from("public"), {
      type: "GetRequest",
      requestId: 5,
      errorStatus: 0,
      errorIndex: 0,
      varBinds: [{ oid: [1, 3, 6, 1, 2, 1, 1, 1, 0], value: { type: "Null" } }],
    });
    expect(engine.handle(question, peer)).toBeInstanceOf(Buffer);
    expect(engine.handle(Buffer.from("junk"), peer)).toBeUndefined();
    expect(agent.counters.snmpInASNParseErrs).toBe(1);
    expect(agent.counters.internalErrors).toBe(0);
  });

  test("waits for its turn behind eight others, and the oldest of more than a thousand are dropped and counted", () => {
    for (let i = 0; i < 1100; i += 1) engine.inform(notification(i), target());
    expect(sent).toHaveLength(8);
    expect(counters()).toMatchObject({ sent: 8, dropped: 92 });
    const all = receiver();
    deliver(all);
    expect(counters()).toEqual({ sent: 1008, repeated: 0, acknowledged: 1008, unanswered: 0, dropped: 92 });
    const numbers = all.taken.map(({ varBinds }) => varBinds[2]?.value);
    expect(numbers.slice(0, 8)).toEqual(Array.from({ length: 8 }, (_, value) => ({ type: "Integer32", value })));
    expect(numbers[8]).toEqual({ type: "Integer32", value: 100 });
    expect(numbers.at(-1)).toEqual({ type: "Integer32", value: 1099 });
  });

  test("to a target that is silent does not hold up those to others", () => {
    for (let i = 0; i < 20; i += 1) engine.inform(notification(i), target({ name: "silent" }));
    const elsewhere = { address: "192.0.2.77", port: 162 };
    sent.length = 0;
    engine.inform(notification(), target({ name: "awake", peer: elsewhere }));
    deliver(receiver(), elsewhere);
    expect(counters("awake")).toMatchObject({ acknowledged: 1 });
  });

  test("is refused by filter, view and unknown names as a trap is", () => {
    const filter = new View([{ subtree: [1, 3, 6, 1, 2, 1, 236, 0, 9], type: "included" }]);
    expect(engine.inform(notification(), target({ filter }))).toBe("filtered");
    expect(engine.inform(notification(), target({ securityName: "stranger" }))).toBe("notInView");
    expect(sent).toEqual([]);
  });

  test("is forgotten, and counted as dropped, when its target goes or changes, and when the agent stops", () => {
    for (let i = 0; i < 10; i += 1) engine.inform(notification(), target());
    engine.retainInforms([target()]);
    expect(counters()).toMatchObject({ sent: 8, dropped: 0 });
    engine.retainInforms([target({ peer: { ...peer, port: 1162 } })]);
    expect(counters()).toMatchObject({ sent: 8, dropped: 10 });
    engine.inform(notification(), target());
    engine.retainInforms([]);
    expect(counters()).toBeUndefined();
    engine.inform(notification(), target());
    sent.length = 0;
    engine.stop();
    clock.advance(60_000);
    engine.inform(notification(), target());
    expect(sent).toEqual([]);
  });
});

describe("an inform in SNMPv3 (RFC 3414, section 4)", () => {
  test("asks its receiver who it is and what time it has, and needs neither again", () => {
    const nms = receiver();
    engine.inform(notification(), target(v3));
    deliver(nms);
    expect(nms.reports).toEqual(["usmStatsUnknownEngineIDs", "usmStatsNotInTimeWindows"]);
    expect(nms.taken).toHaveLength(1);
    expect(counters()).toEqual({ sent: 1, repeated: 1, acknowledged: 1, unanswered: 0, dropped: 0 });
    clock.advance(100_000);
    engine.inform(notification(), target(v3));
    deliver(nms);
    expect(nms.reports).toHaveLength(2);
    expect(nms.taken).toHaveLength(2);
  });

  test("discovers once for all that wait", () => {
    const nms = receiver();
    for (let i = 0; i < 20; i += 1) engine.inform(notification(i), target(v3));
    deliver(nms);
    expect(counters()).toMatchObject({ sent: 20, acknowledged: 20, unanswered: 0 });
    expect(new Set(nms.taken.map(({ requestId }) => requestId)).size).toBe(20);
    expect(nms.taken).toHaveLength(20);
  });

  test("finds its way to a receiver that has restarted, and to one that has another engine ID since", () => {
    engine.inform(notification(), target(v3));
    deliver(receiver(3));
    clock.advance(5000);
    const restarted = receiver(4);
    engine.inform(notification(), target(v3));
    deliver(restarted);
    expect(restarted.reports).toEqual(["usmStatsNotInTimeWindows"]);
    expect(restarted.taken).toHaveLength(1);
    const newId = Buffer.from("80000000059988776655", "hex");
    const replaced = new InformReceiver(newId, 1, clock, [testUser("secret", "SHA-256", "AES", newId)]);
    engine.inform(notification(), target(v3));
    deliver(replaced);
    expect(replaced.taken).toHaveLength(1);
  });

  test("believes no acknowledgement that is not signed, or signed with the boots of an earlier life", () => {
    const nms = receiver();
    engine.inform(notification(), target(v3));
    deliver(nms);
    engine.inform(notification(2), target(v3));
    const [message] = sent;
    const old = receiver(2).take(message?.octets ?? Buffer.of());
    engine.handle(old, peer);
    const stranger = new InformReceiver(receiverId, 3, clock, [testUser("secret", "SHA-512", "AES", receiverId)]);
    engine.handle(stranger.take(message?.octets ?? Buffer.of()), peer);
    expect(counters()).toMatchObject({ acknowledged: 1 });
    engine.handle(nms.take(message?.octets ?? Buffer.of()), peer);
    expect(counters()).toMatchObject({ acknowledged: 2 });
  });

  test("gives up on a receiver that reports for ever", () => {
    const stranger = receiver(3, []);
    engine.inform(notification(), target(v3));
    for (let i = 0; i < 10; i += 1) {
      deliver(stranger);
      clock.advance(1000);
    }
    expect(stranger.taken).toEqual([]);
    expect(counters()).toMatchObject({ acknowledged: 0, unanswered: 1 });
    expect(stranger.reports.length).toBeLessThan(10);
  });

  test("needs a password, or a row of usmUserTable for the receiver's engine, to make keys from", () => {
    const asKeyed = target({ ...v3, securityName: "keyed" });
    const nms = receiver(3, [testUser("keyed", "SHA-256", "AES", receiverId)]);
    engine.inform(notification(), asKeyed);
    deliver(nms);
    expect(counters()).toMatchObject({ sent: 0, dropped: 1 });
    engine.reconfigure({
      users: [keyed],
      remoteUsers: [{ engine: receiverId, user: testUser("keyed", "SHA-256", "AES", receiverId) }],
      communities: [],
      versions: [],
      vacm: {
        groups: [{ securityModel: 3, securityName: "keyed", groupName: "g" }],
        access: [
          {
            groupName: "g",
            contextPrefix: "",
            contextMatch: "exact",
            securityModel: 3,
            securityLevel: "authPriv",
            readViewName: "",
            writeViewName: "",
            notifyViewName: "v",
          },
        ],
        views: [{ viewName: "v", subtree: [1], type: "included" }],
      },
    });
    engine.inform(notification(), asKeyed);
    deliver(nms);
    expect(nms.taken).toHaveLength(1);
  });

  test("of a user without keys takes an answer without signature", () => {
    const nms = receiver();
    engine.inform(notification(), target({ ...v3, securityName: "open", securityLevel: "noAuthNoPriv" }));
    deliver(nms);
    expect(nms.reports).toEqual(["usmStatsUnknownEngineIDs"]);
    expect(counters()).toMatchObject({ acknowledged: 1 });
  });

  test("remembers the engine only of who was asked", () => {
    engine.inform(notification(), target(v3));
    const report = receiver().take(sent[0]?.octets ?? Buffer.of());
    engine.handle(report, { address: "192.0.2.200", port: 162 });
    expect(sent).toHaveLength(1);
    expect(counters()).toMatchObject({ sent: 0 });
  });
});
