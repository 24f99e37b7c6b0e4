import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { SnmpContexts } from "../../../../src/agent/snmp/contexts.js";
import type { Generation, HostGeneration } from "../../../../src/inventory/generation.js";
import type { ObjectValue, Oid, VarBind } from "../../../../src/protocol/snmp/object-source.js";
import { contextsOver, reader, requireContext, walk } from "../../../support/contexts.js";
import { disk, generation, hostGeneration, machine, nic, stillInventory } from "../../../support/generations.js";
import { ManualClock } from "../../../support/manual-clock.js";

const VM_NAME: Oid = [1, 3, 6, 1, 2, 1, 236, 1, 4, 1, 2];
const SYS_NAME: Oid = [1, 3, 6, 1, 2, 1, 1, 5, 0];
const SYS_UP_TIME: Oid = [1, 3, 6, 1, 2, 1, 1, 3, 0];
const BOOTS: Oid = [1, 3, 6, 1, 6, 3, 10, 2, 1, 2, 0];

const web = machine(1, { name: "web", gatewayIndex: 1 });
const mail = machine(2, { name: "mail", gatewayIndex: 3 });
const box = machine(1, { name: "box", gatewayIndex: 2, kind: "container", technology: "lxc" });
const kvm1 = hostGeneration("kvm1", [web, mail]);
const lxc1 = hostGeneration("lxc1", [box]);

const over = (...hosts: readonly HostGeneration[]): SnmpContexts => contextsOver(stillInventory(generation(...hosts)));

function column(contexts: SnmpContexts, contextName: string, oid: Oid): Readonly<Record<number, string>> {
  const cells = walk(requireContext(contexts, contextName), oid).filter((one) =>
    oid.every((arc, i) => one.oid[i] === arc),
  );
  return Object.fromEntries(cells.map((one) => [one.oid.at(-1), textOf(one.value)]));
}

function textOf(value: ObjectValue | string): string {
  if (typeof value === "string") return value;
  switch (value.type) {
    case "OctetString": {
      const text = Buffer.from(value.value).toString("latin1");
      return /^[ -~]*$/.test(text) ? text : Buffer.from(value.value).toString("hex");
    }
    case "ObjectIdentifier":
      return value.value.join(".");
    default:
      return String(value.value);
  }
}

