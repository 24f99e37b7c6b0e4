import { BoundedQueue } from "../../base/bounded-queue.js";
import type { Channel } from "../../base/channel.js";
import type { Clock, Timer } from "../../base/clock.js";
import { DecodeError, reasonOf } from "../../base/fault.js";
import type { XmlElement } from "../../codec/xml/element.js";
import { framed, MessageFramer, OversizedMessage } from "./framing.js";
import { commonVersion, readClientHello, writeServerHello } from "./hello.js";
import type { NetconfVersion } from "./names.js";
import type { Reply } from "./reply.js";
import { writeReply } from "./reply.js";
import { type RefusedRequest, type RpcRequest, readMessage, readRpc } from "./rpc.js";

/** What one session is granted. */
export interface SessionLimits {
  /** Octets of one message. */
  readonly messageOctets: number;
  /** Until the client's hello is there in full. */
  readonly helloMs: number;
  /** Between two pieces of one message. */
  readonly insideMessageMs: number;
  /** Until a client that takes nothing takes something. */
  readonly sendMs: number;
  /** Without any request; 0 for as long as it likes. Not for sessions that are told of events. */
  readonly idleMs: number;
  /** Notifications that wait for a slow reader. */
  readonly waitingNotifications: number;
}

const usualSessionLimits: SessionLimits = {
  messageOctets: 8 * 1024 * 1024,
  helloMs: 10_000,
  insideMessageMs: 20_000,
  sendMs: 60_000,
  idleMs: 0,
  waitingNotifications: 10_000,
};

/** Why a session ended. @see RFC 6470, section 2.2 */
export type SessionEnd = "closed" | "killed" | "dropped" | "timeout" | "bad-hello" | "other";

/** What became of the messages of a session. @see RFC 6022, section 2.1.4 */
export interface SessionCounters {
  inRpcs: number;
  inBadRpcs: number;
  outRpcErrors: number;
  outNotifications: number;
}

/** What a session needs from those who serve it. */
export interface SessionParts {
  readonly clock: Clock;
  /** Unique while the gateway runs. */
  readonly sessionId: number;
  /** URIs, the base capabilities among them. */
  readonly capabilities: readonly string[];
  readonly limits?: Partial<SessionLimits>;
  /** The hellos are exchanged. @param capabilities the client's */
  onOpen?(capabilities: readonly string[]): void;
  /** Carries a request out; requests of a session come one after the other. Must not reject. */
  onRpc(request: RpcRequest): Promise<Reply>;
  /** It is over; called exactly once. @param reason for the log */
  onEnd(end: SessionEnd, reason: string): void;
}

/** Octets that are read ahead of the request that is being answered. */
const READ_AHEAD = 256 * 1024;

/**
 * The server's side of one session over an open channel: hellos, framing, requests answered in order, notifications between
 * replies. Whoever writes nothing but half a message, or reads nothing, is dropped and delays nobody else.
 * @see RFC 6241, RFC 6242
 */
export class ServerSession {
  readonly counters: SessionCounters = { inRpcs: 0, inBadRpcs: 0, outRpcErrors: 0, outNotifications: 0 };
  readonly #channel: Channel;
  readonly #parts: SessionParts;
  readonly #limits: SessionLimits;
  readonly #framer: MessageFramer;
  readonly #notifications: BoundedQueue<string>;
  #version: NetconfVersion = "1.0";
  #isOpen = false;
  #isWorking = false;
  #isOver = false;
  #ahead = 0;
  #isPaused = false;
  #isBlocked = false;
  #isIdleAllowed = false;
  #onDrain: (() => void) | undefined;
  #receiving: Timer | undefined;
  #sending: Timer | undefined;

  constructor(channel: Channel, parts: SessionParts) {
    this.#channel = channel;
    this.#parts = parts;
    this.#limits = { ...usualSessionLimits, ...parts.limits };
    this.#framer = new MessageFramer(this.#limits.messageOctets);
    this.#notifications = new BoundedQueue(this.#limits.waitingNotifications);
  }

  get sessionId(): number {
    return this.#parts.sessionId;
  }

  /** Notifications that a slow reader missed. */
  get droppedNotifications(): number {
    return this.#notifications.dropped;
  }

