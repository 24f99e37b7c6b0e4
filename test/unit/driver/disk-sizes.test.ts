import { describe, expect, test } from "vitest";
import type { Caller } from "../../../src/driver/connection.js";
import { readDiskSizes } from "../../../src/driver/disk-sizes.js";
import type { DiskDescription } from "../../../src/inventory/device.js";
import { libvirtFault } from "../../../src/protocol/libvirt/error.js";

const domain = { name: "web", uuid: "00000000-0000-4000-8000-000000000001", id: -1 };
const disk = (target: string, source: DiskDescription["source"]): DiskDescription => {
  return {
    target,
    source,
    device: "disk",
    format: "raw",
    path: "/p",
    bus: "virtio",
    readOnly: false,
    limits: undefined,
  };
};

/** A daemon that knows the sizes of these disks. */
function daemon(sizes: Readonly<Record<string, bigint>>, refusal: Error): { caller: Caller; asked: unknown[] } {
  const asked: unknown[] = [];
  const caller: Caller = {
    call: async (name, args) => {
      const { path } = args as { path: string };
      asked.push(`${name} ${path}`);
      const capacity = sizes[path];
      if (capacity === undefined) throw refusal;
      return { capacity, allocation: capacity / 2n, physical: capacity / 4n } as never;
    },
  };
  return { caller, asked };
}

describe("readDiskSizes()", () => {
  test("asks for what lies in local files and devices, by target; what the daemon refuses is left out", async () => {
    const { caller, asked } = daemon({ vda: 8n, vdc: 16n }, libvirtFault("OPERATION_FAILED", "no such file"));
    const disks = [disk("vda", "file"), disk("vdb", "file"), disk("vdc", "block"), disk("vdd", "network")];
    expect(await readDiskSizes(caller, domain, [...disks, disk("hda", "none")])).toEqual(
      new Map([
        ["vda", { capacityBytes: 8n, allocationBytes: 4n, physicalBytes: 2n }],
        ["vdc", { capacityBytes: 16n, allocationBytes: 8n, physicalBytes: 4n }],
      ]),
    );
    expect(asked).toEqual(["domainGetBlockInfo vda", "domainGetBlockInfo vdb", "domainGetBlockInfo vdc"]);
  });

  test("passes on that the machine does not exist", async () => {
    const { caller } = daemon({}, libvirtFault("NO_DOMAIN", "no domain with matching uuid"));
    await expect(readDiskSizes(caller, domain, [disk("vda", "file")])).rejects.toThrow("no domain");
  });
});
