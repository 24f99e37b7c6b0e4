import type { DiskCounters, NicCounters } from "../inventory/device.js";
import type { MachineFacts, MemoryUse, Technology, VirtualCpu } from "../inventory/machine.js";
import { type Collector, eachAtOnce, type SweepScope, type SweptState } from "./collector.js";
import type { DomainName } from "./driver-event.js";
import { readState } from "./machine-reader.js";
import { isMissedDeadline, orUndefined } from "./outcome.js";
import { Quarantine } from "./quarantine.js";
import { isRunning, type Watched } from "./watched.js";

/** Calls under way at once: a daemon takes five, and one place stays free. */
const WIDTH = 4;

/** More than libvirt has kinds of memory statistics. */
const MOST_MEMORY_STATISTICS = 32;
/** Time in all, in the system, in programs. */
const CPU_TOTALS = 3;
const ALL_CPUS = -1;

/** Drivers that tell what each virtual CPU has run; of QEMU's those of daemons that have no bulk call. */
const tellsEachCpu: ReadonlySet<Technology> = new Set<Technology>(["xen", "qemu"]);
/** Drivers that tell how much of its time a machine ran in user mode. */
const tellsUserTime: ReadonlySet<Technology> = new Set<Technology>(["lxc", "qemu"]);

/** What block and interface calls say for "not known". */
const UNKNOWN = -1n;

/** Sweeps by one call per machine and fact, for drivers without the bulk call; none of them asks a monitor. */
export class EachCollector implements Collector {
  readonly #scope: SweepScope;
  readonly #quarantine = new Quarantine();
  #waitedMs = 0;

  constructor(scope: SweepScope) {
    this.#scope = scope;
  }

  get stuckCount(): number {
    return this.#quarantine.size;
  }

  async sweepStates(): Promise<number> {
    const worked = this.#beginWork();
    const machines = this.#scope.machines().filter(({ domain }) => !this.#quarantine.holds(domain.uuid));
    // Where there is nothing to ask for, it is still worth knowing that the daemon answers.
    if (machines.length === 0) await this.#proveAlive();
    await eachAtOnce(machines, WIDTH, (machine) => this.#sweepState(machine.domain));
    this.#retryStuck();
    return worked();
  }

  async sweepStatistics(): Promise<number> {
    const worked = this.#beginWork();
    const running = this.#scope
      .machines()
      .filter((machine) => isRunning(machine) && !this.#quarantine.holds(machine.domain.uuid));
    await eachAtOnce(running, WIDTH, (machine) => this.#guarded(machine.domain, () => this.#readStatistics(machine)));
    this.#retryStuck();
    return worked();
  }

  /** @returns the time since now, without what was spent on waiting for machines that hang */
  #beginWork(): () => number {
    const began = this.#scope.clock.monotonic();
    const waited = this.#waitedMs;
    return () => Math.max(0, this.#scope.clock.monotonic() - began - (this.#waitedMs - waited) / WIDTH);
  }

  async #proveAlive(): Promise<void> {
    await this.#scope.control.call("connectGetLibVersion", {}, this.#scope.pace.monitorDeadlineMs);
  }

  async #sweepState(domain: DomainName): Promise<void> {
    await this.#guarded(domain, async () => {
      const mark = this.#scope.mark();
      const numbers = await readState(this.#scope.statistics, domain, this.#scope.pace.monitorDeadlineMs);
      if (!numbers) return;
      const swept: SweptState = { domain, ...numbers };
      this.#scope.deliver([...this.#scope.takeStates([swept], mark, false).values()]);
    });
  }

  /** Asks the machines in quarantine whose time has come, without keeping a sweep waiting. */
  #retryStuck(): void {
    const over = this.#quarantine.sift((uuid) => this.#scope.machine(uuid) !== undefined);
    this.#scope.deliver(over.map((uuid) => ({ uuid, tiers: [], facts: {}, stuck: false })));
    void eachAtOnce(this.#quarantine.takeDue(this.#scope.clock.monotonic()), 1, (uuid) => this.#retry(uuid));
  }

  async #retry(uuid: string): Promise<void> {
    const machine = this.#scope.machine(uuid);
    if (!machine) return;
    const answers = await this.#answers(machine.domain);
    if (!answers) this.#quarantine.stuck(uuid, machine.domain.id, this.#scope.clock.monotonic());
    else if (this.#quarantine.release(uuid)) this.#scope.deliver([{ uuid, tiers: [], facts: {}, stuck: false }]);
  }

  async #answers(domain: DomainName): Promise<boolean> {
    try {
      await readState(this.#scope.statistics, domain, this.#scope.pace.monitorDeadlineMs);
      return true;
    } catch (error) {
      return !isMissedDeadline(error);
    }
  }

