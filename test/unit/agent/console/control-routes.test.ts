import { expect, test } from "vitest";
import { ActivityTracker } from "../../../../src/agent/console/activity.js";
import {
  type ActivityAnswer,
  controlRoutes,
  type HistoryAnswer,
  type HostAnswer,
  type HostsAnswer,
  type MachineAnswer,
  type MachinesAnswer,
} from "../../../../src/agent/console/control-routes.js";
import type { Network } from "../../../../src/inventory/network.js";
import type { Pool } from "../../../../src/inventory/pool.js";
import { noResources, resourcesAfter } from "../../../../src/inventory/resources.js";
import { fixtureGateway, fixtureGeneration, fixtureHost, fixtureMachine } from "../../../support/fixture-gateway.js";
import { ManualClock } from "../../../support/manual-clock.js";

const twoHosts = fixtureGeneration([
  [fixtureHost(), [fixtureMachine({ index: 1 }), fixtureMachine({ index: 2, name: "db" })]],
  [
    fixtureHost({ name: "lxc1", facts: undefined }),
    [
      fixtureMachine({
        host: "lxc1",
        index: 1,
        gatewayIndex: 3,
        name: "db",
        uuid: "bbbbbbbb-0000-0000-0000-000000000001",
      }),
    ],
  ],
]);

function console(generation = twoHosts, activity = new ActivityTracker()) {
  const clock = new ManualClock();
  clock.advance(5_000);
  const routes = controlRoutes(fixtureGateway({ clock, generation, counters: { calls: 7 } }), activity);
  return async function get<Answer>(
    path: string,
    query: Record<string, string> = {},
  ): Promise<{ status: number; answer: Answer }> {
    const route = routes.find((one) => one.path === path);
    if (route === undefined) throw new Error(`no route ${path}`);
    const response = await route.handler({
      method: "GET",
      path,
      query,
      headers: {},
      body: Buffer.alloc(0),
      peer: "test",
    });
    let text = "";
    if (typeof response.body === "string") text = response.body;
    else for await (const piece of response.body as AsyncIterable<string>) text += piece;
    return { status: response.status, answer: (response.status === 200 ? JSON.parse(text) : text) as Answer };
  };
}

test("/v1/hosts tells each host with ages, counts and counters", async () => {
  const { answer } = await console()<HostsAnswer>("/v1/hosts");
  expect(answer.hosts).toHaveLength(2);
  expect(answer.hosts[0]).toMatchObject({
    name: "kvm1",
    link: "up",
    linkSince: "2026-11-05T09:00:00.000Z",
    listedAgeMs: 1_000,
    statisticsAgeMs: 1_000,
    libvirtVersion: "9.0.0",
    machines: 2,
    machinesByState: { running: 2 },
    stuck: [],
    counters: { calls: 7 },
  });
  expect(answer.hosts[1]).not.toHaveProperty("libvirtVersion");
});

test("/v1/machines lists all, or those of one host, with 64-bit counters as text", async () => {
  const get = console();
  const { answer } = await get<MachinesAnswer>("/v1/machines");
  expect(answer.machines.map(({ host, name }) => `${host}/${name}`)).toEqual(["kvm1/web1", "kvm1/db", "lxc1/db"]);
  expect(answer.machines[0]).toMatchObject({
    cpuTimeNs: "12345678900",
    ages: { stateMs: 500, statisticsMs: 1_000, documentMs: 4_000 },
  });
  expect((await get<MachinesAnswer>("/v1/machines", { host: "lxc1" })).answer.machines).toHaveLength(1);
  const wrong = await get<string>("/v1/machines", { host: "nobody" });
  expect(wrong).toEqual({ status: 400, answer: "there is no host nobody; the hosts are kvm1, lxc1\n" });
});

test("/v1/machines of no machines is still a list", async () => {
  expect((await console(fixtureGeneration([]))<MachinesAnswer>("/v1/machines")).answer).toEqual({ machines: [] });
});

test("/v1/machine finds by name, UUID and host, and gives all that a name may mean", async () => {
  const get = console();
  const find = async (name: string) =>
    (await get<MachineAnswer>("/v1/machine", { name })).answer.machines.map(({ host, name }) => `${host}/${name}`);
  expect(await find("web1")).toEqual(["kvm1/web1"]);
  expect(await find("db")).toEqual(["kvm1/db", "lxc1/db"]);
  expect(await find("lxc1/db")).toEqual(["lxc1/db"]);
  expect(await find("BBBBBBBB-0000-0000-0000-000000000001")).toEqual(["lxc1/db"]);
  expect(await find("kvm1/bbbbbbbb-0000-0000-0000-000000000001")).toEqual([]);
  expect(await find("nobody")).toEqual([]);
  expect(await find("")).toEqual([]);
});

