import { expect } from "vitest";
import type { DiskView, MachineDetail, NicView } from "../../src/agent/console/machine-view.js";
import type { RunningProgram } from "./run-program.js";
import { until } from "./run-program.js";
import type { DiskTruth, HostTruth, MachineTruth, NicTruth, SimulatedWorld } from "./simulated-world.js";
import {
  type Metrics,
  readHost,
  readMachine,
  readMachines,
  readMetrics,
  sampleOf,
  type VmMib,
  walkVmMib,
} from "./worlds.js";

type Driver = HostTruth["driver"];

/**
 * Compares everything that the gateway tells of its simulated hosts, on the command line, by SNMP and as metrics, with the truth:
 * what stands still is the same, what moves lies between the truth before the gateway read it and the truth after. Nothing must
 * happen meanwhile. A machine that hangs is left out.
 * @param seen of which hosts: of those that the gateway cannot reach it tells what it knew
 */
export async function expectAgreementWithTruth(
  gateway: RunningProgram,
  world: SimulatedWorld,
  seen: (host: string) => boolean = () => true,
): Promise<void> {
  const reached = async () => (await world.truth()).filter(({ name }) => seen(name));
  const before = await reached();
  await untilReadAfter(gateway, before, performance.now());
  const metrics = await readMetrics(gateway);
  const details = new Map<string, MachineDetail>();
  const mibs = new Map<string, VmMib>();
  for (const host of before) {
    mibs.set(host.name, await walkVmMib(gateway, host.name));
    for (const { uuid, name } of guestsOf(host)) {
      const detail = await readMachine(gateway, `${host.name}/${uuid}`);
      if (!detail) throw new Error(`the gateway does not know ${host.name}/${name}`);
      details.set(`${host.name}/${uuid}`, detail);
    }
  }
  const after = await reached();
  for (const [at, host] of before.entries()) {
    const later = after[at];
    const mib = mibs.get(host.name);
    if (!later || !mib) throw new Error(`there is no ${host.name} any more`);
    await expectHost(gateway, host);
    expect([...mib.vm.values()].map((row) => row[2]).sort(), `vmName on ${host.name}`).toEqual(
      guestsOf(host)
        .map(({ name }) => hex(name))
        .sort(),
    );
    for (const [position, machine] of guestsOf(host).entries()) {
      if (machine.hung) continue;
      const next = guestsOf(later)[position];
      const detail = details.get(`${host.name}/${machine.uuid}`);
      if (!next || !detail) throw new Error(`${machine.name} is gone`);
      const scope = new Scope(`${host.name}/${machine.name}`, host, machine, next);
      scope.expectDetail(detail);
      scope.expectMib(mib, detail);
      scope.expectMetrics(metrics);
    }
  }
}

/** Domain-0 is none. */
function guestsOf({ machines }: HostTruth): readonly MachineTruth[] {
  return machines.filter(({ control }) => !control);
}

function hex(text: string): string {
  return Buffer.from(text).toString("hex");
}

/**
 * Waits until everything that the gateway tells of a machine was asked for after an instant: what was answered after it may have
 * been asked before, but not what was answered after that.
 */
async function untilReadAfter(gateway: RunningProgram, truth: readonly HostTruth[], instant: number): Promise<void> {
  const wanted = new Map<string, boolean>(
    truth.flatMap((host) =>
      guestsOf(host).flatMap((one) => (one.hung ? [] : [[`${host.name}/${one.uuid}`, one.id !== undefined] as const])),
    ),
  );
  const first = new Map<string, number>();
  /** Whether a reading of this age is the second after the instant. */
  const isSecond = (key: string, atMs: number): boolean => {
    if (atMs <= instant) return false;
    const before = first.get(key);
    if (before === undefined) first.set(key, atMs);
    return before !== undefined && atMs - before > ROUNDING_MS;
  };
  await until("everything to be read anew", async () => {
    const asked = performance.now();
    const at = (age = Number.POSITIVE_INFINITY): number => asked - age;
    const fresh = (await readMachines(gateway)).filter(({ host, uuid, ages, stuck, reachable }) => {
      const key = `${host}/${uuid}`;
      const active = wanted.get(key);
      // On a computer that is busy enough anything can be late for a while.
      if (active === undefined || stuck || !reachable) return false;
      const state = isSecond(`${key} state`, at(ages.stateMs));
      const statistics = isSecond(`${key} statistics`, at(ages.statisticsMs));
      return state && (statistics || !active);
    });
    return fresh.length === wanted.size || undefined;
  });
}

