import type { CallHandlers } from "../../protocol/libvirt/call-handler.js";
import type { TypedParameter } from "../../protocol/libvirt/typed-parameter.js";
import type { HostState } from "../host/host-state.js";
import { daemonCpuStatistics } from "../host/simulated-node.js";
import {
  cpuStatistics,
  diskAllocation,
  diskStatistics,
  memoryStatistics,
  nicStatistics,
  vcpuStatistics,
} from "../machine/machine-statistics.js";
import type { SimulatedMachine } from "../machine/simulated-machine.js";
import { listFilter } from "./list-filter.js";
import { int, text, uint, ullong } from "./typed-values.js";

/** Groups by their bit, in the order in which the driver reports them. */
const groups = [
  { bit: 1 << 0, needsMonitor: false, read: stateGroup },
  { bit: 1 << 1, needsMonitor: true, read: cpuGroup },
  { bit: 1 << 2, needsMonitor: true, read: balloonGroup },
  { bit: 1 << 3, needsMonitor: true, read: vcpuGroup },
  { bit: 1 << 4, needsMonitor: false, read: interfaceGroup },
  { bit: 1 << 5, needsMonitor: true, read: blockGroup },
] as const;

const NO_WAIT = 1 << 29;

/** Machines between two looks at the clock of the event loop. */
const BATCH = 64;

/** The one call that tells of many machines at once. */
export function bulkStatisticsCalls(host: HostState): CallHandlers {
  const { registry, clock } = host;
  return {
    async connectGetAllDomainStats({ doms, stats, flags }) {
      const fits = listFilter(flags, registry);
      const wanted = doms.length > 0 ? doms.map(({ uuid }) => registry.withUuid(uuid)) : [...registry.all()];
      const asked = groups.filter(({ bit }) => stats === 0 || (stats & bit) !== 0);
      const retStats = [];
      let sinceBreath = 0;
      // One after another, as the daemon does: a machine that hangs holds up all that follow.
      for (const machine of wanted) {
        // Machines that vanished meanwhile are left out.
        if (!machine || !fits(machine)) continue;
        let reachable = machine.run !== undefined;
        if (machine.monitor.hung && reachable && asked.some(({ needsMonitor }) => needsMonitor)) {
          reachable = await machine.monitor.pass(clock, (flags & NO_WAIT) === 0);
        }
        const params = asked.flatMap(({ read, needsMonitor }) => read(machine, host, reachable || !needsMonitor));
        retStats.push({ dom: machine.reference, params });
        sinceBreath += 1;
        if (sinceBreath % BATCH === 0) await new Promise<void>((resolve) => setImmediate(resolve));
      }
      return { retStats };
    },
  };
}

function stateGroup(machine: SimulatedMachine): readonly TypedParameter[] {
  const { state, reason } = machine.condition;
  return [int("state.state", state), int("state.reason", reason)];
}

function cpuGroup(machine: SimulatedMachine, host: HostState, reachable: boolean): readonly TypedParameter[] {
  const { nowMs } = host;
  // Of a machine that is off the driver reads process 0, which is the daemon's own; a real trap, kept on purpose.
  const cpu = machine.run ? cpuStatistics(machine, nowMs()) : daemonCpuStatistics(host.node, nowMs());
  const times = [ullong("cpu.time", cpu.timeNs), ullong("cpu.user", cpu.userNs), ullong("cpu.system", cpu.systemNs)];
  const polling = [ullong("cpu.haltpoll.success.time", 0n), ullong("cpu.haltpoll.fail.time", 0n)];
  if (!machine.run) return times;
  return [...times, uint("cpu.cache.monitor.count", 0), ...(reachable ? polling : [])];
}

