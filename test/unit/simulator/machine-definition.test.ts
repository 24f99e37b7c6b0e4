import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.js";
import { child, childElements } from "../../../src/codec/xml/element.js";
import { readDomain } from "../../../src/protocol/libvirt/document/domain.js";
import { libvirtErrorOf } from "../../../src/protocol/libvirt/error.js";
import { driverProfiles } from "../../../src/simulator/host/driver-profile.js";
import { documentText, seededDefinition } from "../../../src/simulator/machine/machine-definition.js";
import { readDefinition } from "../../../src/simulator/machine/read-definition.js";
import { blueprint } from "../../../src/simulator/seeded/blueprint.js";
import { seedOf } from "../../../src/simulator/time/seed.js";

const random = () => seedOf(9).random();
const read = (xml: string) => readDefinition(xml, driverProfiles.qemu, random());

const least = `<domain type='kvm'>
  <name>one</name>
  <memory unit='MiB'>64</memory>
  <os><type>hvm</type></os>
</domain>`;

describe("seededDefinition()", () => {
  test.each(["qemu", "lxc", "xen", "openvz"] as const)("has a document that says what its facts say (%s)", (driver) => {
    for (let index = 0; index < 24; index++) {
      const { facts } = blueprint(driver, seedOf(4), index, "");
      expect(readDomain(documentText(seededDefinition(facts).tree()))).toMatchObject(facts);
    }
  });

  test("puts every PCI device of a virtual machine at an address of its own", () => {
    const { facts } = blueprint("qemu", seedOf(4), 0, "");
    const devices = child(seededDefinition(facts).tree(), "devices");
    const addresses = childElements(devices ?? { ...seededDefinition(facts).tree() })
      .map((device) => child(device, "address"))
      .filter((address) => address?.attributes.some(({ value }) => value === "pci"))
      .map((address) => address?.attributes.map(({ value }) => value).join(" "));
    expect(addresses.length).toBeGreaterThan(8);
    expect(new Set(addresses).size).toBe(addresses.length);
  });
});

describe("readDefinition()", () => {
  test("completes the least document: UUID, current memory, one processor, clock and reactions", () => {
    const definition = read(least);
    const { facts } = definition;
    expect(facts).toMatchObject({
      name: "one",
      memoryKiB: 65_536,
      currentMemoryKiB: 65_536,
      vcpuCount: 1,
      vcpuMaximum: 1,
    });
    expect(facts.uuid).toMatch(/^[0-9a-f-]{36}$/);
    const names = childElements(definition.tree()).map((part) => part.name);
    expect(names).toEqual([
      "name",
      "uuid",
      "memory",
      "currentMemory",
      "vcpu",
      "os",
      "clock",
      "on_poweroff",
      "on_reboot",
      "on_crash",
      "devices",
    ]);
  });

  test("shows amounts in KiB and resolves the machine type's short name", () => {
    const text = documentText(read(least).tree());
    expect(text).toContain('<memory unit="KiB">65536</memory>');
    expect(text).toContain('machine="pc-i440fx-7.2"');
  });

  test("gives an interface without one a MAC address, and forgets the device of an earlier run", () => {
    const nic = "<interface type='network'><source network='default'/><target dev='vnet7'/></interface>";
    const { facts } = read(least.replace("</os>", `</os><devices>${nic}</devices>`));
    expect(facts.interfaces[0]?.mac).toMatch(/^52:54:00:/);
    expect(facts.interfaces[0]?.target).toBeUndefined();
  });

  test("chooses a disk's bus by its target's name and makes a CD-ROM read-only", () => {
    const disks = ["vda", "hda", "sda", "fda"].map((dev) => `<disk><target dev='${dev}'/></disk>`).join("");
    const cdrom = "<disk device='cdrom'><target dev='sdb' bus='sata'/></disk>";
    const { facts } = read(least.replace("</os>", `</os><devices>${disks}${cdrom}</devices>`));
    expect(facts.disks.map(({ bus }) => bus)).toEqual(["virtio", "ide", "scsi", "fdc", "sata"]);
    expect(facts.disks.map(({ readOnly }) => readOnly)).toEqual([false, false, false, false, true]);
  });

  test("drops what only a running machine has, so that a live document can be defined", () => {
    const live = least
      .replace("<domain type='kvm'>", "<domain type='kvm' id='7'>")
      .replace("<os>", "<resource><partition>/machine</partition></resource><os>");
    const text = documentText(read(live).tree());
    expect(text).not.toContain("resource");
    expect(text).not.toContain('id="7"');
  });

  test("keeps what it does not know", () => {
    const text = documentText(
      read(least.replace("<os>", "<metadata><x:y xmlns:x='urn:x' z='1'/></metadata><os>")).tree(),
    );
    expect(text).toContain('<x:y xmlns:x="urn:x" z="1"/>');
  });

  test.each([
    ["text that is no XML", "<domain", 27],
    ["another document", "<network/>", 27],
    ["no name", least.replace("<name>one</name>", ""), 21],
    ["a name that is a path", least.replace("one", "a/b"), 27],
    ["a type of another hypervisor", least.replace("kvm", "lxc"), 8],
    ["an os type of another hypervisor", least.replace("hvm", "exe"), 67],
    ["no memory", least.replace("64", "0"), 27],
    ["memory that is no number", least.replace("64", "much"), 27],
    ["more current processors than there are", least.replace("<os>", "<vcpu current='3'>2</vcpu><os>"), 27],
    ["no UUID where one is written", least.replace("<os>", "<uuid>1234</uuid><os>"), 27],
  ])("refuses %s with libvirt's error", (_, xml, code) => {
    let error: unknown;
    try {
      read(xml);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(Fault);
    expect(libvirtErrorOf(error)?.code).toBe(code);
  });
});

test("MachineDefinition.with() leaves the definition it was asked of as it was", () => {
  const definition = read(least);
  const before = documentText(definition.tree());
  const changed = definition.with({ name: "two", title: "T", currentMemoryKiB: 1024, memoryKiB: 2048 });
  expect(changed.facts).toMatchObject({ name: "two", title: "T", memoryKiB: 2048, currentMemoryKiB: 1024 });
  expect(readDomain(documentText(changed.tree()))).toMatchObject({ name: "two", title: "T", memoryKiB: 2048 });
  expect(documentText(changed.with({ title: undefined }).tree())).not.toContain("<title>");
  expect(documentText(definition.tree())).toBe(before);
});

test("MachineDefinition.with() may be asked any number of times", () => {
  let definition = read(least);
  for (let time = 1; time <= 100_000; time++) definition = definition.with({ currentMemoryKiB: time % 1000 });
  expect(readDomain(documentText(definition.tree())).currentMemoryKiB).toBe(0);
});
