import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { HttpRequest, HttpResponse, HttpRoute } from "../../../src/base/http.js";
import { guardedRoutes, requireMetricsToken } from "../../../src/daemon/guarded-routes.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const plain: readonly HttpRoute[] = ["/healthz", "/readyz", "/metrics"].map((path) => ({
  method: "GET",
  path,
  handler: async () => ({ status: path === "/readyz" ? 503 : 200, headers: {}, body: "about machine web" }),
}));
const routes = guardedRoutes(plain, "the-token");

function get(path: string, peer: string, authorization?: string): Promise<HttpResponse> {
  const request: HttpRequest = { method: "GET", path, query: {}, headers: { authorization }, body: Buffer.of(), peer };
  const route = routes.find((one) => one.path === path);
  if (route === undefined) throw new TypeError(path);
  return route.handler(request);
}

test.each(["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])(
  "%s is this computer and is told everything",
  async (peer) => {
    for (const { path } of plain) expect((await get(path, peer)).body).toBe("about machine web");
  },
);

test.each(["192.0.2.1", "::ffff:192.0.2.1", "2001:db8::127.0.0.1", "1127.0.0.1", "local"])(
  "%s is told of no machine, only how the gateway is, unless it shows the token",
  async (peer) => {
    for (const authorization of [
      undefined,
      "",
      "Bearer",
      "Bearer ",
      "Bearer the-toke",
      "Basic the-token",
      "the-token",
    ]) {
      expect((await get("/metrics", peer, authorization)).status).toBe(401);
      expect(await get("/healthz", peer, authorization)).toMatchObject({ status: 200, body: "ok\n" });
      expect(await get("/readyz", peer, authorization)).toMatchObject({ status: 503, body: "not ready\n" });
    }
    expect((await get("/metrics", peer, "Bearer the-token")).body).toBe("about machine web");
    expect((await get("/readyz", peer, "bearer the-token")).body).toBe("about machine web");
  },
);

test("requireMetricsToken() makes a token once, for the owner's eyes only", async () => {
  const folder = temporaryFolder();
  const token = await requireMetricsToken(folder);
  expect(token).toMatch(/^[\w-]{32}$/);
  expect(await requireMetricsToken(folder)).toBe(token);
  expect(statSync(join(folder, "metrics.token")).mode & 0o777).toBe(0o600);
  expect(await requireMetricsToken(temporaryFolder())).not.toBe(token);
});
