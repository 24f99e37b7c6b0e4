import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../base/clock.js";
import { Fault } from "../base/fault.js";
import type { Log } from "../base/log.js";
import { createLibvirtMonitor } from "../driver/libvirt-monitor.js";
import { OpeningGate } from "../driver/opening-gate.js";
import {
  createLibvirtHypervisor,
  type LibvirtHypervisor,
  type LibvirtHypervisorOptions,
} from "../driver/write/libvirt-hypervisor.js";
import type { Ingest } from "../engine/ingest.js";
import type { Hypervisor } from "../inventory/hypervisor.js";
import type { HostMonitor, Surroundings } from "../inventory/observation.js";
import { readBootTime, readInterfaceIndexes, readNeighbours } from "../transport/local-interfaces.js";
import { hostCredentials } from "./host-credentials.js";
import { hostDialer } from "./host-dialer.js";
import type { HostPlan } from "./host-plan.js";
import type { SouthboundRecorder } from "./record/southbound-recorder.js";
import { userDirectories } from "./user-directories.js";

interface Served {
  readonly plan: HostPlan;
  /** How it is reached, to watch it and to write to it: by SSH over one connection. */
  readonly means: LibvirtHypervisorOptions & { readonly host: HostPlan };
  readonly monitor: HostMonitor;
  /** Made when the host is first written to. */
  hypervisor?: LibvirtHypervisor;
}

const thisComputer = {
  bootTime: () => readBootTime(),
  interfaceIndexes: () => readInterfaceIndexes(),
  neighbours: () => readNeighbours(),
};

/** The hosts that are watched, one monitor each, and written to where that is allowed. */
export class HostSet {
  readonly #ingest: Ingest;
  readonly #pins: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #recorder: SouthboundRecorder | undefined;
  readonly #gate = new OpeningGate();
  #served = new Map<string, Served>();

  /**
   * @param pins the keys of SSH servers that were accepted, a file
   * @param recorder writes down what hosts are asked and tell
   */
  constructor(ingest: Ingest, pins: string, clock: Clock, log: Log, recorder?: SouthboundRecorder) {
    this.#ingest = ingest;
    this.#pins = pins;
    this.#clock = clock;
    this.#log = log;
    this.#recorder = recorder;
  }

  /** Watches exactly these hosts from now on; one whose plan did not change is not disturbed. */
  async serve(plans: readonly HostPlan[]): Promise<void> {
    const next = new Map<string, Served>();
    const fresh: Served[] = [];
    for (const plan of plans) {
      const known = this.#served.get(plan.name);
      const served = known && isDeepStrictEqual(known.plan, plan) ? known : this.#newlyServed(plan);
      if (served !== known) fresh.push(served);
      next.set(plan.name, served);
    }
    const ended = [...this.#served.values()].filter((served) => next.get(served.plan.name) !== served);
    await Promise.all(ended.map(endOf));
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

  /** Asks for a fresh look at a machine, soon. */
  look(host: string, uuid: string): void {
    this.#served.get(host)?.monitor.look(uuid);
  }

  /** Asks for a fresh look at what changes rarely, soon. */
  lookAround(host: string, what: Surroundings): void {
    this.#served.get(host)?.monitor.lookAround(what);
  }

  /**
   * What a host can be changed through.
   * @throws {Fault} `absent` for a host that is not served, `denied` for one that is read-only
   */
  hypervisor(host: string): Hypervisor {
    const served = this.#served.get(host);
    if (served === undefined) throw new Fault("absent", `there is no host ${host}`);
    if (!served.plan.allowWrite) throw new Fault("denied", `host ${host} is read-only`);
    served.hypervisor ??= createLibvirtHypervisor(served.means);
    return served.hypervisor;
  }

  async stop(): Promise<void> {
    const ended = [...this.#served.values()];
    this.#served.clear();
    await Promise.all(ended.map(endOf));
  }

  #newlyServed(plan: HostPlan): Served {
    const means = this.#meansFor(plan);
    const monitor = createLibvirtMonitor({
      ...means,
      random: Math.random,
      ...(plan.simulated ? {} : { local: thisComputer }),
      ...(plan.pace === undefined ? {} : { pace: plan.pace }),
    });
    return { plan, means, monitor };
  }

  #meansFor(plan: HostPlan): Served["means"] {
    const dialer = hostDialer({ ...plan, pins: this.#pins });
    return {
      host: plan,
      clock: this.#clock,
      log: this.#log,
      dialer: this.#recorder?.listenTo(plan.name, dialer) ?? dialer,
      credentials: hostCredentials(plan),
      gate: this.#gate,
      directories: userDirectories(process.env),
    };
  }
}

async function endOf({ monitor, hypervisor }: Served): Promise<void> {
  hypervisor?.close();
  await monitor.stop();
}
