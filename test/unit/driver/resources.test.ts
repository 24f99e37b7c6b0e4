import { afterEach, describe, expect, test } from "vitest";
import { silentLog } from "../../../src/base/log.js";
import { seededRandom } from "../../../src/base/random.js";
import type { LocalComputer } from "../../../src/driver/host-facts.js";
import { createLibvirtMonitor } from "../../../src/driver/libvirt-monitor.js";
import { OpeningGate } from "../../../src/driver/opening-gate.js";
import type { HostMonitor, Observation } from "../../../src/inventory/observation.js";
import type { ResourcesLook } from "../../../src/inventory/resources.js";
import type { CallHandlers } from "../../../src/protocol/libvirt/call-handler.js";
import { libvirtFault } from "../../../src/protocol/libvirt/error.js";
import { FakeLibvirt } from "../../support/fake-libvirt.js";
import { ManualClock } from "../../support/manual-clock.js";
import { settled } from "../../support/paired-channels.js";

const monitors: HostMonitor[] = [];

afterEach(async () => {
  await Promise.all(monitors.splice(0).map((monitor) => monitor.stop()));
});

interface Setup {
  readonly allowWrite?: boolean;
  readonly prepare?: (daemon: FakeLibvirt) => void;
  readonly local?: LocalComputer;
}

async function watching(more: CallHandlers, { allowWrite = false, prepare = running(), local }: Setup = {}) {
  const clock = new ManualClock();
  const daemon = new FakeLibvirt(clock, { more });
  prepare(daemon);
  const seen: Observation[] = [];
  const monitor = createLibvirtMonitor({
    host: { name: "h", uri: "qemu+unix:///system?socket=/fake", allowWrite },
    ...{ clock, log: silentLog, random: seededRandom(1), dialer: daemon.dialer, gate: new OpeningGate() },
    ...(local ? { local } : {}),
  });
  monitors.push(monitor);
  monitor.start((observations) => {
    seen.push(...observations);
  });
  await settled();
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 100) {
      clock.advance(100);
      await settled();
    }
  };
  await pass(3000);
  return {
    ...{ daemon, pass, monitor },
    /** The latest of each part of the computer. */
    resources: (): ResourcesLook =>
      Object.assign({}, ...seen.map((one) => (one.kind === "resources" ? one.resources : {}))),
    /** Looks at all machines, oldest first. */
    looks: () => seen.flatMap((one) => (one.kind === "looks" ? one.looks : [])),
  };
}

/** Adds machines that run. */
function running(...names: readonly string[]): (daemon: FakeLibvirt) => void {
  return (daemon) => {
    for (const name of names) daemon.addRunning(name);
  };
}

const GIB = 1024n ** 3n;
const poolId = "11111111-0000-4000-8000-000000000001";
const netId = "22222222-0000-4000-8000-000000000001";

/** A folder with volumes, which tests change. */
function storage() {
  const state = { running: 2, used: GIB, volumes: new Map([["a.qcow2", GIB]]), read: 0 };
  const pool = { name: "default", uuid: poolId };
  const handlers: CallHandlers = {
    connectListAllStoragePools: ({ flags }) => {
      const pools = flags === 16 ? [] : [pool];
      return { pools, ret: pools.length };
    },
    storagePoolGetInfo: () => ({
      state: state.running,
      capacity: 10n * GIB,
      allocation: state.used,
      available: 9n * GIB,
    }),
    storagePoolGetXmlDesc: () => ({
      xml: "<pool type='dir'><name>default</name><target><path>/images</path></target></pool>",
    }),
    storagePoolListAllVolumes: () => {
      state.read += 1;
      const vols = [...state.volumes.keys()].map((name) => ({ pool: "default", name, key: `/images/${name}` }));
      return { vols, ret: vols.length };
    },
    storageVolGetInfo: ({ vol }) => ({ type: 0, capacity: 5n * GIB, allocation: state.volumes.get(vol.name) ?? 0n }),
    storageVolGetXmlDesc: ({ vol }) => ({
      xml: `<volume type='file'><name>${vol.name}</name><target><path>${vol.key}</path><format type='qcow2'/></target>
        <backingStore><path>/images/base</path></backingStore></volume>`,
    }),
  };
  return { state, handlers };
}

