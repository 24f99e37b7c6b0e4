import { DecodeError } from "../../base/fault.js";
import type { NetconfVersion } from "./names.js";

/** A message that is longer than is accepted: it is answered with `too-big` where that is possible, and the session ends. */
export class OversizedMessage extends DecodeError {}

const endMarker = Buffer.from("]]>]]>", "latin1");
const endOfChunks = "\n##\n";

const lineFeed = 0x0a;
const hash = 0x23;
const zero = 0x30;
const nine = 0x39;

/** Octets that one chunk may announce. @see RFC 6242, section 4.2 */
const LONGEST_CHUNK = 4_294_967_295;
const FIRST_CAPACITY = 2048;

const blanks: ReadonlySet<number> = new Set(Buffer.from(" \t\r\n", "latin1"));
const MOST_BLANKS = 64;

/** What is expected next where messages come in chunks. */
type ChunkState = "line-feed" | "hash" | "first-digit" | "digits" | "content" | "end-line-feed";

/**
 * Cuts a stream into messages. It starts with the framing of version 1.0, in which each ends with `]]>]]>`; after `useChunks` what
 * follows the messages taken so far is read in chunks.
 * @see RFC 6242, section 4
 */
export class MessageFramer {
  readonly #longest: number;
  #chunked = false;
  /** What came and was not looked at. */
  #input: Buffer = Buffer.alloc(0);
  #message: Buffer = Buffer.alloc(0);
  #length = 0;
  #state: ChunkState = "line-feed";
  /** Octets that the present chunk still has; while its size is read, the size so far. */
  #chunkLeft = 0;
  #hasChunk = false;

  /** @param longest octets of a message, without its framing */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** Whether part of a message came, and not yet all of it. White space before a message is none of it. */
  get isInside(): boolean {
    if (this.#chunked) return this.#state !== "line-feed" || this.#hasChunk;
    return this.#length > MOST_BLANKS || this.#message.subarray(0, this.#length).some((octet) => !blanks.has(octet));
  }

  useChunks(): void {
    this.#chunked = true;
  }

  push(octets: Buffer): void {
    this.#input = this.#input.length === 0 ? octets : Buffer.concat([this.#input, octets]);
  }

  /**
   * The next message, or nothing while it is incomplete.
   * @throws {OversizedMessage} for one that is too long
   * @throws {DecodeError} when the framing is broken; the stream is then beyond repair
   */
  next(): Buffer | undefined {
    return this.#chunked ? this.#nextOfChunks() : this.#nextToMarker();
  }

  #nextToMarker(): Buffer | undefined {
    // The marker may have begun in what came before.
    const from = Math.max(0, this.#length - endMarker.length + 1);
    const before = this.#length;
    const room = this.#longest + endMarker.length - this.#length;
    const taken = this.#input.subarray(0, room);
    this.#append(taken);
    const end = this.#message.subarray(0, this.#length).indexOf(endMarker, from);
    if (end < 0) {
      if (taken.length < this.#input.length || this.#length > this.#longest + endMarker.length - 1)
        this.#refuseLength();
      this.#input = this.#input.subarray(taken.length);
      return undefined;
    }
    this.#input = this.#input.subarray(end + endMarker.length - before);
    this.#length = end;
    return this.#take();
  }

  #nextOfChunks(): Buffer | undefined {
    let at = 0;
    const input = this.#input;
    while (at < input.length) {
      if (this.#state === "content") {
        const part = input.subarray(at, at + this.#chunkLeft);
        this.#append(part);
        at += part.length;
        this.#chunkLeft -= part.length;
        if (this.#chunkLeft === 0) this.#state = "line-feed";
        continue;
      }
      const octet = input[at] as number;
      at += 1;
      if (this.#readHeader(octet)) {
        this.#input = input.subarray(at);
        return this.#take();
      }
    }
    this.#input = input.subarray(at);
    return undefined;
  }

  /** Takes one octet of what stands between the contents of chunks. @returns whether it ends the message */
  #readHeader(octet: number): boolean {
    switch (this.#state) {
      case "line-feed":
        this.#expect(octet === lineFeed, "a chunk begins with a line feed");
        this.#state = "hash";
        return false;
      case "hash":
        this.#expect(octet === hash, "a chunk begins with a line feed and #");
        this.#state = "first-digit";
        return false;
      case "first-digit":
        if (octet === hash) {
          this.#expect(this.#hasChunk, "a message has at least one chunk");
          this.#state = "end-line-feed";
          return false;
        }
        this.#expect(octet > zero && octet <= nine, "a chunk's size begins with a digit from 1 to 9");
        this.#chunkLeft = octet - zero;
        this.#state = "digits";
        return false;
      case "digits":
        if (octet !== lineFeed) {
          this.#expect(octet >= zero && octet <= nine, "a chunk's size is a number, with a line feed after it");
          this.#chunkLeft = this.#chunkLeft * 10 + (octet - zero);
          this.#expect(this.#chunkLeft <= LONGEST_CHUNK, `a chunk has at most ${LONGEST_CHUNK} octets`);
          return false;
        }
        if (this.#length + this.#chunkLeft > this.#longest) this.#refuseLength();
        this.#hasChunk = true;
        this.#state = "content";
        return false;
      default:
        this.#expect(octet === lineFeed, "the end of the chunks is followed by a line feed");
        return true;
    }
  }

  #expect(isTrue: boolean, rule: string): void {
    if (!isTrue) throw new DecodeError(rule);
  }

  #refuseLength(): never {
    throw new OversizedMessage(`a message of more than ${this.#longest} octets`);
  }

  #append(octets: Buffer): void {
    const length = this.#length + octets.length;
    if (length > this.#message.length) {
      const most = this.#longest + endMarker.length;
      const grown = Buffer.allocUnsafe(Math.min(most, Math.max(FIRST_CAPACITY, length, this.#message.length * 2)));
      this.#message.copy(grown, 0, 0, this.#length);
      this.#message = grown;
    }
    octets.copy(this.#message, this.#length);
    this.#length = length;
  }

  #take(): Buffer {
    const message = this.#message.subarray(0, this.#length);
    this.#message = Buffer.alloc(0);
    this.#length = 0;
    this.#state = "line-feed";
    this.#hasChunk = false;
    return message;
  }
}

/**
 * A piece of a message as it is sent, to be written in one go: small writes on a connection wait for each other.
 * @param text not empty
 * @param isLast whether the message ends with it
 */
export function framed(version: NetconfVersion, text: string, isLast: boolean): Buffer {
  if (version === "1.0") return Buffer.from(isLast ? `${text}]]>]]>` : text);
  const size = Buffer.byteLength(text);
  const head = `\n#${size}\n`;
  const octets = Buffer.allocUnsafe(head.length + size + (isLast ? endOfChunks.length : 0));
  octets.write(head, 0, "latin1");
  octets.write(text, head.length);
  if (isLast) octets.write(endOfChunks, head.length + size, "latin1");
  return octets;
}
