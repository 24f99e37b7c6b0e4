import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { DecodeError } from "../../../../src/base/fault.js";
import { offers, readCapabilities } from "../../../../src/protocol/libvirt/document/capabilities.js";

const qemu = readFileSync(new URL("../../../fixture/qemu/capabilities.xml", import.meta.url));

test("readCapabilities() reads the computer and its guests", () => {
  const capabilities = readCapabilities(qemu);
  expect(capabilities).toEqual({
    hostUuid: "4c4c4544-0043-3510-8052-b4c04f4a4e31",
    architecture: "x86_64",
    cpuModel: "EPYC-Rome",
    cpuVendor: "AMD",
    guests: [
      { osType: "hvm", architecture: "i686", domainTypes: ["qemu", "kvm"] },
      { osType: "hvm", architecture: "x86_64", domainTypes: ["qemu", "kvm"] },
    ],
    cells: [
      { id: 0, memoryKiB: 8_388_608, cpus: [0, 1] },
      { id: 1, memoryKiB: 4_194_304, cpus: [2] },
    ],
  });
  expect(offers(capabilities, "kvm")).toBe(true);
  expect(offers(capabilities, "xen")).toBe(false);
});

test("readCapabilities() takes a driver's silence as unknown", () => {
  const sparse = "<capabilities><host/><guest><os_type>exe</os_type></guest></capabilities>";
  expect(readCapabilities(sparse)).toEqual({ guests: [], cells: [] });
});

test("readCapabilities() refuses anything else", () => {
  for (const text of ["<host/>", "<capabilities xmlns='urn:x'/>", "text", ""]) {
    expect(() => readCapabilities(text), text).toThrow(DecodeError);
  }
});