describe("a host's pools", () => {
  test("are told with their volumes", async () => {
    const { handlers } = storage();
    const { resources } = await watching(handlers);
    expect(resources().pools).toEqual([
      {
        ...{ name: "default", uuid: poolId, type: "dir", state: "running", persistent: true, autostart: false },
        ...{ capacityBytes: 10n * GIB, allocationBytes: GIB, availableBytes: 9n * GIB, path: "/images" },
        volumes: [
          {
            ...{ name: "a.qcow2", key: "/images/a.qcow2", path: "/images/a.qcow2", type: "file", format: "qcow2" },
            ...{ capacityBytes: 5n * GIB, allocationBytes: GIB, backingPath: "/images/base" },
          },
        ],
        volumesLeftOut: 0,
      },
    ]);
  });

  test("are looked into again when their sizes change or an event comes, and not otherwise", async () => {
    const { state, handlers } = storage();
    const { daemon, pass, resources } = await watching(handlers);
    const before = resources().pools;
    await pass(150_000);
    expect(state.read).toBe(1);
    expect(resources().pools).toBe(before); // the same list, so that nobody works on what did not change
    state.volumes.set("b.raw", 7n);
    daemon.emitResource({ pool: poolId });
    await pass(1000);
    expect(resources().pools?.[0]?.volumes?.map(({ name }) => name)).toEqual(["a.qcow2", "b.raw"]);
    state.volumes.delete("a.qcow2");
    state.used = 2n * GIB;
    await pass(80_000);
    expect(resources().pools?.[0]).toMatchObject({ allocationBytes: 2n * GIB, volumes: [{ name: "b.raw" }] });
  });

  test("have no sizes and no volumes while they are not active", async () => {
    const { state, handlers } = storage();
    state.running = 0;
    const { resources } = await watching(handlers);
    expect(resources().pools).toMatchObject([{ state: "inactive", capacityBytes: undefined, volumes: undefined }]);
  });

  test("that do not answer are inaccessible with what was last known, rest, and hold up nothing else", async () => {
    const { handlers } = storage();
    const { daemon, pass, resources } = await watching({ ...handlers, ...network().handlers });
    daemon.hold("storagePoolGetInfo");
    const asked = () => daemon.calls.filter((name) => name === "storagePoolGetInfo").length;
    const before = asked();
    await pass(90_000);
    expect(resources().pools).toMatchObject([{ state: "inaccessible", volumes: [{ name: "a.qcow2" }] }]);
    expect(asked() - before).toBeLessThanOrEqual(2);
    expect(resources().networks).toHaveLength(1);
  });
});

/** One network with one lease, which tests change. */
function network() {
  const state = { active: true, address: "192.0.2.5" };
  const net = { name: "lab", uuid: netId };
  const handlers: CallHandlers = {
    connectListAllNetworks: ({ flags }) => {
      const nets = flags === 2 && !state.active ? [] : [net];
      return { nets, ret: nets.length };
    },
    networkGetXmlDesc: () => ({
      xml: `<network><name>lab</name><forward mode='nat'/><bridge name='virbr9'/>
        <ip address='192.0.2.1' netmask='255.255.255.128'><dhcp><range start='192.0.2.2' end='192.0.2.9'/></dhcp></ip>
        <ip family='ipv6' address='2001:db8::1' prefix='64'/></network>`,
    }),
    networkGetDhcpLeases: () => ({
      leases: [
        {
          ...{ iface: "virbr9", expirytime: 1_800_000_000n, type: 0, mac: "52:54:00:00:00:01", iaid: undefined },
          ...{ ipaddr: state.address, prefix: 25, hostname: "a", clientid: undefined },
        },
      ],
      ret: 1,
    }),
  };
  return { state, handlers };
}