/** Two looks at one reading differ by less: ages are whole milliseconds, and a question takes its time. */
const ROUNDING_MS = 250;

/** What of the computer every host tells that has the calls for it. */
async function expectHost(gateway: RunningProgram, truth: HostTruth): Promise<void> {
  const host = await readHost(gateway, truth.name);
  expect(host, truth.name).toMatchObject({
    link: "up",
    machines: guestsOf(truth).length,
    hostname: truth.node.hostname,
    // The drivers of the others do not know which computer they are on.
    ...(truth.driver === "qemu" || truth.driver === "lxc" ? { node: truth.node.uuid } : {}),
    cpuCount: truth.node.cpus,
    memoryKiB: truth.node.memoryKiB,
  });
  // OpenVZ's driver has no such calls, and daemons of those days had no lists of such things.
  if (truth.driver === "openvz" || truth.release !== undefined) return;
  const pools = host?.resources.pools?.map(({ name, uuid, state, autostart }) => ({ name, uuid, state, autostart }));
  expect(pools, truth.name).toEqual(
    truth.pools.map(({ name, uuid, active, autostart }) => ({
      ...{ name, uuid, autostart },
      state: active ? "running" : "inactive",
    })),
  );
  const networks = host?.resources.networks?.map(({ name, uuid, active, autostart, bridge }) => ({
    ...{ name, uuid, active, autostart, bridge },
  }));
  expect(networks, truth.name).toEqual(
    truth.networks.map(({ name, uuid, active, autostart, bridge }) => ({ name, uuid, active, autostart, bridge })),
  );
}

/** What each driver can tell of a machine that runs, beyond what all of them can. */
const tells: Readonly<Record<Driver, ReadonlySet<"vcpus" | "disks" | "nics" | "autostart" | "snapshots" | "reasons">>> =
  {
    qemu: new Set(["vcpus", "disks", "nics", "autostart", "snapshots", "reasons"]),
    lxc: new Set(["nics", "autostart", "reasons"]),
    xen: new Set(["vcpus", "disks", "nics", "autostart", "reasons"]),
    openvz: new Set(["nics", "autostart"]),
  };

const operStates: Readonly<Record<string, number>> = {
  running: 4,
  saved: 6,
  paused: 8,
  stopping: 10,
  stopped: 11,
  crashed: 12,
};
/** libvirt's numbers, as its exporters tell them; one that is saved is off. */
const exportedStates: Readonly<Record<string, number>> = {
  running: 1,
  paused: 3,
  stopping: 4,
  saved: 5,
  stopped: 5,
  crashed: 6,
};

/** Where a disk's content is, and in what form; an empty drive has neither, whatever its definition says. */
function placeOf({ type, source, pool, protocol, format }: DiskTruth) {
  if (source === undefined) return {};
  if (type === "network")
    return { format: protocol, path: expect.stringMatching(new RegExp(`^${protocol}://.*/${source}$`)) };
  return { path: type === "volume" ? `${pool}/${source}` : source, ...(format === undefined ? {} : { format }) };
}

/** One machine, before and after the gateway read it. */
class Scope {
  readonly #title: string;
  readonly #host: HostTruth;
  readonly #before: MachineTruth;
  readonly #after: MachineTruth;

  constructor(title: string, host: HostTruth, before: MachineTruth, after: MachineTruth) {
    this.#title = title;
    this.#host = host;
    this.#before = before;
    this.#after = after;
  }

