import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, type TestContext, test } from "vitest";
import { systemClock } from "../../src/base/clock.js";
import type { SimulatedDriver } from "../../src/simulator/host/driver-profile.js";
import { createSimulatedHost, type SimulatedHost } from "../../src/simulator/host/simulated-host.js";
import { listenUnix } from "../../src/transport/unix.js";
import { isInstalled } from "../support/installed.js";
import { connectTo } from "../support/simulator-client.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const program = "virsh";

interface Answer {
  /** Without trailing white space. */
  readonly out: string;
  readonly error: string;
  readonly exitCode: number;
}

interface VirshRoom {
  readonly host: SimulatedHost;
  readonly folder: string;
  readonly uri: string;
  /** Runs one command and gives what it printed; whether it succeeded is the caller's to look at. */
  virsh(...words: readonly string[]): Promise<Answer>;
  /** The output of a command that must succeed. */
  told(...words: readonly string[]): Promise<string>;
}

async function roomFor(driver: SimulatedDriver, { readOnly = false, name = "host" } = {}): Promise<VirshRoom> {
  const folder = temporaryFolder();
  const host = createSimulatedHost({ name, driver, clock: systemClock });
  const path = join(folder, "s");
  const server = await listenUnix(path, (channel) => host.serve(channel, { readOnly }));
  onTestFinished(async () => {
    host.stop();
    await server.close();
  });
  const uri = `${host.uri.replace("://", "+unix://")}?socket=${path}`;
  const virsh = (...words: readonly string[]): Promise<Answer> =>
    new Promise((resolve) => {
      execFile(program, ["-q", "-c", uri, ...words], { env: { ...process.env, LC_ALL: "C" } }, (failure, out, error) =>
        resolve({ out: out.trimEnd(), error: error.trim(), exitCode: failure ? Number(failure.code ?? -1) : 0 }),
      );
    });
  const told = async (...words: readonly string[]): Promise<string> => {
    const answer = await virsh(...words);
    expect(answer, `virsh ${words.join(" ")}`).toMatchObject({ exitCode: 0, error: "" });
    return answer.out;
  };
  return { host, folder, uri, virsh, told };
}

/** The columns of a table, without its dashes and heading, which `-q` leaves out. */
const rows = (table: string): readonly (readonly string[])[] =>
  table
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^\s*-+$/.test(line))
    .map((line) => line.trim().split(/\s{2,}/));

/** `name: value` or `name value` lines as a record. */
const facts = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(text.split("\n").flatMap((line) => [/^\s*([^:=]+?)\s*[:=]\s*(.*)$/.exec(line)?.slice(1) ?? []]));

beforeEach((context: TestContext) => {
  if (!isInstalled(program)) context.skip(`${program} is not installed`);
});

const leastVirtualMachine = `<domain type='kvm'>
  <name>probe</name>
  <memory unit='MiB'>256</memory>
  <vcpu current='1'>2</vcpu>
  <os><type machine='q35'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'><source file='/var/lib/libvirt/images/probe.img'/><target dev='vda'/></disk>
    <interface type='network'><source network='default'/><model type='virtio'/></interface>
    <serial type='pty'/>
    <graphics type='vnc' autoport='yes'/>
  </devices>
</domain>`;

const leastContainer = `<domain type='lxc'>
  <name>probe</name>
  <memory unit='MiB'>64</memory>
  <os><type>exe</type><init>/bin/sleep</init></os>
  <devices><console type='pty'/></devices>
</domain>`;