describe("a host's networks", () => {
  test("are told with their addresses and leases", async () => {
    const { resources } = await watching(network().handlers);
    expect(resources().networks).toEqual([
      {
        ...{ name: "lab", uuid: netId, active: true, persistent: true, autostart: true, bridge: "virbr9" },
        ...{ forwardMode: "nat", domain: undefined },
        addresses: [
          {
            ...{ family: "ipv4", address: "192.0.2.1", prefix: 25 },
            dhcpRanges: [{ start: "192.0.2.2", end: "192.0.2.9" }],
          },
          { family: "ipv6", address: "2001:db8::1", prefix: 64, dhcpRanges: [] },
        ],
        leases: [
          {
            ...{ mac: "52:54:00:00:00:01", family: "ipv4", address: "192.0.2.5", prefix: 25, hostname: "a" },
            ...{ clientId: undefined, expiresAt: 1_800_000_000_000 },
          },
        ],
      },
    ]);
  });

  test("have other leases within a minute, and no leases at all while they are not active", async () => {
    const { state, handlers } = network();
    const { daemon, pass, resources } = await watching(handlers);
    state.address = "192.0.2.6";
    await pass(60_000);
    expect(resources().networks?.[0]?.leases).toMatchObject([{ address: "192.0.2.6" }]);
    state.active = false;
    daemon.emitResource({ network: netId });
    await pass(500);
    expect(resources().networks).toMatchObject([{ active: false, leases: [] }]);
  });

  test("spare the question for addresses that a lease tells", async () => {
    const asked: string[] = [];
    const arp: CallHandlers = {
      domainInterfaceAddresses: ({ dom, source }) => {
        asked.push(`${dom.name} ${source}`);
        return {
          ifaces: [{ name: "x", hwaddr: "52:54:00:00:00:02", addrs: [{ type: 0, addr: "192.0.2.77", prefix: 0 }] }],
        };
      },
    };
    const { looks } = await watching(
      { ...network().handlers, ...arp },
      {
        prepare: running("leased", "other"),
      },
    );
    expect(new Set(asked)).toEqual(new Set(["other 2"]));
    const told = looks().find(({ nicAddresses }) => nicAddresses);
    expect(told?.tiers).toEqual(["addresses"]);
    expect(told?.nicAddresses?.get("52:54:00:00:00:02")).toEqual([
      { family: "ipv4", address: "192.0.2.77", prefix: undefined, source: "arp" },
    ]);
  });
});

test("the computer under a host is told with its load and its devices, but not with the ends of machines", async () => {
  const exactly = (values: Readonly<Record<string, bigint>>, asked: number) => {
    const params = Object.entries(values).map(([field, value]) => ({ field, value }));
    if (asked === 0) return { params: [], nparams: params.length };
    if (asked !== params.length) throw libvirtFault("INVALID_ARG", "wrong number of parameters");
    return { params, nparams: params.length };
  };
  const { resources } = await watching({
    connectGetCapabilities: () => ({
      capabilities: `<capabilities><host><cpu><arch>x86_64</arch><model>EPYC</model><vendor>AMD</vendor></cpu>
        <topology><cells num='1'><cell id='0'><memory unit='KiB'>2048</memory><cpus num='2'><cpu id='0'/><cpu id='1'/>
        </cpus></cell></cells></topology></host></capabilities>`,
    }),
    nodeGetCpuMap: () => ({ cpumap: Buffer.alloc(0), online: 2, ret: 4 }),
    nodeGetCpuStats: ({ nparams }) => exactly({ kernel: 1n, user: 2n, idle: 3n, iowait: 4n }, nparams),
    nodeGetMemoryStats: ({ nparams }) => exactly({ total: 2048n, free: 512n, buffers: 16n, cached: 128n }, nparams),
    nodeGetCellsFreeMemory: () => ({ cells: [524_288n] }),
    connectListAllNodeDevices: () => ({ devices: [{ name: "net_vnet0_fe" }, { name: "net_eth0_52" }], ret: 2 }),
    nodeDeviceGetXmlDesc: ({ name }) => ({
      xml: `<device><name>${name}</name><capability type='net'><interface>${name.split("_")[1]}</interface>
        <address>52:54:00:00:00:AA</address><link speed='1000' state='up'/></capability></device>`,
    }),
  });
  expect(resources()).toMatchObject({
    node: {
      ...{ architecture: "x86_64", cpuModel: "EPYC", cpuVendor: "AMD", megahertz: 1000, cpuCount: 4, cpusOnline: 2 },
      ...{ sockets: 1, cores: 2, threads: 1, memoryKiB: 2048, cells: [{ id: 0, memoryKiB: 2048, cpus: [0, 1] }] },
    },
    use: {
      ...{ cpuKernelNs: 1n, cpuUserNs: 2n, cpuIdleNs: 3n, cpuIoWaitNs: 4n },
      ...{ memoryFreeKiB: 512, memoryBuffersKiB: 16, memoryCachedKiB: 128, cellsFreeKiB: [512] },
    },
    nics: [{ name: "eth0", mac: "52:54:00:00:00:aa", linkState: "up", speedMbitPerS: 1000 }],
  });
});

