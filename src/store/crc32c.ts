/** The polynomial of Castagnoli, bits reversed. */
const POLYNOMIAL = 0x82f63b78;

const table = Uint32Array.from({ length: 256 }, (_, octet) => {
  let remainder = octet;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? POLYNOMIAL : 0);
  return remainder;
});

/**
 * The checksum CRC-32C of octets, as an unsigned number.
 * @param before the checksum of what came before them, for a text in several pieces
 * @see RFC 3720, section 12.1
 */
export function crc32c(octets: Uint8Array, before = 0): number {
  let remainder = ~before;
  for (let at = 0; at < octets.length; at++) {
    remainder = (table[(remainder ^ (octets[at] as number)) & 0xff] as number) ^ (remainder >>> 8);
  }
  return ~remainder >>> 0;
}
