import type { Channel } from "../../base/channel.js";
import type { Clock, Timer } from "../../base/clock.js";
import { DecodeError } from "../../base/fault.js";
import { nextTurn } from "../../base/turn.js";
import type { SnmpPeer } from "./peer.js";
import type { AnswerLater } from "./processor-parts.js";
import { sourceOf } from "./source-limiter.js";
import { StreamFramer } from "./stream-framer.js";

/** What one listener for streams grants its peers. */
export interface StreamLimits {
  readonly connections: number;
  /** Of one source: an IPv4 address, or an IPv6 network. */
  readonly connectionsPerSource: number;
  /** Octets of a request. */
  readonly requestOctets: number;
  /** A connection on which no request was answered so long after it was opened is closed. */
  readonly firstAnswerMs: number;
  /** A request that is not whole so long after it began ends its connection. */
  readonly requestMs: number;
  /** A connection from which no whole request came for so long, or that took no answer, is closed. */
  readonly idleMs: number;
}

/** What became of connections. */
export interface StreamCounters {
  accepted: number;
  /** There were too many, and none that had to make room. */
  refused: number;
  /** Made room for a newcomer. */
  displaced: number;
  /** What came was no SNMP, or too long. */
  malformed: number;
  /** Did not ask in time. */
  idle: number;
}

interface ServerParts {
  readonly clock: Clock;
  readonly handle: (message: Buffer, peer: SnmpPeer, later: AnswerLater) => Buffer | undefined;
  readonly limits?: Partial<StreamLimits>;
}

const usualLimits: StreamLimits = {
  connections: 256,
  connectionsPerSource: 32,
  requestOctets: 65_535,
  firstAnswerMs: 10_000,
  requestMs: 10_000,
  idleMs: 300_000,
};
/** Requests of one connection that are answered before everybody else gets a turn. */
const AT_ONCE = 32;
/** A connection that was answered this lately makes room only for a source that has fewer. */
const AT_WORK_MS = 1000;

/**
 * Answers requests that come over streams, each on the one it came on.
 *
 * When all places are taken, a newcomer gets that of whoever has proved least. Whoever takes places without asking anything
 * thereby keeps nobody out, however many addresses he has; he must ask properly, and then his addresses share with everybody's.
 *
 * @see RFC 3430
 */
