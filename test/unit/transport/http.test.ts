import { once } from "node:events";
import { statSync } from "node:fs";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { HttpRequest, HttpRoute } from "../../../src/base/http.js";
import type { Log } from "../../../src/base/log.js";
import { silentLog } from "../../../src/base/log.js";
import { askControl } from "../../../src/transport/control-client.js";
import { type HttpLimits, type HttpServer, isLoopback, listenHttp } from "../../../src/transport/http.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const seen: HttpRequest[] = [];

const routes: readonly HttpRoute[] = [
  {
    method: "GET",
    path: "/hello",
    handler: async (incoming) => {
      seen.push(incoming);
      return { status: 200, headers: { "content-type": "text/plain" }, body: "hello\n" };
    },
  },
  {
    method: "POST",
    path: "/echo",
    handler: async ({ body }) => ({ status: 201, headers: {}, body }),
  },
  {
    method: "GET",
    path: "/pieces",
    handler: async () => ({
      status: 200,
      headers: {},
      body: (async function* () {
        for (let at = 0; at < 100; at++) yield `${at}\n`;
      })(),
    }),
  },
  {
    method: "GET",
    path: "/bug",
    handler: async () => {
      throw new Error("a secret detail");
    },
  },
  {
    method: "GET",
    path: "/late-bug",
    handler: async () => ({
      status: 200,
      headers: {},
      body: (async function* () {
        yield "begun\n";
        throw new Error("a secret detail");
      })(),
    }),
  },
];

async function serve(limits: Partial<HttpLimits> = {}, log: Log = silentLog): Promise<HttpServer> {
  const server = await listenHttp({ at: { address: "127.0.0.1", port: 0 }, routes, log, limits });
  onTestFinished(() => server.close());
  return server;
}

interface Answer {
  status: number;
  headers: Readonly<Record<string, unknown>>;
  body: string;
}

