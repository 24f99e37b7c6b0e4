import { BoundedQueue } from "../../base/bounded-queue.js";
import type { Channel, DatagramPeer } from "../../base/channel.js";
import type { Clock } from "../../base/clock.js";
import { DecodeError, reasonOf } from "../../base/fault.js";
import type { Log } from "../../base/log.js";
import type { SnmpCounters } from "./counters.js";
import { nameOf, type SessionPlan } from "./peer.js";
import { StreamFramer } from "./stream-framer.js";

/** A receiver that is told over a session. */
export interface SessionPeer extends DatagramPeer {
  readonly session: SessionPlan;
}

/** Opens a session, and makes sure of who answers. Rejects when nobody does, or the wrong one. */
export type OpenSession = (peer: SessionPeer) => Promise<Channel>;

interface SenderParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: SnmpCounters;
  readonly open: OpenSession;
  /** Takes what comes back. */
  readonly onMessage: (octets: Buffer, peer: SessionPeer) => void;
}

/** What became of messages. */
export interface SessionCounters {
  /** Never sent: nobody answered, or he took them too slowly. */
  dropped: number;
}

/** Messages to one receiver that may wait for a session, or for room in it. */
const MOST_WAITING = 1000;
const LONGEST_ANSWER = 65_535;
const SHORTEST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Sends messages over sessions: opens one when there is something to send, and keeps it. While a receiver cannot be reached
 * what is meant for it is dropped, as datagrams would be, and it is tried again after pauses that grow.
 *
 * @see RFC 6353, section 5.3.1
 */
export class SessionSender {
  readonly counters: SessionCounters = { dropped: 0 };
  readonly #parts: SenderParts;
  readonly #lines = new Map<string, Line>();

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  send(octets: Uint8Array, peer: SessionPeer): void {
    const name = nameOf(peer);
    let line = this.#lines.get(name);
    if (line === undefined) {
      line = new Line(peer, this.#parts, this.counters);
      this.#lines.set(name, line);
    }
    line.send(octets);
  }

  /** Closes the sessions to receivers that are no longer among these. */
  retain(peers: readonly SessionPeer[]): void {
    const kept = new Set(peers.map(nameOf));
    for (const [name, line] of this.#lines) {
      if (kept.has(name)) continue;
      line.close();
      this.#lines.delete(name);
    }
  }

  close(): void {
    this.retain([]);
  }
}

/** One receiver. */
class Line {
  readonly #peer: SessionPeer;
  readonly #parts: SenderParts;
  readonly #counters: SessionCounters;
  readonly #waiting = new BoundedQueue<Uint8Array>(MOST_WAITING);
  #channel: Channel | undefined;
  #isBlocked = false;
  #isOpening = false;
  #isOver = false;
  #pauseMs = 0;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(peer: SessionPeer, parts: SenderParts, counters: SessionCounters) {
    this.#peer = peer;
    this.#parts = parts;
    this.#counters = counters;
  }

  send(octets: Uint8Array): void {
    if (this.#channel === undefined && !this.#isOpening && this.#parts.clock.monotonic() < this.#notBeforeMs) {
      this.#counters.dropped += 1;
      return;
    }
    const before = this.#waiting.dropped;
    this.#waiting.push(octets);
    this.#counters.dropped += this.#waiting.dropped - before;
    if (this.#channel !== undefined) this.#flush();
    else if (!this.#isOpening) void this.#open();
  }

  close(): void {
    this.#isOver = true;
    this.#dropWaiting();
    if (this.#channel === undefined) return;
    this.#parts.counters.snmpTlstmSessionClientCloses += 1;
    this.#channel.close();
  }

  async #open(): Promise<void> {
    const { open, counters, log } = this.#parts;
    this.#isOpening = true;
    counters.snmpTlstmSessionOpens += 1;
    try {
      const channel = await open(this.#peer);
      if (this.#isOver) {
        counters.snmpTlstmSessionClientCloses += 1;
        channel.listen({ onData: () => {}, onClose: () => {} });
        channel.close();
      } else this.#serve(channel);
    } catch (error) {
      counters.snmpTlstmSessionOpenErrors += 1;
      log.warn("snmp.session.failed", { peer: this.#peerText, reason: reasonOf(error) });
      this.#pause();
    } finally {
      this.#isOpening = false;
    }
  }

  #serve(channel: Channel): void {
    const framer = new StreamFramer(LONGEST_ANSWER);
    const openedMs = this.#parts.clock.monotonic();
    this.#channel = channel;
    this.#isBlocked = false;
    channel.listen({
      onData: (octets) => {
        framer.push(octets);
        this.#take(framer, channel);
      },
      onDrain: () => {
        this.#isBlocked = false;
        this.#flush();
      },
      onClose: (cause) => {
        this.#channel = undefined;
        if (this.#isOver) return;
        const reason = cause === undefined ? "the receiver ended it" : reasonOf(cause);
        this.#parts.log.warn("snmp.session.ended", { peer: this.#peerText, reason });
        // One that ends at once is as good as none; one that was of use is opened again at once.
        if (this.#parts.clock.monotonic() - openedMs < SHORTEST_PAUSE_MS) this.#pause();
        else {
          this.#pauseMs = 0;
          this.#dropWaiting();
        }
      },
    });
    this.#parts.log.info("snmp.session.opened", { peer: this.#peerText });
    this.#flush();
  }

  #take(framer: StreamFramer, channel: Channel): void {
    try {
      for (let message = framer.next(); message !== undefined; message = framer.next()) {
        this.#parts.onMessage(message, this.#peer);
      }
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      channel.close();
    }
  }

  #flush(): void {
    while (!this.#isBlocked && this.#channel !== undefined) {
      const octets = this.#waiting.shift();
      if (octets === undefined) return;
      this.#isBlocked = !this.#channel.write(octets);
    }
  }

  #pause(): void {
    this.#pauseMs = Math.min(Math.max(2 * this.#pauseMs, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS);
    this.#notBeforeMs = this.#parts.clock.monotonic() + this.#pauseMs;
    this.#dropWaiting();
  }

  #dropWaiting(): void {
    while (this.#waiting.shift() !== undefined) this.#counters.dropped += 1;
  }

  get #peerText(): string {
    return `${this.#peer.address} ${this.#peer.port}`;
  }
}
