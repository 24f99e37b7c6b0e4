import { createHash } from "node:crypto";

/**
 * Eight octets per message that never repeat in the life of an engine: boots and a count, sent through a small Feistel
 * network, which keeps them unique and hides how much traffic there is.
 *
 * @see RFC 3826, section 3.1.2.1; RFC 3414, section 8.1.1.1
 */
export class SaltSequence {
  readonly #boots: () => number;
  readonly #roundKeys: readonly number[];
  #count = 0;

  constructor(engineId: Uint8Array, boots: () => number) {
    this.#boots = boots;
    const seed = createHash("sha256").update(engineId).digest();
    this.#roundKeys = [0, 4, 8, 12].map((at) => seed.readUInt32BE(at));
  }

  next(): Buffer {
    let left = this.#boots() >>> 0;
    let right = this.#count;
    this.#count = (this.#count + 1) >>> 0;
    for (const key of this.#roundKeys) [left, right] = [right, (left ^ mix(right ^ key)) >>> 0];
    const salt = Buffer.allocUnsafe(8);
    salt.writeUInt32BE(left, 0);
    salt.writeUInt32BE(right, 4);
    return salt;
  }
}

function mix(word: number): number {
  let mixed = word;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
