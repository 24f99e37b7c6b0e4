import type { Server as PlainServer } from "node:http";
import type { Server as TlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { BlockList, isIP } from "node:net";
import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import fastify from "fastify";
import { Fault, reasonOf } from "../base/fault.js";
import type { HttpHandler, HttpRequest, HttpRoute } from "../base/http.js";
import type { Log } from "../base/log.js";

/** What one listener grants its peers. */
export interface HttpLimits {
  /** From the first octet of a request to the end of its headers. */
  readonly headersTimeoutMs: number;
  /** From the first octet of a request to its last. */
  readonly requestTimeoutMs: number;
  /** A connection on which nothing moves for so long is closed, also in the middle of an answer. */
  readonly idleTimeoutMs: number;
  readonly headerBytes: number;
  readonly bodyBytes: number;
  readonly connections: number;
  /** Of one address. */
  readonly connectionsPerSource: number;
}

const usualLimits: HttpLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  idleTimeoutMs: 60_000,
  headerBytes: 16 * 1024,
  bodyBytes: 1024 * 1024,
  connections: 1_000,
  connectionsPerSource: 100,
};

/** A certificate chain and its key, both PEM. */
export interface TlsIdentity {
  readonly certificate: string;
  readonly key: string;
}

export interface HttpServerOptions {
  /** A TCP address (0 chooses a port) or a unix socket. */
  readonly at: { readonly address: string; readonly port: number } | { readonly socketPath: string };
  /** Required beyond loopback. */
  readonly tls?: TlsIdentity;
  readonly routes: readonly HttpRoute[];
  readonly log: Log;
  readonly limits?: Partial<HttpLimits>;
}

export interface HttpServer {
  /** As bound; 0 for a unix socket. */
  readonly port: number;
  /** Serves another certificate from the next connection on. */
  renewCertificate(tls: TlsIdentity): void;
  /** Ends every connection; idempotent. */
  close(): Promise<void>;
}

const CHECK_INTERVAL_MS = 1_000;

/**
 * Answers HTTP on one address, with limits on everything a peer can take. The only place that knows the HTTP library.
 * @throws {Fault} `busy` when the address is taken, `denied` when it may not be used, `invalid` for plain HTTP beyond loopback
 */
export async function listenHttp(options: HttpServerOptions): Promise<HttpServer> {
  const { at, tls, log } = options;
  if ("address" in at && tls === undefined && !isLoopback(at.address))
    throw new Fault("invalid", `plain HTTP is served on loopback only, not on ${at.address}; use TLS`);
  const limits = { ...usualLimits, ...options.limits };
  const app = createApp(limits, tls);
  // Bodies reach handlers as they came: which of them to parse, and when, is a matter of authorisation first.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  for (const { method, path, handler } of options.routes)
    app.route({
      method,
      url: path,
      handler: (request, reply) => answer(handler, request, reply, tls !== undefined, log),
    });
  app.setNotFoundHandler((_request, reply) => reply.code(404).type("text/plain").send("not found\n"));
  app.setErrorHandler((error, request, reply) => {
    const status = statusOf(error);
    if (status >= 500) log.error("http.handler.failed", { path: request.url, reason: reasonOf(error) });
    return reply
      .code(status)
      .type("text/plain")
      .send(status >= 500 ? "internal error\n" : `${reasonOf(error)}\n`);
  });
  limitConnections(app.server, limits, log);
  try {
    await app.listen("socketPath" in at ? { path: at.socketPath } : { host: at.address, port: at.port });
  } catch (error) {
    await app.close();
    throw listenFault(error, "socketPath" in at ? at.socketPath : `${at.address} port ${at.port}`);
  }
  const bound = app.server.address();
  return {
    port: bound === null || typeof bound === "string" ? 0 : (bound satisfies AddressInfo).port,
    renewCertificate(identity) {
      if ("setSecureContext" in app.server)
        (app.server as TlsServer).setSecureContext({ cert: identity.certificate, key: identity.key });
    },
    close: () => app.close(),
  };
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Whether an address (not a name) stays on this computer. */
export function isLoopback(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && loopback.check(address, family === 6 ? "ipv6" : "ipv4");
}

function createApp(limits: HttpLimits, tls: TlsIdentity | undefined): FastifyInstance {
  const server = {
    headersTimeout: limits.headersTimeoutMs,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    maxHeaderSize: limits.headerBytes,
  };
  const common = {
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    connectionTimeout: limits.idleTimeoutMs,
    keepAliveTimeout: limits.idleTimeoutMs,
    forceCloseConnections: true,
  } as const;
  if (tls === undefined) return fastify({ ...common, http: server });
  const secure = fastify({
    ...common,
    https: {
      ...server,
      cert: tls.certificate,
      key: tls.key,
      minVersion: "TLSv1.2",
      handshakeTimeout: limits.headersTimeoutMs,
    },
  });
  return secure as unknown as FastifyInstance;
}

async function answer(
  handler: HttpHandler,
  request: FastifyRequest,
  reply: FastifyReply,
  secure: boolean,
  log: Log,
): Promise<FastifyReply> {
  const response = await handler(asHttpRequest(request));
  void reply
    .code(response.status)
    .header("cache-control", "no-store")
    .header("content-security-policy", "default-src 'none'; frame-ancestors 'none'")
    .header("x-content-type-options", "nosniff")
    .header("referrer-policy", "no-referrer");
  if (secure) void reply.header("strict-transport-security", "max-age=31536000");
  void reply.headers(response.headers);
  const { body } = response;
  if (typeof body === "string" || Buffer.isBuffer(body)) return reply.send(body);
  const pieces = Readable.from(body, { objectMode: false });
  pieces.on("error", (error) => log.warn("http.answer.broken", { path: request.url, reason: reasonOf(error) }));
  return reply.send(pieces);
}

function asHttpRequest(request: FastifyRequest): HttpRequest {
  const url = new URL(request.url, "http://gateway");
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(", ") : value;
  return {
    method: request.method,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers,
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    peer: request.socket.remoteAddress ?? "local",
  };
}

/** Over the limit the newcomer goes: those who are served stay. */
function limitConnections(server: PlainServer | TlsServer, limits: HttpLimits, log: Log): void {
  server.maxConnections = limits.connections;
  const bySource = new Map<string, number>();
  server.on("connection", (socket: Socket) => {
    const source = socket.remoteAddress;
    if (source === undefined) return;
    const open = bySource.get(source) ?? 0;
    if (open >= limits.connectionsPerSource) {
      log.debug("http.connection.refused", { source, open });
      socket.destroy();
      return;
    }
    bySource.set(source, open + 1);
    socket.once("close", () => {
      const left = (bySource.get(source) ?? 1) - 1;
      if (left > 0) bySource.set(source, left);
      else bySource.delete(source);
    });
  });
}

function statusOf(error: unknown): number {
  const status = typeof error === "object" && error !== null && "statusCode" in error ? error.statusCode : undefined;
  return typeof status === "number" && status >= 400 && status < 600 ? status : 500;
}

function listenFault(error: unknown, where: string): Fault {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") return new Fault("busy", `${where} is in use`, { cause: error });
  if (code === "EACCES" || code === "EPERM")
    return new Fault("denied", `${where} may not be used by this user`, { cause: error });
  return new Fault("invalid", `cannot listen on ${where}: ${reasonOf(error)}`, { cause: error });
}
