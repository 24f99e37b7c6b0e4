import { collectDefaultMetrics, Registry } from "prom-client";
import type { HttpResponse, HttpRoute } from "../../base/http.js";
import type { ConsoleSource } from "./console-source.js";
import { gatewayMetrics } from "./gateway-metrics.js";
import { machineMetrics } from "./machine-metrics.js";
import { pieces } from "./pieces.js";

/** Scrapes in progress; each holds one generation of the inventory for as long as its reader takes. */
const SCRAPES_AT_ONCE = 4;

/** `/healthz`: this process turns, and whether the disk takes what must survive. `/readyz`: a host answers. `/metrics`: numbers for Prometheus. */
export function webRoutes(source: ConsoleSource): readonly HttpRoute[] {
  return [
    { method: "GET", path: "/healthz", handler: async () => health(source) },
    { method: "GET", path: "/readyz", handler: async () => readiness(source) },
    { method: "GET", path: "/metrics", handler: metricsHandler(source) },
  ];
}

function health(source: ConsoleSource): HttpResponse {
  const links = linksOf(source);
  return jsonAnswer(200, {
    status: source.storageFailure() === undefined ? "ok" : "degraded",
    storage: source.storageFailure() ?? "ok",
    version: source.version,
    uptimeS: Math.floor((source.clock.now() - source.startedAt) / 1000),
    hosts: { total: links.length, up: links.filter((link) => link.up).length },
  });
}

function readiness(source: ConsoleSource): HttpResponse {
  const hosts = linksOf(source);
  const ready = hosts.some((host) => host.up);
  return jsonAnswer(ready ? 200 : 503, { status: ready ? "ready" : "no host answers", hosts });
}

function linksOf(source: ConsoleSource): readonly { name: string; up: boolean; reason: string | undefined }[] {
  return [...source.inventory.current().hosts.values()].map(({ host }) => ({
    name: host.name,
    up: host.link === "up",
    reason: host.linkReason,
  }));
}

function jsonAnswer(status: number, body: object): HttpResponse {
  return { status, headers: { "content-type": "application/json" }, body: `${JSON.stringify(body)}\n` };
}

function metricsHandler(source: ConsoleSource): HttpRoute["handler"] {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry }); // process_*, nodejs_eventloop_lag_*, nodejs_gc_*
  let scrapes = 0;
  async function* scrape(): AsyncGenerator<string> {
    scrapes += 1; // here, because an iteration that never begins never ends either
    try {
      const generation = source.inventory.current();
      yield* pieces(gatewayMetrics(source, generation));
      yield* pieces(machineMetrics(generation));
      yield `${await registry.metrics()}\n`;
    } finally {
      scrapes -= 1;
    }
  }
  return async () => {
    if (scrapes >= SCRAPES_AT_ONCE)
      return {
        status: 503,
        headers: { "content-type": "text/plain", "retry-after": "5" },
        body: "too many scrapes at once\n",
      };
    return { status: 200, headers: { "content-type": registry.contentType }, body: scrape() };
  };
}
