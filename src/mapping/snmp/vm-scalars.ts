import type { HostFacts } from "../../inventory/host.js";
import { vmHypervisor, vmObjects } from "../../schema/generated/vm-mib.js";
import { bindScalars } from "../bind-table.js";
import { timeTicks, truthValue } from "./values.js";
import type { VmScope } from "./vm-scope.js";

/** What is told about the hypervisor of a context; in the aggregate, about all of them. @see RFC 7666, object vmHypervisor */
export const vmHypervisorScalars = bindScalars<VmScope>()(vmHypervisor, {
  vmHvSoftware: (scope) => joined(scope, softwareName),
  vmHvVersion: (scope) => joined(scope, (facts) => facts.hypervisorVersion),
  vmHvObjectID: () => [0, 0], // no vendor of a libvirt driver registered one
  vmHvUpTime: ({ upSince, now }) => (upSince === undefined ? undefined : timeTicks(upSince, now)),
});

/** @see RFC 7666, objects vmNumber, vmTableLastChange, vmPerVMNotificationsEnabled and vmBulkNotificationsEnabled */
export const vmObjectScalars = bindScalars<VmScope>()(vmObjects, {
  vmNumber: ({ hosts, machines }) => (hosts.every(({ host }) => host.complete) ? machines.length : undefined),
  vmTableLastChange: (scope) => lastChange(scope),
  vmPerVMNotificationsEnabled: ({ notifications }) => truthValue(notifications.perVm),
  vmBulkNotificationsEnabled: ({ notifications }) => truthValue(notifications.bulk),
});

/** `QEMU/KVM` when the driver offers KVM beside emulation, else the driver's own name. */
function softwareName({ driver, kvm }: HostFacts): string {
  return kvm ? `${driver}/KVM` : driver;
}

/** What the hosts tell, each answer once; unknown while no host told anything. */
function joined({ hosts }: VmScope, tell: (facts: HostFacts) => string | undefined): string | undefined {
  const told = new Set<string>();
  for (const { host } of hosts) {
    const answer = host.facts === undefined ? undefined : tell(host.facts);
    if (answer !== undefined) told.add(answer);
  }
  return told.size === 0 ? undefined : [...told].join(", ");
}

/** Zero when the last change was before the hypervisor came up. */
function lastChange({ membershipChangedAt, upSince }: VmScope): number | undefined {
  return membershipChangedAt === undefined || upSince === undefined ? undefined : timeTicks(upSince, membershipChangedAt);
}
