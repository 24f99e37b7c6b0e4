import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { Fault } from "../../base/fault.js";
import type { Secret } from "../../base/secret.js";

/** A password as it is stored: what it takes to check one, not the password. */
export interface PasswordHash {
  /** Base64. */
  readonly salt: string;
  /** Base64. */
  readonly hash: string;
  /** Costs of scrypt. @see RFC 7914, section 2 */
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
}

const COST = 32_768;
const BLOCK_SIZE = 8;
const SALT_OCTETS = 16;
const HASH_OCTETS = 32;
const SHORTEST = 8;
const LONGEST_OCTETS = 1024;

/**
 * Hashes and checks passwords beside the event loop, one at a time: a flood of attempts takes one of the process's few workers,
 * never all, so that the disk is still written to.
 */
export class PasswordHasher {
  readonly #mostWaiting: number;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** @param mostWaiting attempts that may wait; each takes about a tenth of a second of one core */
  constructor(mostWaiting = 32) {
    this.#mostWaiting = mostWaiting;
  }

  /** @throws {Fault} `invalid` for a password that is too short or too long, `busy` when many wait */
  async hash(password: Secret): Promise<PasswordHash> {
    const length = [...password.reveal()].length;
    if (length < SHORTEST)
      throw new Fault("invalid", `a password has at least ${SHORTEST} characters, this one has ${length}`);
    if (Buffer.byteLength(password.reveal()) > LONGEST_OCTETS) {
      throw new Fault("invalid", `a password has at most ${LONGEST_OCTETS} octets`);
    }
    const salt = randomBytes(SALT_OCTETS);
    const costs = { cost: COST, blockSize: BLOCK_SIZE, parallelization: 1 };
    const hash = await this.#derive(password, salt, costs);
    return { salt: salt.toString("base64"), hash: hash.toString("base64"), ...costs };
  }

  /**
   * @param stored of the user; without one the same work is done and the answer is no, so that nobody learns who exists
   * @throws {Fault} `busy` when many wait
   */
  async check(password: Secret, stored: PasswordHash | undefined): Promise<boolean> {
    if (Buffer.byteLength(password.reveal()) > LONGEST_OCTETS) return false;
    const against = stored ?? nobody;
    const hash = await this.#derive(password, Buffer.from(against.salt, "base64"), against);
    const expected = Buffer.from(against.hash, "base64");
    return hash.length === expected.length && timingSafeEqual(hash, expected) && stored !== undefined;
  }

  #derive(password: Secret, salt: Buffer, costs: Omit<PasswordHash, "salt" | "hash">): Promise<Buffer> {
    if (this.#waiting >= this.#mostWaiting)
      throw new Fault("busy", "too many log-ins at once; try again in a few seconds");
    this.#waiting += 1;
    const derived = this.#turn.then(() => derive(password, salt, costs));
    this.#turn = derived.catch(() => {});
    return derived.finally(() => {
      this.#waiting -= 1;
    });
  }
}

const nobody: PasswordHash = {
  salt: Buffer.alloc(SALT_OCTETS).toString("base64"),
  hash: Buffer.alloc(HASH_OCTETS).toString("base64"),
  ...{ cost: COST, blockSize: BLOCK_SIZE, parallelization: 1 },
};

function derive(password: Secret, salt: Buffer, costs: Omit<PasswordHash, "salt" | "hash">): Promise<Buffer> {
  const { cost, blockSize, parallelization } = costs;
  const maxmem = 256 * cost * blockSize;
  return new Promise((resolve, reject) => {
    // The same text typed on another keyboard may be composed otherwise.
    scrypt(
      password.reveal().normalize("NFC"),
      salt,
      HASH_OCTETS,
      { cost, blockSize, parallelization, maxmem },
      (error, key) => {
        if (error) reject(error);
        else resolve(key);
      },
    );
  });
}