describe("virsh on a host with virtual machines", () => {
  test("lists what there is, in every way it can ask", async () => {
    const { host, told } = await roomFor("qemu");
    const listed = rows(await told("list", "--all"));
    expect(listed).toHaveLength(12);
    for (const [id, name = "", state] of listed) {
      const machine = host.state.registry.named(name);
      expect(id).toBe(machine?.run === undefined ? "-" : String(machine.run.id));
      expect(state).toBe({ 1: "running", 3: "paused", 5: "shut off" }[Number(machine?.condition.state)]);
    }
    const names = async (...words: readonly string[]) => (await told("list", "--name", ...words)).split("\n").sort();
    const expected = (test: (name: string) => boolean) =>
      listed
        .map(([, name = ""]) => name)
        .filter(test)
        .sort();
    const machine = (name: string) => host.state.registry.named(name);
    expect(await names("--inactive")).toEqual(expected((name) => machine(name)?.run === undefined));
    expect(await names("--state-paused")).toEqual(expected((name) => machine(name)?.condition.state === 3));
    expect(await names("--transient")).toEqual(expected((name) => machine(name)?.persistent === false));
    expect(await names("--all", "--with-managed-save")).toEqual(
      expected((name) => machine(name)?.managedSave === true),
    );
    expect(await names("--all", "--autostart")).toEqual(expected((name) => machine(name)?.autostart === true));
    expect(await told("list", "--all", "--title")).toContain(machine("web-1")?.definition.facts.title);
  });

  test("describes a machine as the simulation has it", async () => {
    const { host, told } = await roomFor("qemu");
    const machine = host.state.registry.named("web-1");
    const info = facts(await told("dominfo", "web-1"));
    expect(info).toMatchObject({
      UUID: machine?.uuid,
      State: "running",
      "OS Type": "hvm",
      Persistent: "yes",
      "Max memory": `${machine?.definition.facts.memoryKiB} KiB`,
      "CPU(s)": String(machine?.definition.facts.vcpuCount),
    });
    expect(await told("domstate", "--reason", "web-1")).toBe("running (booted)");
    expect(await told("domid", "web-1")).toBe(String(machine?.run?.id));
    expect(await told("domuuid", "web-1")).toBe(machine?.uuid);
    expect(await told("domname", String(machine?.run?.id))).toBe("web-1");
    expect(await told("domcontrol", "web-1")).toBe("ok");
    expect(await told("vncdisplay", "web-1")).toBe(`127.0.0.1:${(machine?.run?.vncPort ?? 0) - 5900}`);
    expect(await told("ttyconsole", "web-1")).toBe(`/dev/pts/${machine?.run?.pseudoTerminal}`);
    const live = await told("dumpxml", "web-1");
    const inactive = await told("dumpxml", "--inactive", "web-1");
    expect(live).toContain(`id="${machine?.run?.id}"`);
    expect(live).toContain(`<target dev="${machine?.run?.taps[0]}"/>`);
    expect(inactive).not.toMatch(/alias|vnet| id="\d+">/);
  });

  test("reads every kind of counter, and the totals agree with each other", async () => {
    const { told } = await roomFor("qemu");
    const statistics = facts(await told("domstats", "web-1"));
    for (const field of ["cpu.time", "balloon.rss", "vcpu.0.time", "net.0.rx.bytes", "block.0.wr.bytes"]) {
      expect(Number(statistics[field]), field).toBeGreaterThan(0);
    }
    expect((await told("domstats", "--state", "--interface")).match(/^Domain:/gm)).toHaveLength(12);
    const disk = await told("domblkstat", "web-1", "vda");
    expect(Number(/wr_bytes (\d+)/.exec(disk)?.[1])).toBeGreaterThanOrEqual(Number(statistics["block.0.wr.bytes"]));
    expect(await told("domblkstat", "web-1")).toMatch(/rd_total_times \d+/);
    expect(await told("domifstat", "web-1", "vnet0")).toMatch(/rx_bytes \d+/);
    expect(await told("dommemstat", "web-1")).toMatch(/actual \d+[\s\S]*rss \d+/);
    expect(facts(await told("domblkinfo", "web-1", "vda"))["Capacity"]).toBe(statistics["block.0.capacity"]);
    expect(await told("vcpuinfo", "web-1")).toMatch(/VCPU:\s+0[\s\S]*State:\s+running/);
    expect(await told("cpu-stats", "web-1", "--total")).toMatch(/user_time\s+\d+\.\d+ seconds/);
    expect(await told("cpu-stats", "web-1")).toMatch(/CPU31:\s+cpu_time\s+\d/);
    expect(rows(await told("domiflist", "web-1"))[0]?.slice(0, 4)).toEqual(["vnet0", "network", "default", "virtio"]);
    expect(await told("domblklist", "--details", "web-1")).toContain("/var/lib/libvirt/images/web-1.qcow2");
    expect(await told("domjobinfo", "web-1")).toMatch(/None/);
    expect(await told("domblkerror", "web-1")).toBe("No errors found");
  });

  test("reads limits", async () => {
    const { told } = await roomFor("qemu");
    expect(facts(await told("schedinfo", "web-1"))).toMatchObject({
      Scheduler: "posix",
      cpu_shares: "1024",
      vcpu_quota: "-1",
    });
    expect(facts(await told("memtune", "web-1"))).toMatchObject({
      hard_limit: "unlimited",
      swap_hard_limit: "unlimited",
    });
    expect(facts(await told("blkiotune", "web-1"))).toMatchObject({ weight: "100", device_weight: "" });
    expect(facts(await told("numatune", "web-1"))).toMatchObject({ numa_mode: "strict" });
    expect(await told("vcpupin", "web-1")).toMatch(/0\s+0-31/);
    expect(await told("emulatorpin", "web-1")).toContain("0-31");
    expect(await told("domiftune", "web-1", "vnet0")).toContain("inbound.average: 0");
    expect(await told("blkdeviotune", "web-1", "vda")).toContain("total_bytes_sec: 0");
  });

  test("sets limits, of the run, of the definition or of both", async () => {
    const { told, virsh } = await roomFor("qemu");
    await told("schedinfo", "web-1", "--set", "cpu_shares=2048", "--live", "--config");
    await told("schedinfo", "web-1", "--set", "vcpu_quota=50000", "--live");
    expect(facts(await told("schedinfo", "web-1"))).toMatchObject({ cpu_shares: "2048", vcpu_quota: "50000" });
    expect(facts(await told("schedinfo", "web-1", "--config"))).toMatchObject({ cpu_shares: "2048", vcpu_quota: "0" });
    expect((await virsh("schedinfo", "web-1", "--set", "vcpu_period=10")).error).toContain("out of range");
    await told("memtune", "web-1", "--hard-limit", "64G", "--swap-hard-limit", "80G", "--live", "--config");
    expect(facts(await told("memtune", "web-1"))).toMatchObject({ hard_limit: "67108864", soft_limit: "unlimited" });
    expect((await virsh("memtune", "web-1", "--hard-limit", "90G", "--live")).error).toContain("must be lower");
    await told("blkiotune", "web-1", "--weight", "500", "--device-weights", "/dev/sda,300", "--config");
    expect(facts(await told("blkiotune", "web-1", "--config"))).toMatchObject({
      weight: "500",
      device_weight: "/dev/sda,300",
    });
    await told("numatune", "web-1", "--mode", "interleave", "--nodeset", "0", "--config");
    expect(facts(await told("numatune", "web-1", "--config"))).toMatchObject({
      numa_mode: "interleave",
      numa_nodeset: "0",
    });
    await told("vcpupin", "web-1", "1", "0-3,8", "--live");
    expect(rows(await told("vcpupin", "web-1")).slice(0, 2)).toEqual([
      ["0", "0-31"],
      ["1", "0-3,8"],
    ]);
    await told("emulatorpin", "web-1", "4-5", "--config");
    expect(await told("emulatorpin", "web-1", "--config")).toContain("4-5");
    await told("domiftune", "web-1", "vnet0", "--inbound", "1000,2000,512", "--live");
    expect(facts(await told("domiftune", "web-1", "vnet0"))).toMatchObject({
      "inbound.average": "1000",
      "inbound.peak": "2000",
      "outbound.average": "0",
    });
    await told("blkdeviotune", "web-1", "vda", "--total-iops-sec", "400", "--live", "--config");
    expect(facts(await told("blkdeviotune", "web-1", "vda"))).toMatchObject({ total_iops_sec: "400" });
    const inactive = await told("dumpxml", "--inactive", "web-1");
    expect(inactive).toMatch(/<shares>2048<\/shares>/);
    expect(inactive).toMatch(/<emulatorpin cpuset="4-5"\/>/);
    expect(inactive).toMatch(/<total_iops_sec>400<\/total_iops_sec>/);
    expect(await told("dumpxml", "web-1")).toMatch(/<vcpupin vcpu="1" cpuset="0-3,8"\/>/);
  });

  test("takes a machine through its whole life", async () => {
    const { folder, told, virsh } = await roomFor("qemu");
    const file = join(folder, "probe.xml");
    writeFileSync(file, leastVirtualMachine);
    const state = () => told("domstate", "--reason", "probe");
    await told("define", file);
    expect(await state()).toBe("shut off (unknown)");
    await told("start", "probe");
    expect(await state()).toBe("running (booted)");
    expect((await virsh("start", "probe")).error).toContain("already active");
    await told("suspend", "probe");
    expect(await state()).toBe("paused (user)");
    await told("resume", "probe");
    expect(await state()).toBe("running (unpaused)");
    await told("setmem", "probe", "128M", "--live");
    await told("setvcpus", "probe", "2", "--live");
    expect(facts(await told("dominfo", "probe"))).toMatchObject({ "CPU(s)": "2", "Used memory": "131072 KiB" });
    expect((await virsh("setvcpus", "probe", "3", "--live")).exitCode).toBe(1);
    expect((await virsh("setmaxmem", "probe", "512M", "--live")).exitCode).toBe(1);
    await told("setmaxmem", "probe", "512M", "--config");
    expect(rows(await told("vcpucount", "probe"))).toEqual([
      ["maximum", "config", "2"],
      ["maximum", "live", "2"],
      ["current", "config", "1"],
      ["current", "live", "2"],
    ]);
    await told("autostart", "probe");
    expect(facts(await told("dominfo", "probe"))["Autostart"]).toBe("enable");
    await told("reset", "probe");
    await told("reboot", "probe");
    await told("desc", "probe", "--title", "a probe", "--live", "--config");
    await told("managedsave", "probe");
    expect(await state()).toBe("shut off (saved)");
    expect(facts(await told("dominfo", "probe"))).toMatchObject({ "Managed save": "yes", "Max memory": "524288 KiB" });
    await told("start", "probe");
    expect(await state()).toBe("running (restored)");
    await told("managedsave", "probe");
    await told("managedsave-remove", "probe");
    await told("start", "probe");
    expect(await state()).toBe("running (booted)");
    await told("destroy", "probe");
    expect(await state()).toBe("shut off (destroyed)");
    await told("domrename", "probe", "sonde");
    await told("undefine", "sonde");
    expect((await virsh("domstate", "sonde")).error).toContain("failed to get domain 'sonde'");
  });

  test("saves a machine to a file and brings it back", async () => {
    const { told, virsh } = await roomFor("qemu");
    const before = await told("dumpxml", "--inactive", "web-1");
    await told("save", "web-1", "/var/tmp/web-1.save");
    expect(await told("domstate", "--reason", "web-1")).toBe("shut off (saved)");
    expect(await told("save-image-dumpxml", "/var/tmp/web-1.save")).toBe(before);
    await told("restore", "/var/tmp/web-1.save");
    expect(await told("domstate", "--reason", "web-1")).toBe("running (restored)");
    expect((await virsh("restore", "/var/tmp/web-1.save")).error).toContain("already active");
    expect((await virsh("restore", "/var/tmp/none")).error).toContain("No such file");
    await told("save", "files-1", "/var/tmp/files-1.save", "--paused");
    expect((await virsh("domstate", "files-1")).exitCode).toBe(1);
    await told("restore", "/var/tmp/files-1.save");
    expect(await told("domstate", "--reason", "files-1")).toBe("paused (user)");
  });

  test("plugs devices in and pulls them out", async () => {
    const { host, folder, told, virsh } = await roomFor("qemu");
    const file = join(folder, "device.xml");
    const cards = () => host.state.registry.named("web-1")?.run?.taps.length;
    const before = await told("dumpxml", "--inactive", "web-1");
    writeFileSync(file, "<interface type='network'><source network='default'/><model type='virtio'/></interface>");
    await told("attach-device", "web-1", file, "--live");
    expect(cards()).toBe(2);
    const [, added] = rows(await told("domiflist", "web-1"));
    expect(added?.slice(1, 4)).toEqual(["network", "default", "virtio"]);
    expect(await told("domifstat", "web-1", added?.[0] ?? "")).toMatch(/rx_bytes \d+/);
    expect(await told("dumpxml", "--inactive", "web-1")).toBe(before);
    await told("detach-interface", "web-1", "network", "--mac", added?.[4] ?? "", "--live");
    expect(cards()).toBe(1);
    await told("attach-disk", "web-1", "/var/lib/libvirt/images/extra.img", "vdz", "--live", "--config");
    expect(await told("domblklist", "web-1")).toContain("extra.img");
    expect(await told("domblklist", "--inactive", "web-1")).toContain("extra.img");
    expect(await told("vol-list", "default")).toContain("extra.img");
    expect((await virsh("attach-disk", "web-1", "/x.img", "vdz", "--live")).error).toContain("already exists");
    await told("detach-disk", "web-1", "vdz", "--live", "--config");
    expect(await told("domblklist", "web-1")).not.toContain("extra.img");
    await told("detach-device-alias", "web-1", "rng0", "--live");
    expect(await told("dumpxml", "web-1")).not.toContain("<rng");
    expect((await virsh("detach-device-alias", "web-1", "rng0", "--live")).error).toContain(
      "no device found with alias",
    );
  });

  test("makes snapshots, tells their order, goes back to them and deletes them", async () => {
    const { host, told, virsh } = await roomFor("qemu");
    const state = () => told("domstate", "--reason", "web-1");
    await told("snapshot-create-as", "web-1", "first", "--description", "as it was");
    await told("suspend", "web-1");
    await told("snapshot-create-as", "web-1", "second");
    await told("snapshot-create", "web-1");
    await told("destroy", "web-1");
    expect(
      rows(await told("snapshot-list", "web-1")).map(([name, , was]) => [name?.replace(/^\d+$/, "T"), was]),
    ).toEqual(
      expect.arrayContaining([
        ["first", "running"],
        ["second", "paused"],
        ["T", "paused"],
      ]),
    );
    expect(await told("snapshot-list", "web-1", "--roots", "--name")).toBe("first");
    expect(await told("snapshot-parent", "web-1", "second")).toBe("first");
    expect(await told("snapshot-dumpxml", "web-1", "first")).toMatch(/<description>as it was[\s\S]*<domain type="kvm"/);
    expect(rows(await told("list", "--all", "--with-snapshot")).map(([, name]) => name)).toEqual(["web-1"]);
    await told("snapshot-revert", "web-1", "first");
    expect(await state()).toBe("running (from snapshot)");
    expect(await told("snapshot-current", "--name", "web-1")).toBe("first");
    await told("snapshot-revert", "web-1", "second");
    expect(await state()).toBe("paused (from snapshot)");
    expect((await virsh("snapshot-create-as", "web-1", "first")).error).toContain("already exists");
    await told("destroy", "web-1");
    expect((await virsh("undefine", "web-1")).error).toContain("3 snapshots");
    await told("snapshot-delete", "web-1", "first");
    expect((await virsh("snapshot-parent", "web-1", "second")).error).toContain("has no parent");
    await told("snapshot-delete", "web-1", "second", "--children");
    expect(await told("snapshot-list", "web-1")).toBe("");
    expect(host.state.registry.named("web-1")?.snapshots.size).toBe(0);
  });

  test("tells of snapshots again that were forgotten, and only of such as there can have been", async () => {
    const { host, folder, told, virsh } = await roomFor("qemu");
    await told("snapshot-create-as", "web-1", "first");
    await told("suspend", "web-1");
    await told("snapshot-create-as", "web-1", "second");
    const uuid = await told("domuuid", "web-1");
    const file = join(folder, "snapshot.xml");
    const redefine = (xml: string, ...words: readonly string[]) => {
      writeFileSync(file, xml);
      return virsh("snapshot-create", "web-1", file, "--redefine", ...words);
    };
    const documents = await Promise.all(
      ["first", "second"].map((name) => told("snapshot-dumpxml", "--security-info", "web-1", name)),
    );
    const [first = "", second = ""] = documents;
    await told("snapshot-delete", "web-1", "first", "--children");
    expect((await redefine(second)).error).toContain("parent first for snapshot second not found");
    expect(await redefine(first)).toMatchObject({ exitCode: 0 });
    expect(await redefine(second, "--current")).toMatchObject({ exitCode: 0 });
    expect(await told("snapshot-dumpxml", "--security-info", "web-1", "second")).toBe(second);
    expect(await told("snapshot-current", "--name", "web-1")).toBe("second");
    expect(
      (await redefine(first.replace("<parent", "<x").replace(/<creationTime>.*?<\/creationTime>/, ""))).error,
    ).toContain("creationTime");
    expect((await redefine(first.replaceAll(uuid, "7d3c5a10-0000-4000-8000-0000000000ff"))).error).toContain(
      `must use uuid ${uuid}`,
    );
    await told("snapshot-revert", "web-1", "first");
    expect(host.state.registry.named("web-1")?.condition).toEqual({ state: 1, reason: 4 });
  });

  test("moves a machine to another host, which goes on with it", async () => {
    const source = await roomFor("qemu");
    const destination = await roomFor("qemu", { name: "other" });
    const file = join(source.folder, "probe.xml");
    writeFileSync(file, leastVirtualMachine);
    await source.told("define", file);
    await source.told("start", "probe");
    const uuid = await source.told("domuuid", "probe");
    await source.told("migrate", "--live", "--persistent", "--undefinesource", "probe", destination.uri);
    expect((await source.virsh("domstate", "probe")).exitCode).toBe(1);
    expect(await destination.told("domstate", "--reason", "probe")).toBe("running (migrated)");
    expect(await destination.told("domuuid", "probe")).toBe(uuid);
    expect(facts(await destination.told("dominfo", "probe"))["Persistent"]).toBe("yes");
    await destination.told("migrate", "--live", "--suspend", "probe", source.uri);
    expect(await source.told("domstate", "--reason", "probe")).toBe("paused (user)");
    expect(await destination.told("domstate", "--reason", "probe")).toBe("shut off (migrated)");
    const same = await source.virsh("migrate", "--live", "probe", source.uri);
    expect(same.error).toContain("to the same host");
    expect(await source.told("domstate", "--reason", "probe")).toBe("paused (user)");
  });

  test("creates a transient machine, which is gone when it stops", async () => {
    const { folder, told, virsh } = await roomFor("qemu");
    const file = join(folder, "probe.xml");
    writeFileSync(file, leastVirtualMachine);
    await told("create", file, "--paused");
    expect(await told("domstate", "--reason", "probe")).toBe("paused (user)");
    for (const words of [["undefine"], ["managedsave"], ["autostart"]]) {
      expect((await virsh(...words, "probe")).error).toContain("transient");
    }
    await told("destroy", "probe");
    expect((await virsh("domstate", "probe")).exitCode).toBe(1);
  });

  test("defines again what was dumped, to the letter", async () => {
    const { folder, told } = await roomFor("qemu");
    for (const name of ["web-1", "git-1", "test-1"]) {
      const before = await told("dumpxml", "--inactive", name);
      const file = join(folder, `${name}.xml`);
      writeFileSync(file, before);
      await told("define", file);
      expect(await told("dumpxml", "--inactive", name)).toBe(before);
    }
  });

  test("knows the computer, its network and its storage", async () => {
    const { host, told } = await roomFor("qemu");
    const { node } = host.state;
    expect(facts(await told("nodeinfo"))).toMatchObject({
      "CPU(s)": String(node.cpuCount),
      "Memory size": `${node.memoryKiB} KiB`,
    });
    expect(await told("nodecpustats")).toMatch(/user:\s+\d+\nsystem:\s+\d+\nidle:\s+\d+\niowait:\s+\d+/);
    expect(await told("nodememstats")).toMatch(/total\s*:\s+\d+ KiB/);
    expect(await told("freecell", "--all")).toMatch(/0:\s+\d+ KiB/);
    expect(await told("nodecpumap")).toContain("y".repeat(node.cpuCount));
    expect(await told("hostname")).toBe(node.hostname);
    expect(await told("capabilities")).toContain(node.uuid);
    expect(await told("domcapabilities")).toContain("<domain>kvm</domain>");
    expect(await told("sysinfo")).toContain(node.uuid);
    expect(await told("version")).toContain("Running hypervisor: QEMU 7.2.22");
    expect(rows(await told("net-list", "--all"))).toEqual([["default", "active", "yes", "yes"]]);
    expect(facts(await told("net-info", "default"))["Bridge"]).toBe("virbr0");
    expect(rows(await told("pool-list", "--all"))).toEqual([["default", "active", "yes"]]);
    expect(facts(await told("pool-info", "default"))["State"]).toBe("running");
    expect(await told("vol-list", "default")).toContain("web-1.qcow2");
    expect(facts(await told("vol-info", "web-1.qcow2", "default"))["Type"]).toBe("file");
    for (const words of ["nodedev-list", "iface-list", "secret-list", "nwfilter-list", "snapshot-list web-1"]) {
      expect(await told(...words.split(" "))).toBe("");
    }
  });

  test("makes, fills, copies, reads and deletes volumes, octet for octet", async () => {
    const { folder, told, virsh } = await roomFor("qemu");
    const sent = randomBytes(700_000);
    sent.fill(0, 100_000, 400_000);
    const file = join(folder, "sent");
    const back = join(folder, "back");
    writeFileSync(file, sent);
    await told("vol-create-as", "default", "probe.img", "1M", "--format", "raw");
    expect(facts(await told("vol-info", "probe.img", "default"))).toMatchObject({ Capacity: "1.00 MiB" });
    expect((await virsh("vol-create-as", "default", "probe.img", "1M")).error).toContain("already in use");
    for (const sparse of [[], ["--sparse"]]) {
      await told("vol-upload", "probe.img", file, "default", ...sparse);
      await told("vol-download", "probe.img", back, "default", ...sparse);
      expect(readFileSync(back).subarray(0, sent.length).equals(sent)).toBe(true);
      expect(readFileSync(back)).toHaveLength(1024 * 1024);
    }
    await told("vol-download", "probe.img", back, "default", "--offset", "1000", "--length", "5000");
    expect(readFileSync(back).equals(sent.subarray(1000, 6000))).toBe(true);
    await told("vol-clone", "probe.img", "copy.img", "default");
    await told("vol-delete", "probe.img", "default");
    await told("vol-download", "copy.img", back, "default");
    expect(readFileSync(back).subarray(0, sent.length).equals(sent)).toBe(true);
    expect((await virsh("vol-info", "probe.img", "default")).exitCode).toBe(1);
    await told("vol-resize", "copy.img", "2M", "default");
    expect(await told("vol-dumpxml", "copy.img", "default")).toContain('<capacity unit="bytes">2097152</capacity>');
    await told("vol-wipe", "copy.img", "default");
    await told("vol-download", "copy.img", back, "default");
    expect(readFileSync(back).equals(Buffer.alloc(2 * 1024 * 1024))).toBe(true);
  });

  test("hands out images of machines that QEMU's own tool reads", async (context) => {
    if (!isInstalled("qemu-img")) context.skip("qemu-img is not installed");
    const { folder, told } = await roomFor("qemu");
    const image = join(folder, "web-1.qcow2");
    await told("vol-download", "web-1.qcow2", image, "default");
    const check = JSON.parse(await output("qemu-img", ["check", "--output=json", image])) as Record<string, unknown>;
    expect(check).toMatchObject({ "check-errors": 0, "image-end-offset": readFileSync(image).length });
    expect(check).not.toHaveProperty("corruptions");
    expect(check).not.toHaveProperty("leaks");
    const info = JSON.parse(await output("qemu-img", ["info", "--output=json", image])) as Record<string, unknown>;
    const described = await told("vol-dumpxml", "web-1.qcow2", "default");
    expect(info).toMatchObject({ format: "qcow2" });
    expect(described).toContain(`<capacity unit="bytes">${info["virtual-size"]}</capacity>`);
  });

  test("defines, starts, fills, empties and forgets a pool", async () => {
    const { told, virsh } = await roomFor("qemu");
    await told("pool-define-as", "extra", "dir", "--target", "/srv/extra");
    await told("pool-build", "extra");
    expect((await virsh("vol-list", "extra")).error).toContain("is not active");
    await told("pool-start", "extra");
    await told("pool-autostart", "extra");
    expect(rows(await told("pool-list", "--all"))).toEqual([
      ["default", "active", "yes"],
      ["extra", "active", "yes"],
    ]);
    expect(await told("pool-dumpxml", "extra")).toContain("<path>/srv/extra</path>");
    await told("vol-create-as", "extra", "one.qcow2", "3G", "--format", "qcow2");
    expect(await told("vol-list", "extra")).toContain("/srv/extra/one.qcow2");
    expect(await told("vol-pool", "/srv/extra/one.qcow2")).toBe("extra");
    await told("pool-refresh", "extra");
    await told("pool-destroy", "extra");
    await told("pool-undefine", "extra");
    expect((await virsh("pool-info", "extra")).exitCode).toBe(1);
  });

  test("changes a network while it runs, and what it will be when it is started anew", async () => {
    const { host: served, told, virsh } = await roomFor("qemu");
    const mac = served.state.registry.named("web-1")?.definition.facts.interfaces[0]?.mac ?? "";
    const host = (address: string) => `<host mac='${mac}' ip='${address}'/>`;
    await told("net-update", "default", "add", "ip-dhcp-host", host("192.168.122.9"), "--live");
    expect(await told("net-dhcp-leases", "default")).toContain("192.168.122.9/24");
    expect(await told("net-dumpxml", "default")).toContain('ip="192.168.122.9"');
    expect(await told("net-dumpxml", "default", "--inactive")).not.toContain("192.168.122.9");
    await told("net-update", "default", "modify", "ip-dhcp-host", host("192.168.122.8"), "--live");
    expect(await told("net-dhcp-leases", "default")).toContain("192.168.122.8/24");
    await told(
      "net-update",
      "default",
      "add",
      "dns-host",
      "<host ip='192.168.122.5'><hostname>a</hostname></host>",
      "--config",
    );
    for (const [command, section, xml, message] of [
      ["add", "ip-dhcp-host", host("192.168.122.7"), "there is an existing dhcp host entry"],
      ["delete", "ip-dhcp-range", "<range start='1.1.1.1' end='1.1.1.2'/>", "couldn't locate a matching dhcp range"],
      ["modify", "ip-dhcp-range", "<range start='192.168.122.2' end='192.168.122.9'/>", "cannot be modified"],
      ["add", "bridge", "<bridge name='x'/>", "can't update"],
    ] as const) {
      expect((await virsh("net-update", "default", command, section, xml, "--live")).error).toContain(message);
    }
    await told("net-destroy", "default");
    expect(await told("net-dumpxml", "default")).not.toContain("192.168.122.8");
    expect(await told("net-dumpxml", "default")).toContain("<hostname>a</hostname>");
    await told("net-start", "default");
  });

  test("defines, starts and forgets a network, and knows who has which address", async () => {
    const { host, folder, told, virsh } = await roomFor("qemu");
    const file = join(folder, "net.xml");
    const ip =
      "<ip address='10.9.0.1' netmask='255.255.0.0'><dhcp><range start='10.9.1.1' end='10.9.1.9'/></dhcp></ip>";
    writeFileSync(file, `<network><name>lab</name><forward mode='open'/>${ip}</network>`);
    await told("net-define", file);
    await told("net-start", "lab");
    await told("net-autostart", "lab");
    expect(rows(await told("net-list"))).toEqual([
      ["default", "active", "yes", "yes"],
      ["lab", "active", "yes", "yes"],
    ]);
    expect(await told("net-dumpxml", "lab")).toMatch(/<uuid>[0-9a-f-]{36}<\/uuid>[\s\S]*<bridge name="virbr-lab"/);
    const leases = rows(await told("net-dhcp-leases", "default"));
    const web = host.state.registry.named("web-1");
    const mac = web?.definition.facts.interfaces[0]?.mac ?? "";
    const lease = leases.find((row) => row.includes(mac));
    expect(lease).toContain("web-1");
    const address = lease?.find((cell) => cell.startsWith("192.168.122."));
    expect(address).toBeDefined();
    expect(rows(await told("domifaddr", "web-1"))).toEqual([[web?.run?.taps[0], mac, "ipv4", address]]);
    expect(await told("domifaddr", "web-1", "--source", "agent")).toContain("127.0.0.1/8");
    expect(await told("net-dhcp-leases", "lab")).toBe("");
    await told("net-destroy", "lab");
    await told("net-undefine", "lab");
    expect((await virsh("net-info", "lab")).exitCode).toBe(1);
  });

  test("may look but not touch on a read-only socket", async () => {
    const { told, virsh } = await roomFor("qemu", { readOnly: true });
    expect(rows(await told("list", "--all"))).toHaveLength(12);
    await told("domstats", "web-1");
    for (const words of [["suspend"], ["destroy"], ["autostart"], ["dumpxml", "--security-info"]]) {
      expect((await virsh(...words, "web-1")).error).toContain("read only access");
    }
  });

  test("hears events while other clients act", async () => {
    const { uri, told } = await roomFor("qemu");
    const child = spawn(program, ["-c", uri, "event", "--all", "--loop"], { env: { ...process.env, LC_ALL: "C" } });
    onTestFinished(() => void child.kill());
    let heard = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      heard += text;
    });
    const lifecycle = () =>
      [...heard.matchAll(/'lifecycle' for domain '(.+?)': (.+)/g)].map(([, name, what]) => `${name} ${what}`);
    // Registered when it hears; until then the same act is repeated.
    await untilTrue(child, async () => {
      await told("setmem", "db-1", "1G", "--live");
      return heard.includes("balloon-change");
    });
    await told("suspend", "web-1");
    await told("resume", "web-1");
    await told("destroy", "web-1");
    await told("start", "web-1");
    await untilTrue(child, async () => lifecycle().length >= 6);
    expect(lifecycle()).toEqual([
      "web-1 Suspended Paused",
      "web-1 Resumed Unpaused",
      "web-1 Shutdown Finished after host request",
      "web-1 Stopped Destroyed",
      "web-1 Resumed Unpaused",
      "web-1 Started Booted",
    ]);
  });

  test("sees a machine shut down when its guest has done so", async () => {
    const { told, host } = await roomFor("qemu");
    await told("shutdown", "web-1");
    const machine = host.state.registry.named("web-1");
    await expect.poll(() => machine?.condition.state, { timeout: 60_000 }).toBe(5);
    expect(await told("domstate", "--reason", "web-1")).toBe("shut off (shutdown)");
  });
});

