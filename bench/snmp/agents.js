import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { run, startProgram, waitFor } from "./processes.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const launcher = join(root, "src/launch.js");
const loopWatch = new URL("loop-watch.js", import.meta.url).href;

export const COMMUNITY = "bench";
/** May see one machine of all. */
export const ONE_MACHINE = "bench-one";

/** Columns of vmTable that every machine has: three of text, seven of numbers. */
export const COLUMNS = [2, 3, 4, 5, 6, 7, 8, 9, 11, 13];

const VM_ENTRY = ".1.3.6.1.2.1.236.1.4.1";

/**
 * An agent under test. `v3` is a folder with an `snmp.conf` for a user with authentication and privacy.
 * @typedef {{ name: string, pid: number, address: string, v3: string, stop: () => Promise<void> }} Agent
 */

/** How late an event loop was. @typedef {{ p50Ms: number, p99Ms: number, maxMs: number }} LoopDelay */

/**
 * The gateway, reading a simulated host that is a process of its own.
 * @typedef {Agent & { socket: string, pace: (calm: boolean) => Promise<void>, loopDelay: () => Promise<LoopDelay> }} Virtgate
 *   `pace` lets it read its host hardly ever, or as usual; `loopDelay` is since it was asked for last; the community ONE_MACHINE
 *   sees a single machine
 * @param {string} folder @param {number} machines @param {{ calm?: boolean, trapPort?: number }} [options] @returns {Promise<Virtgate>}
 */
export async function startVirtgate(folder, machines, { calm = false, trapPort } = {}) {
  const socket = join(folder, "simulated.sock");
  const simulator = startProgram(
    process.execPath,
    [launcher, "simulate", "--socket", socket, "--machines", String(machines)],
    {},
    join(folder, "simulator.log"),
  );
  await waitFor("the simulated host", () => existsSync(socket), simulator);
  const config = join(folder, "virtgate.toml");
  let rule = "";
  const writeConfig = (/** @type {boolean} */ isCalm) =>
    writeFileSync(
      config,
      `
[[host]]
name = "bench"
uri = "qemu+unix:///system?socket=${socket}"
${isCalm ? "state_interval_ms = 60000\nstatistics_interval_ms = 600000" : ""}
[snmp]
addresses = ["127.0.0.1:0"]
[[snmp.community]]
name = "${COMMUNITY}"
[[snmp.community]]
name = "${ONE_MACHINE}"
groups = ["one"]
${rule}
${trapPort === undefined ? "" : `[[snmp.target]]\nname = "bench"\naddress = "127.0.0.1:${trapPort}"\nversion = "v2c"\ncommunity = "bench"`}
[web]
enabled = false
[log]
level = "warn"
`,
    );
  writeConfig(calm);
  const ready = join(folder, "ready.json");
  const delays = join(folder, "loop-delay.json");
  const gateway = startProgram(
    process.execPath,
    [
      "--max-semi-space-size=4", // as `npm start` has it
      "--import",
      loopWatch,
      launcher,
      "up",
      "--config",
      config,
      "--state",
      join(folder, "state"),
      "--ready-file",
      ready,
    ],
    { LOOP_WATCH_FILE: delays },
    join(folder, "virtgate.log"),
  );
  await waitFor("virtgate's ready file", () => existsSync(ready), gateway);
  const { pid, snmp } = JSON.parse(readFileSync(ready, "utf8"));
  const address = `${snmp.address}:${snmp.port}`;
  await waitFor("all machines to be served", async () => {
    const counts = await Promise.all(COLUMNS.map((column) => run("snmpbulkwalk", walkArgs("v2c", address, column))));
    return counts.every((text) => lines(text).length === machines);
  });
  const [some = ""] = lines(await run("snmpbulkwalk", walkArgs("v2c", address, 3)));
  rule = ruleFor(some);
  writeConfig(calm);
  process.kill(pid, "SIGHUP");
  await waitFor("one machine to be seen by one community", async () => {
    const seen = await run("snmpbulkwalk", walkArgs("v2c", address, 2, ONE_MACHINE));
    return lines(seen).length === 1;
  });
  return {
    name: "virtgate",
    pid,
    address,
    v3: snmp.confDir,
    socket,
    async pace(isCalm) {
      writeConfig(isCalm);
      process.kill(pid, "SIGHUP");
      await pause(5000); // another pace begins with a complete list
    },
    async loopDelay() {
      rmSync(delays, { force: true });
      process.kill(pid, "SIGUSR2");
      await waitFor("the delays of virtgate's event loop", () => existsSync(delays), gateway);
      return JSON.parse(readFileSync(delays, "utf8"));
    },
    async stop() {
      await gateway.stop();
      await simulator.stop();
    },
  };
}

