import { mkdirSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect } from "vitest";
import { run } from "./support/command.js";
import { containerXml, disk, nic, qemuXml } from "./support/domain-xml.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { limit, openToWrite } from "./support/hypervisor.js";
import { startLibvirt } from "./support/libvirt-daemon.js";
import type { Driver } from "./support/machines.js";
import { image } from "./support/media.js";
import { removeMachine } from "./support/remove-machine.js";
import { domainState, pairs, virsh } from "./support/virsh.js";

type Opened = ReturnType<typeof openToWrite>;

const opened = new Map<Driver, Opened>();
const vm = { name: "w-vm", uuid: "7d3c5a10-0000-4000-9000-000000000001" };
const ct = { name: "w-ct", uuid: "7d3c5a10-0000-4000-9000-000000000002" };
const mac = "52:54:00:aa:01:01";

function hypervisor(driver: Driver): Opened {
  const found = opened.get(driver);
  if (!found) throw new Error(`${driver} was not opened`);
  return found;
}

/** A machine with a disk and a NIC that boots nothing. */
const vmXml = (): string =>
  qemuXml(vm.name, vm.uuid, {
    type: "qemu",
    memoryMiB: 64,
    vcpus: 2,
    currentVcpus: 1,
    metadata:
      "<metadata><shop:ticket xmlns:shop='urn:shop' n='42'>moved <shop:b>twice</shop:b></shop:ticket></metadata>",
    devices: [
      disk({ format: "qcow2", file: image("w-root.qcow2"), target: "vda", bus: "virtio" }),
      nic("bridge", mac, "virtio"),
    ],
  });
const ctXml = (): string =>
  containerXml(ct.name, ct.uuid, {
    memoryMiB: 48,
    vcpus: 1,
    init: ["/bin/sleep", "100000"],
    devices: [nic("bridge", mac)],
  });

beforeAll(
  whenPossible(async () => {
    await startLibvirt();
    mkdirSync("/var/lib/libvirt/images", { recursive: true });
    for (const name of ["w-root.qcow2", "w-data.qcow2"]) {
      await run("qemu-img", ["create", "-q", "-f", "qcow2", image(name), "8M"]);
    }
    for (const driver of ["qemu", "lxc"] as const) opened.set(driver, openToWrite(`${driver}:///system`));
  }),
);
afterEach(
  whenPossible(async () => {
    await removeMachine("qemu", vm.name);
    await removeMachine("lxc", ct.name);
  }),
);
afterAll(() => {
  for (const one of opened.values()) one.close();
});

async function dumped(driver: Driver, name: string, ...flags: readonly string[]): Promise<string> {
  return virsh(driver, "dumpxml", name, ...flags);
}

describe("definitions", () => {
  hostTest("what libvirt gives back is what was defined, and defining that changes nothing", async () => {
    for (const [driver, { name, uuid }, xml] of [
      ["qemu", vm, vmXml()],
      ["lxc", ct, ctXml()],
    ] as const) {
      const one = hypervisor(driver);
      const fresh = await one.previewDocument({ kind: "machine", uuid }, xml, limit);
      expect(fresh.differences, "to be defined").toEqual([{ path: "/domain", before: undefined, after: xml }]);
      expect(await one.defineMachine(xml, limit)).toBe(uuid);
      const again = await one.previewDocument({ kind: "machine", uuid }, xml, limit);
      expect(again.differences, `${driver}: as defined`).toEqual([]);
      const before = await dumped(driver, name, "--inactive");
      const own = await one.readDocument({ kind: "machine", uuid }, limit);
      expect(own?.trimEnd()).toBe(before);
      await one.defineMachine(own ?? "", limit);
      expect(await dumped(driver, name, "--inactive")).toBe(before);
      await one.undefineMachine(uuid, {}, limit);
      expect(await one.machineStatus(uuid, limit)).toBeUndefined();
      expect(await one.readDocument({ kind: "machine", uuid }, limit)).toBeUndefined();
    }
  });

  hostTest("a description that is none is refused before the daemon sees it", async () => {
    const refused = { code: "invalid" };
    await expect(hypervisor("qemu").defineMachine("<domain type='qemu'>", limit)).rejects.toMatchObject(refused);
    await expect(hypervisor("qemu").defineMachine("<network/>", limit)).rejects.toMatchObject(refused);
  });
});

