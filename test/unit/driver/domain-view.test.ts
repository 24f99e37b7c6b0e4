import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { domainView } from "../../../src/driver/domain-view.js";
import { hypervisors } from "../../../src/driver/hypervisor.js";
import { readDomain } from "../../../src/protocol/libvirt/document/domain.js";

function view(scheme: string, path: string) {
  const hypervisor = hypervisors.find((row) => row.scheme === scheme);
  if (!hypervisor) throw new Error(scheme);
  return domainView(readDomain(readFileSync(new URL(`../../fixture/${path}`, import.meta.url))), hypervisor);
}

test("domainView() of a virtual machine has its disks but not its shared folders", () => {
  const { facts, disks, nics } = view("qemu", "qemu/web1.xml");
  expect(facts).toEqual({
    ...{ name: "web1", kind: "vm", technology: "kvm", osType: "http://debian.org/debian/12" },
    ...{ title: "Front & back", description: undefined, notes: {}, agent: "none", limits: expect.anything() },
    ...{ vcpuCount: 2, vcpuMaximum: 4, memoryKiB: 2097152, memoryMaximumKiB: 4194304, memoryMinimumKiB: 976563 },
  });
  expect(disks.map(({ target, source, format, readOnly }) => [target, source, format, readOnly])).toEqual([
    ["vda", "file", "qcow2", false],
    ["sda", "block", "raw", false],
    ["vdb", "network", "rbd", false],
    ["hda", "network", "https", true],
    ["vdc", "network", "nbd", false],
    ["vdd", "volume", "raw", false],
    ["fda", "dir", undefined, true],
    ["vde", "nvme", undefined, false],
    ["vdf", "vhostuser", undefined, false],
    ["hdb", "none", undefined, true],
  ]);
  expect(nics.map(({ mac, source, sourceKind, bridge }) => [mac.slice(-2), sourceKind, source, bridge])).toEqual([
    ["01", "network", "default", "virbr0"],
    ["02", "bridge", "br0", undefined],
    ["03", "direct", "eth1", undefined],
    ["04", "user", undefined, undefined],
    ["05", "other", undefined, undefined],
  ]);
});

test("domainView() of a container has its file systems as disks", () => {
  const { facts, disks } = view("lxc", "lxc/box.xml");
  expect(facts).toMatchObject({ kind: "container", technology: "lxc", osType: "exe", memoryMinimumKiB: undefined });
  expect(disks.map(({ target, device, source, path }) => [target, device, source, path])).toEqual([
    ["/", "filesystem", "dir", "/srv/box/root"],
    ["/data", "filesystem", "file", "/srv/box/data.img"],
    ["/tmp", "filesystem", "none", undefined],
  ]);
});

test("domainView() takes an OpenVZ container's memory from its limits", () => {
  expect(view("openvz", "openvz/101.xml").facts).toMatchObject({ memoryKiB: 262144, memoryMaximumKiB: 262144 });
});

test("domainView() tells plain emulation from KVM", () => {
  expect(view("xen", "xen/pv.xml").facts.technology).toBe("xen");
  expect(view("test", "test/test.xml").facts.technology).toBe("test");
  expect(view("qemu", "test/test.xml").facts.technology).toBe("qemu");
});
