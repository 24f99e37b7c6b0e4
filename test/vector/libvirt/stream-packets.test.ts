import { describe, expect, test } from "vitest";
import { decodePacket } from "../../../src/protocol/libvirt/frame.js";
import {
  decodeStreamPiece,
  encodeStreamData,
  encodeStreamEnd,
  encodeStreamHole,
} from "../../../src/protocol/libvirt/stream-packet.js";
import { hex } from "../../support/hex.js";

/** A download (209) under serial 7. */
const identity = { program: 0x20008086, version: 1, procedure: 209, serial: 7 };
const head = (length: string, type: string, status: string) =>
  `${length} 20008086 00000001 000000d1 ${type} 00000007 ${status}`;

describe("stream packets", () => {
  test("content follows the header as it is, unpadded and without a length of its own", () => {
    const wire = hex(`${head("0000001f", "00000003", "00000002")} 616263`);
    expect(encodeStreamData(identity, Buffer.from("abc"))).toEqual(wire);
    const { header, payload } = decodePacket(wire);
    expect(decodeStreamPiece(header, payload)).toEqual({ kind: "data", octets: Buffer.from("abc") });
  });

  test("an empty one says that nothing more comes", () => {
    const wire = hex(head("0000001c", "00000003", "00000002"));
    expect(encodeStreamData(identity, new Uint8Array(0))).toEqual(wire);
    const { header, payload } = decodePacket(wire);
    expect(decodeStreamPiece(header, payload)).toBeUndefined();
  });

  test("a hole is a packet of type 6 with its length and flags", () => {
    const wire = hex(`${head("00000028", "00000006", "00000002")} 0000000100000000 00000000`);
    expect(encodeStreamHole(identity, 1n << 32n)).toEqual(wire);
    const { header, payload } = decodePacket(wire);
    expect(decodeStreamPiece(header, payload)).toEqual({ kind: "hole", lengthOctets: 1n << 32n });
  });

  test("finish and abort have status 0 and 1 and no content", () => {
    expect(encodeStreamEnd(identity, "ok")).toEqual(hex(head("0000001c", "00000003", "00000000")));
    expect(encodeStreamEnd(identity, "error")).toEqual(hex(head("0000001c", "00000003", "00000001")));
  });

  test("holes of negative length, with unknown flags, cut off or too long are refused", () => {
    for (const [length, body] of [
      ["00000028", "ffffffffffffffff 00000000"],
      ["00000028", "0000000000000001 00000001"],
      ["00000024", "0000000000000001"],
      ["0000002c", "0000000000000001 00000000 00000000"],
    ] as const) {
      const { header, payload } = decodePacket(hex(`${head(length, "00000006", "00000002")} ${body}`));
      expect(() => decodeStreamPiece(header, payload), body).toThrow(expect.objectContaining({ name: "DecodeError" }));
    }
  });
});