  get #runs(): boolean {
    return this.#before.id !== undefined;
  }

  #can(what: Parameters<(typeof tells)[Driver]["has"]>[0]): boolean {
    return tells[this.#host.driver].has(what);
  }

  /** The state as the gateway calls it. */
  get #state(): string {
    const { state, reason, managedSave } = this.#before;
    // Only the connection that paused a container of OpenVZ knows of it, and of every reason.
    if (!this.#can("reasons")) return this.#runs ? "running" : "stopped";
    if (state === 5) return managedSave ? "saved" : reason === 3 ? "crashed" : "stopped";
    return { 1: "running", 3: "paused", 4: "stopping" }[state] ?? "other";
  }

  #between(title: string, value: string | number | bigint | undefined, from: unknown, to: unknown, divisor = 1): void {
    const what = `${this.#title}: ${title}`;
    expect(value, what).toBeDefined();
    const [least, most] = [Number(from) / divisor, Number(to) / divisor];
    // A value in larger units has lost its fraction; of large ones doubles lose the last digits.
    const slack = (divisor === 1 ? 0 : 1) + Math.abs(most) * 1e-12;
    expect(Number(value), what).toBeGreaterThanOrEqual(least - slack);
    expect(Number(value), what).toBeLessThanOrEqual(most + slack);
  }

  expectDetail(detail: MachineDetail): void {
    const { name, uuid, id, persistent, autostart, vcpus, vcpuMaximum } = this.#before;
    expect(detail, this.#title).toMatchObject({
      ...{ name, uuid, persistent, autostart, state: this.#state, reachable: true, stuck: false },
      ...(id === undefined ? {} : { domainId: id }),
      vcpuCount: vcpus,
      vcpuMaximum,
    });
    this.#expectMemory(detail);
    // They are read seldom: of one that has just come nothing is told yet.
    if (this.#can("snapshots") && detail.ages.snapshotsMs !== undefined) {
      expect(detail.snapshots?.map((one) => one.name).sort(), this.#title).toEqual(
        this.#before.snapshots.map((one) => one.name).sort(),
      );
    }
    expect(detail.title, this.#title).toBe(this.#before.title);
    const { cpu, vcpu = [] } = this.#before;
    if (cpu) this.#between("CPU time", detail.cpuTimeNs, cpu.timeNs, this.#after.cpu?.timeNs);
    if (this.#runs && this.#can("vcpus")) {
      expect(detail.vcpus, this.#title).toHaveLength(vcpu.length);
      for (const [at, { timeNs }] of detail.vcpus.entries())
        this.#between(`vCPU ${at}`, timeNs, vcpu[at]?.timeNs, this.#after.vcpu?.[at]?.timeNs);
    }
    for (const [at, disk] of this.#before.disks.entries())
      this.#expectDisk(
        detail.disks.find(({ target }) => target === disk.target),
        disk,
        this.#after.disks[at] ?? disk,
      );
    for (const [at, nic] of this.#before.nics.entries())
      this.#expectNic(
        detail.nics.find(({ mac }) => mac === nic.mac),
        nic,
        this.#after.nics[at] ?? nic,
      );
  }

  #expectMemory(detail: MachineDetail): void {
    const { currentMemoryKiB, memoryKiB } = this.#before;
    // OpenVZ's driver tells 0, and the limits are what is known.
    if (this.#host.driver === "openvz") expect(detail.memoryMaximumKiB, this.#title).toBeGreaterThan(0);
    else expect(detail, this.#title).toMatchObject({ memoryKiB: currentMemoryKiB, memoryMaximumKiB: memoryKiB });
  }

  #expectDisk(view: DiskView | undefined, before: DiskTruth, after: DiskTruth): void {
    const { target, source, readOnly, device } = before;
    expect(view, `${this.#title}: ${target}`).toMatchObject({
      ...{ target, readOnly, device },
      ...placeOf(before),
    });
    const { counters } = view ?? {};
    if (!counters || !this.#runs || !this.#can("disks") || source === undefined) return;
    for (const name of ["readRequests", "readBytes", "writeRequests", "writeBytes"] as const)
      this.#between(`${target} ${name}`, counters[name], before[name], after[name]);
    // Only the bulk call tells more, and there were daemons without it.
    if (this.#host.driver !== "qemu" || this.#host.release !== undefined) return;
    this.#between(`${target} capacity`, counters.capacityBytes, before.capacityBytes, after.capacityBytes);
    this.#between(`${target} allocation`, counters.allocationBytes, before.allocationBytes, after.allocationBytes);
    for (const name of ["readTimeNs", "writeTimeNs"] as const)
      this.#between(`${target} ${name}`, counters[name], before[name], after[name]);
  }

  #expectNic(view: NicView | undefined, before: NicTruth, after: NicTruth): void {
    expect(view, `${this.#title}: ${before.mac}`).toMatchObject({
      mac: before.mac,
      ...(before.model === undefined ? {} : { model: before.model }),
      ...(before.tap === undefined ? {} : { target: before.tap }),
    });
    if (!this.#runs || before.tap === undefined) return;
    for (const name of ["receivedBytes", "receivedPackets", "sentBytes", "sentPackets"] as const)
      this.#between(`${before.mac} ${name}`, view?.counters[name], before[name], after[name]);
  }

  /** @see RFC 7666 */
  expectMib(mib: VmMib, detail: MachineDetail): void {
    const index = String(detail.index);
    const row = mib.vm.get(index);
    const { name, uuid, autostart, persistent, vcpus, vcpuMaximum, cpu } = this.#before;
    expect(row?.slice(2, 4), this.#title).toEqual([hex(name), uuid.replaceAll("-", "")]);
    expect(row?.slice(6, 10), this.#title).toEqual([
      String(operStates[this.#state]),
      autostart ? "2" : "3",
      persistent ? "2" : "3",
      String(vcpus),
    ]);
    expect(row?.[11], this.#title).toBe(String(vcpuMaximum));
    if (cpu) this.#between("vmCpuTime", row?.[17], cpu.timeNs, this.#after.cpu?.timeNs, 1000);
    if (this.#runs && this.#can("vcpus")) {
      for (const [at, { timeNs }] of (this.#before.vcpu ?? []).entries()) {
        const core = mib.cpu.get(`${index}.${at + 1}`)?.[2];
        this.#between(`vmCpuCoreTime ${at}`, core, timeNs, this.#after.vcpu?.[at]?.timeNs, 1000);
      }
    }
    for (const [at, disk] of this.#before.disks.entries()) {
      const view = detail.disks.find(({ target }) => target === disk.target);
      const served = mib.storage.get(`${index}.${view?.index}`);
      expect(served?.[7], `${this.#title}: ${disk.target}`).toBe(disk.readOnly || disk.device === "cdrom" ? "3" : "2");
      if (!this.#runs || !this.#can("disks") || disk.source === undefined) continue;
      const later = this.#after.disks[at];
      for (const [column, counter] of [
        [13, "readRequests"],
        [14, "writeRequests"],
        [15, "readBytes"],
        [16, "writeBytes"],
      ] as const)
        this.#between(`${disk.target} column ${column}`, served?.[column], disk[counter], later?.[counter]);
    }
    for (const nic of this.#before.nics) {
      const view = detail.nics.find(({ mac }) => mac === nic.mac);
      const served = mib.network.get(`${index}.${view?.index}`);
      expect(served?.[5], this.#title).toBe(nic.mac.replaceAll(":", ""));
    }
  }

  expectMetrics(metrics: Metrics): void {
    const { uuid, vcpus, cpu, memory } = this.#before;
    const labels = { host: this.#host.name, uuid };
    const sample = (name: string, more: Readonly<Record<string, string>> = {}) =>
      sampleOf(metrics, name, { ...labels, ...more });
    expect(sample("libvirt_domain_info_vstate"), this.#title).toBe(exportedStates[this.#state]);
    expect(sample("libvirt_domain_info_virtual_cpus"), this.#title).toBe(vcpus);
    if (cpu) {
      const seconds = sample("libvirt_domain_info_cpu_time_seconds_total");
      this.#between("metric CPU time", (seconds ?? Number.NaN) * 1e9, cpu.timeNs, this.#after.cpu?.timeNs);
    }
    if (memory && this.#host.driver === "qemu") {
      const octets = sample("libvirt_domain_memory_stats_rss_bytes");
      const { residentKiB = 0 } = this.#after.memory ?? {};
      this.#between("metric resident", octets, memory.residentKiB * 1024, residentKiB * 1024);
    }
    for (const [at, nic] of this.#before.nics.entries()) {
      if (!this.#runs || nic.tap === undefined) continue;
      const octets = sample("libvirt_domain_interface_stats_receive_bytes_total", { mac: nic.mac });
      this.#between(`metric ${nic.mac}`, octets, nic.receivedBytes, this.#after.nics[at]?.receivedBytes);
    }
    for (const [at, disk] of this.#before.disks.entries()) {
      if (!this.#runs || !this.#can("disks") || disk.source === undefined) continue;
      const octets = sample("libvirt_domain_block_stats_write_bytes_total", { target_device: disk.target });
      this.#between(`metric ${disk.target}`, octets, disk.writeBytes, this.#after.disks[at]?.writeBytes);
    }
  }
}