describe("the life of a virtual machine", () => {
  hostTest("goes through every state that virsh tells", async () => {
    const one = hypervisor("qemu");
    const state = (): Promise<unknown> => domainState("qemu", vm.name);
    await one.defineMachine(vmXml(), limit);
    await one.start(vm.uuid, { paused: true }, limit);
    expect(await state()).toEqual(["paused", "user"]);
    await one.resume(vm.uuid, limit);
    expect(await state()).toEqual(["running", "unpaused"]);
    await one.suspend(vm.uuid, limit);
    expect(await state()).toEqual(["paused", "user"]);
    await one.reset(vm.uuid, limit);
    await one.save(vm.uuid, limit);
    expect(await state()).toEqual(["shut off", "saved"]);
    expect(await one.machineStatus(vm.uuid, limit)).toMatchObject({ state: "saved", saved: true, persistent: true });
    await one.restore(vm.uuid, limit);
    expect((await state()) as string[]).toContain("paused");
    await one.destroy(vm.uuid, limit);
    expect(await state()).toEqual(["shut off", "destroyed"]);
    await expect(one.restore(vm.uuid, limit)).rejects.toMatchObject({ code: "invalid" });
    await one.setAutostart(vm.uuid, true, limit);
    expect((await one.machineStatus(vm.uuid, limit))?.autostart).toBe(true);
    expect(pairs(await virsh("qemu", "dominfo", vm.name), ":").get("Autostart")).toBe("enable");
    await one.setAutostart(vm.uuid, false, limit);
    await expect(one.start("7d3c5a10-0000-4000-9000-00000000dead", {}, limit)).rejects.toMatchObject({
      code: "absent",
    });
    await expect(one.resume(vm.uuid, limit)).rejects.toMatchObject({ code: "invalid" });
  });

  hostTest("a saved state is discarded when it is to start anew", async () => {
    const one = hypervisor("qemu");
    await one.defineMachine(vmXml(), limit);
    await one.start(vm.uuid, {}, limit);
    await one.save(vm.uuid, limit);
    await one.start(vm.uuid, { discardSaved: true }, limit);
    expect(await domainState("qemu", vm.name)).toEqual(["running", "booted"]);
    await one.save(vm.uuid, limit);
    await one.discardSaved(vm.uuid, limit);
    expect(await one.machineStatus(vm.uuid, limit)).toMatchObject({ state: "stopped", saved: false });
    await one.start(vm.uuid, {}, limit);
    await one.save(vm.uuid, limit);
    await expect(one.undefineMachine(vm.uuid, {}, limit)).rejects.toMatchObject({ code: "invalid" });
    await one.undefineMachine(vm.uuid, { withState: true }, limit);
    expect(await one.machineStatus(vm.uuid, limit)).toBeUndefined();
  });
});

describe("the life of a container", () => {
  hostTest("starts and ends as virsh tells; what LXC cannot do is refused before it is asked", async () => {
    const one = hypervisor("lxc");
    await one.defineMachine(ctXml(), limit);
    await one.start(ct.uuid, {}, limit);
    expect(await domainState("lxc", ct.name)).toEqual(["running", "booted"]);
    await expect(one.save(ct.uuid, limit)).rejects.toMatchObject({ code: "unsupported", path: "host/under-test" });
    await expect(one.tune(ct.uuid, { vcpuCount: 1 }, "live", limit)).rejects.toMatchObject({ code: "unsupported" });
    await one.destroy(ct.uuid, limit);
    expect((await domainState("lxc", ct.name))?.[0]).toBe("shut off");
  });
});

