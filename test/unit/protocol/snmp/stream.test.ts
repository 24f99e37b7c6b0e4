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
    const { server, clock, connect } = start({ idleMs: 1000 });
    const [silent, slow, busy] = [connect(), connect(), connect()];
    for (let i = 0; i < 5; i += 1) {
      clock.advance(300);
      slow.deliver(message.subarray(i, i + 1));
      busy.deliver(message);
    }
    expect([silent.isClosed, slow.isClosed, busy.isClosed]).toEqual([true, true, false]);
    expect(server.counters.idle).toBe(2);
  });

  test("closes what is too many, of one source and in all, and takes more when others have gone", () => {
    const { server, connect } = start({ connections: 3, connectionsPerSource: 2 });
    const first = connect();
    connect();
    expect(connect().isClosed).toBe(true);
    const other = { ...source, address: "192.0.2.6" };
    expect(connect(other).isClosed).toBe(false);
    expect(connect({ ...source, address: "192.0.2.7" }).isClosed).toBe(true);
    first.close();
    expect(connect().isClosed).toBe(false);
    expect(server.counters).toMatchObject({ accepted: 4, refused: 2 });
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