function ask(
  port: number,
  path: string,
  options: { method?: string; body?: Buffer; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request(
      { host: "127.0.0.1", port, path, method: options.method ?? "GET", headers: options.headers, agent: false },
      (response) => {
        let body = "";
        response.on("data", (piece) => {
          body += piece;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
        response.on("error", reject);
      },
    );
    asking.on("error", reject);
    asking.end(options.body);
  });
}

/** Everything the server says on a connection until it closes it. */
async function converse(port: number, octets: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let heard = "";
  socket.on("data", (piece) => {
    heard += piece;
  });
  socket.on("error", () => {});
  socket.write(octets);
  await once(socket, "close");
  return heard;
}

test("listenHttp() hands a request over as it came, and answers with the headers that keep browsers careful", async () => {
  const { port } = await serve();
  seen.length = 0;
  const answer = await ask(port, "/hello?name=a%20b&x=1", { headers: { "x-test": "yes" } });
  expect(answer).toMatchObject({ status: 200, body: "hello\n" });
  expect(answer.headers).toMatchObject({
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
  });
  expect(answer.headers).not.toHaveProperty("strict-transport-security");
  expect(seen[0]).toMatchObject({ method: "GET", path: "/hello", query: { name: "a b", x: "1" }, peer: "127.0.0.1" });
  expect(seen[0]?.headers["x-test"]).toBe("yes");
});

test("listenHttp() passes bodies of any type on unread, up to the limit", async () => {
  const { port } = await serve({ bodyBytes: 1_000 });
  const json = { "content-type": "application/json" };
  expect(await ask(port, "/echo", { method: "POST", body: Buffer.from("{not json"), headers: json })).toMatchObject({
    status: 201,
    body: "{not json",
  });
  expect((await ask(port, "/echo", { method: "POST", body: Buffer.alloc(1_001, 97) })).status).toBe(413);
});

test("listenHttp() sends a body piece by piece", async () => {
  const { port } = await serve();
  const answer = await ask(port, "/pieces");
  expect(answer.headers["transfer-encoding"]).toBe("chunked");
  expect(answer.body.split("\n")).toHaveLength(101);
});

test("listenHttp() answers what does not exist with 404, and a bug with 500 and without its details", async () => {
  const logged: string[] = [];
  const log = {
    ...silentLog,
    error: (event: string) => void logged.push(event),
    warn: (event: string) => void logged.push(event),
  };
  const { port } = await serve({}, log);
  expect(await ask(port, "/nothing")).toMatchObject({ status: 404, body: "not found\n" });
  expect((await ask(port, "/hello", { method: "POST" })).status).toBe(404);
  expect(await ask(port, "/bug")).toMatchObject({ status: 500, body: "internal error\n" });
  expect(logged).toEqual(["http.handler.failed"]);
  await expect(ask(port, "/late-bug")).rejects.toThrow();
  expect(logged).toContain("http.answer.broken");
  expect((await ask(port, "/hello")).status).toBe(200);
});

test("listenHttp() closes a connection whose headers, or whose body, do not come in time", async () => {
  const { port } = await serve({ headersTimeoutMs: 50, requestTimeoutMs: 100 });
  expect(await converse(port, "GET /hello HTTP/1.1\r\nHost: x\r\n")).toMatch(/^(HTTP\/1\.1 408|$)/);
  expect(await converse(port, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc")).toMatch(
    /^(HTTP\/1\.1 408|$)/,
  );
});

test("listenHttp() refuses long headers and lines that are not HTTP", async () => {
  const { port } = await serve({ headerBytes: 2_048 });
  expect((await ask(port, "/hello", { headers: { "x-long": "a".repeat(4_000) } })).status).toBe(431);
  expect(await converse(port, "\u0016\u0003\u0001 this is TLS\r\n\r\n")).toMatch(/^HTTP\/1\.1 400/);
});

test("listenHttp() turns away connections beyond the limit of one source, and serves again when some are gone", async () => {
  const { port } = await serve({ connectionsPerSource: 2 });
  const held: Socket[] = [connect(port, "127.0.0.1"), connect(port, "127.0.0.1")];
  onTestFinished(() => {
    for (const socket of held) socket.destroy();
  });
  for (const socket of held) {
    socket.write("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(socket, "data"); // the server has counted it
  }
  await expect(ask(port, "/hello")).rejects.toThrow();
  held[0]?.destroy();
  await expect
    .poll(
      () =>
        ask(port, "/hello").then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 20_000 },
    )
    .toBe(200);
});

test("listenHttp() refuses plain HTTP beyond loopback, and says when an address is taken", async () => {
  await expect(listenHttp({ at: { address: "0.0.0.0", port: 0 }, routes, log: silentLog })).rejects.toMatchObject({
    code: "invalid",
  });
  const { port } = await serve();
  await expect(listenHttp({ at: { address: "127.0.0.1", port }, routes, log: silentLog })).rejects.toMatchObject({
    code: "busy",
  });
  await expect(
    listenHttp({ at: { address: "127.0.0.1", port: 70_000 }, routes, log: silentLog }),
  ).rejects.toMatchObject({ code: "invalid" });
});

test("listenHttp() closes with connections open, twice if need be", async () => {
  const server = await serve();
  const socket = connect(server.port, "127.0.0.1");
  await once(socket, "connect");
  await Promise.all([server.close(), once(socket, "close")]);
  await server.close();
});

test("isLoopback() knows every loopback address", () => {
  expect(["127.0.0.1", "127.9.9.9", "::1"].map(isLoopback)).toEqual([true, true, true]);
  expect(["0.0.0.0", "::", "192.0.2.1", "128.0.0.1", "localhost", ""].map(isLoopback)).toEqual([
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
});

test("askControl() speaks over a unix socket", async () => {
  const socketPath = join(temporaryFolder(), "c.sock");
  await expect(askControl(socketPath, "/hello", 10_000)).rejects.toMatchObject({ code: "absent" });
  const server = await listenHttp({ at: { socketPath }, routes, log: silentLog });
  expect(statSync(socketPath).isSocket()).toBe(true);
  expect(await askControl(socketPath, "/hello?x=1", 10_000)).toEqual({ status: 200, body: "hello\n" });
  expect((await askControl(socketPath, "/pieces", 10_000)).body.split("\n")).toHaveLength(101);
  await expect(askControl(socketPath, "/late-bug", 10_000)).rejects.toMatchObject({ code: "unreachable" });
  await server.close();
  await expect(askControl(socketPath, "/hello", 10_000)).rejects.toMatchObject({ code: "absent" });
});

test("askControl() gives up on a gateway that says nothing", async () => {
  const socketPath = join(temporaryFolder(), "c.sock");
  const silent: HttpRoute = { method: "GET", path: "/silent", handler: () => new Promise(() => {}) };
  const server = await listenHttp({ at: { socketPath }, routes: [silent], log: silentLog });
  onTestFinished(() => server.close());
  await expect(askControl(socketPath, "/silent", 50)).rejects.toMatchObject({ code: "timeout" });
});