describe("virsh on a host with containers", () => {
  test("takes a container through its life", async () => {
    const { folder, told, virsh } = await roomFor("lxc");
    const file = join(folder, "probe.xml");
    writeFileSync(file, leastContainer);
    await told("define", file);
    await told("start", "probe");
    expect(await told("domstate", "--reason", "probe")).toBe("running (booted)");
    await told("suspend", "probe");
    expect(await told("domstate", "--reason", "probe")).toBe("paused (user)");
    await told("resume", "probe");
    await told("setmem", "probe", "32M", "--live");
    await told("autostart", "probe");
    await told("destroy", "probe");
    await told("undefine", "probe");
    expect((await virsh("domstate", "probe")).exitCode).toBe(1);
  });

  test("describes it and reads what its control group counts", async () => {
    const { told } = await roomFor("lxc");
    expect(facts(await told("dominfo", "dns-1"))).toMatchObject({ "OS Type": "exe", State: "running" });
    expect(await told("dumpxml", "dns-1")).toMatch(/<init>\/sbin\/init<\/init>[\s\S]*<guest dev="eth0"\/>/);
    expect(await told("domblkstat", "dns-1")).toMatch(/rd_bytes \d+/);
    expect(await told("domifstat", "dns-1", "vnet0")).toMatch(/tx_bytes \d+/);
    expect(await told("dommemstat", "dns-1")).toMatch(/^actual \d+\nswap_in \d+\nrss \d+$/);
    expect(await told("cpu-stats", "dns-1", "--total")).toMatch(/system_time/);
    expect(facts(await told("schedinfo", "dns-1"))).toMatchObject({ cpu_shares: "1024", vcpu_period: "100000" });
    expect(facts(await told("memtune", "dns-1"))["hard_limit"]).toMatch(/^\d+$/);
    expect(await told("version")).toContain("Running hypervisor: LXC 6.1.0");
  });

  test.each([
    ["domstats", "dns-1"],
    ["vcpuinfo", "dns-1"],
    ["reset", "dns-1"],
    ["managedsave", "dns-1"],
    ["setvcpus", "dns-1", "1", "--live"],
    ["domblkinfo", "dns-1", "vda"],
    ["domcontrol", "dns-1"],
    ["domjobinfo", "dns-1"],
    ["numatune", "dns-1"],
    ["domcapabilities"],
    ["maxvcpus"],
  ])("is told that the driver has no %s", async (...words) => {
    const { virsh } = await roomFor("lxc");
    const { error, exitCode } = await virsh(...words);
    expect(exitCode).toBe(1);
    expect(error).toContain("this function is not supported by the connection driver: vir");
  });
});

