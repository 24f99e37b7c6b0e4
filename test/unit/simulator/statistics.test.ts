import { describe, expect, test } from "vitest";
import type { Fault } from "../../../src/base/fault.js";
import { libvirtErrorOf } from "../../../src/protocol/libvirt/error.js";
import type { SimulatedDriver } from "../../../src/simulator/host/driver-profile.js";
import { createSimulatedHost } from "../../../src/simulator/host/simulated-host.js";
import { ManualClock } from "../../support/manual-clock.js";
import { connectTo } from "../../support/simulator-client.js";

async function hostWithClient(driver: SimulatedDriver = "qemu") {
  const clock = new ManualClock();
  const host = createSimulatedHost({ name: "host", driver, clock });
  return { clock, host, client: await connectTo(host, clock) };
}

type Client = Awaited<ReturnType<typeof hostWithClient>>["client"];

async function bulk(client: Client, names: readonly string[], stats = 0): Promise<Map<string, Map<string, unknown>>> {
  const doms = await Promise.all(names.map((name) => client.domain(name)));
  const { retStats } = await client.call("connectGetAllDomainStats", { doms, stats, flags: 0 });
  return new Map(
    retStats.map(({ dom, params }) => [dom.name, new Map(params.map(({ field, value }) => [field, value as unknown]))]),
  );
}

const codeOf = (call: Promise<unknown>): Promise<number | undefined> =>
  call.then(
    () => undefined,
    (error: Fault) => libvirtErrorOf(error)?.code,
  );

describe("connectGetAllDomainStats", () => {
  test("tells only of the groups that are asked for, and of no more than there is", async () => {
    const { client } = await hostWithClient();
    const state = (await bulk(client, ["web-1"], 1)).get("web-1");
    expect([...(state?.keys() ?? [])]).toEqual(["state.state", "state.reason"]);
    const off = (await bulk(client, ["test-1"])).get("test-1");
    expect(off?.has("net.count")).toBe(false);
    expect(off?.has("vcpu.0.time")).toBe(false);
    expect(off?.get("block.0.name")).toBe("vda");
  });

  test("tells of the daemon's own processor time for a machine that is off, as libvirt 9.0 does", async () => {
    const { client } = await hostWithClient();
    const both = await bulk(client, ["test-1", "backup-1"], 2);
    expect(both.get("test-1")?.get("cpu.time")).toBe(both.get("backup-1")?.get("cpu.time"));
    const info = await client.call("domainGetInfo", { dom: await client.domain("test-1") });
    expect(info.cpuTime).toBe(0n);
  });

  test("leaves out machines that have vanished", async () => {
    const { client } = await hostWithClient();
    const gone = { name: "gone", uuid: "00000000-0000-4000-8000-000000000000", id: -1 };
    const doms = [gone, await client.domain("web-1")];
    const { retStats } = await client.call("connectGetAllDomainStats", { doms, stats: 1, flags: 0 });
    expect(retStats.map(({ dom }) => dom.name)).toEqual(["web-1"]);
  });

  test("agrees with the calls for one machine", async () => {
    const { client } = await hostWithClient();
    const dom = await client.domain("web-1");
    const all = (await bulk(client, ["web-1"])).get("web-1");
    const info = await client.call("domainGetInfo", { dom });
    expect(all?.get("cpu.time")).toBe(info.cpuTime);
    expect(all?.get("balloon.current")).toBe(info.memory);
    const nic = await client.call("domainInterfaceStats", { dom, device: String(all?.get("net.0.name")) });
    expect(all?.get("net.0.rx.bytes")).toBe(nic.rxBytes);
    expect(all?.get("net.0.tx.pkts")).toBe(nic.txPackets);
    const disk = await client.call("domainBlockStats", { dom, path: "vda" });
    expect(all?.get("block.0.wr.bytes")).toBe(disk.wrBytes);
    const size = await client.call("domainGetBlockInfo", { dom, path: "vda", flags: 0 });
    expect(all?.get("block.0.capacity")).toBe(size.capacity);
    const { info: vcpus } = await client.call("domainGetVcpus", { dom, maxinfo: 64, maplen: 0 });
    expect(all?.get("vcpu.1.time")).toBe(vcpus[1]?.cpuTime);
  });
});

