import { expect, test } from "vitest";
import { crc32c } from "../../../src/store/crc32c.js";

// Test patterns of RFC 3720, appendix B.4; there the checksum's octets stand in the order of transmission.
const vectors = [
  { name: "32 zeros", octets: Buffer.alloc(32), checksum: 0x8a9136aa },
  { name: "32 ones", octets: Buffer.alloc(32, 0xff), checksum: 0x62a8ab43 },
  { name: "0 to 31", octets: Buffer.from(Array.from({ length: 32 }, (_, i) => i)), checksum: 0x46dd794e },
  { name: "31 to 0", octets: Buffer.from(Array.from({ length: 32 }, (_, i) => 31 - i)), checksum: 0x113fdb5c },
  { name: "the digits", octets: Buffer.from("123456789"), checksum: 0xe3069283 },
  { name: "nothing", octets: Buffer.alloc(0), checksum: 0 },
];

for (const { name, octets, checksum } of vectors) {
  test(`crc32c() of ${name} (RFC 3720, B.4)`, () => {
    expect(crc32c(octets)).toBe(checksum);
  });
  test(`crc32c() of ${name} in two pieces`, () => {
    for (let cut = 0; cut <= octets.length; cut++) {
      expect(crc32c(octets.subarray(cut), crc32c(octets.subarray(0, cut)))).toBe(checksum);
    }
  });
}
