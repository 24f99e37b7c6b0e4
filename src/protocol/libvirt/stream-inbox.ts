import { Fault } from "../../base/fault.js";
import type { StreamPiece } from "./stream-packet.js";

/** Octets that may wait for a reader before the channel rests, and how few must be left before it goes on. */
const HIGH_WATER_OCTETS = 1 << 20;
const LOW_WATER_OCTETS = 1 << 18;
/** What a piece counts at least, so that many small ones are bounded too. */
const LEAST_PIECE_OCTETS = 256;

interface Reader {
  resolve(piece: StreamPiece | undefined): void;
  reject(fault: Fault): void;
}

/** The arriving pieces of one stream, in order, until somebody takes them. */
export class StreamInbox {
  readonly #onFull: (full: boolean) => void;
  #pieces: StreamPiece[] = [];
  #octets = 0;
  #full = false;
  #discarding = false;
  #ended = false;
  #failure: Fault | undefined;
  #reader: Reader | undefined;

  /** @param onFull told when no more should come, and when more may */
  constructor(onFull: (full: boolean) => void) {
    this.#onFull = onFull;
  }

  /** Nothing more comes. */
  get ended(): boolean {
    return this.#ended;
  }

  push(piece: StreamPiece): void {
    if (this.#discarding || this.#failure) return;
    if (this.#reader) {
      this.#settleReader()?.resolve(piece);
      return;
    }
    this.#pieces.push(piece);
    this.#count(weight(piece));
  }

  end(): void {
    this.#ended = true;
    if (this.#pieces.length === 0) this.#settleReader()?.resolve(undefined);
  }

  /** What waits is lost, and every `take` rejects from now on. */
  fail(fault: Fault): void {
    this.#failure ??= fault;
    this.#drop();
    this.#settleReader()?.reject(this.#failure);
  }

  /** What waits and what comes is thrown away. */
  discard(): void {
    this.#discarding = true;
    this.#drop();
  }

  /**
   * The next piece, in order; one taker at a time.
   * @returns undefined at the end
   * @throws {Fault} "busy" while another waits, else why the stream failed
   */
  take(): Promise<StreamPiece | undefined> {
    if (this.#reader) return Promise.reject(new Fault("busy", "the stream is being read already"));
    const piece = this.#pieces.shift();
    if (piece) {
      this.#count(-weight(piece));
      return Promise.resolve(piece);
    }
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#ended) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }

  #settleReader(): Reader | undefined {
    const reader = this.#reader;
    this.#reader = undefined;
    return reader;
  }

  #drop(): void {
    this.#pieces = [];
    this.#count(-this.#octets);
  }

  #count(change: number): void {
    this.#octets += change;
    const full = this.#octets > (this.#full ? LOW_WATER_OCTETS : HIGH_WATER_OCTETS);
    if (full === this.#full) return;
    this.#full = full;
    this.#onFull(full);
  }
}

function weight(piece: StreamPiece): number {
  return piece.kind === "data" ? Math.max(piece.octets.length, LEAST_PIECE_OCTETS) : LEAST_PIECE_OCTETS;
}
