import type { CallHandlers } from "../protocol/libvirt/call-handler.js";
import { libvirtFault } from "../protocol/libvirt/error.js";
import type { TypedParameter } from "../protocol/libvirt/typed-parameter.js";
import { cpuMap } from "./calls-node.js";
import { effectOf } from "./effect.js";
import type { HostState } from "./host-state.js";
import type { MachineFacts } from "./machine-facts.js";
import { invalidArgument, invalidOperation } from "./refusals.js";
import type { DomainReference, SimulatedMachine } from "./simulated-machine.js";
import { countedParameters, int, llong, text, uint, ullong } from "./typed-values.js";

const LIVE = 1;
const CONFIG = 2;
const MEMORY_MAXIMUM = 4;
const VCPU_MAXIMUM = 4;
const VCPU_GUEST = 8;

/** What libvirt tells where there is no limit, in KiB. */
const UNLIMITED = 9_007_199_254_740_991n;

/** How much a machine may use: memory, processors, and the limits of its control groups. */
export function tuningCalls(host: HostState): CallHandlers {
  const { registry, profile, driver, node } = host;

  const change = (
    machine: SimulatedMachine,
    flags: number,
    amounts: Partial<Pick<MachineFacts, "memoryKiB" | "currentMemoryKiB" | "vcpuCount">>,
  ): void => {
    const { live, config } = effectOf(machine, flags, profile);
    if (live && machine.run) machine.run.definition = machine.run.definition.with(amounts);
    if (config) machine.definition = machine.definition.with(amounts);
  };

  const setMaximumMemory = (machine: SimulatedMachine, memoryKiB: number, flags: number): void => {
    if (effectOf(machine, flags, profile).live) {
      throw invalidOperation(profile, "cannot resize the maximum memory on an active domain");
    }
    change(machine, flags, {
      memoryKiB,
      currentMemoryKiB: Math.min(machine.definition.facts.currentMemoryKiB, memoryKiB),
    });
  };

  const setMemory = ({ dom, memory, flags }: { dom: DomainReference; memory: bigint; flags: number }) => {
    const machine = registry.require(dom);
    const memoryKiB = Number(memory);
    if (memoryKiB < 1 || !Number.isSafeInteger(memoryKiB)) throw invalidArgument(profile, "memory out of range");
    if ((flags & MEMORY_MAXIMUM) !== 0) {
      setMaximumMemory(machine, memoryKiB, flags);
      return {};
    }
    const { live, config } = effectOf(machine, flags, profile);
    const least = Math.min(
      live ? machine.current.facts.memoryKiB : Number.POSITIVE_INFINITY,
      config ? machine.definition.facts.memoryKiB : Number.POSITIVE_INFINITY,
    );
    if (memoryKiB > least) throw invalidArgument(profile, "cannot set memory higher than max memory");
    change(machine, flags, { currentMemoryKiB: memoryKiB });
    if (live && driver === "qemu") {
      host.events.announce({ kind: "balloon-change", dom: machine.reference, actualKiB: memoryKiB });
    }
    return {};
  };

  const setVcpus = ({ dom, nvcpus, flags }: { dom: DomainReference; nvcpus: number; flags: number }) => {
    const machine = registry.require(dom);
    if (driver === "openvz") {
      setOpenvzVcpus(machine, nvcpus, flags);
      return {};
    }
    if ((flags & (VCPU_MAXIMUM | VCPU_GUEST)) !== 0) {
      throw invalidArgument(profile, "only the number of present vcpus can be changed");
    }
    const { live, config } = effectOf(machine, flags, profile);
    const maximum = (live ? machine.current : machine.definition).facts.vcpuMaximum;
    if (nvcpus < 1 || nvcpus > maximum || (config && nvcpus > machine.definition.facts.vcpuMaximum)) {
      throw invalidArgument(profile, `requested vcpus is greater than max allowable vcpus: ${nvcpus} > ${maximum}`);
    }
    change(machine, flags, { vcpuCount: nvcpus });
    if (live) machine.run?.counters.setVcpuCount(nvcpus, host.nowMs());
    return {};
  };

  /** Changes the maximum with the number, running or not, and gives no more than the computer has. */
  const setOpenvzVcpus = (machine: SimulatedMachine, asked: number, flags: number): void => {
    if (flags !== LIVE) throw invalidArgument(profile, `unsupported flags (0x${flags.toString(16)})`);
    if (asked < 1) throw libvirtFault("INTERNAL_ERROR", "internal error: Number of vCPUs should be >= 1");
    const count = Math.min(asked, node.cpuCount);
    machine.definition = machine.definition.with({ vcpuCount: count, vcpuMaximum: count });
    if (!machine.run) return;
    machine.run.definition = machine.definition;
    machine.run.counters.setVcpuCount(count, host.nowMs());
  };

  /** Of a call that reads the run's limits, or the definition's. */
  const limits = (
    { dom, nparams, flags = 0 }: { dom: DomainReference; nparams: number; flags?: number },
    read: (machine: SimulatedMachine, live: boolean) => readonly TypedParameter[],
  ) => {
    const machine = registry.require(dom);
    const { live } = effectOf(machine, flags & (LIVE | CONFIG), profile);
    return countedParameters(read(machine, live), nparams);
  };

  const scheduler = (_: SimulatedMachine, live: boolean): readonly TypedParameter[] => {
    if (driver === "xen") return [uint("weight", 256), uint("cap", 0)];
    const period = live ? 100_000 : 0;
    const quota = live ? -1 : 0;
    const container = [
      ullong("cpu_shares", live ? 1024 : 0),
      ullong("vcpu_period", period),
      llong("vcpu_quota", quota),
    ];
    if (driver === "lxc") return live ? container : container.slice(0, 0);
    const groups = ["emulator", "global", "iothread"];
    return [...container, ...groups.flatMap((one) => [ullong(`${one}_period`, period), llong(`${one}_quota`, quota)])];
  };

  const memoryLimits = (machine: SimulatedMachine, live: boolean): readonly TypedParameter[] => {
    const { facts } = live ? machine.current : machine.definition;
    const hard = facts.hardLimitKiB ?? (driver === "lxc" && live ? facts.memoryKiB : undefined);
    return [
      ullong("hard_limit", hard ?? UNLIMITED),
      ullong("soft_limit", facts.softLimitKiB ?? UNLIMITED),
      ullong("swap_hard_limit", UNLIMITED),
    ];
  };

  const blockLimits = (_: SimulatedMachine, live: boolean): readonly TypedParameter[] => [
    uint("weight", live ? 100 : 0),
    ...[
      "device_weight",
      "device_read_iops_sec",
      "device_write_iops_sec",
      "device_read_bytes_sec",
      "device_write_bytes_sec",
    ].map((field) => text(field, "")),
  ];

  return {
    domainGetMaxMemory: ({ dom }) => ({ memory: BigInt(registry.require(dom).current.facts.memoryKiB) }),
    domainSetMaxMemory({ dom, memory }) {
      setMaximumMemory(registry.require(dom), Number(memory), 0);
      return {};
    },
    domainSetMemory: ({ dom, memory }) => setMemory({ dom, memory, flags: LIVE }),
    domainSetMemoryFlags: setMemory,
    domainGetMaxVcpus({ dom }) {
      const machine = registry.require(dom);
      return { num: driver === "openvz" ? OPENVZ_MOST_VCPUS : machine.current.facts.vcpuMaximum };
    },
    domainSetVcpus: ({ dom, nvcpus }) => setVcpus({ dom, nvcpus, flags: LIVE }),
    domainSetVcpusFlags: setVcpus,
    domainGetVcpusFlags({ dom, flags }) {
      const machine = registry.require(dom);
      if (driver === "openvz") {
        if (flags === (LIVE | VCPU_MAXIMUM)) return { num: OPENVZ_MOST_VCPUS };
        throw invalidArgument(profile, `unsupported flags (0x${flags.toString(16)})`);
      }
      const { live } = effectOf(machine, flags & (LIVE | CONFIG), profile);
      const { vcpuMaximum, vcpuCount } = (live ? machine.current : machine.definition).facts;
      return { num: (flags & VCPU_MAXIMUM) !== 0 ? vcpuMaximum : vcpuCount };
    },
    domainGetVcpuPinInfo({ dom, ncpumaps, maplen }) {
      const { vcpuMaximum } = registry.require(dom).current.facts;
      const num = Math.max(0, Math.min(ncpumaps, vcpuMaximum));
      const map = cpuMap(node.cpuCount, Math.max(0, Math.min(maplen, LONGEST_MAP)));
      return { cpumaps: Buffer.concat(Array.from({ length: num }, () => map)), num };
    },
    domainGetEmulatorPinInfo({ dom, maplen }) {
      registry.require(dom);
      return { cpumaps: cpuMap(node.cpuCount, Math.max(0, Math.min(maplen, LONGEST_MAP))), ret: 1 };
    },
    domainGetIothreadInfo({ dom }) {
      registry.require(dom);
      return { info: [], ret: 0 };
    },
    domainGetSchedulerType({ dom }) {
      registry.require(dom);
      if (driver === "xen") return { type: "credit2", nparams: 2 };
      return { type: "posix", nparams: driver === "lxc" ? 3 : 9 };
    },
    domainGetSchedulerParameters: (args) => ({ params: limits(args, scheduler).params }),
    domainGetSchedulerParametersFlags: (args) => ({ params: limits(args, scheduler).params }),
    domainGetMemoryParameters(args) {
      // The library itself adds the flag that this driver does not take.
      if (driver === "openvz") throw invalidArgument(profile, "unsupported flags (0x4)");
      return limits(args, memoryLimits);
    },
    domainGetBlkioParameters: (args) => limits(args, blockLimits),
    domainGetNumaParameters: (args) => limits(args, () => [int("numa_mode", 0), text("numa_nodeset", "")]),
    domainGetInterfaceParameters: (args) =>
      limits(args, () =>
        ["inbound", "outbound"].flatMap((way) =>
          ["average", "peak", "burst"].map((field) => uint(`${way}.${field}`, 0)),
        ),
      ),
    domainGetBlockIoTune: (args) =>
      limits(args, () =>
        [
          "total_bytes_sec",
          "read_bytes_sec",
          "write_bytes_sec",
          "total_iops_sec",
          "read_iops_sec",
          "write_iops_sec",
        ].map((field) => ullong(field, 0n)),
      ),
  };
}

/** What its driver says of every container. */
const OPENVZ_MOST_VCPUS = 1028;

/** Octets of a processor map, as the protocol limits it. */
const LONGEST_MAP = 2048;
