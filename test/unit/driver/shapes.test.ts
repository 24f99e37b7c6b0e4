import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { expect, test } from "vitest";
import { domainView } from "../../../src/driver/domain-view.js";
import { hypervisors } from "../../../src/driver/hypervisor.js";
import { IndexAllocator } from "../../../src/inventory/index-allocator.js";
import { firstMachine, lookedAt } from "../../../src/inventory/next-machine.js";
import { readDomain } from "../../../src/protocol/libvirt/document/domain.js";

setFlagsFromString("--allow-natives-syntax");
const haveSameShape = new Function("a", "b", "return %HaveSameMap(a, b)") as (a: unknown, b: unknown) => boolean;

const indexes = new IndexAllocator();
const document = readFileSync(new URL("../../fixture/qemu/web1.xml", import.meta.url), "utf8");

/** A machine of its own, with a MAC address of its own, as the driver and the inventory make it. */
function made(number: number) {
  const driver = hypervisors.find(({ scheme }) => scheme === "qemu");
  if (!driver) throw new Error("no driver for qemu");
  const uuid = `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
  const mac = `52:54:00:00:${(number >> 8).toString(16).padStart(2, "0")}:${(number & 255).toString(16).padStart(2, "0")}`;
  const { facts, disks, nics } = domainView(readDomain(document.replace(/52:54:00(:[0-9a-f]{2}){3}/, mac)), driver);
  const state = { state: "running", reason: "booted", domainId: number } as const;
  const look = { uuid, tiers: ["state", "document"], facts: { ...facts, ...state }, disks, nics } as const;
  const first = firstMachine("a", look, "observed", indexes, { at: 0, wall: 0 });
  if (!first) throw new Error("no machine");
  const next = { uuid, tiers: ["state"], facts: { ...state, name: facts.name } } as const;
  return { facts, disks, nics, machine: lookedAt(first, next, indexes, { at: 1, wall: 1 }) };
}

test("thousands of machines with their devices share their hidden classes", () => {
  let one = made(0);
  for (let number = 1; number < 2500; number++) one = made(number);
  const other = made(2500);
  expect(haveSameShape(one.machine, other.machine), "machine").toBe(true);
  expect(haveSameShape(one.facts, other.facts), "described facts").toBe(true);
  expect(one.machine.disks.length * one.machine.nics.length).toBeGreaterThan(0);
  for (const place of one.disks.keys()) {
    expect(haveSameShape(one.disks[place], other.disks[place]), "described disk").toBe(true);
    expect(haveSameShape(one.machine.disks[place], other.machine.disks[place]), "disk").toBe(true);
  }
  for (const place of one.nics.keys()) {
    expect(haveSameShape(one.machine.nics[place], other.machine.nics[place]), "nic").toBe(true);
  }
});