  /** Says hello, unasked, and listens. */
  start(): void {
    this.#channel.listen({
      onData: (octets) => this.#receive(octets),
      onDrain: () => this.#drained(),
      onClose: (cause) => this.#finish("dropped", cause ? reasonOf(cause) : "the connection ended"),
    });
    this.#waitForInput(this.#limits.helloMs, "bad-hello", "no hello came");
    this.#write(framed("1.0", writeServerHello(this.sessionId, this.#parts.capabilities), true));
  }

  /** Whether it may stay without requests for as long as it likes: it has subscribed to something. */
  allowIdle(allowed: boolean): void {
    this.#isIdleAllowed = allowed;
    if (this.#isOpen && !this.#isWorking) this.#waitForNext();
  }

  /** Sends a notification after the reply that is being written, if there is one. @param text the whole element */
  notify(text: string): void {
    if (this.#isOver) return;
    this.#notifications.push(text);
    if (!this.#isWorking) void this.#work();
  }

  /** Ends it, without waiting for what is being carried out. */
  end(end: SessionEnd, reason: string): void {
    this.#finish(end, reason);
  }

  #receive(octets: Buffer): void {
    if (this.#isOver) return;
    this.#framer.push(octets);
    this.#ahead += octets.length;
    if (this.#isWorking) {
      if (this.#ahead > READ_AHEAD) this.#pause();
      return;
    }
    void this.#work();
  }

  /** Answers what came in full, one request after the other, and sends what notifications wait. */
  async #work(): Promise<void> {
    this.#isWorking = true;
    try {
      while (!this.#isOver) {
        await this.#sendNotifications();
        if (this.#isOver) return;
        const message = this.#framer.next();
        if (message === undefined) break;
        this.#receiving?.cancel();
        if (this.#isOpen) await this.#answer(readMessage(message));
        else this.#open(readMessage(message));
      }
    } catch (error) {
      if (error instanceof OversizedMessage) await this.#refuseOversized(error);
      // A reply that fails in the middle cannot be mended either.
      else this.#finish(this.#isOpen ? "other" : "bad-hello", reasonOf(error));
    } finally {
      this.#isWorking = false;
    }
    if (this.#isOver) return;
    this.#ahead = 0;
    this.#resume();
    if (this.#isOpen) this.#waitForNext();
  }

  #open(message: XmlElement | RefusedRequest): void {
    if ("errors" in message) throw new DecodeError(message.errors[0]?.message ?? "no hello");
    const theirs = readClientHello(message);
    const version = commonVersion(this.#parts.capabilities, theirs);
    if (!version) throw new DecodeError("no version of NETCONF in common");
    this.#version = version;
    if (version === "1.1") this.#framer.useChunks();
    this.#isOpen = true;
    this.#parts.onOpen?.(theirs);
  }

  async #answer(message: XmlElement | RefusedRequest): Promise<void> {
    const request = "errors" in message ? message : readRpc(message);
    if ("operation" in request) {
      this.counters.inRpcs += 1;
      const reply = await this.#parts.onRpc(request);
      if (this.#isOver) return;
      if (reply.kind === "errors") this.counters.outRpcErrors += reply.errors.length;
      await this.#send(writeReply(request.envelope, reply));
      if (reply.endsSession) this.#finish("closed", "the client closed it");
      return;
    }
    this.counters.inBadRpcs += 1;
    this.counters.outRpcErrors += request.errors.length;
    // A client of version 1.0 alone does not know `malformed-message`. @see RFC 6241, appendix A
    if (this.#version === "1.0" && request.envelope === undefined && !this.#offersChunks()) {
      throw new DecodeError(request.errors[0]?.message ?? "malformed");
    }
    await this.#send(writeReply(request.envelope, { kind: "errors", errors: request.errors }));
  }

  #offersChunks(): boolean {
    return commonVersion(this.#parts.capabilities, this.#parts.capabilities) === "1.1";
  }

  async #refuseOversized(error: OversizedMessage): Promise<void> {
    if (this.#isOpen) {
      this.counters.inBadRpcs += 1;
      this.counters.outRpcErrors += 1;
      const errors = [{ type: "rpc", tag: "too-big", message: reasonOf(error) }] as const;
      await this.#send(writeReply(undefined, { kind: "errors", errors }));
    }
    this.#finish(this.#isOpen ? "other" : "bad-hello", reasonOf(error));
  }

  async #sendNotifications(): Promise<void> {
    while (!this.#isOver && this.#notifications.size > 0) {
      const text = this.#notifications.shift() as string;
      this.counters.outNotifications += 1;
      await this.#send([text]);
    }
  }

  /** Sends one message piece by piece, no faster than it is taken. */
  async #send(pieces: Iterable<string> | AsyncIterable<string>): Promise<void> {
    let waiting: string | undefined;
    for await (const piece of pieces) {
      if (piece === "") continue;
      if (waiting !== undefined) {
        this.#write(framed(this.#version, waiting, false));
        await this.#untilTaken();
      }
      if (this.#isOver) return;
      waiting = piece;
    }
    if (waiting !== undefined) this.#write(framed(this.#version, waiting, true));
    await this.#untilTaken();
  }

  #write(octets: Buffer): void {
    if (!this.#isOver && !this.#channel.write(octets)) this.#isBlocked = true;
  }

  #untilTaken(): Promise<void> {
    if (!this.#isBlocked || this.#isOver) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onDrain = resolve;
      this.#sending = this.#parts.clock.after(this.#limits.sendMs, () => {
        this.#finish("timeout", `the client read nothing for ${this.#limits.sendMs} ms`);
      });
    });
  }

  #drained(): void {
    this.#isBlocked = false;
    this.#sending?.cancel();
    const onDrain = this.#onDrain;
    this.#onDrain = undefined;
    onDrain?.();
  }

  #pause(): void {
    if (!this.#isPaused) this.#channel.pause();
    this.#isPaused = true;
  }

  #resume(): void {
    if (this.#isPaused) this.#channel.resume();
    this.#isPaused = false;
  }

  #waitForNext(): void {
    const { insideMessageMs, idleMs } = this.#limits;
    if (this.#framer.isInside) this.#waitForInput(insideMessageMs, "timeout", "the rest of a message did not come");
    else if (idleMs > 0 && !this.#isIdleAllowed) this.#waitForInput(idleMs, "timeout", "no request came");
    else this.#receiving?.cancel();
  }

  #waitForInput(ms: number, end: SessionEnd, reason: string): void {
    this.#receiving?.cancel();
    this.#receiving = this.#parts.clock.after(ms, () => this.#finish(end, `${reason} for ${ms} ms`));
  }

  #finish(end: SessionEnd, reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#receiving?.cancel();
    this.#drained();
    this.#channel.close();
    this.#parts.onEnd(end, reason);
  }
}
