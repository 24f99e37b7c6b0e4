import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { HostView } from "../../agent/console/host-view.js";
import { LATCHED_BOOTS } from "../../protocol/snmp/engine-clock.js";
import { orderGateway } from "../ask-gateway.js";
import { type JobsAnswer, jobsPath } from "../change-orders.js";
import { askWeb, discoverEngine } from "../probe.js";
import { shellWord } from "../program.js";
import { type Check, failed, note, type Outcome, ofGateway, ok, warning } from "./finding.js";

const PROBE_MS = 5_000;
const DAY_MS = 24 * 60 * 60 * 1000;
const SLOW_MS = 500;
const OLD_LISTING_MS = 180_000;
const OLD_STATISTICS_MS = 60_000;
const OLDEST_LIBVIRT = [1, 3, 3] as const;
const MANY_BOOTS = 1_000_000;

/** The running gateway and its hosts. */
export const gatewayChecks: readonly Check[] = [
  {
    name: "gateway",
    run: async ({ gateway, stateDirectory, program }) =>
      typeof gateway === "string"
        ? warning(gateway, `${program} up --state ${shellWord(stateDirectory)}`)
        : ok(`process ${gateway.status.pid} since ${gateway.status.startedAt}`),
  },
  {
    name: "gateway-version",
    run: ofGateway(({ status }, { version }) =>
      status.version === version
        ? ok(version)
        : warning(
            `version ${status.version} is running, ${version} is installed`,
            `restart it: kill ${status.pid}, then start it as before`,
          ),
    ),
  },
  {
    name: "gateway-latency",
    run: ofGateway(({ latencyMs }) =>
      latencyMs > SLOW_MS
        ? warning(
            `it took ${latencyMs} ms to answer`,
            "see load and memory above; nodejs_eventloop_lag_seconds in /metrics shows for how long",
          )
        : ok(`answered within ${latencyMs} ms`),
    ),
  },
  {
    name: "changes",
    run: ofGateway(async ({ status }, { program }) => {
      const { jobs } = await orderGateway<JobsAnswer>(status.stateDirectory, jobsPath, {});
      const waiting = jobs.filter(({ state }) => state === "waiting");
      if (waiting.length === 0) return ok("none waits for its host");
      return waiting.map(({ id, title, fault }) =>
        warning(
          `"${title}" waits: ${fault?.message ?? "its host does not answer"}`,
          `help its host, and it ends by itself; or leave it as it is: ${program} job give-up ${id}`,
          id,
        ),
      );
    }),
  },
  {
    name: "ready-file",
    run: ofGateway(({ status }) => checkReadyFile(join(status.stateDirectory, "ready.json"), status.pid)),
  },
  {
    name: "web-port",
    run: ofGateway(async ({ status }) => {
      const { web } = status.listeners;
      if (web === undefined) return note("off", "enabled = true under [web]");
      const code = await askWeb(`${web.url}/healthz`, web.caFile, PROBE_MS);
      return code === 200
        ? ok(`${web.url} answers`)
        : failed(`${web.url}/healthz answers ${code}`, "restart the gateway and report what its log says");
    }),
  },
  {
    name: "web-certificate",
    run: ofGateway(async ({ status }) => {
      const { web } = status.listeners;
      return web === undefined
        ? note("the web port is off")
        : checkCertificate(join(dirname(web.caFile), "web.pem"), Date.now(), status.pid);
    }),
  },
  {
    name: "snmp-port",
    run: ofGateway(async ({ status }) => {
      const { snmp } = status.listeners;
      if (snmp === undefined) return note("off", "enabled = true under [snmp]");
      const engine = await discoverEngine(snmp.address, snmp.port, PROBE_MS);
      return engine.engineId === snmp.engineId
        ? ok(`${snmp.address} port ${snmp.port} answers`)
        : failed(
            `another agent (engine ${engine.engineId}) answers on ${snmp.address} port ${snmp.port}`,
            `find it: ss -lunp 'sport = :${snmp.port}'`,
          );
    }),
  },
  {
    name: "engine-boots",
    run: ofGateway(({ status }) => {
      const { snmp } = status.listeners;
      if (snmp === undefined) return note("SNMP is off");
      const { engineBoots } = snmp;
      if (engineBoots >= LATCHED_BOOTS)
        return failed(
          "the engine's boots have reached their end: no manager can authenticate",
          "remove the state directory's SNMP identity and give managers the new engine ID",
        );
      if (engineBoots < 1)
        return failed(
          `engine boots ${engineBoots}`,
          "restart the gateway: managers refuse an engine that never booted",
        );
      return engineBoots > MANY_BOOTS
        ? warning(
            `engine boots ${engineBoots}: something restarts the gateway over and over`,
            "its log says why it ends",
          )
        : ok(`engine boots ${engineBoots}`);
    }),
  },
  {
    name: "queues",
    run: ofGateway(({ status }) => {
      const lost = Object.entries(status.queueDrops).filter(([, count]) => count > 0);
      return lost.length === 0
        ? ok("nothing was lost")
        : warning(
            `lost from full queues: ${lost.map(([queue, count]) => `${queue} ${count}`).join(", ")}`,
            "the receiver is too slow or away: see the targets under [[snmp.target]]",
          );
    }),
  },
  {
    name: "storage",
    run: ofGateway(({ status }) =>
      status.storageFailure === undefined
        ? ok("what must survive is on disk")
        : failed(
            `the state directory refuses: ${status.storageFailure}`,
            `make room or repair it: df -h ${shellWord(status.stateDirectory)}; new machines stay hidden until then`,
          ),
    ),
  },
  {
    name: "hosts",
    run: ofGateway(({ status, hosts }, { program }) => checkChoice(status.hostChoice, hosts.length, program)),
  },
  { name: "host-link", run: ofGateway(({ hosts }) => hosts.map(checkLink)) },
  {
    name: "host-libvirt-version",
    run: ofGateway(({ hosts }) => hosts.flatMap((host) => checkLibvirtVersion(host) ?? [])),
  },
  { name: "host-listing-age", run: ofGateway(({ hosts }) => hosts.filter(isUp).map(checkListing)) },
  { name: "host-statistics-age", run: ofGateway(({ hosts }) => hosts.filter(isUp).map(checkStatistics)) },
  { name: "stuck-machines", run: ofGateway(({ hosts }) => hosts.filter(isUp).map(checkStuck)) },
];

