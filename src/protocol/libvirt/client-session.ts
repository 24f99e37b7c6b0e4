import type { Channel } from "../../base/channel.js";
import type { Clock, Timer } from "../../base/clock.js";
import { DecodeError, Fault, reasonOf } from "../../base/fault.js";
import { type Log, silentLog } from "../../base/log.js";
import { codecOf } from "../../codec/xdr/codec.js";
import type { XdrReader } from "../../codec/xdr/reader.js";
import { ClientStream, type StreamOptions } from "./client-stream.js";
import { errorCodec, faultOfBody } from "./error.js";
import {
  decodePacket,
  encodeKeepalive,
  encodePacket,
  keepaliveProcedure,
  MAXIMUM_PACKET_OCTETS,
  type PacketHeader,
  packetStatus,
  packetType,
} from "./frame.js";
import { PacketFramer } from "./framer.js";
import { Keepalive, type KeepaliveOptions } from "./keepalive.js";
import {
  type ArgsOf,
  type CallName,
  callNamed,
  type LibvirtEvent,
  procedureNumbered,
  type ResultOf,
} from "./procedures.js";
import { PROGRAM_VERSION, programs } from "./programs.js";
import { SessionStreams } from "./session-streams.js";
import type { StreamCallName } from "./stream-calls.js";

export interface ClientSessionOptions {
  /**
   * Calls the daemon may work on at once. A daemon takes five and then stops reading; with four a place stays free, so
   * that keepalive is always heard.
   */
  readonly maximumInFlight?: number;
  /** Calls that may wait behind those; more are refused with `Fault` "busy". */
  readonly maximumWaiting?: number;
  readonly maximumPacketOctets?: number;
  /** Our own pings; they begin with `startKeepalive`. */
  readonly keepalive?: KeepaliveOptions;
  readonly log?: Log;
}

/** What a session has counted since it began. */
export interface SessionCounters {
  readonly calls: number;
  /** Calls that were answered with an error. */
  readonly errors: number;
  /** Calls whose deadline passed. */
  readonly timeouts: number;
  /** Answers that came after their call's deadline and were thrown away. */
  readonly late: number;
  readonly events: number;
  /** Packets nobody was waiting for, and events that are not in the table. */
  readonly dropped: number;
  readonly octetsIn: number;
  readonly octetsOut: number;
}

interface PendingCall {
  readonly name: CallName;
  readonly serial: number;
  readonly packet: Buffer;
  readonly timer: Timer;
  /** Of a call that opens a stream. */
  readonly stream: StreamOptions | undefined;
  readonly resolve: (result: never) => void;
  readonly reject: (fault: Fault) => void;
  /** Its deadline has passed; the daemon still works on it. */
  abandoned: boolean;
}

/**
 * The client's side of a connection to a libvirt daemon: calls and their answers, events, keepalive. Does no I/O and keeps no
 * time of its own.
 *
 * A packet that does not decode ends the session, because nothing after it can be trusted.
 */
