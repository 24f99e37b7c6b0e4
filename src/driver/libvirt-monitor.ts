import type { Dialer } from "../base/channel.js";
import type { Clock, Timer } from "../base/clock.js";
import { Fault, reasonOf } from "../base/fault.js";
import type { Log } from "../base/log.js";
import type { Random } from "../base/random.js";
import type { HostMonitor, Observation, ObservationSink, Surroundings } from "../inventory/observation.js";
import type { SessionCounters } from "../protocol/libvirt/client-session.js";
import type { SaslCredentials } from "../protocol/libvirt/scram.js";
import type { Pace } from "./collector.js";
import type { LocalComputer } from "./host-facts.js";
import { HostWatch, type WatchEnd } from "./host-watch.js";
import type { OpeningGate } from "./opening-gate.js";
import { parseLibvirtUri, type SocketCandidate, type UserDirectories } from "./uri.js";

export interface LibvirtMonitorOptions {
  readonly host: { readonly name: string; readonly uri: string; readonly allowWrite: boolean };
  readonly clock: Clock;
  readonly log: Log;
  /** Spreads hosts over time. */
  readonly random: Random;
  /** How to reach a daemon's socket. */
  readonly dialer: (socket: SocketCandidate) => Dialer;
  /** Who we are to a daemon that asks for SASL. */
  readonly credentials?: (() => Promise<SaslCredentials>) | undefined;
  /** One for all hosts of the gateway. */
  readonly gate: OpeningGate;
  /** The gateway's own computer; left out for a simulated host, whose devices are not this computer's. */
  readonly local?: LocalComputer;
  /** Where a user's own daemon listens. */
  readonly directories?: UserDirectories;
  readonly pace?: Partial<Pace>;
}

/**
 * Statistics come often enough that, with one missed deadline and one question to the machine that caused it, no other
 * machine's are older than 10 s.
 */
const defaultPace: Pace = { stateMs: 2000, statisticsMs: 5000, listMs: 60_000, monitorDeadlineMs: 2000 };

const FIRST_DELAY_MS = 200;
/** A socket that nobody serves costs nothing to try, and a daemon that returns shall be seen within 5 s. */
const LONGEST_DELAY_MS = 4000;
/** A daemon that is there but refuses, or hangs, is left alone for longer. */
const LONGEST_REFUSED_DELAY_MS = 30_000;
/** A daemon that lets nobody in is tried after longer and longer pauses, from the first time on. */
const FIRST_HUNG_DELAY_MS = 5000;
/** Reasons that are worth a warning while a host is down; further ones are for whoever looks closely. */
const MOST_REASONS = 4;
/** A watch that lasted this long was a success. */
const STABLE_MS = 10_000;

/** Watches a libvirt host as long as it is started: connects, reconnects with growing delays, reports what it sees. */
export function createLibvirtMonitor(options: LibvirtMonitorOptions): HostMonitor {
  return new LibvirtMonitor(options);
}

