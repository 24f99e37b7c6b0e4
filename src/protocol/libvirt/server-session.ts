import { BoundedQueue } from "../../base/bounded-queue.js";
import type { Channel } from "../../base/channel.js";
import type { Clock } from "../../base/clock.js";
import { DecodeError, Fault, reasonOf } from "../../base/fault.js";
import { type Log, silentLog } from "../../base/log.js";
import { codecOf } from "../../codec/xdr/codec.js";
import type { XdrReader } from "../../codec/xdr/reader.js";
import type { Fields, StructValue } from "../../codec/xdr/shape.js";
import type { CallHandler } from "./call-handler.js";
import { bodyOfError, errorCodec, errorDomain, libvirtFault } from "./error.js";
import { authenticationType, feature } from "./feature.js";
import {
  decodePacket,
  encodeKeepalive,
  encodePacket,
  keepaliveProcedure,
  type PacketHeader,
  packetStatus,
  packetType,
} from "./frame.js";
import { PacketFramer } from "./framer.js";
import { Keepalive, type KeepaliveOptions } from "./keepalive.js";
import type { CallRow } from "./procedure.js";
import { authenticationProcedures } from "./procedures/authentication.js";
import {
  type ArgsOf,
  type CallName,
  type EventName,
  eventNamed,
  type MessageOf,
  procedureNumbered,
  type ResultOf,
} from "./procedures.js";
import { PROGRAM_VERSION, programs } from "./programs.js";
import { ServerStream } from "./server-stream.js";
import { SessionStreams } from "./session-streams.js";
import { isStreamCall, type OpenedStream, type StreamCallName, type StreamHandler } from "./stream-calls.js";

export interface ServerSessionOptions {
  /** Answers every call but those of authentication and keepalive. */
  readonly handler: CallHandler;
  /** Answers calls that open streams; without it `handler` is asked, which can only refuse. */
  readonly openStream?: StreamHandler;
  /** How clients prove who they are. With "polkit" `authorize` decides when asked. */
  readonly authentication?: "none" | "polkit";
  readonly authorize?: () => Promise<boolean>;
  /** Our own pings, once the client has announced that it answers them. */
  readonly keepalive?: KeepaliveOptions;
  /** Calls worked on at once; then the channel is not read, keepalive included, as libvirt's daemons do. */
  readonly maximumInFlight?: number;
  /** Events kept for a client that does not read; then the oldest are dropped. */
  readonly maximumWaitingEvents?: number;
  readonly log?: Log;
}

/** What a session has counted since it began. */
export interface ServerCounters {
  readonly calls: number;
  readonly errors: number;
  readonly events: number;
  /** Packets that are no calls. */
  readonly dropped: number;
  readonly octetsIn: number;
  readonly octetsOut: number;
}

/** The daemon's side of a connection: what a libvirt client, ours or libvirt's own, talks to. Does no I/O by itself. */
export class ServerSession {
  /** Resolves with the reason when the session has ended; never rejects. */
  readonly closed: Promise<Fault>;
  readonly #channel: Channel;
  readonly #options: ServerSessionOptions;
  readonly #log: Log;
  readonly #maximumInFlight: number;
  readonly #framer = new PacketFramer();
  readonly #keepalive: Keepalive | undefined;
  readonly #streams: SessionStreams<ServerStream>;
  readonly #waitingEvents: BoundedQueue<Buffer>;
  readonly #counters = { calls: 0, errors: 0, events: 0, dropped: 0, octetsIn: 0, octetsOut: 0 };
  #authenticated: boolean;
  #inFlight = 0;
  #writable = true;
  #paused = false;
  #ended: Fault | undefined;
  #resolveClosed: (reason: Fault) => void = () => {};