/** What a program that must succeed prints. */
function output(command: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, words, (failure, out, error) => (failure ? reject(new Error(error)) : resolve(out)));
  });
}

describe("virsh on a host with Xen", () => {
  test("lists Domain-0 as one of them, which takes no orders", async () => {
    const { told, virsh } = await roomFor("xen");
    const listed = rows(await told("list"));
    expect(listed[0]).toEqual(["0", "Domain-0", "running"]);
    expect(await told("domuuid", "Domain-0")).toBe("00000000-0000-0000-0000-000000000000");
    for (const words of [["suspend"], ["destroy"], ["shutdown"], ["undefine"]]) {
      const { error } = await virsh(...words, "Domain-0");
      expect(error).toContain("Domain-0 does not support requested operation");
    }
    expect(await told("version")).toContain("Running hypervisor: Xen 4.17.0");
    expect(await told("capabilities")).toContain("<netprefix>vif</netprefix>");
  });

  test("describes a guest and reads what it used", async () => {
    const { told } = await roomFor("xen");
    expect(facts(await told("dominfo", "router-1"))).toMatchObject({ "OS Type": "linux", State: "running" });
    const id = await told("domid", "router-1");
    expect(await told("domiflist", "router-1")).toMatch(new RegExp(`vif${id}\\.0 +bridge +xenbr0`));
    expect(await told("domifstat", "router-1", `vif${id}.0`)).toMatch(/tx_bytes \d+/);
    expect(await told("domblkstat", "router-1", "xvda")).toMatch(/rd_bytes \d+/);
    expect(await told("dommemstat", "router-1")).toMatch(/^actual \d+\navailable \d+$/);
    expect(await told("vcpuinfo", "router-1")).toMatch(/VCPU:\s+0/);
    expect(await told("cpu-stats", "router-1", "--total")).not.toContain("user_time");
    expect(facts(await told("schedinfo", "router-1"))).toMatchObject({ Scheduler: "credit2", weight: "256", cap: "0" });
    await told("schedinfo", "router-1", "--set", "weight=512");
    expect(facts(await told("schedinfo", "router-1"))).toMatchObject({ weight: "512" });
    expect(await told("net-list")).toContain("default");
    expect(await told("pool-list")).toContain("default");
  });

  test("takes a guest through its life", async () => {
    const { told } = await roomFor("xen");
    const state = () => told("domstate", "--reason", "shell-1");
    await told("start", "shell-1");
    expect(await state()).toBe("running (booted)");
    await told("suspend", "shell-1");
    expect(await state()).toBe("paused (user)");
    await told("resume", "shell-1");
    await told("managedsave", "shell-1");
    expect(await state()).toBe("shut off (saved)");
    await told("start", "shell-1");
    expect(await state()).toBe("running (booted)");
    await told("save", "shell-1", "/var/tmp/shell");
    await told("restore", "/var/tmp/shell");
    await told("destroy", "shell-1");
    expect(await state()).toBe("shut off (destroyed)");
    await told("undefine", "shell-1");
  });

  test.each([
    ["domstats", "router-1"],
    ["nodecpustats"],
    ["nodememstats"],
    ["memtune", "router-1"],
    ["blkiotune", "router-1"],
    ["reset", "router-1"],
    ["snapshot-create", "router-1"],
    ["domblkinfo", "router-1", "xvda"],
    ["domrename", "shell-1", "shell-2"],
  ])("is told that the driver has no %s", async (...words) => {
    const { virsh } = await roomFor("xen");
    const { error, exitCode } = await virsh(...words);
    expect(exitCode).toBe(1);
    expect(error).toContain("this function is not supported by the connection driver: vir");
  });
});

