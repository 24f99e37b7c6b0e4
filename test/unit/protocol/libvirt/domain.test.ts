import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DecodeError, Fault } from "../../../../src/base/fault.js";
import { parseXml } from "../../../../src/codec/xml/parse.js";
import { newDomain, readDomain, writeDomain } from "../../../../src/protocol/libvirt/document/domain.js";
import { diskSourceText } from "../../../../src/protocol/libvirt/document/domain-disk.js";
import { kibibytes } from "../../../../src/protocol/libvirt/document/memory-size.js";

const fixture = (path: string): Buffer => readFileSync(new URL(`../../../fixture/${path}`, import.meta.url));
const all = ["qemu/web1.xml", "lxc/box.xml", "xen/pv.xml", "openvz/101.xml", "test/test.xml"];
const web1 = readDomain(fixture("qemu/web1.xml"));

describe("readDomain()", () => {
  test("reads a virtual machine's facts", () => {
    expect(web1).toMatchObject({
      type: "kvm",
      id: 7,
      name: "web1",
      uuid: "6f1d7ac2-9c3e-4f6b-8f0a-2b0c5d3e1a11",
      title: "Front & back",
      description: undefined,
      osType: "hvm",
      architecture: "x86_64",
      machineType: "pc-q35-7.2",
      init: undefined,
      osinfoId: "http://debian.org/debian/12",
      memoryKiB: 4194304,
      currentMemoryKiB: 2097152,
      pluggableMemoryKiB: 16777216,
      hardLimitKiB: 6291456,
      softLimitKiB: undefined,
      guaranteedKiB: 976563, // 1,000 million octets, rounded up
      vcpuMaximum: 4,
      vcpuCount: 2,
    });
  });

  test("reads disks of every type", () => {
    const rows = web1.disks.map((disk) => [disk.target, disk.type, disk.device, disk.format, disk.bus, disk.readOnly]);
    expect(rows).toEqual([
      ["vda", "file", "disk", "qcow2", "virtio", false],
      ["sda", "block", "lun", "raw", "scsi", false],
      ["vdb", "network", "disk", "raw", "virtio", false],
      ["hda", "network", "cdrom", "raw", "ide", true],
      ["vdc", "network", "disk", undefined, "virtio", false],
      ["vdd", "volume", "disk", "raw", "virtio", false],
      ["fda", "dir", "floppy", undefined, "fdc", true],
      ["vde", "nvme", "disk", undefined, "virtio", false],
      ["vdf", "vhostuser", "disk", undefined, "virtio", false],
      ["hdb", "file", "cdrom", undefined, "ide", true],
    ]);
  });

  test("diskSourceText() tells where content is, without credentials", () => {
    const texts = web1.disks.map(diskSourceText);
    expect(texts).toEqual([
      "/var/lib/libvirt/images/web1.qcow2",
      "/dev/mapper/data",
      "rbd://mon1.example:6789,[2001:db8::1]/pool/image",
      "https://mirror.example:8443/images/boot.iso",
      "nbd:///run/nbd.sock/export",
      "default/data.img",
      "/srv/floppy",
      "0000:01:00.0/1",
      "/run/vhost.sock",
      undefined,
    ]);
    expect(texts.join()).not.toMatch(/secret|password|c2VjcmV0|admin/);
  });

  test("reads interfaces with what they are plugged into", () => {
    expect(web1.interfaces.map(({ guestDevice: _, inbound: __, outbound: ___, ...nic }) => nic)).toEqual([
      {
        type: "network",
        mac: "52:54:00:aa:bb:01",
        model: "virtio",
        target: "vnet3",
        network: "default",
        bridge: "virbr0",
        device: undefined,
      },
      {
        type: "bridge",
        mac: "52:54:00:aa:bb:02",
        model: "e1000e",
        target: "vnet4",
        network: undefined,
        bridge: "br0",
        device: undefined,
      },
      {
        type: "direct",
        mac: "52:54:00:aa:bb:03",
        model: undefined,
        target: "macvtap0",
        network: undefined,
        bridge: undefined,
        device: "eth1",
      },
      {
        type: "user",
        mac: "52:54:00:aa:bb:04",
        model: undefined,
        target: undefined,
        network: undefined,
        bridge: undefined,
        device: undefined,
      },
      {
        type: "hostdev",
        mac: "52:54:00:aa:bb:05",
        model: undefined,
        target: undefined,
        network: undefined,
        bridge: undefined,
        device: undefined,
      },
    ]);
  });

  test("reads what may pass an interface", () => {
    expect(web1.interfaces[0]).toMatchObject({
      inbound: { averageKiBps: 1000, peakKiBps: undefined, burstKiB: undefined, floorKiBps: undefined },
      outbound: undefined,
    });
    expect(web1.interfaces[1]).toMatchObject({ inbound: undefined, outbound: undefined });
  });

  test("reads a container's file systems", () => {
    const box = readDomain(fixture("lxc/box.xml"));
    expect(box).toMatchObject({
      type: "lxc",
      id: 4711,
      osType: "exe",
      init: "/bin/sleep",
      vcpuCount: 1,
      vcpuMaximum: 1,
    });
    expect(box.filesystems.map((held) => [held.target, held.type, held.source, held.format, held.readOnly])).toEqual([
      ["/", "mount", "/srv/box/root", undefined, false],
      ["/data", "file", "/srv/box/data.img", "raw", true],
      ["/tmp", "ram", undefined, undefined, false],
    ]);
    expect(box.interfaces[0]?.guestDevice).toBe("eth0");
  });

  test("reads Xen, OpenVZ and test domains", () => {
    expect(readDomain(fixture("xen/pv.xml"))).toMatchObject({
      osType: "linux",
      disks: [{ driver: "phy", target: "xvda" }],
    });
    expect(readDomain(fixture("openvz/101.xml"))).toMatchObject({
      memoryKiB: 0,
      hardLimitKiB: 262144,
      softLimitKiB: Number.MAX_SAFE_INTEGER, // libvirt's "unlimited"
      filesystems: [{ type: "template", source: "debian-12" }],
    });
    expect(readDomain(fixture("test/test.xml"))).toMatchObject({
      id: 1,
      architecture: "i686",
      interfaces: [{ target: "testnet0" }],
    });
  });

  test("means the maximum by an absent current value, and one vCPU by none", () => {
    const least = readDomain("<domain type='test'><name>n</name><memory>5</memory></domain>");
    expect(least).toMatchObject({
      id: undefined,
      uuid: undefined,
      memoryKiB: 5,
      currentMemoryKiB: 5,
      vcpuMaximum: 1,
      vcpuCount: 1,
      disks: [],
    });
  });

  test("refuses what is no domain, with DecodeError", () => {
    const bad = [
      "<network><name>n</name></network>",
      "<domain type='test'/>",
      "<domain><name>n</name></domain>",
      "<domain type='test' id='x'><name>n</name></domain>",
      "<domain type='test'><name>n</name><uuid>1234</uuid></domain>",
      "<domain type='test'><name>n</name><memory unit='furlong'>1</memory></domain>",
      "<domain type='test'><name>n</name><memory unit='E'>99999</memory></domain>",
      "<domain type='test'><name>n</name><vcpu>1.5</vcpu></domain>",
      "<domain type='test'><name>n</name><devices><disk/></devices></domain>",
    ];
    for (const text of bad) expect(() => readDomain(text), text).toThrow(DecodeError);
  });
});

