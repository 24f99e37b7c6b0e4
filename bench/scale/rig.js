import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createConnection } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { cpuSeconds, residentMiB, startProgram, waitFor } from "../snmp/processes.js";

const launcher = fileURLToPath(new URL("../../src/launch.js", import.meta.url));
const loopWatch = new URL("../snmp/loop-watch.js", import.meta.url).href;

/** Hosts of one simulating process: more processes use more cores, as so many daemons would. */
const HOSTS_PER_PROCESS = 250;
/** Of twenty hosts: 70 % KVM, 20 % LXC, 5 % Xen, 5 % OpenVZ. */
const MIX = "kvm=14,lxc=4,xen,openvz";
export const COMMUNITY = "bench";

/** How late an event loop was. @typedef {{ p50Ms: number, p99Ms: number, maxMs: number }} LoopDelay */

/**
 * Simulated hosts in processes of their own, and the gateway that reads them.
 * @typedef {{
 *   pid: number, address: string, firstS: number, firstCpuS: number,
 *   cpuS: () => number, memoryMiB: () => number,
 *   order: (order: object) => Promise<void>,
 *   hosts: () => Promise<HostView[]>,
 *   loopDelay: () => Promise<LoopDelay>,
 *   stop: () => Promise<void>,
 * }} Rig
 * @typedef {{ name: string, link: string, complete: boolean, machines: number, statisticsAgeMs?: number, listedAgeMs?: number }} HostView
 */

/**
 * Starts all of it and waits until the gateway has read everything once.
 * @param {string} folder @param {number} hosts @param {number} machines of each @returns {Promise<Rig>}
 */
export async function startRig(folder, hosts, machines) {
  mkdirSync(folder, { recursive: true });
  /** @type {{ stop: () => Promise<void> }[]} */
  const started = [];
  /** @type {string[]} */
  const controls = [];
  const tables = [];
  for (let first = 0, number = 0; first < hosts; first += HOSTS_PER_PROCESS, number++) {
    const log = join(folder, `simulator-${number}.json`);
    const control = join(folder, `control-${number}.sock`);
    const count = Math.min(HOSTS_PER_PROCESS, hosts - first);
    const words = ["simulate", "--socket", join(folder, `s${number}`), "--hosts", String(Math.max(2, count))];
    words.push(
      "--machines",
      String(machines),
      "--mix",
      MIX,
      "--seed",
      String(number + 1),
      "--control",
      control,
      "--json",
    );
    const simulator = startProgram(process.execPath, [launcher, ...words], {}, log);
    started.push(simulator);
    controls.push(control);
    /** @type {{ name: string, uri: string }[]} */
    let served = [];
    await waitFor(
      "the simulated hosts",
      () => {
        served = hostsIn(log);
        return served.length > 0;
      },
      simulator,
    );
    for (const { name, uri } of served.slice(0, count)) {
      tables.push(
        `[[host]]\nname = "${name}-${number}"\nuri = "${uri}"\nstate_interval_ms = 5000\nstatistics_interval_ms = 30000\n`,
      );
    }
  }
  const [config, ready, delays, state] = ["virtgate.toml", "ready.json", "delay.json", "state"].map((name) =>
    join(folder, name),
  );
  if (!config || !ready || !delays || !state) throw new Error("four paths");
  writeFileSync(
    config,
    `${tables.join("\n")}\n[snmp]\naddresses = ["127.0.0.1:0"]\nrequests_per_second = 100000\n[[snmp.community]]\nname = "${COMMUNITY}"\n[web]\nenabled = false\n[log]\nlevel = "error"\n`,
  );
  const began = performance.now();
  const words = ["--max-semi-space-size=4", "--import", loopWatch, launcher, "up"]; // the first as `npm start` has it
  words.push("--config", config, "--state", state, "--ready-file", ready);
  const gateway = startProgram(process.execPath, words, { LOOP_WATCH_FILE: delays }, join(folder, "virtgate.log"));
  started.push(gateway);
  const control = join(state, "control.sock");
  const hostViews = async () => /** @type {HostView[]} */ (JSON.parse(await get(control, "/v1/hosts")).hosts);
  await waitFor(
    "everything to be read",
    async () => {
      const all = await hostViews().catch(() => []);
      return (
        contentOf(ready) !== "" &&
        all.length === hosts &&
        all.every(({ complete, machines: count }) => complete && count > 0)
      );
    },
    gateway,
  );
  const { snmp } = JSON.parse(contentOf(ready));
  return {
    pid: gateway.pid,
    address: `${snmp.address}:${snmp.port}`,
    firstS: (performance.now() - began) / 1000,
    firstCpuS: cpuSeconds(gateway.pid),
    cpuS: () => cpuSeconds(gateway.pid),
    memoryMiB: () => residentMiB(gateway.pid),
    hosts: hostViews,
    async order(order) {
      await Promise.all(controls.map((path) => orderOf(path, order)));
    },
    async loopDelay() {
      rmSync(delays, { force: true });
      process.kill(gateway.pid, "SIGUSR2");
      await waitFor("the delays of the event loop", () => contentOf(delays) !== "", gateway);
      return JSON.parse(contentOf(delays));
    },
    async stop() {
      for (const each of started.toReversed()) await each.stop();
    },
  };
}

/** Processor time per second of a rig that nobody asks. @param {Rig} rig @param {number} seconds */
export async function share(rig, seconds) {
  const [began, before] = [performance.now(), rig.cpuS()];
  await pause(seconds * 1000);
  return (rig.cpuS() - before) / ((performance.now() - began) / 1000);
}

/** What a simulator says that it serves, once it has said all. @param {string} log @returns {{ name: string, uri: string }[]} */
function hostsIn(log) {
  try {
    return JSON.parse(contentOf(log)).hosts;
  } catch {
    return [];
  }
}

/** @param {string} path */
function contentOf(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** @param {string} socketPath @param {string} path @returns {Promise<string>} */
function get(socketPath, path) {
  return new Promise((resolve, reject) => {
    request({ socketPath, path, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (part) => {
        body += part;
      });
      response.once("end", () => resolve(body));
      response.once("error", reject);
    })
      .once("error", reject)
      .end();
  });
}

/** One order to one simulator. @param {string} path @param {object} order @returns {Promise<void>} */
function orderOf(path, order) {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path, () => socket.write(`${JSON.stringify(order)}\n`));
    socket.once("error", reject);
    socket.once("data", (octets) => {
      socket.end();
      const answer = JSON.parse(octets.toString());
      if (answer.error === undefined) resolve();
      else reject(new Error(JSON.stringify(answer.error)));
    });
  });
}
