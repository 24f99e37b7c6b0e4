import { createHash } from "node:crypto";
import { Fault } from "../../base/fault.js";
import type { AuthProtocol, PrivProtocol } from "./usm-protocol.js";

const LEAST_PASSWORD_OCTETS = 8;
const EXPANDED_OCTETS = 1048576;

/**
 * The key that belongs to a password, the same at every engine. Takes milliseconds: do it once per user, not per message.
 * @throws {Fault} `invalid` when the password has fewer than eight octets
 * @see RFC 3414, section A.2
 */
export function passwordToKey(auth: AuthProtocol, password: string): Buffer {
  const octets = Buffer.from(password, "utf8");
  if (octets.length < LEAST_PASSWORD_OCTETS) throw new Fault("invalid", "an SNMPv3 password has at least 8 characters");
  return hashRepeated(auth, octets);
}

/** The key that is valid at one engine only. @see RFC 3414, section 2.6 */
export function localizeKey(auth: AuthProtocol, key: Uint8Array, engineId: Uint8Array): Buffer {
  return createHash(auth.hash).update(key).update(engineId).update(key).digest();
}

/**
 * The privacy key from a localised key of the user's authentication protocol, made longer where the cipher needs more
 * than the hash gives, and cut to what the cipher uses.
 */
export function privacyKey(
  auth: AuthProtocol,
  priv: PrivProtocol,
  localizedKey: Uint8Array,
  engineId: Uint8Array,
): Buffer {
  let key: Buffer = Buffer.from(localizedKey);
  let last = key;
  while (key.length < priv.keyOctets) {
    last =
      priv.extension === "blumenthal"
        ? createHash(auth.hash).update(key).digest()
        : localizeKey(auth, hashRepeated(auth, last), engineId);
    key = Buffer.concat([key, last]);
  }
  return key.subarray(0, priv.keyOctets);
}

/** The hash of a mebioctet made by repeating `octets`. */
function hashRepeated(auth: AuthProtocol, octets: Uint8Array): Buffer {
  return createHash(auth.hash).update(Buffer.alloc(EXPANDED_OCTETS, octets)).digest();
}