class LibvirtMonitor implements HostMonitor {
  readonly host: string;
  readonly #options: LibvirtMonitorOptions;
  readonly #log: Log;
  #sink: ObservationSink = () => {};
  #watch: HostWatch | undefined;
  #delay: { readonly timer: Timer; readonly end: () => void } | undefined;
  #running: Promise<void> | undefined;
  readonly #stopping = new AbortController();
  #downReason: string | undefined;
  #isUp = false;
  readonly #warned = new Set<string>();
  #connects = 0;
  #failures = 0;
  readonly #past: Record<keyof SessionCounters, number> = {
    calls: 0,
    errors: 0,
    timeouts: 0,
    late: 0,
    events: 0,
    dropped: 0,
    octetsIn: 0,
    octetsOut: 0,
  };

  constructor(options: LibvirtMonitorOptions) {
    this.host = options.host.name;
    this.#options = options;
    this.#log = options.log;
  }

  start(sink: ObservationSink): void {
    this.#sink = sink;
    this.#running ??= this.#run();
  }

  look(uuid?: string): void {
    if (this.#watch) this.#watch.look(uuid);
    else this.#delay?.end();
  }

  lookAround(what: Surroundings): void {
    this.#watch?.lookAround(what);
  }

  counters(): Readonly<Record<string, number>> {
    const sum = { ...this.#past };
    for (const session of this.#watch?.sessions ?? []) add(sum, session);
    return {
      ...sum,
      connects: this.#connects,
      failures: this.#failures,
      stuck: this.#watch?.stuckCount ?? 0,
      abandoned: this.#watch?.abandonedCalls ?? 0,
    };
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Fault("unreachable", `${this.host} is no longer watched`));
    this.#delay?.end();
    this.#watch?.stop();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let attempt = 0; !this.#stopping.signal.aborted; ) {
      const { again, reason, trouble, watchedMs } = await this.#once();
      if (this.#stopping.signal.aborted) return;
      if (again) continue;
      this.#down(reason);
      attempt = watchedMs > STABLE_MS ? 0 : attempt + 1;
      const first = trouble === "hung" ? FIRST_HUNG_DELAY_MS : FIRST_DELAY_MS;
      const longest = trouble === "lost" ? LONGEST_DELAY_MS : LONGEST_REFUSED_DELAY_MS;
      const delayMs = Math.min(first * 2 ** Math.min(attempt, 16), longest);
      await this.#sleep(delayMs * (0.5 + this.#options.random() / 2));
    }
  }

  /** Opens and watches until that is over. */
  async #once(): Promise<WatchEnd & { trouble: Trouble; watchedMs: number }> {
    const { host, clock, log, random, dialer, credentials, gate, local, directories, pace } = this.#options;
    try {
      const target = parseLibvirtUri(host.uri, host.allowWrite, directories);
      const watch = await HostWatch.open({
        ...{ target, clock, log, random, dialer, credentials, gate, local, signal: this.#stopping.signal },
        pace: { ...defaultPace, ...pace },
        allowWrite: host.allowWrite,
        deliver: (observations) => this.#deliver(observations),
      });
      this.#watch = watch;
      this.#connects += 1;
      if (this.#stopping.signal.aborted) watch.stop();
      this.#downReason = undefined;
      this.#warned.clear();
      // A watch that only begins again is no news.
      const { driver, libvirtVersion: version } = watch.facts;
      log[this.#isUp ? "debug" : "info"]("libvirt.host.up", { host: host.name, driver, version });
      this.#isUp = true;
      const began = clock.monotonic();
      const end = await watch.run();
      this.#watch = undefined;
      for (const session of watch.sessions) add(this.#past, session);
      return { ...end, trouble: "lost", watchedMs: clock.monotonic() - began };
    } catch (error) {
      this.#failures += 1;
      if (!(error instanceof Fault))
        log.error("libvirt.host.failed", { host: host.name, stack: (error as Error).stack });
      return { again: false, reason: reasonOf(error), trouble: troubleOf(error), watchedMs: 0 };
    }
  }

  #down(reason: string): void {
    this.#isUp = false;
    if (reason === this.#downReason) return;
    this.#downReason = reason;
    const isNews = !this.#warned.has(reason) && this.#warned.size < MOST_REASONS;
    if (isNews) this.#warned.add(reason);
    this.#log[isNews ? "warn" : "debug"]("libvirt.host.down", { host: this.host, reason });
    this.#deliver([{ kind: "link", up: false, reason }]);
  }

  #deliver(observations: readonly Observation[]): void {
    this.#sink(observations);
  }

  #sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel();
        this.#delay = undefined;
        resolve();
      };
      const timer = this.#options.clock.after(delayMs, end);
      this.#delay = { timer, end };
    });
  }
}

/** What kept a host from being watched: nothing to be reached, a daemon that says no, or one that says nothing. */
type Trouble = "lost" | "refused" | "hung";

function troubleOf(error: unknown): Trouble {
  if (!(error instanceof Fault)) return "refused";
  if (error.code === "timeout") return "hung";
  return error.code === "unreachable" ? "lost" : "refused";
}

function add(sum: Record<keyof SessionCounters, number>, counters: SessionCounters): void {
  for (const name of Object.keys(sum) as (keyof SessionCounters)[]) sum[name] += counters[name];
}
