import type { Channel } from "../../base/channel.js";
import type { Clock, Timer } from "../../base/clock.js";
import { DecodeError } from "../../base/fault.js";
import { nextTurn } from "../../base/turn.js";
import type { SnmpPeer } from "./peer.js";
import type { AnswerLater } from "./processor-parts.js";
import { StreamFramer } from "./stream-framer.js";

/** What one listener for streams grants its peers. */
export interface StreamLimits {
  readonly connections: number;
  /** Of one address. */
  readonly connectionsPerSource: number;
  /** Octets of a request. */
  readonly requestOctets: number;
  /** A connection from which no whole request came for so long, or that took no answer, is closed. */
  readonly idleMs: number;
}

/** What became of connections. */
export interface StreamCounters {
  accepted: number;
  /** There were too many. */
  refused: number;
  /** What came was no SNMP, or too long. */
  malformed: number;
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
  idleMs: 300_000,
};
/** Requests of one connection that are answered before everybody else gets a turn. */
const AT_ONCE = 32;

/** Answers requests that come over streams, each on the one it came on. @see RFC 3430 */
export class StreamServer {
  readonly counters: StreamCounters = { accepted: 0, refused: 0, malformed: 0, idle: 0 };
  readonly #parts: ServerParts;
  readonly #limits: StreamLimits;
  readonly #sessions = new Map<Channel, StreamSession>();
  readonly #bySource = new Map<string, number>();

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.#limits = { ...usualLimits, ...parts.limits };
  }

  /** Serves a connection until it ends, or closes it at once when there are too many. @param onEnd told when it is over */
  accept(channel: Channel, peer: SnmpPeer, onEnd: () => void = () => {}): void {
    const ofSource = this.#bySource.get(peer.address) ?? 0;
    if (this.#sessions.size >= this.#limits.connections || ofSource >= this.#limits.connectionsPerSource) {
      this.counters.refused += 1;
      channel.listen({ onData: () => {}, onClose: onEnd });
      channel.close();
      return;
    }
    this.counters.accepted += 1;
    this.#bySource.set(peer.address, ofSource + 1);
    const session = new StreamSession(channel, peer, this.#parts, this.#limits, this.counters, () => {
      this.#sessions.delete(channel);
      const left = (this.#bySource.get(peer.address) ?? 1) - 1;
      if (left > 0) this.#bySource.set(peer.address, left);
      else this.#bySource.delete(peer.address);
      onEnd();
    });
    this.#sessions.set(channel, session);
    session.start();
  }

  close(): void {
    for (const channel of this.#sessions.keys()) channel.close();
  }
}

/** One connection. While its peer takes no answers, no requests are read: what waits is bounded by what the transport holds. */
class StreamSession {
  readonly #channel: Channel;
  readonly #peer: SnmpPeer;
  readonly #parts: ServerParts;
  readonly #limits: StreamLimits;
  readonly #counters: StreamCounters;
  readonly #onEnd: () => void;
  readonly #framer: StreamFramer;
  #idle: Timer | undefined;
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
    this.#framer = new StreamFramer(limits.requestOctets);
  }

  start(): void {
    this.#waitForActivity();
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
        this.#idle?.cancel();
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
        this.#waitForActivity();
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
    if (this.#isBlocked) this.#channel.pause();
    else this.#channel.resume();
  }

  #write(octets: Buffer): void {
    if (!this.#isOver && !this.#channel.write(octets)) this.#isBlocked = true;
  }

  #waitForActivity(): void {
    this.#idle?.cancel();
    this.#idle = this.#parts.clock.after(this.#limits.idleMs, () => {
      this.#counters.idle += 1;
      this.#channel.close();
    });
  }
}
