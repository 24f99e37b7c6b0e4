import type { CallHandlers } from "../protocol/libvirt/call-handler.js";
import { libvirtFault } from "../protocol/libvirt/error.js";
import type { HostState } from "./host-state.js";
import { requireRun } from "./refusals.js";
import type { DomainReference, SimulatedMachine } from "./simulated-machine.js";

/** What the agent inside a guest tells; it is there some seconds after the boot. */
export function agentCalls({ registry, driver, profile, nowMs }: HostState): CallHandlers {
  const requireAgent = (dom: DomainReference): SimulatedMachine => {
    const machine = registry.require(dom);
    if (!requireRun(machine, profile).agentConnected) {
      const message = "Guest agent is not responding: QEMU guest agent is not connected";
      throw libvirtFault("AGENT_UNRESPONSIVE", message, profile.errorDomain);
    }
    return machine;
  };
  return {
    domainGetHostname({ dom }) {
      // A container's is in its configuration.
      if (driver === "openvz") return { hostname: `ct${registry.require(dom).name}.example.net` };
      return { hostname: requireAgent(dom).name };
    },
    domainGetTime({ dom }) {
      requireAgent(dom);
      const now = nowMs();
      return { seconds: BigInt(Math.floor(now / 1000)), nseconds: (now % 1000) * 1_000_000 };
    },
    domainGetFsinfo({ dom }) {
      const disk = requireAgent(dom).current.facts.disks.find(({ readOnly }) => !readOnly);
      if (!disk) return { info: [], ret: 0 };
      return {
        info: [{ mountpoint: "/", name: `${disk.target}1`, fstype: "ext4", devAliases: [disk.target] }],
        ret: 1,
      };
    },
    domainAgentSetResponseTimeout({ dom }) {
      registry.require(dom);
      return { result: 0 };
    },
  };
}
