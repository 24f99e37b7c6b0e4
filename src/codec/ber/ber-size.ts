const TWO_TO_32 = 2 ** 32;

/** Below this a number says exactly what a bigint does, and is much quicker to take apart. */
const TWO_TO_53 = 2 ** 53;

/** Octets of a definite length field for `length` content octets. */
function lengthSize(length: number): number {
  if (length < 0x80) return 1;
  if (length < 0x100) return 2;
  if (length < 0x10000) return 3;
  return length < 0x1000000 ? 4 : 5;
}

/** Octets of a whole element, tag and length included, whose content has `length` octets. */
export function elementSize(length: number): number {
  return 1 + lengthSize(length) + length;
}

/** Octets of an element that holds the signed 32-bit `value`. */
export function integerSize(value: number): number {
  // For a negative number the count of significant bits is that of its complement.
  const bits = 33 - Math.clz32(value < 0 ? ~value : value);
  return 2 + ((bits + 7) >> 3);
}

/** Octets of an element that holds `value` modulo 2^32. */
export function unsignedSize(value: number): number {
  const bits = 33 - Math.clz32(value);
  return 2 + ((bits + 7) >> 3);
}

/** Octets of an element that holds `value` modulo 2^64. */
export function unsigned64Size(value: bigint): number {
  const high = highWord(value);
  if (high === 0) return unsignedSize(lowWord(value));
  return 2 + 4 + ((33 - Math.clz32(high) + 7) >> 3);
}

/** Octets of an element that holds an object identifier. */
export function oidSize(oid: readonly number[]): number {
  const length = oid.length;
  let octets = length < 2 ? 1 : arcSize((oid[0] as number) * 40 + (oid[1] as number));
  for (let i = 2; i < length; i++) {
    const arc = oid[i] as number;
    octets += arc < 0x80 ? 1 : arcSize(arc);
  }
  return elementSize(octets);
}

/** Bits 32 to 63 of `value`. */
export function highWord(value: bigint): number {
  const rounded = Number(value);
  if (rounded >= 0 && rounded < TWO_TO_53) return Math.floor(rounded / TWO_TO_32);
  return Number(BigInt.asUintN(32, value >> 32n));
}

/** Bits 0 to 31 of `value`. */
export function lowWord(value: bigint): number {
  const rounded = Number(value);
  if (rounded >= 0 && rounded < TWO_TO_53) return rounded % TWO_TO_32;
  return Number(BigInt.asUintN(32, value));
}

function arcSize(arc: number): number {
  if (arc < 0x80) return 1;
  if (arc < 0x4000) return 2;
  if (arc < 0x200000) return 3;
  return arc < 0x10000000 ? 4 : 5;
}
