import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { DecodeError, Fault } from "../../base/fault.js";
import type { Secret } from "../../base/secret.js";

/** Who we are to a daemon that asks for SASL. */
export interface SaslCredentials {
  readonly user: string;
  readonly password: Secret;
}

/** The mechanism's name in lists of SASL. */
export const SCRAM_SHA_256 = "SCRAM-SHA-256";

/** Fewer rounds than RFC 7677 wants make a stolen exchange cheap to search; more than the other bound are an attack on our time. */
const LEAST_ROUNDS = 4096;
const MOST_ROUNDS = 1_000_000;
const NONCE_OCTETS = 24;
const KEY_OCTETS = 32;
/** What a server may send at most in one message. */
const LONGEST_MESSAGE = 4096;
/** No channel binding, no other identity to act as: what precedes our first message proper. */
const GS2_HEADER = "n,,";

const derive = promisify(pbkdf2);

/**
 * The client's side of SCRAM-SHA-256: proves a password without sending it, and has the server prove that it knows it too.
 * @see RFC 5802, section 5; RFC 7677
 */
export class ScramClient {
  readonly #credentials: SaslCredentials;
  readonly #nonce: string;
  #serverSignature: Buffer | undefined;

  /** @param nonce printable, without commas; chosen anew for each exchange unless a test gives one */
  constructor(credentials: SaslCredentials, nonce: string = randomBytes(NONCE_OCTETS).toString("base64")) {
    this.#credentials = credentials;
    this.#nonce = nonce;
  }

  /** client-first-message */
  first(): string {
    return GS2_HEADER + this.#bare();
  }

  /**
   * client-final-message, the answer to server-first-message.
   * @throws {DecodeError} when the server's message is none; {Fault} "denied" when what it asks for is not safe
   */
  async final(serverFirst: string): Promise<string> {
    const [nonce, salt, rounds] = readServerFirst(serverFirst);
    if (!nonce.startsWith(this.#nonce) || nonce.length === this.#nonce.length) {
      throw new Fault("denied", "the daemon's answer is not to our SCRAM exchange: its nonce does not continue ours");
    }
    if (rounds < LEAST_ROUNDS || rounds > MOST_ROUNDS) {
      throw new Fault(
        "denied",
        `the daemon asks for ${rounds} rounds of SCRAM; ${LEAST_ROUNDS} to ${MOST_ROUNDS} are safe`,
      );
    }
    const password = this.#credentials.password.reveal().normalize("NFKC");
    const salted = await derive(password, salt, rounds, KEY_OCTETS, "sha256");
    const clientKey = hmac(salted, "Client Key");
    const withoutProof = `c=${Buffer.from(GS2_HEADER).toString("base64")},r=${nonce}`;
    const authMessage = `${this.#bare()},${serverFirst},${withoutProof}`;
    const signature = hmac(createHash("sha256").update(clientKey).digest(), authMessage);
    const proof = clientKey.map((octet, index) => octet ^ (signature[index] ?? 0));
    this.#serverSignature = hmac(hmac(salted, "Server Key"), authMessage);
    return `${withoutProof},p=${Buffer.from(proof).toString("base64")}`;
  }

  /**
   * Checks server-final-message: only who knows the password, or what was derived from it, can have signed the exchange.
   * @throws {DecodeError} when it is none; {Fault} "denied" when the server refuses us or has signed wrongly
   */
  verify(serverFinal: string): void {
    const attributes = readAttributes(serverFinal);
    const refusal = attributes.get("e");
    if (refusal !== undefined)
      throw new Fault("denied", `the daemon does not accept this user and password: ${refusal}`);
    const signature = readBase64(attributes.get("v"), "signature");
    const expected = this.#serverSignature;
    if (expected === undefined || signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
      throw new Fault("denied", "the daemon could not prove that it knows the password: it may not be who it seems");
    }
  }

  #bare(): string {
    // "=" and "," have a meaning of their own in a name.
    const name = this.#credentials.user.normalize("NFKC").replaceAll("=", "=3D").replaceAll(",", "=2C");
    return `n=${name},r=${this.#nonce}`;
  }
}

function readServerFirst(message: string): readonly [nonce: string, salt: Buffer, rounds: number] {
  const attributes = readAttributes(message);
  // An extension that must be understood, and none is.
  if (attributes.has("m"))
    throw new Fault("denied", "the daemon asks for an extension of SCRAM that does not exist here");
  const nonce = attributes.get("r");
  const rounds = attributes.get("i") ?? "";
  if (nonce === undefined || !/^[\x21-\x2b\x2d-\x7e]+$/.test(nonce)) throw new DecodeError("no SCRAM nonce");
  if (!/^[1-9]\d{0,9}$/.test(rounds)) throw new DecodeError("no SCRAM iteration count");
  return [nonce, readBase64(attributes.get("s"), "salt"), Number(rounds)];
}

function readAttributes(message: string): ReadonlyMap<string, string> {
  if (message.length > LONGEST_MESSAGE) throw new DecodeError(`a SCRAM message of ${message.length} characters`);
  const attributes = new Map<string, string>();
  for (const part of message.split(",")) {
    const found = /^([a-zA-Z])=(.*)$/s.exec(part);
    if (!found?.[1] || attributes.has(found[1])) throw new DecodeError("this is not a SCRAM message");
    attributes.set(found[1], found[2] ?? "");
  }
  return attributes;
}

function readBase64(text: string | undefined, what: string): Buffer {
  const octets = Buffer.from(text ?? "", "base64");
  if (octets.length === 0 || octets.toString("base64") !== text) throw new DecodeError(`no SCRAM ${what}`);
  return octets;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