test("a driver that tells nothing of pools, networks and devices leaves them unknown", async () => {
  const { resources } = await watching({});
  expect(Object.keys(resources())).toEqual(["node"]);
});

test("on this computer one look at its neighbour table tells of all machines, and libvirt is not asked", async () => {
  const local = {
    bootTime: async () => 1,
    interfaceIndexes: async () => new Map(),
    neighbours: async () => new Map([["52:54:00:00:00:02", ["192.0.2.77", "192.0.2.78"]]]),
  };
  const { daemon, looks } = await watching({}, { local, prepare: running("a", "b") });
  expect(daemon.calls).not.toContain("domainInterfaceAddresses");
  const told = looks().filter(({ nicAddresses }) => nicAddresses);
  expect(told.map(({ nicAddresses }) => [...(nicAddresses ?? [])].map(([mac, all]) => [mac, all.length]))).toEqual([
    [],
    [["52:54:00:00:00:02", 2]],
  ]);
});

describe("a machine's snapshots", () => {
  test("are read of those that have any, each described once, and which is current each time", async () => {
    const names = new Map<string, string[]>([["a", ["s1", "s2"]]]);
    let current = "s2";
    let described = 0;
    const { daemon, looks, pass } = await watching(
      {
        domainSnapshotNum: () => ({ num: 0 }),
        domainListAllSnapshots: ({ dom }) => {
          const snapshots = (names.get(dom.name) ?? []).map((name) => ({ name, dom }));
          return { snapshots, ret: snapshots.length };
        },
        domainSnapshotCurrent: ({ dom }) => ({ snap: { name: current, dom } }),
        domainSnapshotGetXmlDesc: ({ snap }) => {
          described += 1;
          return {
            xml: `<domainsnapshot><name>${snap.name}</name><state>shutoff</state><creationTime>1700000000</creationTime>
              ${snap.name === "s2" ? "<parent><name>s1</name></parent>" : ""}</domainsnapshot>`,
          };
        },
      },
      { prepare: running("a", "b") },
    );
    const told = (name: string) => {
      const uuid = [...daemon.machines.values()].find((machine) => machine.name === name)?.uuid;
      return looks().findLast((look) => look.uuid === uuid && look.tiers.includes("snapshots"))?.facts.snapshots;
    };
    const s1 = {
      name: "s1",
      description: undefined,
      state: "shutoff",
      parent: undefined,
      createdAt: 1_700_000_000_000,
    };
    expect(told("a")).toEqual([
      { ...s1, current: false },
      { ...s1, name: "s2", parent: "s1", current: true },
    ]);
    expect(told("b")).toEqual([]);
    const before = told("a");
    await pass(80_000);
    expect(told("a")).toBe(before);
    current = "s1";
    names.set("a", ["s1"]);
    await pass(80_000);
    expect(told("a")).toEqual([{ ...s1, current: true }]);
    expect(described).toBe(2);
  });

  test("are unknown where the driver has none", async () => {
    const { looks } = await watching({}, { prepare: running("a") });
    expect(looks().some(({ tiers }) => tiers.includes("snapshots"))).toBe(false);
  });
});