describe("settings", () => {
  hostTest("of the next start of a virtual machine: in its description, and nothing else there", async () => {
    const one = hypervisor("qemu");
    await one.defineMachine(vmXml(), limit);
    const before = await dumped("qemu", vm.name, "--inactive");
    const tuning = {
      memoryKiB: 49_152n,
      memoryMaximumKiB: 98_304n,
      vcpuCount: 2,
      vcpuMaximum: 3,
      memoryLimits: { hardKiB: 500_000n, softKiB: 400_000n, swapHardKiB: 600_000n },
      cpuLimits: { shares: 300, periodUs: 50_000, quotaUs: 25_000 },
      blockWeight: 300,
      disks: new Map([["vda", { ...noDiskLimits, readBytesPerS: 1_000_000n, writeRequestsPerS: 200n }]]),
      interfaces: new Map([
        [mac, { inbound: { averageKiBPerS: 1000, peakKiBPerS: 2000, burstKiB: 100 }, outbound: undefined }],
      ]),
      vcpuPinning: new Map([[0, "0"]]),
      emulatorPinning: "0-1",
    } as const;
    const preview = await one.previewTuning(vm.uuid, tuning, limit);
    await one.tune(vm.uuid, tuning, "config", limit);
    const after = await dumped("qemu", vm.name, "--inactive");
    expect(preview.differences.length).toBeGreaterThan(8);
    expect((await one.previewDocument({ kind: "machine", uuid: vm.uuid }, preview.after, limit)).differences).toEqual(
      [],
    );
    expect(await one.readTuning(vm.uuid, "config", limit)).toMatchObject(tuning);
    expect(after).toContain("<shop:ticket");
    expect(pairs(await virsh("qemu", "memtune", vm.name, "--config"), ":").get("hard_limit")).toBe("500000");
    expect(pairs(await virsh("qemu", "schedinfo", vm.name, "--config"), ":").get("vcpu_quota")).toBe("25000");
    expect(await virsh("qemu", "blkdeviotune", vm.name, "vda", "--config")).toMatch(/write_iops_sec *: *200/);
    await one.tune(
      vm.uuid,
      {
        memoryKiB: 65_536n,
        memoryMaximumKiB: 65_536n,
        vcpuCount: 1,
        vcpuMaximum: 2,
        memoryLimits: { hardKiB: undefined, softKiB: undefined, swapHardKiB: undefined },
        cpuLimits: { shares: undefined, periodUs: undefined, quotaUs: undefined },
        disks: new Map([["vda", noDiskLimits]]),
        interfaces: new Map([[mac, { inbound: undefined, outbound: undefined }]]),
      },
      "config",
      limit,
    );
    const rest = (text: string): string => text.replace(/\s*<(blkiotune|cputune)>[\s\S]*?<\/\1>/g, "");
    expect(rest(await dumped("qemu", vm.name, "--inactive"))).toBe(rest(before));
  });

  hostTest("of the present run of a virtual machine, as virsh tells them", async () => {
    const one = hypervisor("qemu");
    await one.defineMachine(vmXml(), limit);
    await one.start(vm.uuid, { paused: true }, limit);
    const live = {
      memoryLimits: { hardKiB: 500_000n, softKiB: undefined, swapHardKiB: undefined },
      cpuLimits: { shares: 300, periodUs: 50_000, quotaUs: 25_000 },
      disks: new Map([["vda", { ...noDiskLimits, totalBytesPerS: 2_000_000n }]]),
      vcpuPinning: new Map([[0, "1"]]),
      emulatorPinning: "0",
    };
    const before = await one.readTuning(vm.uuid, "live", limit);
    await one.tune(vm.uuid, live, "live", limit);
    expect(await one.readTuning(vm.uuid, "live", limit)).toMatchObject(live);
    expect(pairs(await virsh("qemu", "memtune", vm.name), ":").get("hard_limit")).toBe("500000");
    expect(pairs(await virsh("qemu", "schedinfo", vm.name), ":").get("cpu_shares")).toBe("300");
    expect(pairs(await virsh("qemu", "schedinfo", vm.name), ":").get("vcpu_quota")).toBe("25000");
    expect(await virsh("qemu", "vcpupin", vm.name)).toMatch(/^\s*0\s+1$/m);
    const undo = { memoryLimits: before.memoryLimits, cpuLimits: before.cpuLimits, disks: before.disks };
    await one.tune(vm.uuid, undo as never, "live", limit);
    expect(await one.readTuning(vm.uuid, "live", limit)).toMatchObject(undo);
    expect(
      (await one.readTuning(vm.uuid, "config", limit)).memoryLimits?.hardKiB,
      "not of the next start",
    ).toBeUndefined();
    await expect(one.tune(vm.uuid, { vcpuMaximum: 8 }, "live", limit)).rejects.toMatchObject({ code: "invalid" });
    await expect(one.tune(vm.uuid, { vcpuPinning: new Map([[0, "900"]]) }, "live", limit)).rejects.toMatchObject({
      code: "invalid",
    });
  });

  hostTest("of a container, while it runs and for its next start", async () => {
    const one = hypervisor("lxc");
    await one.defineMachine(ctXml(), limit);
    await one.start(ct.uuid, {}, limit);
    await one.tune(ct.uuid, { cpuLimits: { shares: 400, periodUs: 100_000, quotaUs: 50_000 } }, "live", limit);
    expect(pairs(await virsh("lxc", "schedinfo", ct.name), ":").get("cpu_shares")).toBe("400");
    await one.tune(ct.uuid, { memoryKiB: 32_768n }, "live", limit);
    expect(pairs(await virsh("lxc", "memtune", ct.name), ":").get("hard_limit")).toBe("32768");
    const next = { memoryKiB: 40_960n, vcpuCount: 2, vcpuMaximum: 2, blockWeight: 200 };
    await one.tune(ct.uuid, next, "config", limit);
    expect(await one.readTuning(ct.uuid, "config", limit)).toMatchObject(next);
    expect((await domainState("lxc", ct.name))?.[0]).toBe("running");
    expect(await virsh("lxc", "dumpxml", ct.name, "--inactive")).toContain("<vcpu placement='static'>2</vcpu>");
  });
});

