import { BoundedQueue } from "../../base/bounded-queue.js";
import type { Clock, Timer } from "../../base/clock.js";
import type { Log } from "../../base/log.js";
import { InformExchange, type InformOrigin } from "./inform-exchange.js";
import type { NotificationTarget } from "./notification.js";
import type { PlainPdu } from "./pdu.js";
import { nameOf, type ReceiverPeer } from "./peer.js";

/** Whom to tell with an acknowledgement. */
export interface InformTarget extends NotificationTarget {
  /** Different for each target. */
  readonly name: string;
  readonly peer: ReceiverPeer;
  readonly inform: InformTiming;
}

/** A target, whatever it is told of. */
export type Addressed = Omit<InformTarget, "contextName">;

/** How long an acknowledgement may take, and how often a target is told again. */
export interface InformTiming {
  readonly timeoutMs: number;
  readonly retries: number;
}

/** What became of the informs to one target. */
export interface InformCounters {
  /** Informs sent, repetitions not counted. */
  sent: number;
  repeated: number;
  acknowledged: number;
  /** Told as often as wanted, and never acknowledged. */
  unanswered: number;
  /** Never sent: there was no room to wait, no key, or the agent stopped. */
  dropped: number;
}

/** What a target is told, and the context that it happened in. */
interface Waiting {
  readonly pdu: PlainPdu;
  readonly contextName: string;
}

interface Pending extends Waiting {
  /** Messages sent when the time was up, the first included. */
  tries: number;
  /** Messages sent in between because the receiver's engine or clock had become known. */
  lessons: number;
  isSent: boolean;
  timer: Timer | undefined;
  msgIds: number[];
}

interface Line {
  readonly target: InformTarget;
  readonly counters: InformCounters;
  readonly waiting: BoundedQueue<Waiting>;
  /** By request-id. */
  readonly open: Map<number, Pending>;
}

interface SenderParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly send: (octets: Uint8Array, peer: ReceiverPeer) => void;
  readonly origin: () => InformOrigin;
  /** A number for a message, different from those of the last hours. */
  readonly nextId: () => number;
}

/** Informs to one target that may wait for their turn, and that may be unacknowledged at a time. */
const MOST_WAITING = 1000;
const WINDOW = 8;
/** A receiver that never stops telling its engine or its clock is not believed more often than this. */
const MOST_LESSONS = 4;

/**
 * Sends informs, each until it is acknowledged or was sent as often as its target wants. Targets do not wait for each other,
 * and what waits is bounded: the oldest are dropped and counted.
 *
 * @see RFC 3413, section 3.3
 */
export class InformSender {
  readonly #parts: SenderParts;
  readonly #exchange: InformExchange;
  readonly #lines = new Map<string, Line>();
  /** By peer: the lines that wait for it to answer. */
  readonly #expected = new Map<string, Set<Line>>();
  #isStopped = false;

  constructor(parts: SenderParts) {
    this.#parts = parts;
    this.#exchange = new InformExchange(parts.clock);
  }

