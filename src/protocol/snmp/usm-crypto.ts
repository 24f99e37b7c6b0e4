import { type Cipher, createCipheriv, createDecipheriv, type Decipher, hash, timingSafeEqual } from "node:crypto";
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
const AES_BLOCK = 16;
const ZEROS = Buffer.alloc(64);

/** What `digest` hashes in front of a message and of its inner digest: keys filled up to a block, as HMAC does it. */
interface HmacPads {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

const pads = new WeakMap<AuthKey, HmacPads>();

/** Where a message is put behind a pad; longer ones get room of their own. */
const room = Buffer.alloc(4096);

/**
 * The digest of `message` with zeros where its own digest stands. HMAC is spelt out, since objects of OpenSSL cost more to make
 * and to collect than two hashes of a short message.
 * @see RFC 7860, section 4.2.1; RFC 2104, section 2
 */
export function digest(key: AuthKey, message: Uint8Array, digestAt: number): Buffer {
  const { hash: algorithm, digestOctets } = key.protocol;
  const { inner, outer } = padsOf(key);
  const length = inner.length + message.length;
  const padded = length <= room.length ? room.subarray(0, length) : Buffer.allocUnsafe(length);
  padded.set(inner);
  padded.set(message, inner.length);
  padded.fill(0, inner.length + digestAt, inner.length + digestAt + digestOctets);
  const digested = hash(algorithm, padded, "buffer");
  const last = room.subarray(0, outer.length + digested.length);
  last.set(outer);
  last.set(digested, outer.length);
  return hash(algorithm, last, "buffer").subarray(0, digestOctets);
}

function padsOf(key: AuthKey): HmacPads {
  let made = pads.get(key);
  if (made === undefined) {
    const block = key.protocol.keyOctets > 32 ? 128 : 64; // SHA-384 and SHA-512 have blocks twice as long
    const filled = (octet: number): Buffer =>
      Buffer.alloc(block, octet).map((pad, i) => pad ^ (key.localizedKey[i] ?? 0)) as Buffer;
    made = { inner: filled(0x36), outer: filled(0x5c) };
    pads.set(key, made);
  }
  return made;
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
  if (key.protocol.name !== "DES") return streamOf(key).encrypt(aesVector(boots, time, salt), plain);
  const cipher = createCipheriv(key.protocol.cipher, desKey(key), desVector(key, salt));
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
  if (key.protocol.name !== "DES") return streamOf(key).decrypt(aesVector(boots, time, salt), encrypted);
  const decipher = createDecipheriv(key.protocol.cipher, desKey(key), desVector(key, salt));
  decipher.setAutoPadding(false);
  return decipher.update(encrypted);
}

const streams = new WeakMap<PrivKey, CfbStream>();

function streamOf(key: PrivKey): CfbStream {
  let stream = streams.get(key);
  if (stream === undefined) {
    stream = new CfbStream(key);
    streams.set(key, stream);
  }
  return stream;
}

/**
 * AES in cipher feedback mode with one key, for message after message: to make OpenSSL's objects anew for each of them costs
 * several times what the octets cost. In this mode a block is encrypted by the key stream that the block before it gives, so
 * that a message begins anew wherever its initial vector stands in front of it as a block of ciphertext.
 * @see RFC 3826, section 3.1.3
 */
class CfbStream {
  readonly #encipher: Cipher;
  readonly #decipher: Decipher;
  /** One block at a time: what `#encipher` will add to the next. */
  readonly #blocks: Cipher;
  /** The last block of ciphertext that `#encipher` gave. */
  #last: Buffer;

  constructor({ protocol: { cipher }, localizedKey }: PrivKey) {
    const start = ZEROS.subarray(0, AES_BLOCK);
    this.#encipher = createCipheriv(cipher, localizedKey, start);
    this.#decipher = createDecipheriv(cipher, localizedKey, start);
    this.#blocks = createCipheriv(cipher.replace("cfb", "ecb"), localizedKey, null).setAutoPadding(false);
    this.#last = start;
  }

  encrypt(vector: Uint8Array, plain: Uint8Array): Buffer {
    const input = behindVector(vector, plain);
    const added = this.#blocks.update(this.#last);
    for (let i = 0; i < AES_BLOCK; i++) input[i] = (vector[i] as number) ^ (added[i] as number);
    const output = this.#encipher.update(input);
    this.#last = Buffer.from(output.subarray(output.length - AES_BLOCK));
    return output.subarray(AES_BLOCK, AES_BLOCK + plain.length);
  }

  decrypt(vector: Uint8Array, encrypted: Uint8Array): Buffer {
    const output = this.#decipher.update(behindVector(vector, encrypted));
    return output.subarray(AES_BLOCK, AES_BLOCK + encrypted.length);
  }
}

/** Whole blocks: the vector, the octets, zeros. */
function behindVector(vector: Uint8Array, octets: Uint8Array): Buffer {
  const end = AES_BLOCK + octets.length;
  const blocks = Buffer.allocUnsafe(Math.ceil(end / AES_BLOCK) * AES_BLOCK);
  blocks.set(vector);
  blocks.set(octets, AES_BLOCK);
  return blocks.fill(0, end);
}

/** @see RFC 3826, section 3.1.2.1 */
function aesVector(boots: number, time: number, salt: Uint8Array): Buffer {
  const vector = Buffer.allocUnsafe(AES_BLOCK);
  vector.writeUInt32BE(boots, 0);
  vector.writeUInt32BE(time, 4);
  vector.set(salt, 8);
  return vector;
}

/** DES is served by the triple cipher with one key three times. */
function desKey({ localizedKey }: PrivKey): Uint8Array {
  const des = localizedKey.subarray(0, DES_BLOCK);
  return Buffer.concat([des, des, des]);
}

/** @see RFC 3414, section 8.1.1.1 */
function desVector({ localizedKey }: PrivKey, salt: Uint8Array): Buffer {
  const vector = Buffer.from(localizedKey.subarray(DES_BLOCK, 2 * DES_BLOCK));
  for (let i = 0; i < DES_BLOCK; i++) vector[i] = (vector[i] as number) ^ (salt[i] as number);
  return vector;
}
