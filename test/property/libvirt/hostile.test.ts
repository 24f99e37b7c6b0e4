import fc from "fast-check";
import { expect, test } from "vitest";
import { codecOf } from "../../../src/codec/xdr/codec.js";
import type { Shape } from "../../../src/codec/xdr/shape.js";
import { encodePacket } from "../../../src/protocol/libvirt/frame.js";
import { PacketFramer } from "../../../src/protocol/libvirt/framer.js";
import { allProcedures } from "../../../src/protocol/libvirt/procedures.js";
import { target as packets } from "../../fuzz/libvirt-packet.js";
import { target as xdr } from "../../fuzz/xdr.js";
import { arbitraryOf } from "../../support/shape-arbitrary.js";

/** A packet of any procedure, in any direction, with a serial the fuzz target's client waits for now and then. */
const validPacket = fc.constantFrom(...allProcedures).chain((row) => {
  const forms: [number, Shape<unknown>][] =
    row.kind === "event"
      ? [[2, row.message]]
      : [
          [0, row.args],
          [1, row.result],
        ];
  return fc
    .constantFrom(...forms)
    .chain(([type, shape]) =>
      fc
        .tuple(fc.integer({ min: 1, max: 4 }), arbitraryOf(shape))
        .map(([serial, value]) =>
          encodePacket({ program: row.program, version: 1, procedure: row.number, type, serial, status: 0 }, (writer) =>
            codecOf(shape).encode(writer, value),
          ),
        ),
    );
});

const change = fc.oneof(
  fc.record({ kind: fc.constant("octet" as const), at: fc.nat(), value: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ kind: fc.constant("word" as const), at: fc.nat(), value: fc.integer({ min: 0, max: 0xffff_ffff }) }),
  fc.record({ kind: fc.constant("cut" as const), at: fc.nat(), value: fc.nat(40) }),
);

function changed(
  packet: Buffer,
  changes: readonly { kind: "octet" | "word" | "cut"; at: number; value: number }[],
): Buffer {
  let octets = Buffer.from(packet);
  for (const { kind, at, value } of changes) {
    if (octets.length < 8) return octets;
    if (kind === "octet") octets[at % octets.length] = value;
    else if (kind === "word") octets.writeUInt32BE(value, (at % (octets.length >> 2)) * 4);
    else
      octets = Buffer.concat([octets.subarray(0, at % octets.length), octets.subarray((at % octets.length) + value)]);
  }
  return octets;
}

test("codec, client and server refuse or understand any changed packet, and throw nothing else", () => {
  fc.assert(
    fc.property(validPacket, fc.array(change, { maxLength: 4 }), fc.boolean(), (packet, changes, repairLength) => {
      const octets = changed(packet, changes);
      if (repairLength && octets.length >= 28) octets.writeUInt32BE(octets.length, 0);
      packets.run(octets);
    }),
    { numRuns: 600 },
  );
});

test("codec, client and server take random octets", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
      packets.run(Buffer.from(octets));
      xdr.run(Buffer.from(octets));
    }),
    { numRuns: 600 },
  );
});

test("PacketFramer gives the same packets however the stream is cut", () => {
  fc.assert(
    fc.property(
      fc.array(validPacket, { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
      fc.boolean(),
      (sent, sizes, isLent) => {
        const stream = Buffer.concat(sent);
        const framer = new PacketFramer({ isLent });
        const got: Buffer[] = [];
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          const pushed = Buffer.from(stream.subarray(at, at + size));
          framer.push(pushed);
          at += size;
          for (let packet = framer.next(); packet; packet = framer.next()) got.push(packet);
          if (isLent) pushed.fill(0xee); // what was lent is used for other things
        }
        expect(Buffer.concat(got)).toEqual(stream);
        expect(got.map((packet) => packet.length)).toEqual(sent.map((packet) => packet.length));
        expect(framer.pending).toBe(0);
      },
    ),
    { numRuns: 200 },
  );
});

test("PacketFramer keeps no more than twice what came of a long packet, and copies it a bounded number of times", () => {
  const packet = Buffer.alloc(4 << 20, 7);
  packet.writeUInt32BE(packet.length, 0);
  const framer = new PacketFramer();
  for (let at = 0; at < packet.length; at += 977) {
    expect(framer.next()).toBeUndefined();
    framer.push(packet.subarray(at, Math.min(at + 977, packet.length)));
  }
  const whole = framer.next();
  expect(whole?.equals(packet)).toBe(true);
  expect(whole?.buffer.byteLength).toBeLessThanOrEqual(packet.length * 2 + 2 * 977);
});

test("PacketFramer gives the room of a recycled packet to another, but to one at a time", () => {
  const lengths = fc.constantFrom(28, 40_000, 65_536, 200_000, 262_148, 262_149, 300_000);
  const step = fc.oneof(
    fc.record({ length: lengths, fill: fc.integer({ min: 0, max: 255 }), cut: fc.nat(300_000) }),
    fc.record({ recycle: fc.nat(9), again: fc.boolean() }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), fc.boolean(), (steps, isLent) => {
      const framer = new PacketFramer({ isLent });
      const held: { packet: Buffer; fill: number }[] = [];
      for (const each of steps) {
        if ("recycle" in each) {
          const [given] = held.splice(each.recycle, 1);
          if (given) framer.recycle(given.packet.subarray(28));
          if (given && each.again) framer.recycle(given.packet);
          continue;
        }
        const sent = Buffer.alloc(each.length, each.fill);
        sent.writeUInt32BE(each.length, 0);
        framer.push(sent.subarray(0, each.cut));
        let packet = framer.next();
        if (!packet) framer.push(sent.subarray(each.cut));
        packet ??= framer.next();
        if (!packet) throw new Error("the packet did not come");
        held.push({ packet, fill: each.fill });
        for (const { packet: other, fill } of held) {
          expect(other.readUInt32BE(0)).toBe(other.length);
          expect(other[4]).toBe(fill);
          expect(other.at(-1)).toBe(fill);
        }
      }
    }),
    { numRuns: 150 },
  );
});

test("PacketFramer refuses an impossible length before anything of the packet came", () => {
  for (const length of [0, 27, 33_554_437, 0xffff_ffff]) {
    const framer = new PacketFramer();
    const head = Buffer.alloc(4);
    head.writeUInt32BE(length);
    framer.push(head);
    expect(() => framer.next()).toThrow(expect.objectContaining({ name: "DecodeError" }));
  }
});