function balloonGroup(
  machine: SimulatedMachine,
  { nowMs, wallMs }: HostState,
  reachable: boolean,
): readonly TypedParameter[] {
  const { facts } = machine.current;
  const sizes = [ullong("balloon.current", facts.currentMemoryKiB), ullong("balloon.maximum", facts.memoryKiB)];
  if (!machine.run || !reachable) return sizes;
  const memory = memoryStatistics(machine, nowMs());
  return [
    ...sizes,
    ullong("balloon.swap_in", 0n),
    ullong("balloon.swap_out", 0n),
    ullong("balloon.major_fault", memory.majorFaults),
    ullong("balloon.minor_fault", memory.minorFaults),
    ullong("balloon.unused", memory.unusedKiB),
    ullong("balloon.available", memory.availableKiB),
    ullong("balloon.usable", memory.usableKiB),
    ullong("balloon.last-update", Math.floor(wallMs() / 1000)),
    ullong("balloon.disk_caches", memory.diskCachesKiB),
    ullong("balloon.rss", memory.residentKiB),
  ];
}

function vcpuGroup(machine: SimulatedMachine, { nowMs }: HostState, reachable: boolean): readonly TypedParameter[] {
  const { vcpuCount, vcpuMaximum } = machine.current.facts;
  const counts = [uint("vcpu.current", vcpuCount), uint("vcpu.maximum", vcpuMaximum)];
  if (!machine.run || !reachable) return counts;
  const each = vcpuStatistics(machine, nowMs()).flatMap(({ timeNs, waitNs, delayNs }, number) => [
    int(`vcpu.${number}.state`, 1),
    ullong(`vcpu.${number}.time`, timeNs),
    ullong(`vcpu.${number}.wait`, waitNs),
    ullong(`vcpu.${number}.delay`, delayNs),
  ]);
  return [...counts, ...each];
}

/** Interfaces without a device of the host keep their number and are left out. */
function interfaceGroup(machine: SimulatedMachine, { nowMs }: HostState): readonly TypedParameter[] {
  const { run } = machine;
  if (!run) return [];
  const each = run.taps.flatMap((tap, number) => {
    if (tap === undefined) return [];
    const nic = nicStatistics(machine, number, nowMs());
    return [
      text(`net.${number}.name`, tap),
      ullong(`net.${number}.rx.bytes`, nic.receivedBytes),
      ullong(`net.${number}.rx.pkts`, nic.receivedPackets),
      ullong(`net.${number}.rx.errs`, 0n),
      ullong(`net.${number}.rx.drop`, nic.receivedDrops),
      ullong(`net.${number}.tx.bytes`, nic.sentBytes),
      ullong(`net.${number}.tx.pkts`, nic.sentPackets),
      ullong(`net.${number}.tx.errs`, 0n),
      ullong(`net.${number}.tx.drop`, 0n),
    ];
  });
  return [uint("net.count", run.taps.length), ...each];
}

function blockGroup(machine: SimulatedMachine, { nowMs }: HostState, reachable: boolean): readonly TypedParameter[] {
  const { disks } = machine.current.facts;
  const each = disks.flatMap((disk, number) => {
    const named = [text(`block.${number}.name`, disk.target)];
    if (disk.source !== undefined && disk.type !== "volume") named.push(text(`block.${number}.path`, disk.source));
    if (machine.run && reachable) {
      if (disk.source !== undefined) named.push(uint(`block.${number}.backingIndex`, number + 1));
      const counters = diskStatistics(machine, disk, number, nowMs());
      named.push(
        ullong(`block.${number}.rd.reqs`, counters.readRequests),
        ullong(`block.${number}.rd.bytes`, counters.readBytes),
        ullong(`block.${number}.rd.times`, counters.readTimeNs),
        ullong(`block.${number}.wr.reqs`, counters.writeRequests),
        ullong(`block.${number}.wr.bytes`, counters.writeBytes),
        ullong(`block.${number}.wr.times`, counters.writeTimeNs),
        ullong(`block.${number}.fl.reqs`, counters.flushRequests),
        ullong(`block.${number}.fl.times`, counters.flushTimeNs),
      );
    }
    if (disk.source === undefined || (machine.run && !reachable)) return named;
    const allocation = diskAllocation(machine, disk, nowMs());
    return [
      ...named,
      ullong(`block.${number}.allocation`, allocation),
      ullong(`block.${number}.capacity`, machine.diskContent(disk).capacityBytes),
      ullong(`block.${number}.physical`, allocation),
    ];
  });
  return [uint("block.count", disks.length), ...each];
}
