import { machineFreshness } from "../../inventory/freshness.js";
import type { Generation, HostGeneration } from "../../inventory/generation.js";
import { machineStates } from "../../inventory/machine.js";
import type { ConsoleSource, Counters } from "./console-source.js";
import { type Family, heading, labels, line } from "./exposition.js";
import { type HostView, viewHost } from "./host-view.js";
import { nodeMetrics } from "./node-metrics.js";

type HostRow = readonly [
  name: string,
  type: Family["type"],
  value: (host: HostView) => number | undefined,
  help: string,
];

// biome-ignore format: read as a table
const hostRows: readonly HostRow[] = [
  ["libvirt_up",                           "gauge", (h) => Number(h.link === "up"),         "Whether libvirt answers"],
  ["virtgate_host_link",                   "gauge", (h) => Number(h.link === "up"),         "1 while the connection to the host is up"],
  ["virtgate_host_stale",                  "gauge", (h) => Number(h.freshness === "stale"),   "1 while the host answers, but what is told of it is old"],
  ["virtgate_host_complete",               "gauge", (h) => Number(h.complete),              "1 once all machines of the host were listed"],
  ["virtgate_host_data_age_seconds",       "gauge", (h) => inSeconds(h.listedAgeMs),        "Time since the last complete listing"],
  ["virtgate_host_statistics_age_seconds", "gauge", (h) => inSeconds(h.statisticsAgeMs),    "Age of the oldest statistics of a running machine that is not stuck"],
];

/** What the gateway says about itself and its hosts; the machines' own numbers are `machineMetrics`. */
export function* gatewayMetrics(source: ConsoleSource, generation: Generation): Generator<string> {
  yield heading({ name: "virtgate_build_info", type: "gauge", help: "Version of the program and of Node" });
  yield line("virtgate_build_info", labels({ version: source.version, node: process.versions.node }), 1);
  yield heading({
    name: "virtgate_storage_failing",
    type: "gauge",
    help: "1 while the state directory refuses to store",
  });
  yield line("virtgate_storage_failing", "", source.storageFailure() === undefined ? 0 : 1);
  const parts = [...generation.hosts.values()];
  const hosts = parts.map((part) => viewHost(part, source.hostCounters(part.host.name), source.clock.monotonic()));
  for (const [name, type, value, help] of hostRows) {
    yield heading({ name, type, help });
    for (const host of hosts) {
      const sample = value(host);
      if (sample !== undefined) yield line(name, labels({ host: host.name }), sample);
    }
  }
  yield* machineCounts(hosts, parts, source.clock.monotonic());
  yield* nodeMetrics(generation);
  yield* counterFamily(
    "virtgate_host_monitor_total",
    "What the monitor of a host counted",
    hosts,
    (host) => host.counters,
  );
  yield heading({
    name: "virtgate_snmp_total",
    type: "counter",
    help: "Counters of the SNMP agent by their MIB objects",
  });
  for (const [object, value] of Object.entries(source.snmpCounters()))
    yield line("virtgate_snmp_total", labels({ object }), value);
  yield heading({ name: "virtgate_queue_dropped_total", type: "counter", help: "Entries lost from a full queue" });
  for (const [queue, value] of Object.entries(source.queueDrops()))
    yield line("virtgate_queue_dropped_total", labels({ queue }), value);
}

function* machineCounts(
  hosts: readonly HostView[],
  parts: readonly HostGeneration[],
  monotonic: number,
): Generator<string> {
  yield heading({ name: "virtgate_host_machines", type: "gauge", help: "Machines by state" });
  for (const host of hosts)
    for (const state of machineStates)
      yield line("virtgate_host_machines", labels({ host: host.name, state }), host.machinesByState[state] ?? 0);
  yield heading({
    name: "virtgate_host_machines_stuck",
    type: "gauge",
    help: "Machines that do not answer statistics calls",
  });
  for (const { host, byIndex } of parts) {
    const stuck = byIndex.reduce((count, machine) => count + Number(machine.stuck), 0);
    yield line("virtgate_host_machines_stuck", labels({ host: host.name }), stuck);
  }
  yield heading({ name: "virtgate_host_machines_stale", type: "gauge", help: "Machines of which what is told is old" });
  for (const { host, byIndex } of parts) {
    const stale = byIndex.reduce(
      (count, machine) => count + Number(machineFreshness(machine, monotonic) === "stale"),
      0,
    );
    yield line("virtgate_host_machines_stale", labels({ host: host.name }), stale);
  }
}

function* counterFamily(
  name: string,
  help: string,
  hosts: readonly HostView[],
  counters: (host: HostView) => Counters,
): Generator<string> {
  yield heading({ name, type: "counter", help });
  for (const host of hosts)
    for (const [counter, value] of Object.entries(counters(host))) {
      if (counter === "stuck") continue; // no counter, and told above
      yield line(name, labels({ host: host.name, counter }), value);
    }
}

function inSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