describe("virsh on a host with OpenVZ", () => {
  test("lists containers by their numbers, with limits in place of memory", async () => {
    const { told } = await roomFor("openvz");
    expect(rows(await told("list"))[0]).toEqual(["101", "101", "running"]);
    expect(facts(await told("dominfo", "101"))).toMatchObject({ "Max memory": "0 KiB", "Used memory": "0 KiB" });
    expect(await told("dumpxml", "101")).toMatch(/<hard_limit unit="KiB">\d+<[\s\S]*<target dev="veth101\.0"\/>/);
    expect(await told("domifstat", "101", "veth101.0")).toMatch(/rx_bytes \d+/);
    expect(await told("domhostname", "101")).toBe("ct101.example.net");
    expect(await told("domstate", "--reason", "101")).toBe("running (unknown)");
    expect(await told("nodecpustats")).toMatch(/user:\s+\d+/);
  });

  test("stops and starts a container, and remembers nothing of it from one connection to the next", async () => {
    const { told, virsh } = await roomFor("openvz");
    await told("shutdown", "101");
    expect(await told("domstate", "--reason", "101")).toBe("shut off (unknown)");
    expect((await virsh("destroy", "101")).error).toContain("domain is not in running state");
    await told("start", "101");
    await told("suspend", "101");
    expect(await told("domstate", "--reason", "101")).toBe("running (unknown)");
    await told("setvcpus", "101", "2", "--live");
    await told("autostart", "101");
    expect((await virsh("undefine", "103")).error).toContain("vzctl");
  });

  test("does not see, on a connection that is open, what was made meanwhile", async () => {
    const { host, folder, told } = await roomFor("openvz");
    const clock = systemClock;
    const early = await connectTo(host, clock);
    const file = join(folder, "ct.xml");
    const [name, os] = ["<name>900</name>", "<os><type>exe</type><init>/sbin/init</init></os>"];
    const root = "<filesystem type='mount'><source dir='/vz/900'/><target dir='/'/></filesystem>";
    writeFileSync(file, `<domain type='openvz'>${name}<memory>0</memory>${os}<devices>${root}</devices></domain>`);
    await told("define", file);
    expect(await told("list", "--all", "--name")).toContain("900");
    const { domains } = await early.call("connectListAllDomains", { needResults: 1, flags: 0 });
    expect(domains.map((one) => one.name)).not.toContain("900");
    early.session.close();
  });

  test.each([
    ["domstats", "101"],
    ["event", "--all", "--timeout", "1"],
    ["managedsave", "101"],
    ["domblkstat", "101"],
    ["dommemstat", "101"],
    ["schedinfo", "101"],
    ["net-list"],
    ["pool-list"],
    ["attach-device", "101", "/dev/null"],
  ])("is told that the driver has no %s", async (...words) => {
    const { virsh } = await roomFor("openvz");
    const { error, exitCode } = await virsh(...words);
    expect(exitCode).toBe(1);
    expect(error).toContain("this function is not supported by the connection driver: vir");
  });
});

/** Asks until the answer is yes; `child` must not end meanwhile. */
async function untilTrue(child: ChildProcess, ask: () => Promise<boolean>): Promise<void> {
  await expect
    .poll(
      async () => {
        expect(child.exitCode).toBeNull();
        return ask();
      },
      { timeout: 60_000, interval: 200 },
    )
    .toBe(true);
}
