import type { SimulatedHost } from "../host/simulated-host.js";
import { nodeCpuTimes } from "../host/simulated-node.js";
import { documentText } from "../machine/machine-definition.js";
import {
  cpuStatistics,
  diskAllocation,
  diskStatistics,
  memoryStatistics,
  nicStatistics,
  vcpuStatistics,
} from "../machine/machine-statistics.js";
import type { SimulatedMachine } from "../machine/simulated-machine.js";
import { leasesOf, machineLeases } from "../network/leases.js";
import type { SimulatedPool } from "../storage/simulated-pool.js";

/** Whatever JSON can carry; counters are decimal digits, so that none loses any. */
type Json = string | number | boolean | undefined | readonly Json[] | { readonly [name: string]: Json };

/** Everything that is so on a host at this instant, in libvirt's numbers and units. */
export function hostTruth(host: SimulatedHost): Json {
  const { node, registry, nowMs } = host.state;
  const now = nowMs();
  const { user, kernel, idle, iowait } = nodeCpuTimes(node, node.cpuCount, now);
  return {
    name: host.name,
    driver: host.driver,
    release: host.faults.release,
    refusing: host.faults.refusing,
    clockOffMs: host.faults.clockOffMs,
    atMs: now,
    node: {
      hostname: node.hostname,
      uuid: node.uuid,
      cpuModel: node.cpuModel,
      cpus: node.cpuCount,
      sockets: node.sockets,
      coresPerSocket: node.coresPerSocket,
      threadsPerCore: node.threadsPerCore,
      megahertz: node.megahertz,
      memoryKiB: node.memoryKiB,
      cpuNs: { user: digits(user), kernel: digits(kernel), idle: digits(idle), iowait: digits(iowait) },
    },
    machines: [...registry.all()].map((machine) => machineTruth(host, machine, now)),
    pools: [...node.storage.pools()].map((pool) => ({
      name: pool.name,
      type: pool.type,
      ...poolSizes(pool),
      uuid: pool.uuid,
      active: pool.active,
      persistent: pool.persistent,
      autostart: pool.autostart,
      path: pool.path,
      volumes: [...pool.volumes().values()].map((volume) => ({
        name: volume.name,
        path: volume.path,
        format: volume.format,
        capacityBytes: digits(volume.capacityBytes),
        allocationBytes: digits(volume.allocationBytes()),
      })),
    })),
    networks: [...node.networks.all()].map((network) => ({
      name: network.name,
      uuid: network.uuid,
      active: network.active,
      persistent: network.persistent,
      autostart: network.autostart,
      bridge: network.bridge,
      forwardMode: network.document.forwardMode,
      leases: leasesOf(node.networks, network, now).map(({ mac, address, prefix, expiryS, machine }) => ({
        ...{ mac, address, prefix, expiryS },
        machine: machine.uuid,
      })),
    })),
  };
}

function poolSizes(pool: SimulatedPool): { readonly [name: string]: Json } {
  const { capacity, allocation, available } = pool.sizes();
  return allDigits({ capacityBytes: capacity, allocationBytes: allocation, availableBytes: available });
}

/** A machine's document as libvirt would hand it out: what it is held to, and everything else that has no name here. */
export function machineDocumentTruth({ driver }: SimulatedHost, machine: SimulatedMachine): string {
  return documentText(machine.document(driver, false));
}

/** Everything that is so of one machine. */
export function machineTruth({ state: { node } }: SimulatedHost, machine: SimulatedMachine, nowMs: number): Json {
  const { run, condition } = machine;
  const { facts } = machine.current;
  const leases = [...node.networks.all()].flatMap((network) => machineLeases(machine, network, nowMs));
  return {
    name: machine.name,
    uuid: machine.uuid,
    id: run?.id,
    type: facts.type,
    control: machine.isControl,
    state: condition.state,
    reason: condition.reason,
    persistent: machine.persistent,
    autostart: machine.autostart,
    managedSave: machine.managedSave,
    snapshots: [...machine.snapshots.values()].map(({ name, description, state, parent, createdS }) => ({
      ...{ name, description, state, parent, createdS },
      current: machine.currentSnapshot === name,
    })),
    title: facts.title,
    description: facts.description,
    osType: facts.osType,
    hung: machine.monitor.hung,
    startedMs: run?.startedMs,
    agentConnected: run?.agentConnected,
    memoryKiB: facts.memoryKiB,
    currentMemoryKiB: facts.currentMemoryKiB,
    vcpus: facts.vcpuCount,
    vcpuMaximum: facts.vcpuMaximum,
    ...(run && usage(machine, nowMs)),
    disks: facts.disks.map((disk, number) => ({
      target: disk.target,
      type: disk.type,
      device: disk.device,
      format: disk.format,
      bus: disk.bus,
      pool: disk.pool,
      protocol: disk.protocol,
      source: disk.source,
      readOnly: disk.readOnly,
      capacityBytes: machine.diskContent(disk).capacityBytes,
      allocationBytes: diskAllocation(machine, disk, nowMs),
      ...(run && allDigits({ ...diskStatistics(machine, disk, number, nowMs) })),
    })),
    nics: facts.interfaces.map((nic, number) => ({
      mac: nic.mac,
      type: nic.type,
      model: nic.model,
      addresses: leases.filter(({ mac }) => mac === nic.mac).map(({ address }) => address),
      tap: run?.taps[number],
      network: nic.network,
      bridge: nic.bridge,
      ...(run && allDigits({ ...nicStatistics(machine, number, nowMs) })),
    })),
  };
}

function usage(machine: SimulatedMachine, nowMs: number): { readonly [name: string]: Json } {
  const { majorFaults, minorFaults, ...memory } = memoryStatistics(machine, nowMs);
  return {
    cpu: allDigits({ ...cpuStatistics(machine, nowMs) }),
    vcpu: vcpuStatistics(machine, nowMs).map((one) => allDigits({ ...one })),
    memory: { ...memory, ...allDigits({ majorFaults, minorFaults }) },
  };
}

function digits(value: bigint): string {
  return String(value);
}

function allDigits(values: Readonly<Record<string, bigint>>): { readonly [name: string]: string } {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, digits(value)]));
}
