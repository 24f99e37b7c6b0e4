import type { Clock } from "../base/clock.js";
import { every } from "../base/clock.js";
import { reasonOf } from "../base/fault.js";
import type { HttpRoute } from "../base/http.js";
import type { Log } from "../base/log.js";
import { listenHttp } from "../transport/http.js";
import type { SocketAddress } from "./addresses.js";
import { guardedRoutes, requireMetricsToken } from "./guarded-routes.js";
import { listenOnNextFree, type TakenPort } from "./next-free-port.js";
import { requireWebCertificate } from "./web-certificate.js";

const RENEWAL_CHECK_MS = 12 * 60 * 60 * 1000;

export interface WebPort {
  readonly at: SocketAddress;
  /** `https://ADDRESS:PORT` with the port that was free. */
  readonly url: string;
  readonly caFile: string;
  /** Idempotent. */
  close(): Promise<void>;
}

/**
 * Serves `routes` over TLS with the gateway's own certificate, which it renews while it runs; to other computers as
 * `guardedRoutes` does.
 * @throws {Fault} `busy` for a port that is taken, unless the next free one will do, `denied` for a port this user may not take, `invalid` for an address this computer does not have,
 *   `storage-failed`
 */
export async function openWebPort(options: {
  readonly at: SocketAddress;
  readonly stateDirectory: string;
  readonly routes: readonly HttpRoute[];
  readonly clock: Clock;
  readonly log: Log;
  readonly taken: TakenPort;
}): Promise<WebPort> {
  const { at, clock, log, stateDirectory, taken } = options;
  const routes = guardedRoutes(options.routes, await requireMetricsToken(stateDirectory));
  const certificate = () => requireWebCertificate(stateDirectory, [at.address], clock.now());
  const first = await certificate();
  let { identity } = first;
  const listen = (port: number) => listenHttp({ at: { address: at.address, port }, tls: identity, routes, log });
  const server = taken === "refuse" ? await listen(at.port) : await listenOnNextFree(at.port, listen);
  if (at.port !== 0 && server.port !== at.port) log.warn("web.port.taken", { wanted: at.port, used: server.port });
  const renewal = every(clock, RENEWAL_CHECK_MS, () => {
    certificate().then(
      (current) => {
        if (current.identity.certificate === identity.certificate) return;
        identity = current.identity;
        server.renewCertificate(identity);
        log.info("web.certificate.renewed", { validUntil: new Date(current.validUntil).toISOString() });
      },
      (error: unknown) => log.error("web.certificate.renewal.failed", { reason: reasonOf(error) }),
    );
  });
  return {
    at: { address: at.address, port: server.port },
    url: `https://${reachableAt(at.address)}:${server.port}`,
    caFile: first.caFile,
    async close() {
      renewal.cancel();
      await server.close();
    },
  };
}

/** Where somebody on this computer reaches a listener; one on every address is reached through loopback. */
function reachableAt(address: string): string {
  if (address === "0.0.0.0") return "127.0.0.1";
  return address.includes(":") ? `[${address === "::" ? "::1" : address}]` : address;
}
