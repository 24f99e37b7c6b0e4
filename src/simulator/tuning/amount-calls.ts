import type { CallHandlers } from "../../protocol/libvirt/call-handler.js";
import { libvirtFault } from "../../protocol/libvirt/error.js";
import type { HostState } from "../host/host-state.js";
import { invalidArgument, invalidOperation } from "../host/refusals.js";
import type { MachineFacts } from "../machine/machine-facts.js";
import type { DomainReference, SimulatedMachine } from "../machine/simulated-machine.js";
import { effectOf } from "./effect.js";

const LIVE = 1;
const CONFIG = 2;
const MEMORY_MAXIMUM = 4;
const VCPU_MAXIMUM = 4;
const VCPU_GUEST = 8;

/** How much memory and how many processors a machine has. */
export function amountCalls(host: HostState): CallHandlers {
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
  };
}

/** What its driver says of every container. */
const OPENVZ_MOST_VCPUS = 1028;
