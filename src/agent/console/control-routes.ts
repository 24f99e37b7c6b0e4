import type { HttpRequest, HttpResponse, HttpRoute } from "../../base/http.js";
import { historySpans, type Series } from "../../engine/history/series.js";
import type { Generation } from "../../inventory/generation.js";
import type { Machine } from "../../inventory/machine.js";
import type { Activity, ActivityTracker } from "./activity.js";
import type { ConsoleSource } from "./console-source.js";
import { findMachines } from "./find-machine.js";
import { type HostView, viewHost } from "./host-view.js";
import { type MachineDetail, type MachineView, viewMachine, viewMachineDetail } from "./machine-view.js";
import { inSlices, jsonWithList, pieces } from "./pieces.js";
import { type ResourcesView, viewResources } from "./resources-view.js";
import { type SnmpPlace, snmpPlaces } from "./snmp-place.js";

/** Answer of `/v1/hosts`. */
export interface HostsAnswer {
  readonly hosts: readonly HostView[];
}

/** Answer of `/v1/host?name=`: one, or none when there is no such host. */
export interface HostAnswer {
  readonly hosts: readonly (HostView & { readonly resources: ResourcesView })[];
}

/** Answer of `/v1/machines`; with `host=` those of one host. */
export interface MachinesAnswer {
  readonly machines: readonly MachineView[];
}

/** Answer of `/v1/machine?name=`: all that the name may mean, none when there is no such machine. */
export interface MachineAnswer {
  readonly machines: readonly (MachineDetail & { readonly activity: Activity; readonly snmp: readonly SnmpPlace[] })[];
}

/** Answer of `/v1/history?name=&span=`: all that the name may mean; without a span the last ten minutes. */
export interface HistoryAnswer {
  readonly machines: readonly { readonly host: string; readonly uuid: string; readonly history: Series | undefined }[];
}

export const activityOrders = ["cpu", "memory", "disk", "net", "name"] as const;

export type ActivityOrder = (typeof activityOrders)[number];

/** Answer of `/v1/activity?sort=&limit=`: the busiest machines first. */
export interface ActivityAnswer {
  readonly hosts: { readonly total: number; readonly up: number };
  readonly total: number;
  readonly running: number;
  readonly machines: readonly (MachineView & Activity & { readonly recentCpu: readonly (number | null)[] })[];
}

const MOST_ACTIVE = 1_000;
/** Each is a file to read. */
const MOST_HISTORIES = 8;

/** The console's views as JSON, for whoever owns the gateway: the command line. */
export function controlRoutes(source: ConsoleSource, activity: ActivityTracker): readonly HttpRoute[] {
  const get = (
    path: string,
    answer: (request: HttpRequest, generation: Generation) => object | HttpResponse | Promise<object>,
  ): HttpRoute => ({
    method: "GET",
    path,
    handler: async (request) => {
      const result = await answer(request, source.inventory.current());
      return "status" in result ? (result as HttpResponse) : json(`${JSON.stringify(result)}\n`);
    },
  });
  return [
    get("/v1/hosts", (_request, generation): HostsAnswer => ({ hosts: viewHosts(source, generation) })),
    get("/v1/host", (request, generation): HostAnswer => {
      const part = generation.hosts.get(request.query["name"] ?? "");
      if (!part) return { hosts: [] };
      const now = source.clock.monotonic();
      const view = viewHost(part, source.hostCounters(part.host.name), now);
      return { hosts: [{ ...view, resources: viewResources(part.host, now) }] };
    }),
    get("/v1/machines", (request, generation) => machinesAnswer(source, generation, request.query["host"])),
    get(
      "/v1/machine",
      (request, generation): MachineAnswer => ({
        machines: findMachines(generation, request.query["name"] ?? "").flatMap((machine) => {
          const host = generation.hosts.get(machine.host)?.host;
          if (!host) return [];
          const detail = viewMachineDetail(machine, host, source.clock.monotonic());
          return [{ ...detail, activity: activity.of(machine), snmp: snmpPlaces(generation, machine) }];
        }),
      }),
    ),
    get("/v1/history", async (request, generation): Promise<HistoryAnswer> => {
      const span = historySpans.find((one) => one === request.query["span"]) ?? "10m";
      const machines = findMachines(generation, request.query["name"] ?? "").slice(0, MOST_HISTORIES);
      return {
        machines: await Promise.all(
          machines.map(async (machine) => ({
            ...{ host: machine.host, uuid: machine.uuid },
            history: await source.history.read(machine, span),
          })),
        ),
      };
    }),
    get("/v1/activity", (request, generation) => activityAnswer(source, activity, generation, request.query)),
  ];
}