test("/v1/host has the computer with the age of each part, 64-bit numbers as text", async () => {
  const pool: Pool = {
    ...{ name: "p", uuid: "u", type: "dir", state: "running", persistent: true, autostart: true, path: "/p" },
    ...{ capacityBytes: 18_446_744_073_709_551_615n, allocationBytes: 4n, availableBytes: 5n, volumesLeftOut: 0 },
    volumes: undefined,
  };
  const lease = { ...{ mac: "52:54:00:00:00:01", family: "ipv4" as const, address: "192.0.2.1", prefix: 24 } };
  const network: Network = {
    ...{ name: "n", uuid: "v", active: true, persistent: true, autostart: true, bridge: "virbr0", forwardMode: "nat" },
    ...{ domain: undefined, addresses: [] },
    leases: [{ ...lease, hostname: "web", clientId: undefined, expiresAt: 0 }],
  };
  const resources = resourcesAfter(noResources, { pools: [pool], networks: [network] }, 2_000);
  const get = console(fixtureGeneration([[fixtureHost({ resources }), [fixtureMachine()]]]));
  const { answer } = await get<HostAnswer>("/v1/host", { name: "kvm1" });
  expect(answer.hosts[0]).toMatchObject({
    ...{ name: "kvm1", freshness: "current", machines: 1 },
    resources: {
      pools: [{ name: "p", capacityBytes: "18446744073709551615" }],
      networks: [{ name: "n", leases: [{ ...lease, hostname: "web", expiresAt: "1970-01-01T00:00:00.000Z" }] }],
      ages: { poolsMs: 3_000, networksMs: 3_000 },
    },
  });
  const machine = (await get<MachineAnswer>("/v1/machine", { name: "web1" })).answer.machines[0];
  expect(machine?.nics[0]?.addresses).toEqual([{ family: "ipv4", address: "192.0.2.1", prefix: 24, source: "lease" }]);
  expect((await get<HostAnswer>("/v1/host", { name: "nobody" })).answer).toEqual({ hosts: [] });
});

test("/v1/history gives what is remembered of each machine that a name may mean", async () => {
  const { answer } = await console()<HistoryAnswer>("/v1/history", { name: "db", span: "24h" });
  expect(answer.machines.map(({ host }) => host)).toEqual(["kvm1", "lxc1"]);
});

test("/v1/machine names the SNMP instances of both contexts", async () => {
  const { answer } = await console()<MachineAnswer>("/v1/machine", { name: "lxc1/db" });
  expect(answer.machines[0]?.snmp).toMatchObject([
    {
      context: "lxc1",
      vmIndex: 1,
      oids: { vmName: "1.3.6.1.2.1.236.1.4.1.2.1", vmCpuTime: "1.3.6.1.2.1.236.1.4.1.17.1" },
    },
    { context: "", vmIndex: 3, oids: { vmName: "1.3.6.1.2.1.236.1.4.1.2.3" } },
  ]);
  expect(answer.machines[0]?.snmp[0]?.oids).not.toHaveProperty("vmIndex");
  const alone = fixtureGeneration([[fixtureHost(), [fixtureMachine({ index: 4, gatewayIndex: 9 })]]]);
  const one = await console(alone)<MachineAnswer>("/v1/machine", { name: "web4" });
  expect(one.answer.machines[0]?.snmp.map(({ vmIndex }) => vmIndex)).toEqual([4, 4]);
});

test("/v1/activity puts the busiest first, and keeps to its limit", async () => {
  const activity = new ActivityTracker();
  const at = (ms: number, busy: bigint) =>
    fixtureGeneration([
      [
        fixtureHost(),
        [
          fixtureMachine({
            index: 1,
            name: "idle",
            cpuTimeNs: 0n,
            readings: { state: ms, statistics: ms, document: 0 },
          }),
          fixtureMachine({
            index: 2,
            name: "busy",
            cpuTimeNs: busy,
            readings: { state: ms, statistics: ms, document: 0 },
          }),
          fixtureMachine({ index: 3, name: "off", state: "stopped", memoryKiB: 4_194_304 }),
        ],
      ],
    ]);
  await activity.observe(at(0, 0n));
  const generation = at(2_000, 1_000_000_000n);
  await activity.observe(generation);
  const get = console(generation, activity);
  const names = async (query: Record<string, string>) =>
    (await get<ActivityAnswer>("/v1/activity", query)).answer.machines.map(({ name }) => name);
  const { answer } = await get<ActivityAnswer>("/v1/activity");
  expect(answer).toMatchObject({ hosts: { total: 1, up: 1 }, total: 3, running: 2 });
  expect(answer.machines[0]).toMatchObject({ name: "busy", cpuPercent: 50 });
  expect(await names({ sort: "cpu", limit: "1" })).toEqual(["busy"]);
  expect(await names({ sort: "name" })).toEqual(["busy", "idle", "off"]);
  expect(await names({ sort: "memory" })).toEqual(["busy", "idle", "off"]);
  expect(await names({ limit: "0" })).toEqual([]);
  expect(await names({ limit: "-3", sort: "nonsense" })).toEqual(["busy", "idle", "off"]);
});
