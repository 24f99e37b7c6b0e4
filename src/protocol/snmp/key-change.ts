import { createHash } from "node:crypto";
import type { AuthProtocol } from "./usm-protocol.js";

/**
 * The key that a KeyChange value turns `oldKey` into: its first half is random, its second half what separates the new key
 * from what the old key and the random half give. Both keys are as long as one half.
 * @param value twice as long as `oldKey`
 * @see RFC 3414, textual convention KeyChange
 */
export function changedKey(auth: AuthProtocol, oldKey: Uint8Array, value: Uint8Array): Buffer {
  const random = value.subarray(0, oldKey.length);
  const delta = value.subarray(oldKey.length, 2 * oldKey.length);
  const newKey = Buffer.alloc(oldKey.length);
  let mask: Uint8Array = oldKey;
  for (let at = 0; at < newKey.length; at += mask.length) {
    mask = createHash(auth.hash).update(mask).update(random).digest();
    for (let i = 0; i < mask.length && at + i < newKey.length; i += 1) {
      newKey[at + i] = (mask[i] as number) ^ (delta[at + i] as number);
    }
  }
  return newKey;
}
