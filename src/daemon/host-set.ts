import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../base/clock.js";
import type { Log } from "../base/log.js";
import { createLibvirtMonitor } from "../driver/libvirt-monitor.js";
import { OpeningGate } from "../driver/opening-gate.js";
import type { Ingest } from "../engine/ingest.js";
import type { HostMonitor } from "../inventory/observation.js";
import { readBootTime, readInterfaceIndexes } from "../transport/local-interfaces.js";
import { hostCredentials } from "./host-credentials.js";
import { hostDialer } from "./host-dialer.js";
import type { HostPlan } from "./host-plan.js";
import { userDirectories } from "./user-directories.js";

interface Served {
  readonly plan: HostPlan;
  readonly monitor: HostMonitor;
}

const thisComputer = { bootTime: () => readBootTime(), interfaceIndexes: () => readInterfaceIndexes() };

/** The hosts that are watched, one monitor each. */
export class HostSet {
  readonly #ingest: Ingest;
  readonly #pins: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #gate = new OpeningGate();
  #served = new Map<string, Served>();

  /** @param pins the keys of SSH servers that were accepted, a file */
  constructor(ingest: Ingest, pins: string, clock: Clock, log: Log) {
    this.#ingest = ingest;
    this.#pins = pins;
    this.#clock = clock;
    this.#log = log;
  }

  /** Watches exactly these hosts from now on; one whose plan did not change is not disturbed. */
  async serve(plans: readonly HostPlan[]): Promise<void> {
    const next = new Map<string, Served>();
    const fresh: Served[] = [];
    for (const plan of plans) {
      const known = this.#served.get(plan.name);
      const served = known && isDeepStrictEqual(known.plan, plan) ? known : { plan, monitor: this.#monitorFor(plan) };
      if (served !== known) fresh.push(served);
      next.set(plan.name, served);
    }
    const ended = [...this.#served.values()].filter((served) => next.get(served.plan.name) !== served);
    await Promise.all(ended.map(({ monitor }) => monitor.stop()));
    this.#served = next;
    await this.#ingest.configure(
      plans.map(({ name, uri, simulated, allowWrite }) => ({ name, uri, simulated, allowWrite })),
    );
    for (const { plan, monitor } of fresh) monitor.start(this.#ingest.sinkFor(plan.name));
  }

  /** What the host's monitor counts; empty for a host that is not served. */
  counters(host: string): Readonly<Record<string, number>> {
    return this.#served.get(host)?.monitor.counters() ?? {};
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#served.values()].map(({ monitor }) => monitor.stop()));
    this.#served.clear();
  }

  #monitorFor(plan: HostPlan): HostMonitor {
    return createLibvirtMonitor({
      host: plan,
      clock: this.#clock,
      log: this.#log,
      random: Math.random,
      dialer: hostDialer({ ...plan, pins: this.#pins }),
      credentials: hostCredentials(plan),
      gate: this.#gate,
      directories: userDirectories(process.env),
      ...(plan.simulated ? {} : { local: thisComputer }),
      ...(plan.pace === undefined ? {} : { pace: plan.pace }),
    });
  }
}
