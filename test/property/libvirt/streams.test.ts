import fc from "fast-check";
import { expect, test } from "vitest";
import { handlerFrom } from "../../../src/protocol/libvirt/call-handler.js";
import { ClientSession } from "../../../src/protocol/libvirt/client-session.js";
import type { ClientStream } from "../../../src/protocol/libvirt/client-stream.js";
import { ServerSession } from "../../../src/protocol/libvirt/server-session.js";
import type { ServerStream } from "../../../src/protocol/libvirt/server-stream.js";
import type { StreamPiece } from "../../../src/protocol/libvirt/stream-packet.js";
import { ManualClock } from "../../support/manual-clock.js";
import { pairedChannels, settled } from "../../support/paired-channels.js";

const vol = { pool: "p", name: "v", key: "k" };
const args = { vol, offset: 0n, length: 0n, flags: 1 };

const pieces = fc.array(
  fc.oneof(
    fc
      .tuple(fc.integer({ min: 1, max: 600_000 }), fc.integer({ min: 0, max: 255 }))
      .map(([length, value]): StreamPiece => ({ kind: "data", octets: Buffer.alloc(length, value) })),
    fc.bigInt({ min: 1n, max: 1n << 62n }).map((lengthOctets): StreamPiece => ({ kind: "hole", lengthOctets })),
  ),
  { maxLength: 8 },
);

const network = fc.record({
  highWaterOctets: fc.constantFrom(1, 70_000, 10_000_000),
  pieceOctets: fc.constantFrom(1021, 65_536, 10_000_000),
});

async function send(stream: ClientStream | ServerStream, sent: readonly StreamPiece[]): Promise<void> {
  for (const piece of sent) {
    if (piece.kind === "data") await stream.write(piece.octets);
    else await stream.writeHole(piece.lengthOctets);
  }
}

async function receive(stream: ClientStream | ServerStream, slow: boolean): Promise<StreamPiece[]> {
  const got: StreamPiece[] = [];
  for (;;) {
    if (slow) await settled();
    const piece = await stream.read();
    if (piece === undefined) return got;
    got.push(piece);
  }
}

/** Neighbouring octets as one piece: how content is cut into packets is nobody's business. */
function joined(content: readonly StreamPiece[]): readonly (string | bigint)[] {
  const whole: (Buffer[] | bigint)[] = [];
  for (const piece of content) {
    const last = whole.at(-1);
    if (piece.kind === "hole") whole.push(piece.lengthOctets);
    else if (Array.isArray(last)) last.push(piece.octets);
    else whole.push([piece.octets]);
  }
  return whole.map((part) => (Array.isArray(part) ? Buffer.concat(part).toString("latin1") : part));
}

test("ClientStream and ServerStream carry any content in both directions, whatever the network and the reader", async () => {
  await fc.assert(
    fc.asyncProperty(pieces, pieces, network, fc.boolean(), async (up, down, options, slow) => {
      const clock = new ManualClock();
      const [near, far] = pairedChannels(options);
      let arrived: StreamPiece[] = [];
      const server = new ServerSession(far, clock, {
        handler: handlerFrom({}),
        openStream: async () => ({
          result: {} as never,
          serve: async (stream) => {
            const [got] = await Promise.all([receive(stream, slow), send(stream, down)]);
            arrived = got;
          },
        }),
      });
      const client = new ClientSession(near, clock);
      const { stream } = await client.openStream("domainOpenConsole", consoleArgs, { deadlineMs: 1000 });
      const count = down.reduce((sum, piece) => sum + packetsOf(piece), 0);
      const receiving = receiveCount(stream, count, slow);
      await send(stream, up);
      const got = await receiving;
      await stream.finish();
      expect(joined(got)).toEqual(joined(down));
      expect(joined(arrived)).toEqual(joined(up));
      expect(client.endReason).toBeUndefined();
      expect(near.paused || far.paused).toBe(false);
      expect(client.counters.dropped + server.counters.dropped).toBe(0);
      client.close();
    }),
    { numRuns: 40 },
  );
});

const consoleArgs = { dom: { name: "d", uuid: "6695eb01-f6a4-8304-79aa-97f2502e193f", id: 1 }, flags: 0 };
const packetsOf = (piece: StreamPiece): number =>
  piece.kind === "hole" ? 1 : Math.ceil(piece.octets.length / 262_120);

async function receiveCount(stream: ClientStream, count: number, slow: boolean): Promise<StreamPiece[]> {
  const got: StreamPiece[] = [];
  while (got.length < count) {
    if (slow) await settled();
    const piece = await stream.read();
    if (piece === undefined) break;
    got.push(piece);
  }
  return got;
}

test("ClientStream.read() gives all of a download, then the end, and the finish is confirmed", async () => {
  await fc.assert(
    fc.asyncProperty(pieces, network, fc.boolean(), async (down, options, slow) => {
      const clock = new ManualClock();
      const [near, far] = pairedChannels(options);
      const opening = {
        handler: handlerFrom({}),
        openStream: async () => ({ result: {} as never, serve: sending(down) }),
      };
      new ServerSession(far, clock, opening);
      const client = new ClientSession(near, clock);
      const { stream } = await client.openStream("storageVolDownload", args, { deadlineMs: 1000 });
      expect(joined(await receive(stream, slow))).toEqual(joined(down));
      await stream.finish();
      expect(await stream.read()).toBeUndefined();
      client.close();
    }),
    { numRuns: 40 },
  );
});

const sending = (content: readonly StreamPiece[]) => (stream: ServerStream) => send(stream, content);
