import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decrypt, digest, encrypt, isAuthentic } from "../../../src/protocol/snmp/usm-crypto.js";
import { authProtocols, privProtocols } from "../../../src/protocol/snmp/usm-protocol.js";

const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
/** Short ones, those around a block, and one that is longer than the room that is kept. */
const message = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ minLength: 4000, maxLength: 4200 }));
const uint31 = fc.integer({ min: 0, max: 0x7fffffff });

describe("digest()", () => {
  const auth = fc
    .constantFrom(...Object.values(authProtocols))
    .chain((protocol) => fc.record({ protocol: fc.constant(protocol), localizedKey: octets(protocol.keyOctets) }));

  test("is OpenSSL's HMAC of the message with zeros for its digest, and leaves the message as it is", () => {
    fc.assert(
      fc.property(auth, fc.array(fc.tuple(message, fc.nat()), { minLength: 1, maxLength: 4 }), (key, messages) => {
        const { hash, digestOctets } = key.protocol;
        for (const [front, place] of messages) {
          const whole = Buffer.concat([front, Buffer.alloc(digestOctets, 0xa5)]);
          const at = place % (front.length + 1);
          const before = Buffer.from(whole);
          const zeroed = Buffer.from(whole).fill(0, at, at + digestOctets);
          const expected = createHmac(hash, key.localizedKey).update(zeroed).digest().subarray(0, digestOctets);
          expect(digest(key, whole, at).equals(expected)).toBe(true);
          expect(whole.equals(before)).toBe(true);
          expect(isAuthentic(key, whole, at)).toBe(whole.subarray(at, at + digestOctets).equals(expected));
        }
      }),
    );
  });
});

describe("encrypt() and decrypt()", () => {
  const aes = fc
    .constantFrom(...Object.values(privProtocols).filter(({ name }) => name !== "DES"))
    .chain((protocol) => fc.record({ protocol: fc.constant(protocol), localizedKey: octets(protocol.keyOctets) }));
  const sealed = fc.record({ boots: uint31, time: uint31, salt: octets(8), plain: message, opens: fc.boolean() });

  test("of one key, in any order, are OpenSSL's AES-CFB of each message alone", () => {
    fc.assert(
      fc.property(aes, fc.array(sealed, { minLength: 1, maxLength: 6 }), (key, messages) => {
        for (const { boots, time, salt, plain, opens } of messages) {
          const vector = Buffer.concat([Buffer.alloc(8), salt]);
          vector.writeUInt32BE(boots, 0);
          vector.writeUInt32BE(time, 4);
          const { cipher } = key.protocol;
          const expected = opens
            ? createDecipheriv(cipher, key.localizedKey, vector).update(plain)
            : createCipheriv(cipher, key.localizedKey, vector).update(plain);
          const found = (opens ? decrypt : encrypt)(key, boots, time, salt, plain);
          expect(found?.equals(expected)).toBe(true);
        }
      }),
    );
  });

  test("with DES give back what was encrypted, filled up to whole blocks", () => {
    const key = fc.record({ protocol: fc.constant(privProtocols.DES), localizedKey: octets(16) });
    fc.assert(
      fc.property(key, sealed, (des, { boots, time, salt, plain }) => {
        const opened = decrypt(des, boots, time, salt, encrypt(des, boots, time, salt, plain));
        expect(opened?.subarray(0, plain.length).equals(plain)).toBe(true);
        expect(opened?.length).toBe(Math.ceil(plain.length / 8) * 8);
      }),
    );
  });
});
