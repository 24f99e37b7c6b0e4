import { mkdirSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect } from "vitest";
import type { HostAnswer } from "../../src/agent/console/control-routes.js";
import type { MachineDetail } from "../../src/agent/console/machine-view.js";
import { bringUpMachines } from "./support/baseline.js";
import { attempt, run } from "./support/command.js";
import { disk, qemuXml } from "./support/domain-xml.js";
import { bothHosts, Gateway } from "./support/gateway.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { image } from "./support/media.js";
import { scratch } from "./support/room.js";
import { until } from "./support/until.js";
import { pairs, tryVirsh, virsh } from "./support/virsh.js";

type HostDetail = HostAnswer["hosts"][number];

const MACHINE = "held";
const POOL = "vgpool";
const NETWORK = "vglab";
const BRIDGE = "vglab0";
/** Of a client of the network's DHCP server, which is no machine: a network interface of this room. */
const CLIENT = "52:54:00:aa:77:01";

const tuning = `<memtune><hard_limit unit='KiB'>524288</hard_limit><soft_limit unit='KiB'>262144</soft_limit>
    <swap_hard_limit unit='KiB'>786432</swap_hard_limit></memtune>
  <blkiotune><weight>300</weight></blkiotune>
  <cputune><shares>512</shares><period>50000</period><quota>25000</quota><emulator_period>20000</emulator_period>
    <emulator_quota>10000</emulator_quota></cputune>
  <numatune><memory mode='strict' nodeset='0'/></numatune>`;

const heldXml = qemuXml(MACHINE, "7d3c5a10-0000-4000-8000-0000000f0001", {
  ...{ type: "qemu", memoryMiB: 32, vcpus: 1, tuning },
  metadata: `<title>Held</title><description>by the tests</description><metadata>
    <v:machine xmlns:v='urn:virtgate:machine:1'><v:note name='slice'>blue</v:note></v:machine></metadata>`,
  devices: [
    disk({ format: "qcow2", file: image("held.qcow2"), target: "vda", bus: "virtio" }).replace(
      "</disk>",
      "<iotune><read_bytes_sec>1048576</read_bytes_sec><write_iops_sec>100</write_iops_sec></iotune></disk>",
    ),
    `<interface type='bridge'><mac address='52:54:00:aa:77:02'/><source bridge='vgbr0'/><model type='virtio'/>
      <bandwidth><inbound average='1000' peak='2000' burst='512'/><outbound average='500'/></bandwidth></interface>`,
  ],
});

const networkXml = `<network><name>${NETWORK}</name><bridge name='${BRIDGE}'/><domain name='lab.example'/>
  <ip address='203.0.113.1' netmask='255.255.255.0'><dhcp><range start='203.0.113.10' end='203.0.113.20'/></dhcp></ip>
</network>`;

let gateway: Gateway;
let whyNoLease: string | undefined;

beforeAll(
  whenPossible(async () => {
    await bringUpMachines();
    await run("qemu-img", ["create", "-q", "-f", "qcow2", image("held.qcow2"), "16M"]);
    await virsh("qemu", "define", document("held", heldXml));
    for (const name of ["first", "second"]) await virsh("qemu", "snapshot-create-as", MACHINE, name, `as ${name}`);
    await virsh("qemu", "pool-define-as", POOL, "dir", "--target", scratch(POOL));
    await virsh("qemu", "pool-build", POOL);
    await virsh("qemu", "pool-start", POOL);
    await virsh("qemu", "vol-create-as", POOL, "base.qcow2", "8M", "--format", "qcow2");
    await virsh("qemu", "vol-create-as", POOL, "thin.raw", "4M", "--format", "raw", "--allocation", "1M");
    await virsh("qemu", "net-define", document("network", networkXml));
    whyNoLease = await startNetworkAndAskForLease();
    const mac = (await virsh("qemu", "domiflist", "idle-3")).trim().split(/\s+/).at(-1) ?? "";
    await run("ip", ["neigh", "replace", "198.51.100.77", "lladdr", mac, "dev", "vgbr0", "nud", "permanent"]);
    gateway = await Gateway.configured(
      "resources",
      `${bothHosts()}\n[[host]]\nname = "test1"\nuri = "test:///default"\n`,
    );
  }),
);

