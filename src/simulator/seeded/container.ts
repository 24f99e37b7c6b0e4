import type { Random } from "../../base/random.js";
import { driverProfiles } from "../host/driver-profile.js";
import { between, pick, seededMac, seededUuid } from "../time/seed.js";
import { type Blueprint, beginningOf, DAY_MS } from "./beginning.js";
import { machineName } from "./machine-names.js";
import { factsOf, filesystemOf, interfaceOf } from "./seeded-facts.js";

const turns = ["running", "running", "running", "running", "paused", "off"] as const;

/** A container of LXC's driver. */
export function container(random: Random, index: number, prefix: string): Blueprint {
  const name = machineName("container", index, prefix);
  const uuid = seededUuid(random);
  const root = `/var/lib/lxc/${name}/rootfs`;
  const filesystems = [filesystemOf("mount", root, "/", false)];
  if (index % 3 === 0) filesystems.push(filesystemOf("mount", `/srv/${name}`, "/srv", true));
  if (index % 3 === 1) filesystems.push(filesystemOf("ram", undefined, "/run/shm", false));
  const memoryKiB = pick(random, [128, 256, 512, 1024, 2048]) * 1024;
  const vcpus = pick(random, [1, 1, 2, 4]);
  const plugged = index % 3 === 1 ? { bridge: "br0" } : { network: "default" };
  const mac = seededMac(random, driverProfiles.lxc.macPrefix);
  const facts = factsOf({
    type: "lxc",
    name,
    uuid,
    title: undefined,
    osType: "exe",
    architecture: index % 6 === 5 ? "i686" : "x86_64",
    machineType: undefined,
    init: "/sbin/init",
    osinfoId: undefined,
    memoryKiB,
    currentMemoryKiB: memoryKiB,
    vcpuMaximum: vcpus,
    vcpuCount: vcpus,
    disks: [],
    filesystems,
    interfaces: index % 6 === 3 ? [] : [interfaceOf({ mac, guestDevice: "eth0", ...plugged })],
  });
  return {
    facts,
    beginning: beginningOf(turns, index),
    autostart: random() < 0.5,
    upForMs: Math.floor(between(random, 0.01, 45) * DAY_MS),
  };
}