describe("kibibytes()", () => {
  const vectors: [string, string, number][] = [
    ["1", "b", 1],
    ["1024", "bytes", 1],
    ["1025", "byte", 2],
    ["1", "KB", 1],
    ["1", "k", 1],
    ["1", "KiB", 1],
    ["1", "MB", 977],
    ["1", "M", 1024],
    ["1", "mib", 1024],
    ["2", "GiB", 2097152],
    ["1", "TB", 976562500],
    ["1", "P", 1099511627776],
    ["1", "EiB", 1125899906842624],
    ["9007199254740991", "KiB", Number.MAX_SAFE_INTEGER],
  ];
  for (const [amount, unit, expected] of vectors) {
    test(`${amount} ${unit} is ${expected}`, () => expect(kibibytes(amount, unit)).toBe(expected));
  }

  test("refuses other units and amounts", () => {
    for (const unit of ["", "x", "KiBs", "bb", "Kb b"]) expect(() => kibibytes("1", unit), unit).toThrow(DecodeError);
    for (const amount of ["", "-1", "1e3", "9007199254740992", "9".repeat(30)]) {
      expect(() => kibibytes(amount, "KiB"), amount).toThrow(DecodeError);
    }
  });
});

describe("writeDomain()", () => {
  for (const path of all) {
    test(`gives ${path} back as it was`, () => {
      const document = readDomain(fixture(path));
      expect(readDomain(writeDomain(document))).toEqual({ ...document, tree: expect.anything() });
      expect(withoutWhiteSpace(writeDomain(document))).toEqual(withoutWhiteSpace(fixture(path)));
    });
  }

  test("changes what changed and keeps the unknown", () => {
    const [vda, ...others] = web1.disks;
    const [nic] = web1.interfaces;
    if (!vda || !nic) throw new Error("fixture");
    const changed = {
      ...web1,
      id: undefined,
      name: "web<2>",
      memoryKiB: 1048576,
      guaranteedKiB: undefined,
      vcpuCount: 3,
      osinfoId: "http://debian.org/debian/13",
      disks: [{ ...vda, source: "/srv/other.qcow2" }, ...others.slice(2)],
      interfaces: [nic, { ...nic, mac: "52:54:00:00:00:99", target: undefined }],
    };
    const text = writeDomain(changed);
    const { tree: _, ...facts } = changed;
    expect(readDomain(text)).toMatchObject(facts);
    for (const kept of ["qemu:arg", "<shop:b>twice", "cache=", "<alias", "average=", "backingStore", "hard_limit"]) {
      expect(text).toContain(kept);
    }
    for (const gone of ["/dev/mapper/data", "min_guarantee", ' id="7"', "debian/12"]) expect(text).not.toContain(gone);
  });

  test("writes a new domain from facts alone", () => {
    const document = newDomain({
      type: "lxc",
      name: "new",
      uuid: "0c1f7f5e-4d1a-4a52-9f35-7b7f0f0a2c02",
      osType: "exe",
      init: "/sbin/init",
      memoryKiB: 1024,
      vcpuMaximum: 2,
      filesystems: [
        {
          type: "mount",
          driver: undefined,
          format: undefined,
          source: "/srv/new",
          pool: undefined,
          target: "/",
          readOnly: true,
        },
      ],
      disks: [
        {
          ...{ type: "network", device: "disk", driver: "qemu", format: "raw", source: "pool/i", pool: undefined },
          ...{ protocol: "rbd", target: "vda", bus: "virtio", readOnly: false, serial: undefined },
          hosts: [{ name: "mon", port: "6789", transport: undefined, socket: undefined }],
        },
      ],
    });
    const { tree: _, ...facts } = document;
    expect(readDomain(writeDomain(document))).toMatchObject(facts);
    expect(document).toMatchObject({ currentMemoryKiB: 1024, vcpuCount: 2 });
  });

  test("refuses characters that XML cannot carry", () => {
    expect(() => writeDomain(newDomain({ type: "test", name: "\0" }))).toThrow(Fault);
  });
});

function withoutWhiteSpace(text: Buffer | string): unknown {
  return JSON.parse(JSON.stringify(parseXml(text)), (_key, value: unknown) =>
    Array.isArray(value) ? value.filter((node) => typeof node !== "string" || node.trim() !== "") : value,
  );
}