afterAll(
  whenPossible(async () => {
    await gateway?.stop();
    await attempt("ip", ["link", "delete", "vgclient0"]);
    await attempt("ip", ["neigh", "del", "198.51.100.77", "dev", "vgbr0"]);
    for (const words of [
      ["net-destroy", NETWORK],
      ["net-undefine", NETWORK],
      ["pool-destroy", POOL],
      ["pool-undefine", POOL],
      ["undefine", MACHINE, "--snapshots-metadata"],
    ])
      await tryVirsh("qemu", ...words);
  }),
);

function document(name: string, xml: string): string {
  mkdirSync(scratch("xml"), { recursive: true });
  const file = scratch("xml", `${name}.xml`);
  writeFileSync(file, xml);
  return file;
}

/** @returns why there is no lease; the network may be active all the same */
async function startNetworkAndAskForLease(): Promise<string | undefined> {
  const started = await tryVirsh("qemu", "net-start", NETWORK);
  if (started.code !== 0) return `the network cannot be started here: ${started.stderr.trim()}`;
  await run("ip", ["link", "add", "vgclient0", "address", CLIENT, "type", "veth", "peer", "name", "vgclient1"]);
  await run("ip", ["link", "set", "vgclient1", "master", BRIDGE, "up"]);
  await run("ip", ["link", "set", "vgclient0", "up"]);
  const ask = [
    "udhcpc",
    "-i",
    "vgclient0",
    "-n",
    "-q",
    "-f",
    "-t",
    "10",
    "-T",
    "1",
    "-s",
    "/bin/true",
    "-x",
    "hostname:leaser",
  ];
  const asked = await attempt("busybox", ask);
  return asked.code === 0 ? undefined : `no lease for a DHCP client in this room: ${asked.stderr.trim()}`;
}

const showHost = (name: string) => gateway.json<HostDetail>("show", name);
const showMachine = (name: string) => gateway.json<MachineDetail>("show", `kvm1/${name}`);

/** Waits until a host was read as far as `done` asks for. */
function settled(name: string, done: (host: HostDetail) => boolean): Promise<HostDetail> {
  return until(`${name} to be read`, async () => {
    const host = await showHost(name);
    return done(host) && host;
  });
}

const lines = (text: string): readonly string[] => text.split("\n").filter((line) => line.trim() !== "");

async function names(...words: readonly string[]): Promise<readonly string[]> {
  return [...lines(await virsh("qemu", ...words)).map((line) => line.trim())].sort();
}

describe("virtgate agrees with virsh on what a machine is held to", () => {
  const told = async (...words: readonly string[]) => pairs(await virsh("qemu", ...words), ":");

  hostTest("memory, CPU, block I/O and NUMA", async () => {
    const { limits } = await until(`${MACHINE} to be read`, () => showMachine(MACHINE));
    const memory = await told("memtune", MACHINE, "--config");
    expect(limits.memory).toEqual({
      hardKiB: memory.get("hard_limit"),
      softKiB: memory.get("soft_limit"),
      swapHardKiB: memory.get("swap_hard_limit"),
    });
    const cpu = await told("schedinfo", MACHINE, "--config");
    const number = (name: string) => Number(cpu.get(name));
    expect(limits).toMatchObject({
      cpu: { shares: number("cpu_shares"), periodUs: number("vcpu_period"), quotaUs: number("vcpu_quota") },
      emulator: { periodUs: number("emulator_period"), quotaUs: number("emulator_quota") },
    });
    expect(limits.blockWeight).toBe(Number((await told("blkiotune", MACHINE, "--config")).get("weight")));
    const numa = await told("numatune", MACHINE, "--config");
    expect([limits.numaMode, limits.numaNodes]).toEqual([numa.get("numa_mode"), numa.get("numa_nodeset")]);
  });

  hostTest("each disk and each interface", async () => {
    const { disks, nics } = await showMachine(MACHINE);
    const io = await told("blkdeviotune", MACHINE, "vda", "--config");
    expect(disks[0]?.limits).toMatchObject({
      readBytesPerS: io.get("read_bytes_sec"),
      writeRequestsPerS: io.get("write_iops_sec"),
    });
    const net = await told("domiftune", MACHINE, nics[0]?.mac ?? "", "--config");
    const number = (name: string) => Number(net.get(name));
    expect(nics[0]?.limits).toEqual({
      inbound: {
        averageKiBPerS: number("inbound.average"),
        peakKiBPerS: number("inbound.peak"),
        burstKiB: number("inbound.burst"),
      },
      outbound: { averageKiBPerS: number("outbound.average") },
    });
  });

  hostTest("what it is called and for whom it is", async () => {
    expect(await showMachine(MACHINE)).toMatchObject({
      title: await virsh("qemu", "desc", MACHINE, "--title"),
      description: await virsh("qemu", "desc", MACHINE),
      notes: { slice: "blue" },
    });
  });

  hostTest("a limit that somebody changes while it runs, soon", async (context) => {
    const set = await tryVirsh("qemu", "schedinfo", "idle-1", "--live", "--set", "cpu_shares=700");
    if (set.code !== 0) context.skip(`no CPU limits for machines that run here: ${set.stderr.trim()}`);
    await until("the new shares", async () => (await showMachine("idle-1")).limits.cpu.shares === 700);
    expect((await told("schedinfo", "idle-1", "--live")).get("cpu_shares")).toBe("700");
  });
});