function viewHosts(source: ConsoleSource, generation: Generation): readonly HostView[] {
  return [...generation.hosts.values()].map((part) =>
    viewHost(part, source.hostCounters(part.host.name), source.clock.monotonic()),
  );
}

function machinesAnswer(source: ConsoleSource, generation: Generation, host: string | undefined): HttpResponse {
  if (host !== undefined && !generation.hosts.has(host)) {
    const known = [...generation.hosts.keys()].join(", ");
    return {
      status: 400,
      headers: { "content-type": "text/plain" },
      body: `there is no host ${host}; the hosts are ${known}\n`,
    };
  }
  const parts = [...generation.hosts.values()].filter((part) => host === undefined || part.host.name === host);
  const monotonic = source.clock.monotonic();
  function* views(): Generator<MachineView> {
    for (const { byIndex } of parts) for (const machine of byIndex) yield viewMachine(machine, monotonic);
  }
  return json(pieces(jsonWithList({}, "machines", views())));
}

async function activityAnswer(
  source: ConsoleSource,
  activity: ActivityTracker,
  generation: Generation,
  query: HttpRequest["query"],
): Promise<ActivityAnswer> {
  const machines = [...generation.hosts.values()].flatMap((part) => part.byIndex);
  const order = activityOrders.find((one) => one === query["sort"]) ?? "cpu";
  const wanted = Number(query["limit"] ?? 50);
  const limit = Number.isInteger(wanted) && wanted >= 0 ? Math.min(wanted, MOST_ACTIVE) : 50;
  const monotonic = source.clock.monotonic();
  const hosts = [...generation.hosts.values()];
  return {
    hosts: { total: hosts.length, up: hosts.filter(({ host }) => host.link === "up").length },
    total: machines.length,
    running: machines.reduce((count, machine) => count + Number(machine.state === "running"), 0),
    machines: (await sorted(machines, order, activity)).slice(0, limit).map((machine) => ({
      ...viewMachine(machine, monotonic),
      ...activity.of(machine),
      recentCpu: source.history.recentCpu(machine),
    })),
  };
}

/** Busiest first, equals by name. */
async function sorted(
  machines: readonly Machine[],
  order: ActivityOrder,
  activity: ActivityTracker,
): Promise<readonly Machine[]> {
  const weights: { readonly machine: Machine; readonly weight: number }[] = [];
  await inSlices(machines, (machine) => weights.push({ machine, weight: weightOf(machine, order, activity) }));
  weights.sort(
    (a, b) => b.weight - a.weight || compare(a.machine.name, b.machine.name) || compare(a.machine.uuid, b.machine.uuid),
  );
  return weights.map(({ machine }) => machine);
}

function weightOf(machine: Machine, order: ActivityOrder, activity: ActivityTracker): number {
  if (order === "name") return 0;
  if (order === "memory") return machine.state === "running" ? (machine.memoryKiB ?? -1) : -1;
  const now = activity.of(machine);
  if (order === "cpu") return now.cpuPercent ?? -1;
  return order === "disk"
    ? (now.diskReadBytesPerS ?? -1) + (now.diskWriteBytesPerS ?? 0)
    : (now.receivedBytesPerS ?? -1) + (now.sentBytesPerS ?? 0);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function json(body: HttpResponse["body"]): HttpResponse {
  return { status: 200, headers: { "content-type": "application/json" }, body };
}
