import { describe, expect, test } from "vitest";
import { changedKey } from "../../../src/protocol/snmp/key-change.js";
import { localizeKey, passwordToKey } from "../../../src/protocol/snmp/keys.js";
import { authProtocols } from "../../../src/protocol/snmp/usm-protocol.js";
import { hex } from "../../support/hex.js";

const engineId = hex("00 00 00 00 00 00 00 00 00 00 00 02");
const { MD5, SHA, "SHA-512": SHA512 } = authProtocols;

describe("changedKey()", () => {
  test.each([
    [MD5, "88 05 61 51 41 67 6c c9 19 61 74 e7 42 a3 25 51"],
    [SHA, "9c 10 17 f4 fd 48 3d 2d e8 d5 fa db f8 43 92 cb 06 45 70 51"],
  ])("turns maplesyrup into newsyrup ($name; RFC 3414, section A.5)", (protocol, delta) => {
    const oldKey = localizeKey(protocol, passwordToKey(protocol, "maplesyrup"), engineId);
    const newKey = localizeKey(protocol, passwordToKey(protocol, "newsyrup"), engineId);
    const value = Buffer.concat([Buffer.alloc(protocol.keyOctets), hex(delta)]);
    expect(changedKey(protocol, oldKey, value)).toEqual(newKey);
  });

  test("makes a key that is shorter than the hash, and one that is longer", () => {
    const short = Buffer.alloc(16, 7);
    const value = Buffer.alloc(32);
    const first = changedKey(SHA512, short, value);
    expect(first).toHaveLength(16);
    // The delta separates old and new: what it says is reached from anywhere.
    const wanted = Buffer.alloc(16, 0xab);
    const delta = first.map((octet, i) => octet ^ (wanted[i] as number));
    expect(changedKey(SHA512, short, Buffer.concat([Buffer.alloc(16), delta]))).toEqual(wanted);
    const long = changedKey(MD5, Buffer.alloc(24, 7), Buffer.alloc(48));
    expect(long).toHaveLength(24);
    expect(long.subarray(16)).not.toEqual(long.subarray(0, 8));
  });
});