const isUp = (host: HostView): boolean => host.link === "up";

async function checkReadyFile(path: string, pid: number): Promise<Outcome> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined)
    return note(`${path} is not there: the gateway was given another place, or is still starting`);
  const found = (JSON.parse(text) as { pid?: number }).pid;
  return found === pid
    ? ok(path)
    : failed(`${path} names process ${found}, not ${pid}`, `remove it and restart the gateway: rm ${shellWord(path)}`);
}

/** @param now wall time, milliseconds */
export async function checkCertificate(path: string, now: number, pid: number): Promise<Outcome> {
  const certificate = new X509Certificate(await readFile(path));
  const days = Math.floor((Date.parse(certificate.validTo) - now) / DAY_MS);
  if (days < 0)
    return failed(
      `the web certificate ended ${-days} days ago`,
      `restart the gateway, which makes a new one: kill ${pid}, then start it as before`,
    );
  return days < 14
    ? warning(`the web certificate ends in ${days} days`, "restart the gateway, which makes a new one")
    : ok(`valid for ${days} days`);
}

function checkChoice(choice: string, count: number, program: string): Outcome {
  if (count === 0)
    return failed(
      "there is no host",
      "add a [[host]] section to the configuration, or start with --connect qemu:///system",
    );
  return choice === "simulated"
    ? note(`${count} hosts, all simulated`, `to serve a real one: ${program} up --connect qemu:///system`)
    : ok(`${count} hosts, ${choice}`);
}

function checkLink(host: HostView): Outcome {
  if (isUp(host)) return ok(`up since ${host.linkSince}`, host.name);
  const uri = shellWord(host.uri);
  return failed(
    `${host.link}: ${host.linkReason ?? "no answer yet"}`,
    `see whether libvirt answers at all: virsh -c ${uri} version`,
    host.name,
  );
}

/** The bulk statistics call and event callbacks that name their connection came with these versions. */
export function checkLibvirtVersion({
  name,
  libvirtVersion,
}: Pick<HostView, "name" | "libvirtVersion">): Outcome | undefined {
  if (libvirtVersion === undefined) return undefined;
  const parts = libvirtVersion.split(".").map(Number);
  const differing = OLDEST_LIBVIRT.findIndex((least, at) => (parts[at] ?? 0) !== least);
  const older = differing >= 0 && (parts[differing] ?? 0) < (OLDEST_LIBVIRT[differing] ?? 0);
  return older
    ? warning(
        `libvirt ${libvirtVersion} is older than ${OLDEST_LIBVIRT.join(".")}: some facts will be missing`,
        "update libvirt on that host",
        name,
      )
    : ok(`libvirt ${libvirtVersion}`, name);
}

function checkListing({ name, listedAgeMs }: HostView): Outcome {
  if (listedAgeMs === undefined)
    return warning(
      "its machines were never listed",
      "wait a moment; if it stays so, the gateway's log names the call that fails",
      name,
    );
  const age = `listed ${Math.round(listedAgeMs / 1000)} s ago`;
  return listedAgeMs > OLD_LISTING_MS
    ? warning(age, "the host answers too slowly: see its load, and call_timeout_ms under [[host]]", name)
    : ok(age, name);
}

function checkStatistics({ name, statisticsAgeMs }: HostView): Outcome {
  if (statisticsAgeMs === undefined) return ok("no running machine has statistics", name);
  const age = `the oldest is ${Math.round(statisticsAgeMs / 1000)} s old`;
  return statisticsAgeMs > OLD_STATISTICS_MS
    ? warning(age, "the host answers too slowly: see its load, and statistics_interval_ms under [[host]]", name)
    : ok(age, name);
}

function checkStuck({ name, uri, stuck }: HostView): Outcome {
  const first = stuck[0];
  if (first === undefined) return ok("none", name);
  return warning(
    `${stuck.join(", ")} ${stuck.length === 1 ? "does" : "do"} not answer statistics calls`,
    `see what holds it: virsh -c ${shellWord(uri)} domjobinfo ${shellWord(first)}; a frozen QEMU process shows state T in: ps -C qemu-system-x86_64 -o pid,stat,args`,
    name,
  );
}