test("counters grow while a machine runs, rest while it is paused, and begin anew with its next run", async () => {
  const { client, clock } = await hostWithClient();
  const dom = await client.domain("web-1");
  const time = async (): Promise<bigint> => (await client.call("domainGetInfo", { dom })).cpuTime;
  const first = await time();
  clock.advance(1);
  const second = await time();
  expect(second).toBeGreaterThan(first);
  await client.call("domainSuspend", { dom });
  clock.advance(60_000);
  expect(await time()).toBe(second);
  await client.call("domainResume", { dom });
  clock.advance(1000);
  expect(await time()).toBeGreaterThan(second);
  await client.call("domainDestroyFlags", { dom, flags: 0 });
  await client.call("domainCreateWithFlags", { dom, flags: 0 });
  expect(await time()).toBeLessThan(first);
});

test("a disk's allocation outlives the run that wrote it", async () => {
  const { client, clock } = await hostWithClient();
  const dom = await client.domain("web-1");
  const allocation = async () => (await client.call("domainGetBlockInfo", { dom, path: "vda", flags: 0 })).allocation;
  const first = await allocation();
  clock.advance(3_600_000);
  const second = await allocation();
  expect(second).toBeGreaterThan(first);
  await client.call("domainDestroyFlags", { dom, flags: 0 });
  expect(await allocation()).toBe(second);
});

test("the same seed, name and time give the same machines and counters; another seed or name gives others", async () => {
  const dump = async (name: string, seed: number, advance: number): Promise<string> => {
    const clock = new ManualClock();
    const client = await connectTo(createSimulatedHost({ name, driver: "qemu", seed, clock }), clock);
    clock.advance(advance);
    const { retStats } = await client.call("connectGetAllDomainStats", { doms: [], stats: 0, flags: 0 });
    const documents = await Promise.all(retStats.map(({ dom }) => client.call("domainGetXmlDesc", { dom, flags: 0 })));
    return JSON.stringify([retStats, documents], (_, value) => (typeof value === "bigint" ? `${value}n` : value));
  };
  const one = await dump("a", 1, 5000);
  expect(await dump("a", 1, 5000)).toBe(one);
  expect(await dump("a", 2, 5000)).not.toBe(one);
  expect(await dump("b", 1, 5000)).not.toBe(one);
  expect(await dump("a", 1, 5001)).not.toBe(one);
});

describe("a container", () => {
  test("tells its memory, its processor time and what it read and wrote, but of no single disk", async () => {
    const { client } = await hostWithClient("lxc");
    const dom = await client.domain("dns-1");
    const { stats } = await client.call("domainMemoryStats", { dom, maxStats: 20, flags: 0 });
    expect(stats.map(({ tag }) => tag)).toEqual([6, 0, 7]);
    const info = await client.call("domainGetInfo", { dom });
    expect(info.memory).toBe(stats[2]?.val);
    const { params } = await client.call("domainGetCpuStats", { dom, nparams: 3, startCpu: -1, ncpus: 1, flags: 0 });
    expect(params.map(({ field }) => field)).toEqual(["cpu_time", "user_time", "system_time"]);
    expect((await client.call("domainBlockStats", { dom, path: "" })).rdBytes).toBeGreaterThan(0n);
    expect(await codeOf(client.call("domainBlockStats", { dom, path: "vda" }))).toBe(8);
  });
});

test("nodeGetCpuStats insists on being asked for as many values as there are", async () => {
  const { client } = await hostWithClient();
  expect((await client.call("nodeGetCpuStats", { cpuNum: -1, nparams: 0, flags: 0 })).nparams).toBe(4);
  expect((await client.call("nodeGetCpuStats", { cpuNum: -1, nparams: 4, flags: 0 })).params).toHaveLength(4);
  expect(await codeOf(client.call("nodeGetCpuStats", { cpuNum: -1, nparams: 6, flags: 0 }))).toBe(8);
});