  constructor(channel: Channel, clock: Clock, options: ServerSessionOptions) {
    this.#channel = channel;
    this.#options = options;
    this.#log = options.log ?? silentLog;
    this.#maximumInFlight = options.maximumInFlight ?? 5;
    this.#waitingEvents = new BoundedQueue(options.maximumWaitingEvents ?? 1024);
    this.#authenticated = (options.authentication ?? "none") === "none";
    this.#keepalive =
      options.keepalive &&
      new Keepalive(
        clock,
        options.keepalive,
        () => this.#write(encodeKeepalive("ping")),
        () => this.#end(new Fault("unreachable", `${channel.peer} does not answer keepalive`)),
      );
    this.#streams = new SessionStreams({
      ...{ channel, clock, keepalive: this.#keepalive },
      write: (packet, body, onSent) => this.#write(packet, body, onSent),
      recycle: (octets) => this.#framer.recycle(octets),
      rest: (full) => !full && queueMicrotask(() => this.#work()),
    });
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    channel.listen({
      onData: (octets) => this.#onData(octets),
      onDrain: () => this.#onDrain(),
      onClose: (cause) =>
        this.#end(
          new Fault("unreachable", `${channel.peer}: ${cause ? reasonOf(cause) : "the client left"}`, { cause }),
        ),
    });
  }

  get peer(): string {
    return this.#channel.peer;
  }

  get counters(): ServerCounters {
    return this.#counters;
  }

  /** Events lost because the client did not read. */
  get droppedEvents(): number {
    return this.#waitingEvents.dropped;
  }

  /** Sends an event; whether the client registered for it is the caller's business. @throws {Fault} "invalid" */
  sendEvent<N extends EventName>(name: N, message: MessageOf<N>): void {
    if (this.#ended) return;
    const row = eventNamed(name);
    const header = {
      program: row.program,
      version: PROGRAM_VERSION,
      procedure: row.number,
      type: packetType.message,
      serial: 0,
      status: packetStatus.ok,
    };
    const packet = encodePacket(header, (writer) => codecOf(row.message).encode(writer, message as never));
    this.#counters.events += 1;
    if (this.#writable) this.#write(packet);
    else this.#waitingEvents.push(packet);
  }

  close(): void {
    this.#end(new Fault("unreachable", `${this.peer}: the connection was closed`));
  }

  #onData(octets: Buffer): void {
    if (this.#ended) return;
    this.#counters.octetsIn += octets.length;
    this.#framer.push(octets);
    this.#work();
  }

  /** Takes packets until a limit is reached; then the channel rests until `#work` is called again. */
  #work(): void {
    try {
      while (!this.#ended) {
        this.#setPaused(this.#inFlight >= this.#maximumInFlight || !this.#writable || this.#streams.full);
        if (this.#paused) return;
        const packet = this.#framer.next();
        if (packet === undefined) return;
        this.#receive(packet);
      }
    } catch (error) {
      if (!(error instanceof DecodeError)) this.#log.error("libvirt.server.failed", { peer: this.peer, error });
      this.#end(
        new Fault("invalid", `${this.peer} sent what is not libvirt's protocol: ${reasonOf(error)}`, { cause: error }),
      );
    }
  }

  #setPaused(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    if (paused) this.#channel.pause();
    else this.#channel.resume();
  }

  #receive(packet: Buffer): void {
    const { header, payload } = decodePacket(packet);
    this.#keepalive?.heard();
    if (header.program === programs.keepalive) {
      if (header.procedure === keepaliveProcedure.ping) this.#write(encodeKeepalive("pong"));
    } else if (header.type === packetType.call) {
      this.#counters.calls += 1;
      this.#inFlight += 1;
      void this.#answer(header, payload);
    } else if (header.type === packetType.callWithFds) {
      // The descriptors' own octets follow outside any packet, so the stream cannot be read on.
      throw new DecodeError("file descriptors cannot be passed here", 16);
    } else if (header.type === packetType.stream || header.type === packetType.streamHole) {
      // Content may still be under way when a stream has failed here.
      if (!this.#streams.receive(header, payload)) this.#counters.dropped += 1;
    } else {
      this.#counters.dropped += 1;
    }
  }

  async #answer(header: PacketHeader, payload: XdrReader): Promise<void> {
    let reply: Buffer;
    let opened: OpenedStream<StreamCallName> | undefined;
    try {
      ({ reply, opened } = await this.#perform(header, payload));
    } catch (error) {
      this.#counters.errors += 1;
      if (!(error instanceof Fault)) this.#log.error("libvirt.server.handler-failed", { peer: this.peer, error });
      reply = encodePacket({ ...header, type: packetType.reply, status: packetStatus.error }, (writer) =>
        errorCodec.encode(writer, bodyOfError(error)),
      );
    }
    this.#inFlight -= 1;
    if (this.#ended) return;
    this.#write(reply);
    if (opened) void this.#serve(header, opened);
    this.#work();
  }

  async #serve(
    { program, version, procedure, serial }: PacketHeader,
    opened: OpenedStream<StreamCallName>,
  ): Promise<void> {
    const identity = { program, version, procedure, serial };
    const stream = this.#streams.add(identity, (port) => new ServerStream(port, identity));
    try {
      await opened.serve(stream);
      stream.settle({});
    } catch (failure) {
      if (!(failure instanceof Fault)) this.#log.error("libvirt.server.stream-failed", { peer: this.peer, failure });
      stream.settle({ failure });
    }
  }

  async #perform(
    header: PacketHeader,
    payload: XdrReader,
  ): Promise<{ reply: Buffer; opened: OpenedStream<StreamCallName> | undefined }> {
    if (
      !(header.program === programs.remote || header.program === programs.qemu) ||
      header.version !== PROGRAM_VERSION
    ) {
      throw rpcFault(`Cannot find program ${header.program} version ${header.version}`);
    }
    if (header.status !== packetStatus.ok) throw rpcFault(`Unexpected message status ${header.status}`);
    const row = procedureNumbered(header.program, header.procedure);
    if (row?.kind !== "call") throw rpcFault(`unknown procedure: ${header.procedure}`);
    if (!this.#authenticated && !(row.name in authenticationProcedures)) throw rpcFault("authentication required");
    const args = decodeArguments(row, payload);
    const name = row.name as CallName;
    const { openStream } = this.#options;
    if (isStreamCall(name) && this.#streams.has(header.serial)) throw rpcFault("the serial names an open stream");
    const opened = isStreamCall(name) && openStream ? await openStream(name, args as never) : undefined;
    const result = opened ? opened.result : await this.#dispatch(name, args as never);
    const reply = encodePacket({ ...header, type: packetType.reply }, (writer) =>
      codecOf(row.result).encode(writer, result),
    );
    return { reply, opened };
  }

  /** Authentication and keepalive are the session's own business. */
  async #dispatch(name: CallName, args: ArgsOf<CallName>): Promise<ResultOf<CallName>> {
    switch (name) {
      case "authList":
        return { types: [this.#authenticated ? authenticationType.none : authenticationType.polkit] };
      case "authPolkit":
        this.#authenticated ||= (await this.#options.authorize?.()) ?? false;
        if (!this.#authenticated) throw libvirtFault("AUTH_FAILED", "authentication failed", errorDomain.rpc);
        return { complete: 1 };
      case "authSaslInit":
      case "authSaslStart":
      case "authSaslStep":
        throw libvirtFault("AUTH_FAILED", "authentication failed", errorDomain.rpc);
      case "connectSupportsFeature":
        if ((args as ArgsOf<"connectSupportsFeature">).feature !== feature.keepalive) break;
        this.#keepalive?.start();
        return { supported: 1 };
    }
    return this.#options.handler(name, args as never);
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
    while (this.#writable) {
      const event = this.#waitingEvents.shift();
      if (event === undefined) break;
      this.#write(event);
    }
    if (this.#writable) this.#streams.release();
    this.#work();
  }

  #end(reason: Fault): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#keepalive?.stop();
    this.#channel.close();
    this.#streams.end(reason);
    this.#resolveClosed(reason);
  }
}

function decodeArguments(row: CallRow<Fields, Fields>, payload: XdrReader): StructValue<Fields> {
  try {
    const args = codecOf(row.args).decode(payload);
    payload.end();
    return args;
  } catch (error) {
    throw error instanceof DecodeError ? rpcFault(`Unable to decode message payload: ${error.message}`) : error;
  }
}

function rpcFault(message: string): Fault {
  return libvirtFault("RPC", message, errorDomain.rpc);
}
