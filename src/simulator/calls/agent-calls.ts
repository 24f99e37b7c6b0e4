import type { CallHandlers } from "../../protocol/libvirt/call-handler.js";
import { libvirtFault } from "../../protocol/libvirt/error.js";
import type { HostState } from "../host/host-state.js";
import { invalidArgument, requireRun } from "../host/refusals.js";
import type { DomainReference, SimulatedMachine } from "../machine/simulated-machine.js";
import { type Lease, machineLeases } from "../network/leases.js";

/** What the agent inside a guest tells; it is there some seconds after the boot. */
export function agentCalls({ registry, driver, profile, node, nowMs, wallMs }: HostState): CallHandlers {
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
      const now = wallMs();
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
    domainInterfaceAddresses({ dom, source }) {
      const machine = registry.require(dom);
      const run = requireRun(machine, profile);
      if (driver === "xen" && source !== FROM_LEASES) {
        throw invalidArgument(profile, `Unsupported IP address data source ${source}`);
      }
      if (source === FROM_AGENT) requireAgent(dom);
      const leases = [...node.networks.all()].flatMap((network) => machineLeases(machine, network, nowMs()));
      const cards = run.definition.facts.interfaces.map(({ mac }, number) => ({
        name: source === FROM_AGENT ? `enp${number + 1}s0` : (run.taps[number] ?? ""),
        hwaddr: mac,
        addrs: leases.filter((lease) => lease.mac === mac).map(addressOf),
      }));
      // Only the guest itself knows of its cards without an address, and of its own loop.
      return { ifaces: source === FROM_AGENT ? [loopback, ...cards] : cards.filter(({ addrs }) => addrs.length > 0) };
    },
    domainAgentSetResponseTimeout({ dom }) {
      registry.require(dom);
      return { result: 0 };
    },
  };
}

/** Where addresses are from; tables of the computer's neighbours tell the same as its leases. */
const FROM_LEASES = 0;
export const FROM_AGENT = 1;

const IPV4 = 0;

const addressOf = ({ address, prefix }: Lease) => ({ type: IPV4, addr: address, prefix });

const loopback = {
  name: "lo",
  hwaddr: "00:00:00:00:00:00",
  addrs: [{ type: IPV4, addr: "127.0.0.1", prefix: 8 }],
};
