import type { HostFacts } from "../../src/inventory/host.js";
import { IndexAllocator } from "../../src/inventory/index-allocator.js";
import { type HostSettings, Inventory } from "../../src/inventory/inventory.js";
import type { MachineFacts } from "../../src/inventory/machine.js";
import type { MachineLook, Observation } from "../../src/inventory/observation.js";

/** A host as its driver would describe it on first contact. */
export const hostFacts: HostFacts = {
  driver: "QEMU",
  kvm: true,
  technology: "kvm",
  hypervisorVersion: "7.2.19",
  libvirtVersion: "9.0.0",
  hostname: "box",
  nodeUuid: "6a8b2f66-9c0e-4a52-8d5e-53a3a2d3c111",
  architecture: "x86_64",
  cpuModel: "EPYC",
  cpuCount: 8,
  physicalCpuCount: 8,
  memoryKiB: 16_777_216,
  local: true,
  upSince: 1_000_000,
};

export function hostSettings(name: string): HostSettings {
  return { name, uri: "qemu:///system", simulated: true, allowWrite: false };
}

/** The UUID of the n-th machine. */
export function uuidOf(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}

/** A look at the n-th machine: a running one unless `facts` say otherwise. */
export function look(n: number, facts: Partial<MachineFacts> = {}, more: Partial<MachineLook> = {}): MachineLook {
  const uuid = uuidOf(n);
  return {
    uuid,
    tiers: ["state"],
    facts: { name: `machine-${n}`, state: "running", reason: "booted", domainId: n, persistent: true, ...facts },
    ...more,
  };
}

export function listing(at: number, ...looks: MachineLook[]): Observation {
  return { kind: "looks", at, looks, complete: true };
}

/** An inventory whose host `h` is up, with its clock at `wall` = 1,000,000 + `at`. */
export function inventoryWith(...observations: Observation[]): Inventory {
  const inventory = new Inventory(new IndexAllocator());
  inventory.publish(inventory.configure([hostSettings("h")], 1_000_000));
  inventory.publish(
    inventory.apply("h", [{ kind: "link", up: true, facts: hostFacts }, ...observations], 1_000_000, 0),
  );
  return inventory;
}
