import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  timingSafeEqual,
} from "node:crypto";
import type { AuthProtocol, PrivProtocol } from "./usm-protocol.js";

/** An authentication protocol with the user's key for one engine. */
export interface AuthKey {
  readonly protocol: AuthProtocol;
  readonly localizedKey: Uint8Array;
}

/** A privacy protocol with the user's key for one engine, as long as `privacyKey` makes it. */
export interface PrivKey {
  readonly protocol: PrivProtocol;
  readonly localizedKey: Uint8Array;
}

const DES_BLOCK = 8;
const ZEROS = Buffer.alloc(64);

/** Keys as OpenSSL holds them: to hand over the octets each time costs as much as the digest itself. */
const prepared = new WeakMap<AuthKey, KeyObject>();

/**
 * The digest of `message` with zeros where its own digest stands; they are there for a moment, so that the message is handed
 * over in one piece.
 * @see RFC 7860, section 4.2.1
 */
export function digest(key: AuthKey, message: Uint8Array, digestAt: number): Buffer {
  const { hash, digestOctets } = key.protocol;
  const place = message.subarray(digestAt, digestAt + digestOctets);
  const received = Uint8Array.from(place);
  place.fill(0);
  const computed = createHmac(hash, keyObjectOf(key)).update(message).digest().subarray(0, digestOctets);
  place.set(received);
  return computed;
}

function keyObjectOf(key: AuthKey): KeyObject {
  let object = prepared.get(key);
  if (object === undefined) {
    object = createSecretKey(key.localizedKey);
    prepared.set(key, object);
  }
  return object;
}

/** Whether the digest in `message` is right; takes the same time wherever it differs. */
export function isAuthentic(key: AuthKey, message: Uint8Array, digestAt: number): boolean {
  const octets = key.protocol.digestOctets;
  return timingSafeEqual(digest(key, message, digestAt), message.subarray(digestAt, digestAt + octets));
}

/** Octets of `length` plain octets when encrypted. */
export function encryptedLength(protocol: PrivProtocol, length: number): number {
  return protocol.name === "DES" ? Math.ceil(length / DES_BLOCK) * DES_BLOCK : length;
}

/** @param salt the message's msgPrivacyParameters, eight octets */
export function encrypt(key: PrivKey, boots: number, time: number, salt: Uint8Array, plain: Uint8Array): Buffer {
  const cipher = createCipheriv(key.protocol.cipher, cipherKey(key), initialVector(key, boots, time, salt));
  cipher.setAutoPadding(false);
  const head = cipher.update(plain);
  const padding = encryptedLength(key.protocol, plain.length) - plain.length;
  return padding === 0 ? head : Buffer.concat([head, cipher.update(ZEROS.subarray(0, padding))]);
}

/** @returns `undefined` when the octets cannot have been encrypted with this protocol */
export function decrypt(
  key: PrivKey,
  boots: number,
  time: number,
  salt: Uint8Array,
  encrypted: Uint8Array,
): Buffer | undefined {
  if (salt.length !== 8 || encrypted.length !== encryptedLength(key.protocol, encrypted.length)) return undefined;
  const decipher = createDecipheriv(key.protocol.cipher, cipherKey(key), initialVector(key, boots, time, salt));
  decipher.setAutoPadding(false);
  return decipher.update(encrypted);
}

function cipherKey({ protocol, localizedKey }: PrivKey): Uint8Array {
  if (protocol.name !== "DES") return localizedKey;
  const des = localizedKey.subarray(0, DES_BLOCK);
  return Buffer.concat([des, des, des]);
}

/** @see RFC 3826, section 3.1.2.1; RFC 3414, section 8.1.1.1 */
function initialVector({ protocol, localizedKey }: PrivKey, boots: number, time: number, salt: Uint8Array): Buffer {
  if (protocol.name === "DES") {
    const vector = Buffer.from(localizedKey.subarray(DES_BLOCK, 2 * DES_BLOCK));
    for (let i = 0; i < DES_BLOCK; i++) vector[i] = (vector[i] as number) ^ (salt[i] as number);
    return vector;
  }
  const vector = Buffer.allocUnsafe(16);
  vector.writeUInt32BE(boots, 0);
  vector.writeUInt32BE(time, 4);
  vector.set(salt, 8);
  return vector;
}
