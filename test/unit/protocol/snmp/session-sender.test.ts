import { beforeEach, describe, expect, test } from "vitest";
import { Fault } from "../../../../src/base/fault.js";
import { silentLog } from "../../../../src/base/log.js";
import { newSnmpCounters, type SnmpCounters } from "../../../../src/protocol/snmp/counters.js";
import { type SessionPeer, SessionSender } from "../../../../src/protocol/snmp/session-sender.js";
import { ManualClock } from "../../../support/manual-clock.js";
import { type PairedChannel, pairedChannels, settled } from "../../../support/paired-channels.js";

const nothing = new Uint8Array(0);
const peer: SessionPeer = {
  ...{ address: "192.0.2.10", port: 10162 },
  session: {
    ...{ key: "one", targetName: "nms", serverIdentity: "" },
    ...{ clientFingerprint: nothing, serverFingerprint: nothing },
  },
};
/** A sequence of one integer: all that a message needs to be cut from a stream. */
const message = (value: number): Buffer => Buffer.of(0x30, 3, 2, 1, value);

let clock: ManualClock;
let counters: SnmpCounters;
let sender: SessionSender;
/** The receivers' ends, in the order in which they were opened; `undefined` while nobody listens. */
let ends: PairedChannel[];
let isThere: boolean;
let highWaterOctets: number;
let came: Buffer[];
let answers: Buffer[];

beforeEach(() => {
  clock = new ManualClock();
  counters = newSnmpCounters();
  ends = [];
  isThere = true;
  highWaterOctets = Number.POSITIVE_INFINITY;
  came = [];
  answers = [];
  sender = new SessionSender({
    clock,
    counters,
    log: silentLog,
    onMessage: (octets) => answers.push(octets),
    open: async () => {
      if (!isThere) throw new Fault("unreachable", "nobody listens");
      const [ours, theirs] = pairedChannels({ highWaterOctets });
      theirs.listen({ onData: (octets) => came.push(octets), onClose: () => {} });
      ends.push(theirs);
      return ours;
    },
  });
});

const received = (): string => Buffer.concat(came).toString("hex");
const sent = (...values: number[]): string => Buffer.concat(values.map(message)).toString("hex");

describe("SessionSender", () => {
  test("opens one session for all that is sent before it is there and after, in order", async () => {
    sender.send(message(1), peer);
    sender.send(message(2), peer);
    await settled();
    sender.send(message(3), peer);
    await settled();
    expect(received()).toBe(sent(1, 2, 3));
    expect(counters.snmpTlstmSessionOpens).toBe(1);
    expect(sender.counters.dropped).toBe(0);
  });

  test("gives back what the receiver says, also in pieces", async () => {
    sender.send(message(1), peer);
    await settled();
    ends[0]?.write(message(7).subarray(0, 2));
    ends[0]?.write(Buffer.concat([message(7).subarray(2), message(8)]));
    await settled();
    expect(answers).toEqual([message(7), message(8)]);
  });

  test("drops what nobody takes, and tries again after pauses that grow up to a minute", async () => {
    isThere = false;
    const opened: number[] = [];
    for (let second = 0; second < 300; second += 1) {
      const before = counters.snmpTlstmSessionOpens;
      sender.send(message(1), peer);
      await settled();
      if (counters.snmpTlstmSessionOpens > before) opened.push(second);
      clock.advance(1000);
    }
    expect(opened).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243]);
    expect(counters.snmpTlstmSessionOpenErrors).toBe(opened.length);
    expect(sender.counters.dropped).toBe(300);
    isThere = true;
    clock.advance(60_000);
    sender.send(message(2), peer);
    await settled();
    expect(received()).toBe(sent(2));
  });

  test("opens anew when the receiver ended a session that was of use, and waits when it was not", async () => {
    sender.send(message(1), peer);
    await settled();
    clock.advance(5000);
    ends[0]?.close();
    await settled();
    sender.send(message(2), peer);
    await settled();
    expect(received()).toBe(sent(1, 2));
    ends[1]?.close();
    await settled();
    sender.send(message(3), peer);
    await settled();
    expect(counters.snmpTlstmSessionOpens).toBe(2);
    expect(sender.counters.dropped).toBe(1);
  });

  test("ends a session on which something comes that is no message", async () => {
    sender.send(message(1), peer);
    await settled();
    ends[0]?.write(Buffer.from("HTTP/1.1 400\r\n"));
    await settled();
    expect(ends[0]?.closed).toBe(true);
    expect(answers).toEqual([]);
  });

  test("keeps a thousand messages for a receiver that takes none, the newest", async () => {
    highWaterOctets = 0;
    sender.send(message(0), peer);
    await settled();
    ends[0]?.pause();
    for (let i = 1; i <= 1500; i += 1) sender.send(message(i % 100), peer);
    expect(sender.counters.dropped).toBeGreaterThanOrEqual(499);
    expect(sender.counters.dropped).toBeLessThanOrEqual(500);
  });

  test("closes sessions of which it is told no more, also one that is being opened", async () => {
    sender.send(message(1), peer);
    await settled();
    sender.retain([peer]);
    expect(ends[0]?.closed).toBe(false);
    sender.send(message(1), { ...peer, port: 1 });
    sender.retain([]);
    await settled();
    expect(ends.map(({ closed }) => closed)).toEqual([true, true]);
    expect(counters.snmpTlstmSessionClientCloses).toBe(2);
  });
});
