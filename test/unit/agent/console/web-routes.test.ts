import { expect, test } from "vitest";
import { webRoutes } from "../../../../src/agent/console/web-routes.js";
import type { HttpResponse } from "../../../../src/base/http.js";
import {
  type FixtureGateway,
  fixtureGateway,
  fixtureGeneration,
  fixtureHost,
  fixtureMachine,
} from "../../../support/fixture-gateway.js";
import { ManualClock } from "../../../support/manual-clock.js";

function get(routes: ReturnType<typeof webRoutes>, path: string): Promise<HttpResponse> {
  const route = routes.find((one) => one.path === path);
  if (route === undefined) throw new Error(`no route ${path}`);
  return route.handler({ method: "GET", path, query: {}, headers: {}, body: Buffer.alloc(0), peer: "test" });
}

function gatewayWith(...links: ("up" | "down" | "connecting")[]): FixtureGateway {
  const hosts = links.map(
    (link, at) => [fixtureHost({ name: `h${at}`, link }), [fixtureMachine({ host: `h${at}` })]] as const,
  );
  return fixtureGateway({ clock: new ManualClock(), generation: fixtureGeneration(hosts) });
}

test("/healthz answers 200 whatever the hosts do", async () => {
  const { status, body } = await get(webRoutes(gatewayWith("down", "up")), "/healthz");
  expect(status).toBe(200);
  const rest = { version: "1.2.3", uptimeS: 0, hosts: { total: 2, up: 1 } };
  expect(JSON.parse(String(body))).toEqual({ status: "ok", storage: "ok", ...rest });
});

test("/healthz tells of a disk that refuses", async () => {
  const gateway = { ...gatewayWith("up"), storageFailure: () => "no space left" };
  const { status, body } = await get(webRoutes(gateway), "/healthz");
  expect(status).toBe(200);
  expect(JSON.parse(String(body))).toMatchObject({ status: "degraded", storage: "no space left" });
});

test("/readyz answers 200 while a host answers, and 503 when none does", async () => {
  expect((await get(webRoutes(gatewayWith("down", "up")), "/readyz")).status).toBe(200);
  expect((await get(webRoutes(gatewayWith("down", "connecting")), "/readyz")).status).toBe(503);
  expect((await get(webRoutes(gatewayWith()), "/readyz")).status).toBe(503);
});

async function text(response: HttpResponse): Promise<string> {
  let all = "";
  for await (const piece of response.body as AsyncIterable<string>) all += piece;
  return all;
}

test("/metrics has the machines, the gateway and the process, every family once", async () => {
  const response = await get(webRoutes(gatewayWith("up")), "/metrics");
  expect(response.headers["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/);
  const all = await text(response);
  for (const name of [
    "libvirt_domain_info_vstate",
    "virtgate_host_link",
    "process_resident_memory_bytes",
    "nodejs_eventloop_lag_seconds",
  ])
    expect(all).toMatch(new RegExp(`^${name}[{ ]`, "m"));
  const headings = all.split("\n").filter((line) => line.startsWith("# TYPE "));
  expect(new Set(headings).size).toBe(headings.length);
  for (const line of all.split("\n"))
    expect(line).toMatch(
      /^$|^# (HELP|TYPE) |^[a-zA-Z_:][\w:]*(\{([a-zA-Z_]\w*="([^"\\]|\\.)*",?)*\})? [-+0-9.eNaIinf]+$/,
    );
});

test("/metrics of many machines comes in pieces between which the event loop turns", async () => {
  const machines = Array.from({ length: 2_000 }, (_, at) => fixtureMachine({ index: at + 1 }));
  const gateway = fixtureGateway({
    clock: new ManualClock(),
    generation: fixtureGeneration([[fixtureHost(), machines]]),
  });
  const response = await get(webRoutes(gateway), "/metrics");
  let turns = 0;
  let reading = true;
  const count = (): void => {
    turns += 1;
    if (reading) setImmediate(count);
  };
  setImmediate(count);
  let pieces = 0;
  for await (const piece of response.body as AsyncIterable<string>) {
    expect(piece.length).toBeLessThan(128 * 1024);
    pieces += 1;
  }
  reading = false;
  expect(pieces).toBeGreaterThan(50);
  expect(turns).toBeGreaterThanOrEqual(pieces - 4);
});

test("/metrics serves four scrapes at once; one that was broken off, or never read, frees its place", async () => {
  const routes = webRoutes(gatewayWith("up"));
  const scrapes = await Promise.all([1, 2, 3, 4].map(() => get(routes, "/metrics")));
  const iterators = scrapes.map(({ body }) => (body as AsyncIterable<string>)[Symbol.asyncIterator]());
  for (const iterator of iterators) await iterator.next();
  expect((await get(routes, "/metrics")).status).toBe(503);
  await iterators[0]?.return?.();
  const unread = await get(routes, "/metrics");
  expect(unread.status).toBe(200);
  await (unread.body as AsyncIterable<string>)[Symbol.asyncIterator]().return?.();
  expect((await get(routes, "/metrics")).status).toBe(200);
});
