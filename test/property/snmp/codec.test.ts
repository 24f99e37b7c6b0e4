import fc from "fast-check";
import { expect, test } from "vitest";
import { DecodeError } from "../../../src/base/fault.js";
import { BerReader } from "../../../src/codec/ber/ber-reader.js";
import { integerSize, oidSize, unsigned64Size, unsignedSize } from "../../../src/codec/ber/ber-size.js";
import { BerWriter } from "../../../src/codec/ber/ber-writer.js";
import { encodeCommunityMessage, openMessage, readCommunityMessage } from "../../../src/protocol/snmp/message.js";
import { decodePdu, type Pdu, pduSize } from "../../../src/protocol/snmp/pdu.js";
import { decrypt, digest, encrypt, encryptedLength, isAuthentic } from "../../../src/protocol/snmp/usm-crypto.js";
import { authProtocols, privProtocols } from "../../../src/protocol/snmp/usm-protocol.js";
import type { PduValue } from "../../../src/protocol/snmp/var-bind.js";
import { anyOid, anyValue } from "./arbitraries.js";

const octets = fc.uint8Array({ maxLength: 200 }).map((value) => Buffer.from(value));
const pduValue: fc.Arbitrary<PduValue> = fc.oneof(
  anyValue,
  fc.record({ type: fc.constant("Opaque" as const), value: octets }),
  fc.record({ type: fc.constantFrom("Null", "noSuchObject", "noSuchInstance", "endOfMibView") }),
);
const varBinds = fc.array(fc.record({ oid: anyOid, value: pduValue }), { maxLength: 12 });
const pdu: fc.Arbitrary<Pdu> = fc.oneof(
  fc.record({
    type: fc.constantFrom(
      "GetRequest",
      "GetNextRequest",
      "Response",
      "SetRequest",
      "InformRequest",
      "SNMPv2-Trap",
      "Report",
    ),
    requestId: fc.integer(),
    errorStatus: fc.integer(),
    errorIndex: fc.integer(),
    varBinds,
  }),
  fc.record({
    type: fc.constant("GetBulkRequest" as const),
    requestId: fc.integer(),
    nonRepeaters: fc.integer(),
    maxRepetitions: fc.integer(),
    varBinds,
  }),
  fc.record({
    type: fc.constant("Trap" as const),
    enterprise: anyOid,
    agentAddress: fc.uint8Array({ minLength: 4, maxLength: 4 }).map((value) => Buffer.from(value)),
    genericTrap: fc.integer(),
    specificTrap: fc.integer(),
    timeStamp: fc.integer({ min: 0, max: 4294967295 }),
    varBinds,
  }),
);

/** Writes with exactly the planned room. */
function written(size: number, write: (writer: BerWriter) => void): Buffer {
  const writer = new BerWriter(size);
  write(writer);
  expect(writer.mark).toBe(0);
  return writer.finish();
}

test("integers of all kinds survive, and take the octets that were planned", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 0, max: 4294967295 }), fc.bigInt(0n, 2n ** 64n - 1n), (a, b, c) => {
      expect(new BerReader(written(integerSize(a), (writer) => writer.integer(a))).integer()).toBe(a);
      expect(new BerReader(written(unsignedSize(b), (writer) => writer.unsigned(b, 65))).unsigned(65)).toBe(b);
      expect(new BerReader(written(unsigned64Size(c), (writer) => writer.unsigned64(c, 70))).unsigned64(70)).toBe(c);
    }),
    { numRuns: 1000 },
  );
});

test("object identifiers survive, and take the octets that were planned", () => {
  fc.assert(
    fc.property(anyOid, (oid) => {
      expect(new BerReader(written(oidSize(oid), (writer) => writer.oid(oid))).oid()).toEqual(oid);
    }),
    { numRuns: 1000 },
  );
});

test("messages survive, and PDUs take the octets that were planned", () => {
  fc.assert(
    fc.property(fc.constantFrom(0, 1), octets, pdu, (version, community, given) => {
      const message = encodeCommunityMessage(version, community, given);
      const opened = openMessage(message);
      const read = readCommunityMessage(opened.rest);
      expect([opened.version, read.community]).toEqual([version, community]);
      expect(read.pduOctets.length).toBe(pduSize(given));
      expect(decodePdu(read.pduOctets)).toEqual(given);
    }),
    { numRuns: 500 },
  );
});

test("damaged messages are refused with DecodeError or read as something else, and never crash", () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(pdu, damage, (given, changes) => {
      const message = encodeCommunityMessage(1, Buffer.from("public"), given);
      for (const [at, value] of changes) message[at % message.length] = value;
      try {
        decodePdu(readCommunityMessage(openMessage(message).rest).pduOctets);
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
    }),
    { numRuns: 1000 },
  );
});

test("what one key encrypts it decrypts, whatever the length, and a digest holds for its message only", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(authProtocols)),
      fc.constantFrom(...Object.values(privProtocols)),
      fc.uint8Array({ minLength: 64, maxLength: 64 }),
      octets,
      fc.nat(2147483647),
      fc.nat(),
      (auth, priv, material, plain, boots, flip) => {
        const key = { protocol: priv, localizedKey: material.subarray(0, priv.keyOctets) };
        const salt = material.subarray(56);
        const encrypted = encrypt(key, boots, 5, salt, plain);
        expect(encrypted.length).toBe(encryptedLength(priv, plain.length));
        expect(decrypt(key, boots, 5, salt, encrypted)?.subarray(0, plain.length)).toEqual(plain);

        const authKey = { protocol: auth, localizedKey: material.subarray(0, auth.keyOctets) };
        const message = Buffer.concat([Buffer.alloc(10, 1), Buffer.alloc(auth.digestOctets), plain]);
        message.set(digest(authKey, message, 10), 10);
        expect(isAuthentic(authKey, message, 10)).toBe(true);
        const bit = flip % (message.length * 8);
        message[bit >> 3] = (message[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(isAuthentic(authKey, message, 10)).toBe(false);
      },
    ),
    { numRuns: 300 },
  );
});
