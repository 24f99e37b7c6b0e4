import type { Random } from "../../base/random.js";
import { driverProfiles } from "../host/driver-profile.js";
import { between, pick, seededMac, seededUuid } from "../time/seed.js";
import { type Blueprint, beginningOf, DAY_MS } from "./beginning.js";
import { factsOf, filesystemOf, interfaceOf } from "./seeded-facts.js";

const turns = ["running", "running", "off", "running", "running"] as const;

/** The lowest number that vzctl leaves to its users. */
const FIRST_NUMBER = 101;

/** What the driver shows where there is no limit. */
const UNLIMITED_KIB = Number.MAX_SAFE_INTEGER;

/**
 * A container of OpenVZ's driver: its name is its number, and its memory is nothing but limits.
 * @param prefix digits, or nothing
 */
export function openvzContainer(random: Random, index: number, prefix: string): Blueprint {
  const name = `${prefix}${FIRST_NUMBER + index}`;
  const uuid = seededUuid(random);
  const vcpus = pick(random, [1, 1, 2]);
  const mac = seededMac(random, driverProfiles.openvz.macPrefix);
  const facts = factsOf({
    type: "openvz",
    name,
    uuid,
    title: undefined,
    osType: "exe",
    architecture: "x86_64",
    machineType: undefined,
    init: "/sbin/init",
    osinfoId: undefined,
    memoryKiB: 0,
    currentMemoryKiB: 0,
    hardLimitKiB: pick(random, [256, 512, 512, 1024, 2048]) * 1024,
    softLimitKiB: UNLIMITED_KIB,
    vcpuMaximum: vcpus,
    vcpuCount: vcpus,
    disks: [],
    filesystems: [filesystemOf("template", pick(random, ["debian-12-x86_64", "centos-7-x86_64"]), "/", false)],
    interfaces: index % 5 === 4 ? [] : [interfaceOf({ type: "ethernet", mac, target: `veth${name}.0` })],
  });
  return {
    facts,
    beginning: beginningOf(turns, index),
    autostart: random() < 0.6,
    upForMs: Math.floor(between(random, 0.01, 90) * DAY_MS),
  };
}