describe("virtgate agrees with virsh on what belongs to a machine", () => {
  hostTest("its snapshots", async () => {
    const { snapshots } = await until("the snapshots", async () => {
      const machine = await showMachine(MACHINE);
      return machine.snapshots !== undefined && machine;
    });
    expect(snapshots?.map(({ name }) => name).sort()).toEqual(await names("snapshot-list", MACHINE, "--name"));
    const current = (await virsh("qemu", "snapshot-current", MACHINE, "--name")).trim();
    for (const { name, current: isCurrent, state, parent, createdAt } of snapshots ?? []) {
      const info = pairs(await virsh("qemu", "snapshot-info", MACHINE, name), ":");
      expect(isCurrent, name).toBe(name === current);
      expect(state, name).toBe(info.get("State"));
      expect(parent ?? "-", name).toBe(info.get("Parent"));
      const xml = await virsh("qemu", "snapshot-dumpxml", MACHINE, name);
      expect(Date.parse(createdAt ?? "") / 1000).toBe(Number(/<creationTime>(\d+)</.exec(xml)?.[1]));
    }
  });

  hostTest("addresses that the computer's neighbour table tells", async () => {
    const { nics } = await until("the address", async () => {
      const machine = await showMachine("idle-3");
      return machine.nics.some(({ addresses }) => addresses.length > 0) && machine;
    });
    expect(nics.flatMap(({ addresses }) => addresses.map((one) => [one.address, one.source]))).toEqual([
      ["198.51.100.77", "arp"],
    ]);
    // On some kernels this version of libvirt cannot read the table itself.
    const asked = await tryVirsh("qemu", "domifaddr", "idle-3", "--source", "arp");
    if (asked.code === 0) expect(asked.stdout).toContain(" 198.51.100.77/");
  });

  hostTest("that guests cannot be asked on a host that is read-only", async () => {
    const { guest } = await until("the reason", async () => {
      const machine = await showMachine("idle-1");
      return !machine.guest.known && machine.guest.why !== "not looked at yet" && machine;
    });
    expect(guest).toMatchObject({ known: false });
  });
});

