import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { HttpRequest, HttpResponse, HttpRoute } from "../base/http.js";
import { writeFileDurably } from "../store/durable-file.js";
import { nodeFileSystem } from "../store/node-file-system.js";

const TOKEN_OCTETS = 24;

/**
 * The token that metrics are given for to other computers: STATE/metrics.token, made at the first start.
 * @throws {Fault} `storage-failed`
 */
export async function requireMetricsToken(stateDirectory: string): Promise<string> {
  const file = join(stateDirectory, "metrics.token");
  const known = (await readFile(file, "utf8").catch(() => "")).trim();
  if (known !== "") return known;
  const token = randomBytes(TOKEN_OCTETS).toString("base64url");
  await writeFileDurably(nodeFileSystem, file, `${token}\n`);
  return token;
}

/**
 * The same routes for a port that other computers may reach: to those that do not show the token, machines and hosts are
 * nobody's business, only whether the gateway is well.
 */
export function guardedRoutes(routes: readonly HttpRoute[], token: string): readonly HttpRoute[] {
  return routes.map((route) => ({
    ...route,
    async handler(request) {
      if (isLocal(request) || showsToken(request, token)) return route.handler(request);
      return route.path === "/metrics" ? refusal : statusOnly(await route.handler(request));
    },
  }));
}

const refusal: HttpResponse = {
  status: 401,
  headers: { "content-type": "text/plain", "www-authenticate": "Bearer" },
  body: "metrics are given to this computer, and to who shows the token in metrics.token of the state directory\n",
};

function statusOnly({ status }: HttpResponse): HttpResponse {
  return { status, headers: { "content-type": "text/plain" }, body: status === 200 ? "ok\n" : "not ready\n" };
}

function isLocal({ peer }: HttpRequest): boolean {
  return peer === "::1" || /^(?:::ffff:)?127\./.test(peer);
}

function showsToken({ headers }: HttpRequest, token: string): boolean {
  const [, shown = ""] = /^Bearer (\S+)$/i.exec(headers["authorization"] ?? "") ?? [];
  return timingSafeEqual(digest(shown), digest(token));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
