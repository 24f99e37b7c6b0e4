import { chmod, rm } from "node:fs/promises";
import { ActivityTracker } from "../agent/console/activity.js";
import { controlRoutes } from "../agent/console/control-routes.js";
import { isoTime } from "../agent/console/host-view.js";
import { every } from "../base/clock.js";
import { Fault } from "../base/fault.js";
import type { HttpRoute } from "../base/http.js";
import type { Log } from "../base/log.js";
import { askControl } from "../transport/control-client.js";
import { listenHttp } from "../transport/http.js";
import { controlPath } from "./control-path.js";
import { hostOrders } from "./host-orders.js";
import type { HostChoice, Listeners, RunningGateway } from "./running-gateway.js";

/** Answer of `/v1/status`. */
export interface StatusAnswer {
  readonly pid: number;
  readonly version: string;
  readonly node: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly uptimeMs: number;
  readonly stateDirectory: string;
  readonly configFile: string | undefined;
  readonly hostChoice: HostChoice;
  readonly listeners: Listeners;
  readonly memoryBytes: number;
  readonly queueDrops: Readonly<Record<string, number>>;
  /** Why the state directory refuses to store, if it does. */
  readonly storageFailure: string | undefined;
}

export interface ControlSocket {
  readonly path: string;
  /** Idempotent. */
  close(): Promise<void>;
}

const OBSERVE_MS = 2_000;
/** The kernel's `sun_path` less its closing zero. @see unix(7) */
const LONGEST_PATH = 107;

/**
 * Listens for commands of the gateway's owner on STATE/control.sock. The state directory is locked, so a socket left there by a
 * killed process has no owner.
 * @param hostsChanged is called after a command added or removed a host, before the command hears of it
 * @throws {Fault} `invalid` for a path that is too long for a socket
 */
export async function openControlSocket(
  gateway: RunningGateway,
  log: Log,
  hostsChanged: () => Promise<void> = async () => {},
): Promise<ControlSocket> {
  const path = controlPath(gateway.stateDirectory);
  if (Buffer.byteLength(path) > LONGEST_PATH)
    throw new Fault(
      "invalid",
      `${path} is longer than the ${LONGEST_PATH} octets of a socket's path; choose a shorter --state`,
    );
  await removeDeadSocket(path);
  const activity = new ActivityTracker();
  const observing = every(gateway.clock, OBSERVE_MS, () => void activity.observe(gateway.inventory.current()));
  const routes = [
    statusRoute(gateway),
    ...controlRoutes(gateway, activity),
    ...hostOrders(gateway, hostsChanged),
    ...gateway.orders,
  ];
  const server = await listenHttp({ at: { socketPath: path }, routes, log });
  await chmod(path, 0o600);
  return {
    path,
    async close() {
      observing.cancel();
      await server.close();
      await rm(path, { force: true });
    },
  };
}

async function removeDeadSocket(path: string): Promise<void> {
  try {
    await askControl(path, "/v1/status", 1_000);
  } catch (error) {
    if (error instanceof Fault && error.code === "absent") await rm(path, { force: true });
  }
}

function statusRoute(gateway: RunningGateway): HttpRoute {
  const status = (): StatusAnswer => ({
    pid: process.pid,
    version: gateway.version,
    node: process.versions.node,
    startedAt: isoTime(gateway.startedAt),
    uptimeMs: gateway.clock.now() - gateway.startedAt,
    stateDirectory: gateway.stateDirectory,
    configFile: gateway.configFile,
    hostChoice: gateway.hostChoice,
    listeners: gateway.listeners(),
    memoryBytes: process.memoryUsage.rss(),
    queueDrops: gateway.queueDrops(),
    storageFailure: gateway.storageFailure(),
  });
  return {
    method: "GET",
    path: "/v1/status",
    handler: async () => ({
      status: 200,
      headers: { "content-type": "application/json" },
      body: `${JSON.stringify(status())}\n`,
    }),
  };
}