describe("what a guest tells", () => {
  const channel = (state: string) =>
    `<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0' state='${state}'/></channel>`;
  /** A document with a channel for an agent in that state. */
  const withAgent = (state: string): CallHandlers => ({
    domainGetXmlDesc: ({ dom }) => ({
      xml: `<domain type='kvm' id='${dom.id}'><name>${dom.name}</name><uuid>${dom.uuid}</uuid><memory>1024</memory>
        <devices>${channel(state)}</devices></domain>`,
    }),
  });
  const agent: CallHandlers = {
    domainGetGuestInfo: () => ({
      params: [
        { field: "hostname", type: "string", value: "inner" },
        { field: "os.pretty-name", type: "string", value: "Debian 12" },
        { field: "fs.count", type: "uint", value: 1 },
        { field: "fs.0.mountpoint", type: "string", value: "/" },
        { field: "fs.0.fstype", type: "string", value: "ext4" },
        { field: "fs.0.total-bytes", type: "ullong", value: 100n },
        { field: "fs.0.used-bytes", type: "ullong", value: 60n },
      ],
    }),
    domainInterfaceAddresses: () => ({
      ifaces: [
        { name: "lo", hwaddr: undefined, addrs: [{ type: 0, addr: "127.0.0.1", prefix: 8 }] },
        { name: "eth0", hwaddr: "52:54:00:00:00:01", addrs: [{ type: 1, addr: "2001:db8::5", prefix: 64 }] },
      ],
    }),
  };
  const prepare = running("a");

  test("is read where writing is allowed and its agent is there", async () => {
    const { looks } = await watching({ ...withAgent("connected"), ...agent }, { allowWrite: true, prepare });
    const look = looks().find(({ facts }) => facts.guest?.known);
    expect(look?.facts.guest).toEqual({
      known: true,
      facts: {
        ...{ hostname: "inner", osName: "Debian 12", kernel: undefined, timezone: undefined },
        filesystems: [{ mountPoint: "/", type: "ext4", totalBytes: 100n, usedBytes: 60n }],
      },
    });
    expect(look?.tiers).toEqual(["guest", "addresses"]);
    expect(look?.nicAddresses?.get("52:54:00:00:00:01")).toEqual([
      { family: "ipv6", address: "2001:db8::5", prefix: 64, source: "agent" },
    ]);
  });

  test.each([
    ["the host is read-only", "connected", false, "allow_write"],
    ["no agent answers", "disconnected", true, "no guest agent answers"],
  ])("is not asked for when %s, and why is said once", async (_case, state, allowWrite, why) => {
    const { daemon, looks, pass } = await watching({ ...withAgent(state), ...agent }, { allowWrite, prepare });
    await pass(60_000);
    expect(daemon.calls).not.toContain("domainGetGuestInfo");
    const told = looks().flatMap(({ facts }) => facts.guest ?? []);
    expect(told).toEqual([{ known: false, why: expect.stringContaining(why) }]);
  });

  test("is not asked for again for long when it did not come in time", async () => {
    const { daemon, looks, pass } = await watching(
      { ...withAgent("connected"), ...agent },
      {
        allowWrite: true,
        prepare(fake) {
          prepare(fake);
          fake.hold("domainGetGuestInfo");
        },
      },
    );
    await pass(300_000);
    expect(daemon.calls.filter((name) => name === "domainGetGuestInfo")).toHaveLength(1);
    expect(looks().findLast(({ facts }) => facts.guest)?.facts.guest).toMatchObject({ known: false });
  });

  test("is asked for one by one where the daemon has no call for all of it", async () => {
    const { looks } = await watching(
      {
        ...withAgent("connected"),
        domainGetHostname: () => ({ hostname: "old" }),
        domainGetFsinfo: () => ({ info: [{ mountpoint: "/", name: "vda1", fstype: "xfs", devAliases: [] }], ret: 1 }),
      },
      { allowWrite: true, prepare },
    );
    const look = looks().find(({ facts }) => facts.guest?.known);
    expect(look?.facts.guest).toMatchObject({
      facts: { hostname: "old", filesystems: [{ mountPoint: "/", type: "xfs" }] },
    });
  });
});