/**
 * Net-SNMP's agent with the same objects and the same values, held by itself in a `table` filled with `add_row`: the fastest
 * that it offers without a module in C: it holds all rows in memory and asks nobody, while ours follow a host that lives.
 * @param {string} folder @param {number} port @param {string} model address of the agent to copy @returns {Promise<Agent>}
 */
export async function startSnmpd(folder, port, model) {
  const config = join(folder, "snmpd.conf");
  const client = join(folder, "snmpd-client");
  const secrets = "SHA-256 bench-auth-secret AES bench-priv-secret";
  const persistent = join(folder, "snmpd-state");
  mkdirSync(client, { recursive: true });
  mkdirSync(persistent, { recursive: true });
  writeFileSync(
    config,
    [`rocommunity ${COMMUNITY} 127.0.0.1`, `createUser bench ${secrets}`, "rouser bench priv", "table vmTable"]
      .concat(await copiedRows(model))
      .join("\n"),
  );
  writeFileSync(
    join(client, "snmp.conf"),
    "defVersion 3\ndefSecurityName bench\ndefSecurityLevel authPriv\ndefAuthType SHA-256\ndefPrivType AES\n" +
      "defAuthPassphrase bench-auth-secret\ndefPrivPassphrase bench-priv-secret\n",
  );
  const address = `127.0.0.1:${port}`;
  const snmpd = startProgram(
    "snmpd",
    ["-f", "-Lo", "-C", "-c", config, "-I", "vacm_conf,usmConf,table_dataset", `udp:${address}`],
    {
      MIBDIRS: `${join(root, "mibs")}:/usr/share/snmp/mibs`,
      MIBS: "VM-MIB",
      SNMP_PERSISTENT_DIR: persistent,
      SNMPCONFPATH: persistent,
    },
    join(folder, "snmpd.log"),
  );
  await waitFor(
    "snmpd",
    async () => {
      const probe = ["-v2c", "-c", COMMUNITY, "-r", "0", "-t", "1", "-m", "", address, `${VM_ENTRY}.2`];
      return await run("snmpgetnext", probe).then(
        (text) => text.includes("STRING"),
        () => false,
      );
    },
    snmpd,
  );
  return { name: "snmpd", pid: snmpd.pid, address, v3: client, stop: snmpd.stop };
}

/** npm's net-snmp as an agent, with a table of rows of its own. @param {string} folder @param {number} port @param {number} rows @returns {Promise<Agent>} */
export async function startNpmAgent(folder, port, rows) {
  const log = join(folder, "npm-agent.log");
  const script = fileURLToPath(new URL("npm-agent.js", import.meta.url));
  const agent = startProgram(process.execPath, [script, String(port), String(rows)], {}, log);
  await waitFor("npm's agent", () => readFileSync(log, "utf8").includes("ready"), agent);
  return { name: "npm net-snmp", pid: agent.pid, address: `127.0.0.1:${port}`, v3: "", stop: agent.stop };
}

/**
 * Arguments of `snmpbulkwalk` for one column.
 * @param {"v2c" | "v3"} version @param {string} address @param {number} column @param {string} [community]
 */
export function walkArgs(version, address, column, community = COMMUNITY) {
  const credentials = version === "v2c" ? ["-v2c", "-c", community] : [];
  return ["-m", "", "-On", "-Cr50", "-t", "30", "-r", "1", ...credentials, address, `${VM_ENTRY}.${column}`];
}

/** The rule that lets a group see the machine of a line of vmUUID. @param {string} line */
function ruleFor(line) {
  const digits = line
    .slice(line.indexOf("Hex-STRING:") + 11)
    .replaceAll(/\s/g, "")
    .toLowerCase();
  const uuid = digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return `[[access.rule]]\nname = "one"\ngroups = ["one"]\npath = "/virtgate-host:hosts/host/virtgate-machine:machine[uuid='${uuid}']"`;
}

/** The lines of a walk, each one instance. @param {string} text */
export function lines(text) {
  return text.split("\n").filter((line) => line.startsWith(VM_ENTRY));
}

/** What the model serves, as rows of snmpd's configuration; columns that are not walked get any value. @param {string} model */
async function copiedRows(model) {
  /** @type {Map<string, Map<number, string>>} */
  const rows = new Map();
  for (const column of COLUMNS) {
    for (const line of lines(await run("snmpbulkwalk", walkArgs("v2c", model, column)))) {
      const [, index = "", type = "", value = ""] = /\.(\d+) = (\S+): (.*)$/.exec(line) ?? [];
      const row = rows.get(index) ?? new Map();
      row.set(column, type === "Hex-STRING" ? `0x${value.replaceAll(" ", "")}` : value);
      rows.set(index, row);
    }
  }
  return [...rows].map(([index, row]) => {
    const cells = Array.from({ length: 16 }, (_, position) => row.get(position + 2) ?? "1");
    return `add_row vmTable ${index} ${cells.join(" ")}`;
  });
}