describe("SnmpContexts", () => {
  test("has one context per host, and no others", () => {
    const contexts = over(kvm1, lxc1);
    expect(column(contexts, "kvm1", VM_NAME)).toEqual({ 1: "web", 2: "mail" });
    expect(column(contexts, "lxc1", VM_NAME)).toEqual({ 1: "box" });
    expect(contexts.open("xen1", reader)).toBeUndefined();
  });

  test("has all hosts together in the default context, numbered by the gateway", () => {
    expect(column(over(kvm1, lxc1), "", VM_NAME)).toEqual({ 1: "web", 2: "box", 3: "mail" });
  });

  test("has the only host in the default context, numbered as in its own", () => {
    const contexts = over(kvm1);
    expect(column(contexts, "", VM_NAME)).toEqual({ 1: "web", 2: "mail" });
    expect(column(contexts, "kvm1", VM_NAME)).toEqual({ 1: "web", 2: "mail" });
  });

  test("has a default context without any host", () => {
    expect(column(over(), "", VM_NAME)).toEqual({});
    expect(textOf(requireContext(over(), "").get([1, 3, 6, 1, 2, 1, 236, 1, 2, 0]))).toBe("0");
  });

  test("names the gateway in the default context and the computer in a host's", () => {
    const contexts = over(kvm1, lxc1);
    expect(textOf(requireContext(contexts, "").get(SYS_NAME))).toBe("gateway.example");
    expect(textOf(requireContext(contexts, "kvm1").get(SYS_NAME))).toBe("kvm1.example");
    const silent = over(hostGeneration("kvm2", [], { facts: undefined }));
    expect(textOf(requireContext(silent, "kvm2").get(SYS_NAME))).toBe("kvm2");
  });

  test("has the engine's objects in the default context only", () => {
    const contexts = over(kvm1, lxc1);
    expect(textOf(requireContext(contexts, "").get(BOOTS))).toBe("3");
    expect(requireContext(contexts, "kvm1").get(BOOTS)).toBe("noSuchObject");
  });

  test("lists the contexts, so that managers find the hosts (RFC 3415, object vacmContextTable)", () => {
    const VACM_CONTEXT_NAME: Oid = [1, 3, 6, 1, 6, 3, 16, 1, 1, 1, 1];
    const long = hostGeneration("a-host-whose-name-is-longer-than-32-octets", []);
    const after = walk(requireContext(over(lxc1, kvm1, long), ""), VACM_CONTEXT_NAME);
    const found = after.filter(({ oid }) => VACM_CONTEXT_NAME.every((arc, i) => oid[i] === arc));
    expect(found.map(({ oid, value }) => [oid.slice(VACM_CONTEXT_NAME.length), textOf(value)])).toEqual([
      [[0], ""],
      [[4, ...Buffer.from("kvm1")], "kvm1"],
      [[4, ...Buffer.from("lxc1")], "lxc1"],
    ]);
  });

  test("tells a missing row from a missing object (RFC 3416, section 4.2.1)", () => {
    const source = requireContext(over(kvm1), "");
    expect(source.get([...VM_NAME, 3])).toBe("noSuchInstance");
    expect(source.get(VM_NAME)).toBe("noSuchInstance");
    expect(source.get([...VM_NAME, 1, 0])).toBe("noSuchInstance");
    expect(source.get([...SYS_NAME, 0])).toBe("noSuchInstance");
    expect(source.get(SYS_NAME.slice(0, -1))).toBe("noSuchInstance");
    const vmIndex = [...VM_NAME.slice(0, -1), 1, 1];
    const vmCpuPhysIndex = [1, 3, 6, 1, 2, 1, 236, 1, 6, 1, 2, 1, 1, 196608];
    for (const oid of [vmIndex, vmCpuPhysIndex, [1, 3], [2, 999], []]) expect(source.get(oid)).toBe("noSuchObject");
  });

  test("keeps one moment of the inventory for as long as a request takes", () => {
    const inventory = stillInventory(generation(kvm1));
    const contexts = contextsOver(inventory);
    const before = requireContext(contexts, "");
    inventory.show(generation(hostGeneration("kvm1", [mail])));
    expect(textOf(before.get([...VM_NAME, 1]))).toBe("web");
    expect(requireContext(contexts, "").get([...VM_NAME, 1])).toBe("noSuchInstance");
  });

  test("lets sysUpTime wrap after 497 days (RFC 3418, object sysUpTime)", () => {
    const clock = new ManualClock();
    const contexts = contextsOver(stillInventory(generation(kvm1)), clock);
    clock.advance(42_949_672_950);
    expect(textOf(requireContext(contexts, "").get(SYS_UP_TIME))).toBe("4294967295");
    clock.advance(30);
    expect(textOf(requireContext(contexts, "").get(SYS_UP_TIME))).toBe("2");
  });
});

/** A machine of which hardly anything is known, as some drivers tell it. */
const sparse = machine(7, {
  name: "späße",
  osType: undefined,
  autostart: undefined,
  vcpuMaximum: undefined,
  memoryMaximumKiB: undefined,
  startedAt: undefined,
  cpuTimeNs: undefined,
  vcpus: [{ number: 0, timeNs: undefined }],
  disks: [disk(2, { source: "dir", device: "filesystem", format: undefined, bus: undefined, counters: {} })],
  nics: [nic(1, { model: undefined, ifIndex: undefined, parentIfIndex: undefined })],
});

const small: Generation = generation(
  hostGeneration("kvm1", [
    web,
    sparse,
    machine(3, {
      name: "db",
      gatewayIndex: 9,
      state: "paused",
      adminState: "paused",
      disks: [
        disk(3, { source: "block", format: "raw", path: "/dev/vg/db" }),
        disk(1, { device: "cdrom", bus: "sata" }),
      ],
      nics: [nic(2), nic(1)],
      reachable: false,
    }),
  ]),
  lxc1,
);

test.each(["kvm1", ""])("a walk of the context %j gives what test/fixture/snmp has", (contextName) => {
  const source = requireContext(contextsOver(stillInventory(small)), contextName);
  const line = ({ oid, value }: VarBind): string => `${oid.join(".")} = ${value.type}: ${textOf(value)}`;
  const text = `${walk(source).map(line).join("\n")}\n`;
  const file = new URL(`../../../fixture/snmp/walk-${contextName || "default"}.txt`, import.meta.url);
  if (process.env["VIRTGATE_REWRITE"] === "1") writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, "utf8"));
});
