import type { Random } from "../../base/random.js";
import type { DomainDisk } from "../../protocol/libvirt/document/domain-disk.js";
import { driverProfiles } from "../host/driver-profile.js";
import type { MachineFacts } from "../machine/machine-facts.js";
import { CONTROL_UUID } from "../machine/simulated-machine.js";
import { between, pick, seededMac, seededUuid } from "../time/seed.js";
import { type Blueprint, beginningOf, DAY_MS } from "./beginning.js";
import { machineName } from "./machine-names.js";
import { diskOf, factsOf, GIB_KIB, interfaceOf } from "./seeded-facts.js";

const turns = ["running", "running", "running", "paused", "running", "saved", "off"] as const;

/** A guest of Xen: most are paravirtual, every third has hardware of its own. */
export function xenGuest(random: Random, index: number, prefix: string): Blueprint {
  const name = machineName("paravirtual", index, prefix);
  const uuid = seededUuid(random);
  const hardware = index % 3 === 2;
  const vcpus = pick(random, [1, 1, 2, 4]);
  const memoryKiB = (pick(random, [2, 4, 4, 8, 16]) * GIB_KIB) / 4;
  const mac = seededMac(random, driverProfiles.xen.macPrefix);
  const facts = factsOf({
    type: "xen",
    name,
    uuid,
    title: undefined,
    osType: hardware ? "hvm" : "linux",
    architecture: "x86_64",
    machineType: hardware ? "xenfv" : "xenpv",
    init: undefined,
    osinfoId: undefined,
    memoryKiB,
    currentMemoryKiB: random() < 0.3 ? memoryKiB / 2 : memoryKiB,
    vcpuMaximum: vcpus,
    vcpuCount: vcpus,
    disks: disksOf(index, name, hardware),
    filesystems: [],
    interfaces: [interfaceOf({ mac, bridge: "xenbr0", model: hardware ? "e1000" : undefined })],
  });
  return {
    facts,
    beginning: beginningOf(turns, index),
    autostart: random() < 0.4,
    upForMs: Math.floor(between(random, 0.01, 60) * DAY_MS),
  };
}

/** On logical volumes or in files, which QEMU serves to the guest. */
function disksOf(index: number, name: string, hardware: boolean): readonly DomainDisk[] {
  const bus = hardware ? "ide" : "xen";
  const target = hardware ? "hda" : "xvda";
  const image = `/var/lib/libvirt/images/${name}.qcow2`;
  const root =
    index % 2 === 0
      ? diskOf({ type: "block", driver: "phy", source: `/dev/vg0/${name}`, target, bus })
      : diskOf({ format: "qcow2", source: image, target, bus });
  if (index % 4 !== 1 || hardware) return [root];
  return [root, diskOf({ type: "block", driver: "phy", source: `/dev/vg0/${name}-data`, target: "xvdb", bus })];
}

/** Xen's own domain, which has the devices and runs the daemon. */
export function controlDomain(vcpuCount: number): MachineFacts {
  const memoryKiB = 4 * GIB_KIB;
  return factsOf({
    type: "xen",
    name: "Domain-0",
    uuid: CONTROL_UUID,
    title: undefined,
    osType: "linux",
    architecture: "x86_64",
    machineType: "xenpv",
    init: undefined,
    osinfoId: undefined,
    memoryKiB,
    currentMemoryKiB: memoryKiB,
    vcpuMaximum: vcpuCount,
    vcpuCount,
    disks: [],
    filesystems: [],
    interfaces: [],
  });
}
