import type { Dialer } from "../base/channel.js";
import type { Clock } from "../base/clock.js";
import { Fault, reasonOf } from "../base/fault.js";
import type { Log } from "../base/log.js";
import { awaitAdmission } from "../protocol/libvirt/admission.js";
import { ClientSession, type SessionCounters } from "../protocol/libvirt/client-session.js";
import { isNoSupport } from "../protocol/libvirt/error.js";
import { type OpenedHypervisor, openHypervisor } from "../protocol/libvirt/handshake.js";
import type { ArgsOf, CallName, LibvirtEvent, ResultOf } from "../protocol/libvirt/procedures.js";
import type { SaslCredentials } from "../protocol/libvirt/scram.js";
import { isSocketRefusal } from "../transport/ssh-client.js";
import type { OpeningGate } from "./opening-gate.js";
import type { LibvirtTarget, SocketCandidate } from "./uri.js";

/** A socket that exists answers at once; a network and a handshake take longer. */
const DIAL_MS = { unix: 3000, tls: 10_000, ssh: 15_000 } as const;
/** Some drivers take seconds to open; a daemon that has just been started waits for its drivers. */
const OPEN_MS = 30_000;

/** What opening a connection needs. */
export interface ConnectionMeans {
  readonly clock: Clock;
  readonly log: Log;
  readonly gate: OpeningGate;
  /** How to reach a daemon's socket. */
  readonly dialer: (socket: SocketCandidate) => Dialer;
  /** Who we are to a daemon that asks for SASL; asked for each connection. Without it such daemons refuse us. */
  readonly credentials?: (() => Promise<SaslCredentials>) | undefined;
  /** Ends openings that are under way. */
  readonly signal: AbortSignal;
}

/** Where a connection's own calls go; what collectors are given. */
export interface Caller {
  /**
   * @throws {Fault} as `ClientSession.call`; `unsupported` without asking again once the driver said that it lacks the call
   */
  call<N extends CallName>(name: N, args: ArgsOf<N>, deadlineMs?: number): Promise<ResultOf<N>>;
}

/** A deadline for calls that do not ask a guest: even a busy daemon answers those. */
export const CALL_MS = 10_000;

/** One opened connection to a hypervisor. */
export class Connection implements Caller {
  readonly session: ClientSession;
  readonly opened: OpenedHypervisor;
  /** Where it was opened. */
  readonly socket: SocketCandidate;
  readonly #lacking = new Set<CallName>();
  #live = 0;
  #retired = false;

  constructor(session: ClientSession, opened: OpenedHypervisor, socket: SocketCandidate) {
    this.session = session;
    this.socket = socket;
    this.opened = opened;
  }

  get counters(): SessionCounters {
    return this.session.counters;
  }

  async call<N extends CallName>(name: N, args: ArgsOf<N>, deadlineMs: number = CALL_MS): Promise<ResultOf<N>> {
    if (this.#lacking.has(name)) throw new Fault("unsupported", `${this.opened.type} has no ${name}`);
    this.#live += 1;
    try {
      return await this.session.call(name, args, { deadlineMs });
    } catch (error) {
      if (isNoSupport(error)) this.#lacking.add(name);
      throw error;
    } finally {
      this.#live -= 1;
      if (this.#retired && this.#live === 0) this.session.close();
    }
  }

  subscribe(listener: (event: LibvirtEvent) => void): void {
    this.session.subscribe(listener);
  }

  /** Closes the connection when the last call that somebody waits for is answered. */
  retire(): void {
    this.#retired = true;
    if (this.#live === 0) this.session.close();
  }
}

/**
 * Opens a hypervisor on the first of the target's sockets where that works.
 * @throws {Fault} what went wrong at the socket that came furthest, with what to do about it
 */
export async function connect(target: LibvirtTarget, means: ConnectionMeans): Promise<Connection> {
  return means.gate.pass(means.signal, means.clock, async () => {
    let failure: Failure | undefined;
    for (const socket of target.sockets) {
      const attempt = await tryOpen(target.name, socket, means);
      if (attempt instanceof Connection) return attempt;
      if (!failure || attempt.reached > failure.reached) failure = attempt;
      if (attempt.reached === DAEMON && attempt.fault.code === "timeout") break; // at its other sockets it hangs, too
      // A server that does not let us in would count each further attempt as an attack.
      if (socket.via === "ssh" && attempt.reached !== NOTHING && attempt.reached !== DAEMON) break;
    }
    throw failure?.fault ?? new Fault("unreachable", "no socket to try");
  });
}

/** How far an attempt came: to nothing, to a socket, to one that this user may not open, to a daemon. */
const NOTHING = 0;
const SOCKET = 1;
const LOCKED_SOCKET = 2;
const DAEMON = 3;

interface Failure {
  readonly fault: Fault;
  readonly reached: number;
}

function undialled(fault: Fault): number {
  if (fault.code === "denied") return LOCKED_SOCKET;
  if (isSocketRefusal(fault)) return NOTHING;
  return (fault.cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT" ? NOTHING : SOCKET;
}

async function tryOpen(
  name: string,
  socket: SocketCandidate,
  { clock, log, dialer, credentials, signal }: ConnectionMeans,
): Promise<Connection | Failure> {
  let session: ClientSession | undefined;
  let address = "";
  const abort = (): void => session?.close();
  signal.addEventListener("abort", abort);
  try {
    signal.throwIfAborted();
    const dialling = dialer(socket);
    address = dialling.address;
    const channel = await dialling.dial(DIAL_MS[socket.via]);
    if (socket.via === "tls") await awaitAdmission(channel, clock, DIAL_MS.tls);
    session = new ClientSession(channel, clock, { log });
    if (signal.aborted) abort();
    const request = {
      ...{ uri: name, readOnly: socket.readOnly, deadlineMs: OPEN_MS },
      credentials: await credentials?.(),
    };
    return new Connection(session, await openHypervisor(session, clock, request), socket);
  } catch (error) {
    session?.close();
    const fault = error instanceof Fault ? error : new Fault("driver-failed", reasonOf(error), { cause: error });
    log.debug("libvirt.open.failed", { socket: address, reason: fault.message });
    return { fault, reached: session ? DAEMON : undialled(fault) };
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