describe("virtgate agrees with virsh on the computer", () => {
  hostTest("how it is built", async () => {
    const { node, use } = (await settled("kvm1", ({ resources }) => resources.use !== undefined)).resources;
    const info = pairs(await virsh("qemu", "nodeinfo"), ":");
    expect([node?.sockets, node?.cores, node?.threads, node?.numaNodes, node?.cpusOnline]).toEqual(
      ["CPU socket(s)", "Core(s) per socket", "Thread(s) per core", "NUMA cell(s)", "CPU(s)"].map((key) =>
        Number(info.get(key)),
      ),
    );
    expect(`${node?.memoryKiB} KiB`).toBe(info.get("Memory size"));
    const capabilities = await virsh("qemu", "capabilities");
    expect(node?.architecture).toBe(/<arch>([^<]+)</.exec(capabilities)?.[1]);
    expect(node?.cells.flatMap(({ cpus }) => cpus)).toHaveLength(capabilities.match(/<cpu id='/g)?.length ?? 0);
    const memory = pairs(await virsh("qemu", "nodememstats"), ":");
    expect(use?.memoryFreeKiB).toBeGreaterThan(0);
    expect(use?.memoryFreeKiB).toBeLessThan(Number(memory.get("total")?.split(" ")[0]));
    expect(BigInt(use?.cpuIdleNs ?? 0)).toBeGreaterThan(0n);
  });

  hostTest("its pools and their volumes", async () => {
    const { resources } = await settled("kvm1", (host) =>
      (host.resources.pools ?? []).some(({ name }) => name === POOL),
    );
    expect(resources.pools?.map(({ name }) => name).sort()).toEqual(await names("pool-list", "--all", "--name"));
    const pool = resources.pools?.find(({ name }) => name === POOL);
    const info = pairs(await virsh("qemu", "pool-info", POOL, "--bytes"), ":");
    expect(pool).toMatchObject({
      ...{ uuid: info.get("UUID"), state: info.get("State"), capacityBytes: info.get("Capacity"), path: scratch(POOL) },
      ...{ type: "dir", autostart: false, persistent: true },
    });
    expect(pool?.volumes?.map(({ name }) => name)).toEqual(["base.qcow2", "thin.raw"]);
    for (const { name, path, format, capacityBytes, allocationBytes } of pool?.volumes ?? []) {
      const volume = pairs(await virsh("qemu", "vol-info", "--pool", POOL, name, "--bytes"), ":");
      expect([capacityBytes, allocationBytes].map((size) => `${size} bytes`)).toEqual([
        volume.get("Capacity"),
        volume.get("Allocation"),
      ]);
      expect(path).toBe((await virsh("qemu", "vol-path", "--pool", POOL, name)).trim());
      expect(name.endsWith(format ?? "none")).toBe(true);
    }
  });

  hostTest("a volume that comes, and a pool that stops, as soon as an event tells", async () => {
    await virsh("qemu", "vol-create-as", POOL, "late.raw", "1M", "--format", "raw");
    await virsh("qemu", "pool-refresh", POOL);
    const pool = (host: HostDetail) => host.resources.pools?.find(({ name }) => name === POOL);
    await settled("kvm1", (host) => pool(host)?.volumes?.some(({ name }) => name === "late.raw") ?? false);
    await virsh("qemu", "pool-destroy", POOL);
    const stopped = await settled("kvm1", (host) => pool(host)?.state === "inactive");
    expect(pool(stopped)?.volumes).toBeUndefined();
    await virsh("qemu", "pool-start", POOL);
    await settled("kvm1", (host) => pool(host)?.state === "running");
  });

  hostTest("its networks", async () => {
    const { resources } = await settled("kvm1", (host) => host.resources.networks !== undefined);
    expect(resources.networks?.map(({ name }) => name).sort()).toEqual(await names("net-list", "--all", "--name"));
    const network = resources.networks?.find(({ name }) => name === NETWORK);
    const info = pairs(await virsh("qemu", "net-info", NETWORK), ":");
    expect(network).toMatchObject({
      ...{ uuid: info.get("UUID"), active: info.get("Active") === "yes", bridge: info.get("Bridge") },
      ...{ autostart: info.get("Autostart") === "yes", domain: "lab.example" },
      addresses: [{ address: "203.0.113.1", prefix: 24, dhcpRanges: [{ start: "203.0.113.10", end: "203.0.113.20" }] }],
    });
  });

  hostTest("who got which address there", async (context) => {
    if (whyNoLease !== undefined) context.skip(whyNoLease);
    const { resources } = await settled("kvm1", (host) =>
      (host.resources.networks ?? []).some(({ leases }) => (leases ?? []).length > 0),
    );
    const [lease] = resources.networks?.find(({ name }) => name === NETWORK)?.leases ?? [];
    const row = lines(await virsh("qemu", "net-dhcp-leases", NETWORK)).find((line) => line.includes(CLIENT)) ?? "";
    expect(row).toContain(`${lease?.address}/${lease?.prefix}`);
    expect(row).toContain(lease?.hostname ?? "no host name");
    expect(lease?.mac).toBe(CLIENT);
  });

  hostTest("on its two hosts alike, and on a driver that lives in the library", async () => {
    const qemu = await settled("kvm1", (host) => host.resources.pools !== undefined);
    const lxc = await settled(
      "ct1",
      (host) => host.resources.pools !== undefined && host.resources.networks !== undefined,
    );
    const poolNames = (host: HostDetail) => host.resources.pools?.map(({ name, uuid }) => [name, uuid]);
    expect(poolNames(lxc)).toEqual(poolNames(qemu));
    expect(lxc.node).toBe(qemu.node);
    const { resources } = await settled(
      "test1",
      (host) => host.resources.networks !== undefined && host.resources.pools !== undefined,
    );
    const list = async (what: string) =>
      lines(await run("virsh", ["-q", "-c", "test:///default", what, "--all", "--name"])).map((line) => line.trim());
    expect(resources.pools?.map(({ name }) => name)).toEqual(await list("pool-list"));
    expect(resources.networks?.map(({ name }) => name)).toEqual(await list("net-list"));
  });
});
