import type { CallHandlers } from "../../protocol/libvirt/call-handler.js";
import type { DomainDocument } from "../../protocol/libvirt/document/domain.js";
import { cpuMap } from "../calls/node-calls.js";
import type { HostState } from "../host/host-state.js";
import { invalidArgument } from "../host/refusals.js";
import type { DomainReference } from "../machine/simulated-machine.js";
import { cpusetText, cpusOf, mapOf } from "./cpuset.js";
import { documentOf, editedDefinition } from "./edit-definition.js";
import { effectOf } from "./effect.js";

const LIVE = 1;
const CONFIG = 2;

/** On which of the computer's processors a machine's own may run. */
export function pinCalls(host: HostState): CallHandlers {
  const { registry, profile, driver, node } = host;

  const read = (dom: DomainReference, flags: number): DomainDocument => {
    const machine = registry.require(dom);
    const { live } = effectOf(machine, flags & (LIVE | CONFIG), profile);
    return documentOf(live ? machine.current : machine.definition);
  };
  const map = (cpuset: string | undefined, maplen: number): Buffer => {
    const length = Math.max(0, Math.min(maplen, LONGEST_MAP));
    return cpuset === undefined ? cpuMap(node.cpuCount, length) : mapOf(cpusOf(cpuset, node.cpuCount), length);
  };
  const change = (
    dom: DomainReference,
    flags: number,
    cpumap: Uint8Array,
    field: string,
    edit: (document: DomainDocument, cpuset: string) => DomainDocument,
  ): void => {
    const machine = registry.require(dom);
    const { live, config } = effectOf(machine, flags & (LIVE | CONFIG), profile);
    const cpuset = cpusetText(cpumap, node.cpuCount);
    if (cpuset === "") throw invalidArgument(profile, "Empty cpu list for pinning");
    const applied = (document: DomainDocument) => edit(document, cpuset);
    if (live && machine.run) machine.run.definition = editedDefinition(machine.run.definition, applied);
    if (config) machine.definition = editedDefinition(machine.definition, applied);
    if (!live || driver !== "qemu") return;
    const params = [{ field: `cputune.${field}`, type: "string", value: cpuset } as const];
    host.events.announce({ kind: "tunable", dom: machine.reference, params });
  };
  const pinVcpu = (args: { dom: DomainReference; vcpu: number; cpumap: Uint8Array; flags?: number }) => {
    const { dom, vcpu, cpumap, flags = LIVE } = args;
    if (vcpu >= registry.require(dom).current.facts.vcpuMaximum) {
      throw invalidArgument(profile, `vcpu ${vcpu} is not present in the domain`);
    }
    change(dom, flags, cpumap, `vcpupin${vcpu}`, (document, cpuset) => ({
      ...document,
      vcpuPins: [...document.vcpuPins.filter((pin) => pin.vcpu !== vcpu), { vcpu, cpuset }],
    }));
    return {};
  };

  return {
    domainGetVcpuPinInfo({ dom, ncpumaps, maplen, flags }) {
      const { vcpuMaximum, vcpuPins, cpuset } = read(dom, flags);
      const num = Math.max(0, Math.min(ncpumaps, vcpuMaximum));
      const maps = Array.from({ length: num }, (_, vcpu) =>
        map(vcpuPins.find((pin) => pin.vcpu === vcpu)?.cpuset ?? cpuset, maplen),
      );
      return { cpumaps: Buffer.concat(maps), num };
    },
    domainGetEmulatorPinInfo({ dom, maplen, flags }) {
      const { emulatorCpuset, cpuset } = read(dom, flags);
      return { cpumaps: map(emulatorCpuset ?? cpuset, maplen), ret: 1 };
    },
    domainPinVcpu: pinVcpu,
    domainPinVcpuFlags: pinVcpu,
    domainPinEmulator({ dom, cpumap, flags }) {
      change(dom, flags, cpumap, "emulatorpin", (document, emulatorCpuset) => ({ ...document, emulatorCpuset }));
      return {};
    },
    domainGetIothreadInfo({ dom }) {
      registry.require(dom);
      return { info: [], ret: 0 };
    },
  };
}

/** Octets of a processor map, as the protocol limits it. */
const LONGEST_MAP = 2048;
