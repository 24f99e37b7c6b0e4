import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Channel, ChannelListener } from "../../../../src/base/channel.js";
import { DecodeError } from "../../../../src/base/fault.js";
import { StreamFramer } from "../../../../src/protocol/snmp/stream-framer.js";
import { type StreamLimits, StreamServer } from "../../../../src/protocol/snmp/stream-server.js";
import { hex } from "../../../support/hex.js";
import { ManualClock } from "../../../support/manual-clock.js";
import { testAgent, testUser } from "../../../support/snmp-agent.js";
import { communityRequest, getRequest, openCommunity } from "../../../support/snmp-manager.js";

const sysDescr = [1, 3, 6, 1, 2, 1, 1, 1, 0];
const message = communityRequest(1, getRequest(sysDescr));

function framed(framer: StreamFramer): Buffer[] {
  const messages: Buffer[] = [];
  for (let one = framer.next(); one !== undefined; one = framer.next()) messages.push(Buffer.from(one));
  return messages;
}

describe("StreamFramer", () => {
  test("gives back what was put together, however it is cut", () => {
    const sequence = fc.uint8Array({ maxLength: 300 }).map((content) => {
      const length = content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 255];
      return Buffer.from([0x30, ...length, ...content]);
    });
    fc.assert(
      fc.property(fc.array(sequence, { maxLength: 6 }), fc.array(fc.nat(40), { maxLength: 60 }), (messages, cuts) => {
        const framer = new StreamFramer(65_535);
        const whole = Buffer.concat(messages);
        const found: Buffer[] = [];
        let at = 0;
        for (const cut of [...cuts, whole.length]) {
          framer.push(whole.subarray(at, at + cut));
          at += cut;
          found.push(...framed(framer));
        }
        expect(found).toEqual(messages);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ["another tag", "31 00"],
    ["an indefinite length", "30 80"],
    ["a length of five octets", "30 85 00 00 00 00 01"],
    ["a length above the limit", "30 83 01 00 00"],
    ["the largest length there is", "30 84 ff ff ff ff"],
  ])("refuses %s before it comes in full", (_, octets) => {
    const framer = new StreamFramer(65_535);
    framer.push(hex(octets));
    expect(() => framer.next()).toThrow(DecodeError);
  });
});

/** A channel whose other end is the test. */
class TestChannel implements Channel {
  readonly peer = "test";
  readonly written: Buffer[] = [];
  takes = true;
  isPaused = false;
  isClosed = false;
  #listener: ChannelListener | undefined;

  listen(listener: ChannelListener): void {
    this.#listener = listener;
  }

  write(octets: Uint8Array): boolean {
    this.written.push(Buffer.from(octets));
    return this.takes;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#listener?.onClose();
  }

  deliver(octets: Buffer): void {
    if (!this.isClosed) this.#listener?.onData(octets);
  }

  drain(): void {
    this.takes = true;
    this.#listener?.onDrain?.();
  }
}

const source = { address: "192.0.2.5", port: 50_000, stream: { octetLimit: 65_507 } };

function start(limits: Partial<StreamLimits> = {}) {
  const { engine } = testAgent([testUser("open")], { limits: { sourceRate: { perSecond: 1e6, burst: 1e6 } } });
  const clock = new ManualClock();
  const server = new StreamServer({
    clock,
    limits,
    handle: (octets, peer, later) => engine.handle(octets, peer, later),
  });
  const connect = (peer = source): TestChannel => {
    const channel = new TestChannel();
    server.accept(channel, peer);
    return channel;
  };
  return { server, clock, connect };
}

describe("StreamServer (RFC 3430)", () => {
  test("answers several requests that come in one piece, and one that comes in several", () => {
    const channel = start().connect();
    channel.deliver(Buffer.concat([message, message, message.subarray(0, 7)]));
    expect(channel.written).toHaveLength(2);
    channel.deliver(message.subarray(7));
    expect(channel.written.map((octets) => openCommunity(octets).varBinds[0]?.value.type)).toEqual(
      Array.from({ length: 3 }, () => "OctetString"),
    );
  });

  test("reads nothing more while its peer takes no answers, and goes on where it was", async () => {
    const channel = start().connect();
    channel.takes = false;
    channel.deliver(Buffer.concat(Array.from({ length: 100 }, () => message)));
    await turn();
    expect([channel.written.length, channel.isPaused]).toEqual([1, true]);
    channel.drain();
    while (channel.written.length < 100) await turn();
    expect(channel.isPaused).toBe(false);
  });

  test("gives others a turn in the middle of many requests", async () => {
    const channel = start().connect();
    channel.deliver(Buffer.concat(Array.from({ length: 100 }, () => message)));
    expect([channel.written.length, channel.isPaused]).toEqual([32, true]);
    while (channel.written.length < 100) await turn();
    expect(channel.isPaused).toBe(false);
  });

  test("closes a connection that speaks something else", async () => {
    const { server, connect } = start();
    const channel = connect();
    channel.deliver(Buffer.from("GET / HTTP/1.1\r\n\r\n"));
    await turn();
    expect(channel.isClosed).toBe(true);
    expect(server.counters).toMatchObject({ accepted: 1, malformed: 1 });
  });

  test("survives a message that is no SNMP inside, in silence", () => {
    const channel = start().connect();
    channel.deliver(Buffer.concat([hex("30 03 02 01 07"), message]));
    expect(channel.written).toHaveLength(1);
    expect(channel.isClosed).toBe(false);
  });

  test("closes a connection on which no whole request comes for a while, also octet by octet", () => {
    const { server, clock, connect } = start({ idleMs: 1000, firstAnswerMs: 1000, requestMs: 1000 });
    const [silent, slow, busy] = [connect(), connect(), connect()];
    for (let i = 0; i < 5; i += 1) {
      clock.advance(300);
      slow.deliver(message.subarray(i, i + 1));
      busy.deliver(message);
    }
    expect([silent.isClosed, slow.isClosed, busy.isClosed]).toEqual([true, true, false]);
    expect(server.counters.idle).toBe(2);
  });

  test("gives a connection little time to its first answer, whatever it sends meanwhile, and more afterwards", () => {
    const { clock, connect } = start({ firstAnswerMs: 1000, idleMs: 10_000 });
    const [unknown, known] = [connect(), connect()];
    known.deliver(message);
    for (let i = 0; i < 9; i += 1) {
      unknown.deliver(communityRequest(1, getRequest(sysDescr), "guess"));
      clock.advance(111);
    }
    expect(unknown.isClosed).toBe(false);
    clock.advance(1);
    expect([unknown.isClosed, known.isClosed]).toEqual([true, false]);
    clock.advance(8999);
    expect(known.isClosed).toBe(false);
    clock.advance(1);
    expect(known.isClosed).toBe(true);
  });

  test("gives each request little time from its first octet on", () => {
    const { clock, connect } = start({ requestMs: 1000, idleMs: 100_000 });
    const channel = connect();
    channel.deliver(Buffer.concat([message, message.subarray(0, 1)]));
    clock.advance(999);
    channel.deliver(Buffer.concat([message.subarray(1), message.subarray(0, 3)]));
    clock.advance(999);
    channel.deliver(message.subarray(3, 4));
    expect([channel.isClosed, channel.written.length]).toEqual([false, 2]);
    clock.advance(1);
    expect(channel.isClosed).toBe(true);
  });

  const from = (address: string) => ({ ...source, address });

  test("refuses what is too many while all others are at work", () => {
    const { server, clock, connect } = start({ connections: 3, connectionsPerSource: 2 });
    const working = [connect(), connect(), connect(from("192.0.2.6"))];
    for (const channel of working) channel.deliver(message);
    expect(connect().isClosed).toBe(true);
    expect(connect(from("192.0.2.6")).isClosed).toBe(true);
    expect(working.map(({ isClosed }) => isClosed)).toEqual([false, false, false]);
    expect(server.counters).toMatchObject({ accepted: 3, refused: 2, displaced: 0 });
    clock.advance(1000);
    expect(connect(from("192.0.2.6")).isClosed).toBe(false);
    expect(working.map(({ isClosed }) => isClosed)).toEqual([true, false, false]);
    working[1]?.close();
    expect(connect().isClosed).toBe(false);
    expect(server.counters).toMatchObject({ accepted: 5, refused: 2, displaced: 1 });
  });

  test("displaces who never asked before who did, and of those who did who has most, then who asked longest ago", () => {
    const { clock, connect } = start({ connections: 5 });
    const ask = (address: string): TestChannel => {
      const channel = connect(from(address));
      channel.deliver(message);
      clock.advance(2000);
      return channel;
    };
    const [single, older, newer, late] = [ask("10.0.0.1"), ask("10.0.0.2"), ask("10.0.0.2"), ask("10.0.0.3")];
    const mute = connect(from("10.0.0.4"));
    const order: string[] = [];
    const named = { single, older, newer, late, mute };
    for (let i = 5; i < 10; i += 1) {
      ask(`10.0.0.${i}`);
      for (const [name, { isClosed }] of Object.entries(named)) if (isClosed && !order.includes(name)) order.push(name);
    }
    expect(order).toEqual(["mute", "older", "single", "newer", "late"]);
  });

  test("counts an IPv6 network as one source", () => {
    const { connect } = start({ connectionsPerSource: 1 });
    const first = connect(from("2001:db8::1"));
    first.deliver(message);
    expect(connect(from("2001:db8::2")).isClosed).toBe(true);
    expect(connect(from("2001:db8:0:1::1")).isClosed).toBe(false);
  });

  test.each([
    ["are silent", (channel: TestChannel) => channel.deliver(message.subarray(0, 1))],
    ["ask all the time", (channel: TestChannel) => channel.deliver(message)],
  ])("lets an honest client in and leaves it there when many addresses hold all places and %s", (_, keep) => {
    const { clock, connect } = start();
    const held = new Map<string, TestChannel>();
    const hold = (): void => {
      for (let i = 0; i < 8 * 32; i += 1) {
        const known = held.get(`${i}`);
        const channel = known === undefined || known.isClosed ? connect(from(`198.51.100.${i % 8}`)) : known;
        held.set(`${i}`, channel);
        keep(channel);
      }
    };
    hold();
    const honest = connect(from("192.0.2.200"));
    honest.deliver(message);
    for (let i = 0; i < 25; i += 1) {
      clock.advance(400);
      hold();
      honest.deliver(message);
    }
    expect([honest.isClosed, honest.written.length]).toEqual([false, 26]);
  });

  test("close() ends every connection", () => {
    const { server, connect } = start();
    const channels = [connect(), connect()];
    server.close();
    expect(channels.map(({ isClosed }) => isClosed)).toEqual([true, true]);
  });

  test("answers may be longer than a datagram's", () => {
    const { connect } = start();
    const channel = connect();
    const oids = Array.from({ length: 200 }, () => sysDescr);
    channel.deliver(communityRequest(1, getRequest(...oids)));
    expect(openCommunity(channel.written[0])).toMatchObject({ errorStatus: 0 });
    expect(channel.written[0]?.length).toBeGreaterThan(1472);
  });
});