const noDiskLimits = {
  ...{ totalBytesPerS: undefined, readBytesPerS: undefined, writeBytesPerS: undefined },
  ...{ totalRequestsPerS: undefined, readRequestsPerS: undefined, writeRequestsPerS: undefined },
};

describe("devices", () => {
  hostTest("are plugged in, changed and out, in the next start and in the present run", async () => {
    const one = hypervisor("qemu");
    await one.defineMachine(vmXml(), limit);
    const data = disk({ format: "qcow2", file: image("w-data.qcow2"), target: "vdb", bus: "virtio" });
    const preview = await one.previewDevice(vm.uuid, "attach", data, limit);
    expect(preview.differences).toMatchObject([{ path: "/domain/devices/disk[target/@dev='vdb']", before: undefined }]);
    await one.attachDevice(vm.uuid, data, "config", limit);
    expect(await virsh("qemu", "domblklist", vm.name, "--inactive")).toContain("vdb");
    expect(await one.readDevice(vm.uuid, data, "config", limit)).toContain("w-data.qcow2");
    expect((await one.previewDevice(vm.uuid, "detach", data, limit)).differences).toHaveLength(1);
    await one.detachDevice(vm.uuid, data, "config", limit);
    expect(await virsh("qemu", "domblklist", vm.name, "--inactive")).not.toContain("vdb");

    const down = nic("bridge", mac, "virtio").replace("</interface>", "<link state='down'/></interface>");
    await one.updateDevice(vm.uuid, down, "config", limit);
    expect(await virsh("qemu", "domif-getlink", vm.name, mac, "--config")).toContain("down");

    await one.start(vm.uuid, { paused: true }, limit);
    await one.attachDevice(vm.uuid, data, "live", limit);
    expect(await virsh("qemu", "domblklist", vm.name)).toContain("vdb");
    await expect(one.attachDevice(vm.uuid, data, "live", limit)).rejects.toMatchObject({ name: "Fault" });
    await expect(one.detachDevice(vm.uuid, "<disk><target dev='vdq'/></disk>", "live", limit)).rejects.toMatchObject({
      code: "absent",
    });
  });

  hostTest("of a container", async () => {
    const one = hypervisor("lxc");
    await one.defineMachine(ctXml(), limit);
    await one.start(ct.uuid, {}, limit);
    const second = nic("bridge", "52:54:00:aa:01:02");
    await one.attachDevice(ct.uuid, second, "live", limit);
    expect(await virsh("lxc", "domiflist", ct.name)).toContain("52:54:00:aa:01:02");
    await one.detachDevice(ct.uuid, second, "live", limit);
    expect(await virsh("lxc", "domiflist", ct.name)).not.toContain("52:54:00:aa:01:02");
    await expect(one.updateDevice(ct.uuid, second, "live", limit)).rejects.toMatchObject({ code: "unsupported" });
  });
});

describe("snapshots", () => {
  hostTest("are made, listed, gone back to and deleted", async () => {
    const one = hypervisor("qemu");
    await one.defineMachine(vmXml(), limit);
    await one.createSnapshot(vm.uuid, { name: "first", description: "a < b" }, limit);
    await one.createSnapshot(vm.uuid, { name: "second" }, limit);
    expect(await one.listSnapshots(vm.uuid, limit)).toEqual([
      { name: "first", parent: undefined, current: false },
      { name: "second", parent: "first", current: true },
    ]);
    expect((await virsh("qemu", "snapshot-list", vm.name, "--name")).split("\n")).toEqual(["first", "second"]);
    expect(await one.readDocument({ kind: "snapshot", machine: vm.uuid, name: "first" }, limit)).toContain("a &lt; b");
    await one.revertSnapshot(vm.uuid, "first", limit);
    expect(await virsh("qemu", "snapshot-current", vm.name, "--name")).toBe("first");
    await one.deleteSnapshot(vm.uuid, "second", limit);
    await expect(one.deleteSnapshot(vm.uuid, "second", limit)).rejects.toMatchObject({ code: "absent" });
    await one.undefineMachine(vm.uuid, { withState: true }, limit);
  });
});