export class ClientSession {
  /** Resolves with the reason when the session has ended; never rejects. */
  readonly closed: Promise<Fault>;
  readonly #channel: Channel;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #maximumInFlight: number;
  readonly #maximumWaiting: number;
  readonly #framer: PacketFramer;
  readonly #keepalive: Keepalive;
  readonly #inFlight = new Map<number, PendingCall>();
  readonly #waiting = new Set<PendingCall>();
  readonly #streams: SessionStreams<ClientStream>;
  readonly #listeners = new Set<(event: LibvirtEvent) => void>();
  readonly #counters = {
    calls: 0,
    errors: 0,
    timeouts: 0,
    late: 0,
    events: 0,
    dropped: 0,
    octetsIn: 0,
    octetsOut: 0,
  };
  #lastSerial = 0;
  #writable = true;
  #ended: Fault | undefined;
  #resolveClosed: (reason: Fault) => void = () => {};

  constructor(channel: Channel, clock: Clock, options: ClientSessionOptions = {}) {
    this.#channel = channel;
    this.#clock = clock;
    this.#log = options.log ?? silentLog;
    this.#maximumInFlight = options.maximumInFlight ?? 4;
    this.#maximumWaiting = options.maximumWaiting ?? 4096;
    this.#framer = new PacketFramer({
      maximumOctets: options.maximumPacketOctets ?? MAXIMUM_PACKET_OCTETS,
      isLent: true,
    });
    this.#keepalive = new Keepalive(
      clock,
      options.keepalive ?? { intervalMs: 10_000, count: 3 },
      () => this.#write(encodeKeepalive("ping")),
      () => this.#end(new Fault("unreachable", `${channel.peer} does not answer keepalive`)),
    );
    this.#streams = new SessionStreams({
      ...{ channel, clock, keepalive: this.#keepalive },
      write: (packet, body, onSent) => this.#write(packet, body, onSent),
      recycle: (octets) => this.#framer.recycle(octets),
      rest: (full) => (full ? channel.pause() : channel.resume()),
    });
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    channel.listen({
      borrows: true,
      onData: (octets) => this.#onData(octets),
      onDrain: () => this.#onDrain(),
      onClose: (cause) => this.#end(lost(channel.peer, cause)),
    });
  }

  /** For logs. */
  get peer(): string {
    return this.#channel.peer;
  }

  /** Why the session has ended; undefined while it is open. */
  get endReason(): Fault | undefined {
    return this.#ended;
  }

  /** Calls whose deadline passed and on which the daemon still works: each holds a place of the few there are. */
  get abandonedCalls(): number {
    let abandoned = 0;
    for (const call of this.#inFlight.values()) if (call.abandoned) abandoned += 1;
    return abandoned;
  }

  get counters(): SessionCounters {
    return this.#counters;
  }

  /**
   * Calls a procedure. Answers may overtake each other.
   *
   * @param options.deadlineMs how long to wait in all, from now; no call can be cancelled in the daemon, which works on
   * @throws {Fault} what libvirt reported, with a `LibvirtError` as cause; "timeout" at the deadline; "unreachable" when the
   *   session has ended or ends; "busy" when too many calls wait; "invalid" when `args` do not fit the procedure
   */
  call<N extends CallName>(name: N, args: ArgsOf<N>, options: { readonly deadlineMs: number }): Promise<ResultOf<N>> {
    return this.#submit(name, args, options.deadlineMs, undefined);
  }

  /**
   * Calls a procedure that opens a stream. The stream must be finished or aborted in the end; while it is open and not read,
   * nothing else of the session is read either.
   * @throws {Fault} as `call`
   */
  openStream<N extends StreamCallName>(
    name: N,
    args: ArgsOf<N>,
    options: StreamOptions,
  ): Promise<{ readonly result: ResultOf<N>; readonly stream: ClientStream }> {
    return this.#submit(name, args, options.deadlineMs, options);
  }

  #submit<T>(
    name: CallName,
    args: ArgsOf<CallName>,
    deadlineMs: number,
    stream: StreamOptions | undefined,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#ended) throw new Fault(this.#ended.code, this.#ended.message, { cause: this.#ended.cause });
      if (this.#waiting.size >= this.#maximumWaiting) {
        throw new Fault("busy", `${this.peer}: ${this.#waiting.size} calls are waiting already`);
      }
      const serial = this.#nextSerial();
      const packet = encodeCall(name, args, serial);
      const timer = this.#clock.after(deadlineMs, () => this.#onDeadline(call, deadlineMs));
      const call: PendingCall = { name, serial, packet, timer, stream, resolve, reject, abandoned: false };
      this.#counters.calls += 1;
      this.#waiting.add(call);
      this.#sendWaiting();
    });
  }

  /**
   * Calls `listener` for every event, in order, until the returned function is called. Events can come before the answer of
   * the call that asked for them.
   */
  subscribe(listener: (event: LibvirtEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Begins to ping in silence; for when the daemon is known to answer pings. Its own pings are answered always. */
  startKeepalive(): void {
    if (this.#ended === undefined) this.#keepalive.start();
  }

  /** Ends the session; calls that wait reject with `Fault` "unreachable". */
  close(): void {
    this.#end(new Fault("unreachable", `${this.peer}: the connection was closed`));
  }

  #onData(octets: Buffer): void {
    if (this.#ended) return;
    this.#counters.octetsIn += octets.length;
    this.#framer.push(octets);
    try {
      for (let packet = this.#framer.next(); packet; packet = this.#framer.next()) {
        this.#receive(packet);
        if (this.#ended) return;
      }
    } catch (error) {
      if (!(error instanceof DecodeError)) this.#log.error("libvirt.session.failed", { peer: this.peer, error });
      this.#end(
        new Fault("unreachable", `${this.peer} sent what is not libvirt's protocol: ${reasonOf(error)}`, {
          cause: error,
        }),
      );
    }
  }

  #receive(packet: Buffer): void {
    const { header, payload } = decodePacket(packet);
    this.#keepalive.heard();
    if (header.program === programs.keepalive) {
      if (header.procedure === keepaliveProcedure.ping) this.#write(encodeKeepalive("pong"));
      return;
    }
    switch (header.type) {
      case packetType.reply:
        this.#receiveReply(header, payload);
        break;
      case packetType.message:
        this.#receiveEvent(header, payload);
        break;
      case packetType.stream:
      case packetType.streamHole:
        // A stream that is over on our side may have more under way.
        if (!this.#streams.receive(header, payload)) this.#counters.dropped += 1;
        break;
      default:
        throw new DecodeError(`packet type ${header.type} from a daemon`, 16);
    }
  }

  #receiveReply(header: PacketHeader, payload: XdrReader): void {
    const call = this.#inFlight.get(header.serial);
    if (call === undefined) {
      this.#counters.dropped += 1;
      return;
    }
    const row = callNamed(call.name);
    if (header.procedure !== row.number || header.program !== row.program) {
      throw new DecodeError(`the answer to ${call.name} is for procedure ${header.procedure}`, 12);
    }
    if (call.abandoned) {
      this.#counters.late += 1;
      if (call.stream && header.status === packetStatus.ok) this.#openedStream(header, call.stream).abort();
    } else if (header.status === packetStatus.error) {
      const body = errorCodec.decode(payload);
      this.#counters.errors += 1;
      call.reject(faultOfBody(body));
    } else if (header.status === packetStatus.ok) {
      const result = codecOf(row.result).decode(payload);
      payload.end();
      call.resolve((call.stream ? { result, stream: this.#openedStream(header, call.stream) } : result) as never);
    } else {
      throw new DecodeError(`status ${header.status} in an answer`, 24);
    }
    call.timer.cancel();
    this.#inFlight.delete(header.serial);
    this.#sendWaiting();
  }

  #openedStream({ program, version, procedure, serial }: PacketHeader, options: StreamOptions): ClientStream {
    const identity = { program, version, procedure, serial };
    return this.#streams.add(identity, (port) => new ClientStream(port, identity, options.stallMs));
  }

  #receiveEvent(header: PacketHeader, payload: XdrReader): void {
    const row = procedureNumbered(header.program, header.procedure);
    if (row?.kind !== "event") {
      this.#counters.dropped += 1;
      return;
    }
    const message = codecOf(row.message).decode(payload);
    payload.end();
    this.#counters.events += 1;
    const event = { name: row.name, message } as LibvirtEvent;
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#log.error("libvirt.event.listener-failed", { peer: this.peer, event: event.name, error });
      }
    }
  }

  #sendWaiting(): void {
    for (const call of this.#waiting) {
      if (this.#ended || !this.#writable || this.#inFlight.size >= this.#maximumInFlight) return;
      this.#waiting.delete(call);
      this.#inFlight.set(call.serial, call);
      this.#write(call.packet);
    }
  }

  #write(packet: Buffer, body?: Uint8Array, onSent?: () => void): void {
    if (this.#ended) return;
    this.#counters.octetsOut += packet.length + (body?.length ?? 0);
    const hasRoom = this.#channel.write(packet) && body === undefined;
    if (hasRoom || (body && this.#channel.write(body, onSent))) return;
    this.#writable = false;
    this.#streams.hold();
  }

  #onDrain(): void {
    this.#writable = true;
    this.#sendWaiting();
    if (this.#writable) this.#streams.release();
  }

  #onDeadline(call: PendingCall, deadlineMs: number): void {
    this.#counters.timeouts += 1;
    if (!this.#waiting.delete(call)) call.abandoned = true;
    call.reject(new Fault("timeout", `${this.peer}: ${call.name} did not answer within ${Math.round(deadlineMs)} ms`));
  }

  #end(reason: Fault): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#keepalive.stop();
    this.#channel.close();
    const calls = [...this.#inFlight.values(), ...this.#waiting];
    this.#inFlight.clear();
    this.#waiting.clear();
    this.#listeners.clear();
    this.#streams.end(reason);
    for (const call of calls) {
      call.timer.cancel();
      call.reject(reason);
    }
    this.#resolveClosed(reason);
  }

  /** Serials are reused after 2^32 calls; one whose call is still in flight, or whose stream is open, is left out. */
  #nextSerial(): number {
    do this.#lastSerial = this.#lastSerial === 0xffff_ffff ? 1 : this.#lastSerial + 1;
    while (this.#inFlight.has(this.#lastSerial) || this.#streams.has(this.#lastSerial));
    return this.#lastSerial;
  }
}

function encodeCall<N extends CallName>(name: N, args: ArgsOf<N>, serial: number): Buffer {
  const row = callNamed(name);
  const header = {
    program: row.program,
    version: PROGRAM_VERSION,
    procedure: row.number,
    type: packetType.call,
    serial,
    status: packetStatus.ok,
  };
  try {
    return encodePacket(header, (writer) => codecOf(row.args).encode(writer, args as never));
  } catch (error) {
    throw error instanceof Fault ? new Fault(error.code, `${name}: ${error.message}`) : error;
  }
}

function lost(peer: string, cause: Error | undefined): Fault {
  const reason = cause === undefined ? "the daemon closed the connection" : reasonOf(cause);
  return new Fault("unreachable", `${peer}: ${reason}`, { cause });
}