  /** What concerns one machine stays with it: one that is gone is missed by the next list, one that hangs is set apart. */
  async #guarded(domain: DomainName, action: () => Promise<void>): Promise<void> {
    const began = this.#scope.clock.monotonic();
    try {
      await orUndefined(action());
    } catch (error) {
      if (!isMissedDeadline(error)) throw error;
      this.#waitedMs += this.#scope.clock.monotonic() - began;
      await this.#proveAlive();
      this.#quarantine.stuck(domain.uuid, domain.id, this.#scope.clock.monotonic());
      this.#scope.deliver([{ uuid: domain.uuid, tiers: [], facts: {}, stuck: true }]);
    }
  }

  async #readStatistics(machine: Watched): Promise<void> {
    const { domain } = machine;
    const { statistics, pace, hypervisor } = this.#scope;
    const info = await orUndefined(statistics.call("domainGetInfo", { dom: domain }, pace.monitorDeadlineMs));
    const vcpus =
      tellsEachCpu.has(hypervisor.technology) && info ? await this.#vcpus(domain, info.nrVirtCpu) : undefined;
    const disks = hypervisor.kind === "vm" ? await this.#disks(machine) : undefined;
    const nics = await this.#nics(machine);
    const memoryUse = await this.#memoryUse(domain);
    const cpuTimes = tellsUserTime.has(hypervisor.technology) ? await this.#cpuTimes(domain) : undefined;
    if (!info || this.#scope.machine(domain.uuid) !== machine || !isRunning(machine)) return;
    const facts: Partial<MachineFacts> = {
      cpuTimeNs: info.cpuTime,
      vcpuCount: info.nrVirtCpu,
      // A container's "memory" is what it uses at the moment, not what it was given; its document has the latter.
      ...(hypervisor.kind === "vm" ? { memoryKiB: Number(info.memory), memoryMaximumKiB: Number(info.maxMem) } : {}),
      ...(vcpus ? { vcpus } : {}),
      ...(memoryUse ? { memoryUse } : {}),
      ...cpuTimes,
    };
    this.#scope.deliver([
      {
        uuid: domain.uuid,
        tiers: ["statistics"],
        facts,
        ...(disks && disks.size > 0 ? { diskCounters: disks } : {}),
        ...(nics.size > 0 ? { nicCounters: nics } : {}),
      },
    ]);
  }

  async #vcpus(domain: DomainName, count: number): Promise<readonly VirtualCpu[] | undefined> {
    const { statistics, pace } = this.#scope;
    const args = { dom: domain, maxinfo: count, maplen: 0 };
    const answer = await orUndefined(statistics.call("domainGetVcpus", args, pace.monitorDeadlineMs));
    return answer?.info
      .filter((vcpu) => vcpu.state !== 0)
      .map((vcpu) => ({ number: vcpu.number, timeNs: vcpu.cpuTime }));
  }

  async #memoryUse(domain: DomainName): Promise<MemoryUse | undefined> {
    const { statistics, pace } = this.#scope;
    const args = { dom: domain, maxStats: MOST_MEMORY_STATISTICS, flags: 0 };
    const answer = await orUndefined(statistics.call("domainMemoryStats", args, pace.monitorDeadlineMs));
    return answer && memoryUseOf(answer.stats);
  }

  async #cpuTimes(domain: DomainName): Promise<Pick<MachineFacts, "cpuUserNs" | "cpuSystemNs"> | undefined> {
    const { statistics, pace } = this.#scope;
    const args = { dom: domain, nparams: CPU_TOTALS, startCpu: ALL_CPUS, ncpus: 1, flags: 0 };
    const answer = await orUndefined(statistics.call("domainGetCpuStats", args, pace.monitorDeadlineMs));
    if (!answer) return undefined;
    const time = (field: string): bigint | undefined => {
      const value = answer.params.find((parameter) => parameter.field === field)?.value;
      return typeof value === "bigint" ? value : undefined;
    };
    return { cpuUserNs: time("user_time"), cpuSystemNs: time("system_time") };
  }

  async #disks({ domain, view }: Watched): Promise<ReadonlyMap<string, DiskCounters>> {
    const { statistics, pace } = this.#scope;
    const result = new Map<string, DiskCounters>();
    for (const { target, device } of view?.disks ?? []) {
      if (device !== "disk" && device !== "lun") continue;
      const args = { dom: domain, path: target };
      const read = await orUndefined(statistics.call("domainBlockStats", args, pace.monitorDeadlineMs));
      if (!read) continue;
      result.set(
        target,
        counters({
          readRequests: read.rdReq,
          readBytes: read.rdBytes,
          writeRequests: read.wrReq,
          writeBytes: read.wrBytes,
        }),
      );
    }
    return result;
  }

  async #nics({ domain, view }: Watched): Promise<ReadonlyMap<string, NicCounters>> {
    const { statistics, pace } = this.#scope;
    const result = new Map<string, NicCounters>();
    for (const { mac, target } of view?.nics ?? []) {
      if (target === undefined) continue;
      const args = { dom: domain, device: target };
      const read = await orUndefined(statistics.call("domainInterfaceStats", args, pace.monitorDeadlineMs));
      if (!read) continue;
      result.set(
        mac,
        counters({
          receivedBytes: read.rxBytes,
          receivedPackets: read.rxPackets,
          receivedErrors: read.rxErrs,
          receivedDrops: read.rxDrop,
          sentBytes: read.txBytes,
          sentPackets: read.txPackets,
          sentErrors: read.txErrs,
          sentDrops: read.txDrop,
        }),
      );
    }
    return result;
  }
}

type MemorySize = "unusedKiB" | "availableKiB" | "residentKiB" | "usableKiB" | "diskCachesKiB";

/**
 * By libvirt's numbers. Swap and faults, 0 to 3, are left out: what a container's driver tells as swap is no counter of it. The
 * amount given, 6, is told by `domainGetInfo`.
 */
const memorySizes: ReadonlyMap<number, MemorySize> = new Map([
  [4, "unusedKiB"],
  [5, "availableKiB"],
  [7, "residentKiB"],
  [8, "usableKiB"],
  [10, "diskCachesKiB"],
]);

function memoryUseOf(statistics: readonly { readonly tag: number; readonly val: bigint }[]): MemoryUse {
  const use: Partial<Record<MemorySize, number>> = {};
  for (const { tag, val } of statistics) {
    const member = memorySizes.get(tag);
    if (member !== undefined) use[member] = Number(val);
  }
  return use;
}

/** Without what the driver does not know. */
function counters(read: Readonly<Record<string, bigint>>): Readonly<Record<string, bigint>> {
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== UNKNOWN));
}