export class StreamServer {
  readonly counters: StreamCounters = { accepted: 0, refused: 0, displaced: 0, malformed: 0, idle: 0 };
  readonly #parts: ServerParts;
  readonly #limits: StreamLimits;
  /** The oldest first. */
  readonly #sessions = new Map<Channel, StreamSession>();
  readonly #bySource = new Map<string, number>();

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.#limits = { ...usualLimits, ...parts.limits };
  }

  /** Serves a connection until it ends, or closes it at once when there are too many. @param onEnd told when it is over */
  accept(channel: Channel, peer: SnmpPeer, onEnd: () => void = () => {}): void {
    const source = sourceOf(peer.address);
    if (!this.#makesRoom(source)) {
      this.counters.refused += 1;
      channel.listen({ onData: () => {}, onClose: onEnd });
      channel.close();
      return;
    }
    this.counters.accepted += 1;
    this.#bySource.set(source, this.#of(source) + 1);
    const session = new StreamSession(channel, peer, this.#parts, this.#limits, this.counters, () => {
      this.#forget(channel, source);
      onEnd();
    });
    this.#sessions.set(channel, session);
    session.start();
  }

  close(): void {
    for (const channel of this.#sessions.keys()) channel.close();
  }

  /** Sees to it that there is a place for one more of a source. @returns false when there can be none */
  #makesRoom(source: string): boolean {
    const ofSource = this.#of(source) >= this.#limits.connectionsPerSource;
    if (!ofSource && this.#sessions.size < this.#limits.connections) return true;
    const nowMs = this.#parts.clock.monotonic();
    let least: [Channel, StreamSession] | undefined;
    for (const entry of this.#sessions) {
      const [, session] = entry;
      if (ofSource && session.source !== source) continue;
      const isAtWork = session.answeredMs !== undefined && nowMs - session.answeredMs < AT_WORK_MS;
      if (isAtWork && this.#of(session.source) <= this.#of(source) + 1) continue;
      if (least === undefined || this.#provesLess(session, least[1])) least = entry;
    }
    if (least === undefined) return false;
    this.counters.displaced += 1;
    const [channel, session] = least;
    // Its place is free at once, though it may take a moment to close.
    this.#forget(channel, session.source);
    channel.close();
    return true;
  }

  /** Never answered, then one of more from its source, then answered longer ago. Of equals the oldest comes first. */
  #provesLess(one: StreamSession, other: StreamSession): boolean {
    const [oneMs, otherMs] = [one.answeredMs, other.answeredMs];
    if ((oneMs === undefined) !== (otherMs === undefined)) return oneMs === undefined;
    const [ofOne, ofOther] = [this.#of(one.source), this.#of(other.source)];
    if (ofOne !== ofOther) return ofOne > ofOther;
    return oneMs !== undefined && otherMs !== undefined && oneMs < otherMs;
  }

  #of(source: string): number {
    return this.#bySource.get(source) ?? 0;
  }

  #forget(channel: Channel, source: string): void {
    if (!this.#sessions.delete(channel)) return;
    const left = this.#of(source) - 1;
    if (left > 0) this.#bySource.set(source, left);
    else this.#bySource.delete(source);
  }
}

/** One connection. While its peer takes no answers, no requests are read: what waits is bounded by what the transport holds. */
class StreamSession {
  readonly source: string;
  /** When a request of it was last answered, monotonic milliseconds; `undefined` before the first. */
  answeredMs: number | undefined;
  readonly #channel: Channel;
  readonly #peer: SnmpPeer;
  readonly #parts: ServerParts;
  readonly #limits: StreamLimits;
  readonly #counters: StreamCounters;
  readonly #onEnd: () => void;
  readonly #framer: StreamFramer;
  /** When it must have asked, or been answered for the first time. */
  #deadline: Timer | undefined;
  /** When the request that has begun must be whole. */
  #requestDeadline: Timer | undefined;
  #isWorking = false;
  #isBlocked = false;
  #isOver = false;

  constructor(
    channel: Channel,
    peer: SnmpPeer,
    parts: ServerParts,
    limits: StreamLimits,
    counters: StreamCounters,
    onEnd: () => void,
  ) {
    this.#channel = channel;
    this.#peer = peer;
    this.#parts = parts;
    this.#limits = limits;
    this.#counters = counters;
    this.#onEnd = onEnd;
    this.source = sourceOf(peer.address);
    this.#framer = new StreamFramer(limits.requestOctets);
  }

  start(): void {
    this.#deadline = this.#after(this.#limits.firstAnswerMs);
    this.#channel.listen({
      onData: (octets) => {
        this.#framer.push(octets);
        void this.#work();
      },
      onDrain: () => {
        this.#isBlocked = false;
        void this.#work();
      },
      onClose: () => {
        this.#isOver = true;
        this.#deadline?.cancel();
        this.#requestDeadline?.cancel();
        this.#onEnd();
      },
    });
  }

  /** Answers what has come in full, as far as the peer takes answers, and meanwhile reads no more. */
  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    try {
      for (let count = 1; !this.#isBlocked && !this.#isOver; count += 1) {
        const message = this.#framer.next();
        if (message === undefined) break;
        this.#noteRequest();
        const answer = this.#parts.handle(message, this.#peer, (later) => this.#write(later));
        if (answer !== undefined) this.#write(answer);
        if (count % AT_ONCE === 0) {
          this.#channel.pause();
          await nextTurn();
        }
      }
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#counters.malformed += 1;
      this.#channel.close();
    } finally {
      this.#isWorking = false;
    }
    if (this.#isOver) return;
    if (this.#isBlocked) {
      this.#channel.pause();
      return;
    }
    if (this.#framer.isInside) this.#requestDeadline ??= this.#after(this.#limits.requestMs);
    this.#channel.resume();
  }

  #write(octets: Buffer): void {
    if (this.#isOver) return;
    if (this.answeredMs === undefined) this.#waitForRequest();
    this.answeredMs = this.#parts.clock.monotonic();
    if (!this.#channel.write(octets)) this.#isBlocked = true;
  }

  /** A whole request came; whether it is one to be answered is to be seen, and only that proves anything. */
  #noteRequest(): void {
    this.#requestDeadline?.cancel();
    this.#requestDeadline = undefined;
    if (this.answeredMs !== undefined) this.#waitForRequest();
  }

  #waitForRequest(): void {
    this.#deadline?.cancel();
    this.#deadline = this.#after(this.#limits.idleMs);
  }

  #after(ms: number): Timer {
    return this.#parts.clock.after(ms, () => {
      this.#counters.idle += 1;
      this.#channel.close();
    });
  }
}