  /** What became of informs, by target. */
  get counters(): ReadonlyMap<string, Readonly<InformCounters>> {
    return new Map(
      [...this.#lines].map(([name, { counters, waiting }]) => [
        name,
        { ...counters, dropped: counters.dropped + waiting.dropped },
      ]),
    );
  }

  submit(pdu: PlainPdu, target: InformTarget): void {
    if (this.#isStopped) return;
    const line = this.#lineFor(target);
    line.waiting.push({ pdu, contextName: target.contextName });
    this.#fill(line);
  }

  /** Forgets what is under way to targets that are no longer among these, or that changed. */
  retain(targets: readonly Addressed[]): void {
    const kept = new Map(targets.map((target) => [target.name, target]));
    for (const [name, line] of this.#lines) {
      const target = kept.get(name);
      if (target === undefined || !isSameTarget(target, line.target)) this.#close(line);
      if (target === undefined) this.#lines.delete(name);
    }
  }

  /** Whether a message from this peer may be an answer. */
  expects(peer: ReceiverPeer): boolean {
    return this.#expected.size > 0 && this.#expected.has(nameOf(peer));
  }

  /**
   * Takes a message from a peer that is expected to answer.
   * @returns false when it is not for us
   * @throws {DecodeError}
   */
  receive(datagram: Buffer, peer: ReceiverPeer): boolean {
    const lines = [...(this.#expected.get(nameOf(peer)) ?? [])];
    const sentIn = (msgId: number) =>
      lines.find((line) => [...line.open.values()].some((one) => one.msgIds.includes(msgId)));
    const reply = this.#exchange.read(datagram, peer, (msgId) => sentIn(msgId)?.target, this.#parts.origin());
    switch (reply?.kind) {
      case undefined:
        return false;
      case "acknowledged": {
        const line = lines.find(({ open }) => open.has(reply.requestId));
        if (line === undefined) return false;
        line.counters.acknowledged += 1;
        line.open.get(reply.requestId)?.timer?.cancel();
        line.open.delete(reply.requestId);
        this.#fill(line);
        return true;
      }
      case "learnt":
        // The others that wait for this receiver can go now, too.
        for (const line of lines) this.#sendAfterLesson(line, reply.msgId);
        return true;
      case "refused":
        this.#parts.log.warn("snmp.inform.refused", { target: sentIn(reply.msgId)?.target.name, reason: reply.reason });
        return true;
    }
  }

  /** Sends nothing any more. */
  stop(): void {
    this.#isStopped = true;
    for (const line of this.#lines.values()) this.#close(line);
  }

  #lineFor(target: InformTarget): Line {
    const known = this.#lines.get(target.name);
    if (known !== undefined && isSameTarget(known.target, target)) return known;
    if (known !== undefined) this.#close(known);
    const counters = known?.counters ?? { sent: 0, repeated: 0, acknowledged: 0, unanswered: 0, dropped: 0 };
    const line: Line = { target, counters, waiting: new BoundedQueue(MOST_WAITING), open: new Map() };
    counters.dropped += known?.waiting.dropped ?? 0;
    this.#lines.set(target.name, line);
    return line;
  }

  /** Sends what there is room for, until a receiver has to be waited for. */
  #fill(line: Line): void {
    while (line.open.size < WINDOW) {
      const next = line.waiting.shift();
      if (next === undefined) break;
      const pending: Pending = { ...next, tries: 0, lessons: 0, isSent: false, timer: undefined, msgIds: [] };
      line.open.set(next.pdu.requestId, pending);
      this.#try(line, pending);
    }
    this.#expect(line);
  }

  /** Sends, and comes back when the time is up; gives up after the last time. */
  #try(line: Line, pending: Pending): void {
    const { name, inform } = line.target;
    const { requestId } = pending.pdu;
    if (pending.tries > inform.retries) {
      line.counters.unanswered += 1;
      this.#parts.log.warn("snmp.inform.unanswered", { target: name, requestId, tries: pending.tries });
      line.open.delete(requestId);
      return;
    }
    pending.tries += 1;
    if (!this.#send(line, pending)) return;
    pending.timer = this.#parts.clock.after(inform.timeoutMs, () => {
      this.#try(line, pending);
      this.#fill(line);
    });
  }

  /** What waited for a receiver to become known can go; what it asked for by this message goes again. */
  #sendAfterLesson(line: Line, msgId: number): void {
    for (const pending of [...line.open.values()]) {
      const isAsked = pending.msgIds.at(-1) === msgId;
      if ((!isAsked && pending.isSent) || pending.lessons >= MOST_LESSONS) continue;
      pending.lessons += 1;
      this.#send(line, pending);
    }
    this.#fill(line);
  }

  /** @returns false when it cannot be sent, and is given up */
  #send(line: Line, pending: Pending): boolean {
    const { target, counters } = line;
    const msgId = this.#parts.nextId();
    const { pdu, contextName } = pending;
    const outgoing = this.#exchange.encode(pdu, { ...target, contextName }, target.peer, msgId, this.#parts.origin());
    if (outgoing.kind === "none") {
      counters.dropped += 1;
      this.#parts.log.warn("snmp.inform.dropped", { target: target.name, reason: outgoing.reason });
      pending.timer?.cancel();
      line.open.delete(pending.pdu.requestId);
      return false;
    }
    pending.msgIds.push(msgId);
    if (outgoing.kind === "inform") {
      if (pending.isSent) counters.repeated += 1;
      else counters.sent += 1;
      pending.isSent = true;
    }
    this.#parts.send(outgoing.message, target.peer);
    return true;
  }

  #close(line: Line): void {
    for (const { timer } of line.open.values()) timer?.cancel();
    line.counters.dropped += line.open.size + line.waiting.size;
    line.open.clear();
    while (line.waiting.shift() !== undefined);
    this.#expect(line);
  }

  #expect(line: Line): void {
    const name = nameOf(line.target.peer);
    const lines = this.#expected.get(name) ?? new Set();
    if (line.open.size > 0) lines.add(line);
    else lines.delete(line);
    if (lines.size > 0) this.#expected.set(name, lines);
    else this.#expected.delete(name);
  }
}

function isSameTarget(a: Addressed, b: Addressed): boolean {
  return (
    nameOf(a.peer) === nameOf(b.peer) &&
    a.version === b.version &&
    a.security === b.security &&
    a.securityName === b.securityName &&
    a.securityLevel === b.securityLevel &&
    a.inform.timeoutMs === b.inform.timeoutMs &&
    a.inform.retries === b.inform.retries
  );
}
