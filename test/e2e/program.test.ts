import { spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type {
  ActivityAnswer,
  HostAnswer,
  HostsAnswer,
  MachinesAnswer,
} from "../../src/agent/console/control-routes.js";
import type { MachineDetail } from "../../src/agent/console/machine-view.js";
import type { Finding } from "../../src/daemon/doctor/finding.js";
import { discoverEngine } from "../../src/daemon/probe.js";
import type { ReadyFile } from "../../src/daemon/ready-file.js";
import {
  anyPorts,
  programFile,
  type RunningProgram,
  run,
  start,
  startProgram,
  until,
  virtgate,
} from "../support/run-program.js";
import { temporaryFolder } from "../support/temporary-folder.js";

/** One GET of the web port with the authority of the ready file. */
function get(program: RunningProgram, path: string): Promise<{ status: number; body: string }> {
  const ca = readFileSync(program.ready.caFile ?? "");
  return new Promise((resolve, reject) => {
    const asking = request(`${program.ready.web?.url}${path}`, { ca, agent: false }, (response) => {
      let body = "";
      response.on("data", (piece) => {
        body += piece;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.on("error", reject);
    });
    asking.on("error", reject);
    asking.end();
  });
}

/** The log's entries of one event so far. */
function logged(program: { err(): string }, event: string): Record<string, unknown>[] {
  return program
    .err()
    .split("\n")
    .flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Record<string, unknown>] : []))
    .filter((entry) => entry["event"] === event);
}

const untilLogged = (program: { err(): string }, event: string, times = 1) =>
  until(
    `${times} × ${event}`,
    () => (logged(program, event).length >= times ? logged(program, event) : undefined),
    program.err,
  );

/** The start-up panel, once it is printed whole. */
const untilPanel = (program: { out(): string; err(): string }) =>
  until("the panel", () => (program.out().includes("kill -HUP") ? program.out() : undefined), program.err);

describe("virtgate up", () => {
  test("serves simulated hosts; every command answers from it, and it stops cleanly", async () => {
    const program = await startProgram({ args: ["--simulate"] });
    const { ready } = program;
    expect(ready.pid).toBe(program.pid);
    expect(ready.hosts.length).toBeGreaterThan(0);
    expect(ready.hosts.every(({ simulated }) => simulated)).toBe(true);
    expect(statSync(program.readyFile).mode & 0o777).toBe(0o600);
    expect(statSync(program.stateDirectory).mode & 0o777).toBe(0o700);
    expect(statSync(join(program.stateDirectory, "control.sock")).mode & 0o777).toBe(0o600);

    const hosts = JSON.parse((await program.command("hosts", "--json")).out) as HostsAnswer;
    expect(hosts.hosts.map(({ name, link, complete }) => ({ name, link, complete }))).toEqual(
      ready.hosts.map(({ name }) => ({ name, link: "up", complete: true })),
    );
    const { machines } = JSON.parse((await program.command("machines", "--json")).out) as MachinesAnswer;
    expect(machines).toHaveLength(hosts.hosts.reduce((sum, host) => sum + host.machines, 0));
    const machine = machines.find(({ state }) => state === "running");
    expect(machine).toBeDefined();
    const shown = JSON.parse((await program.command("show", machine?.uuid ?? "", "--json")).out);
    expect(shown).toMatchObject({ name: machine?.name, host: machine?.host, uuid: machine?.uuid });
    const kvm = ready.hosts[0]?.name ?? "";
    const { resources } = await until("the computer under a host", async () => {
      const host = JSON.parse((await program.command("show", kvm, "--json")).out) as HostAnswer["hosts"][number];
      const { pools, networks, node, use } = host.resources;
      return pools && networks && node && use ? host : undefined;
    });
    expect(resources.node?.memoryKiB).toBe(hosts.hosts.find(({ name }) => name === kvm)?.memoryKiB);
    expect(resources.pools?.flatMap(({ volumes }) => volumes ?? [])).not.toHaveLength(0);
    const leases = resources.networks?.flatMap(({ leases }) => leases ?? []) ?? [];
    await until("an address of a lease", async () => {
      const one = machines.find(({ host, state }) => host === kvm && state === "running");
      const { nics } = JSON.parse(
        (await program.command("show", `${kvm}/${one?.uuid}`, "--json")).out,
      ) as MachineDetail;
      return nics
        .flatMap(({ addresses }) => addresses)
        .some(({ address }) => leases.some((lease) => lease.address === address));
    });
    const busy = await until("a machine's CPU load", async () => {
      const answer = JSON.parse((await program.command("top", "--json")).out) as ActivityAnswer;
      return answer.machines.some(({ cpuPercent }) => cpuPercent !== undefined && cpuPercent > 0) ? answer : undefined;
    });
    expect(busy.total).toBe(machines.length);
    const doctor = await program.command("doctor", "--json", "--config", program.configFile);
    const { findings } = JSON.parse(doctor.out) as { findings: Finding[] };
    for (const check of [
      "gateway",
      "gateway-version",
      "web-port",
      "web-certificate",
      "snmp-port",
      "engine-boots",
      "state-secrets",
      "mib-files",
    ])
      expect(findings.find((finding) => finding.check === check)).toMatchObject({ verdict: "ok" });
    expect(findings.filter(({ check }) => check === "host-link")).toHaveLength(ready.hosts.length);
    const shows = [
      ["show", machine?.uuid ?? ""],
      ["show", kvm],
    ];
    for (const words of [["hosts"], ["machines"], ...shows, ["top", "--once"], ["doctor"]]) {
      const { out } = await program.command(...words);
      expect(out, words[0]).toContain(words[0] === "doctor" ? "gateway" : (ready.hosts[0]?.name ?? ""));
    }

    program.signal("SIGTERM");
    expect((await program.ended).code).toBe(0);
    expect(existsSync(program.readyFile)).toBe(false);
    expect(existsSync(join(program.stateDirectory, "control.sock"))).toBe(false);
    const after = await program.command("hosts");
    expect(after).toMatchObject({ code: 1, out: "" });
    expect(after.err).toContain("no gateway is running");
  });

  test("answers health, readiness and metrics over TLS that its own authority vouches for, and SNMP", async () => {
    const program = await startProgram({ args: ["--simulate"] });
    expect(await get(program, "/healthz")).toMatchObject({ status: 200 });
    expect(await get(program, "/readyz")).toMatchObject({ status: 200 });
    const { status, body } = await get(program, "/metrics");
    expect(status).toBe(200);
    for (const name of [
      "libvirt_domain_info_vstate",
      "libvirt_domain_info_cpu_time_seconds_total",
      "virtgate_host_link",
      "virtgate_snmp_total",
    ])
      expect(body).toMatch(new RegExp(`^${name}\\{`, "m"));
    expect(body).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect((await get(program, "/")).status).toBe(404);
    const { address = "", port = 0 } = program.ready.snmp ?? {};
    expect(await discoverEngine(address, port, 30_000)).toMatchObject({ engineBoots: 1 });
  });

  test("prints a panel on which every command works as it stands", async (context) => {
    const program = await startProgram({ args: ["--simulate"] });
    const panel = await untilPanel(program);
    const commands = panel
      .split("\n")
      .flatMap((line, at, lines) => (/^ {2}# /.test(lines[at - 1] ?? "") ? [line.trim()] : []));
    const tried: string[] = [];
    for (const command of commands) {
      const tool = ["snmpbulkwalk", "curl"].find((name) => command.includes(`${name} `));
      if (tool !== undefined && (await run("sh", ["-c", `command -v ${tool}`])).code !== 0)
        context.skip(`${tool} is not installed`);
      if (/ up --connect /.test(command)) continue; // would serve another gateway
      const cwd = temporaryFolder();
      const { code, err, out } = await run("sh", ["-c", command], { cwd });
      // A doctor that finds fault with the test machine has done its work too.
      const accepted = command.includes(" doctor") ? [0, 1] : [0];
      expect(accepted, `${command}\n${err}`).toContain(code);
      expect(err, command).toBe("");
      const file = / > (\S+)$/.exec(command)?.[1];
      expect((file === undefined ? out : readFileSync(join(cwd, file), "utf8")).length, command).toBeGreaterThan(50);
      tried.push(command);
    }
    expect(tried.some((command) => command.startsWith("SNMPCONFPATH="))).toBe(true);
    expect(tried.length).toBeGreaterThanOrEqual(5);
  });

  test("takes the next port when one is taken, and says which", async () => {
    const first = await startProgram({ args: ["--simulate"] });
    const web = Number(new URL(first.ready.web?.url ?? "").port);
    const snmp = first.ready.snmp?.port ?? 0;
    const second = await startProgram({
      args: ["--simulate"],
      configuration: `[web]\naddress = "127.0.0.1:${web}"\n[snmp]\naddresses = ["127.0.0.1:${snmp}"]\n`,
    });
    expect(Number(new URL(second.ready.web?.url ?? "").port)).toBeGreaterThan(web);
    expect(second.ready.snmp?.port).toBeGreaterThan(snmp);
    expect(await untilPanel(second)).toContain(`127.0.0.1:${second.ready.snmp?.port} `);
    expect((await get(second, "/healthz")).status).toBe(200);
  });

  test("refuses a state directory that is in use, with exit code 1 and a way out, and harms nobody", async () => {
    const program = await startProgram({ args: ["--simulate"] });
    const second = await virtgate([
      "up",
      "--simulate",
      "--config",
      program.configFile,
      "--state",
      program.stateDirectory,
    ]);
    expect(second).toMatchObject({ code: 1, out: "" });
    expect(second.err).toContain(program.stateDirectory);
    expect(second.err).toContain(String(program.pid));
    expect((await program.command("hosts")).code).toBe(0);
    expect(existsSync(program.readyFile)).toBe(true);
  });

  test("starts again after kill -9 with everything it had: engine boots exactly one more, the same index per machine", async () => {
    const args = ["--simulate"];
    const first = await startProgram({ args });
    const index = async (program: RunningProgram) => {
      const { machines } = JSON.parse((await program.command("machines", "--json")).out) as MachinesAnswer;
      return new Map(
        machines.map(({ host, uuid, index, gatewayIndex }) => [`${host}/${uuid}`, `${index} ${gatewayIndex}`]),
      );
    };
    const before = await index(first);
    const engine = await discoverEngine(first.ready.snmp?.address ?? "", first.ready.snmp?.port ?? 0, 30_000);
    first.signal("SIGKILL");
    await first.ended;
    const second = await startProgram({ args, stateDirectory: first.stateDirectory });
    expect(await index(second)).toEqual(before);
    expect(await discoverEngine(second.ready.snmp?.address ?? "", second.ready.snmp?.port ?? 0, 30_000)).toMatchObject({
      engineId: engine.engineId,
      engineBoots: engine.engineBoots + 1,
    });
    expect(readFileSync(second.ready.caFile ?? "", "utf8")).toContain("BEGIN CERTIFICATE");
  });

  test("stops once however often it is asked, and never forgets its ready file", async () => {
    const program = await startProgram({ args: ["--simulate"] });
    for (const signal of ["SIGINT", "SIGTERM", "SIGINT", "SIGHUP", "SIGTERM"] as const) program.signal(signal);
    const { code } = await program.ended;
    expect(code).toBe(0);
    expect(existsSync(program.readyFile)).toBe(false);
    expect(logged(program, "gateway.stopping")).toHaveLength(1);
    expect(logged(program, "gateway.stopped")).toHaveLength(1);
  });

  test("reloads on SIGHUP: all of a good configuration, nothing of a bad one", async () => {
    const program = await startProgram({ args: ["--simulate"] });
    writeFileSync(program.configFile, `${anyPorts}[log]\nlevel = "debug"\n`);
    program.signal("SIGHUP");
    await untilLogged(program, "configuration.reloaded");
    writeFileSync(program.configFile, `${anyPorts}[log]\nlevel = "loud"\n`);
    program.signal("SIGHUP");
    const [refused] = await untilLogged(program, "configuration.refused");
    expect(refused?.["reason"]).toMatch(/virtgate\.toml:6:\d+: log\.level /);
    expect((await get(program, "/healthz")).status).toBe(200);
    expect((await program.command("hosts")).code).toBe(0);
    program.signal("SIGTERM");
    expect((await program.ended).code).toBe(0);
  });

  test("a reload keeps listeners that stay, moves those that move, and its ready file follows", async () => {
    const program = await startProgram({ args: ["--simulate"] });
    const readyNow = () => JSON.parse(readFileSync(program.readyFile, "utf8")) as ReadyFile;
    const before = readyNow();
    const both = '[snmp]\naddresses = ["127.0.0.1:0", "127.0.0.2:0"]\n';
    writeFileSync(program.configFile, `[web]\naddress = "127.0.0.2:0"\n${both}`);
    program.signal("SIGHUP");
    await untilLogged(program, "configuration.reloaded");
    const after = await until("the new ready file", () => {
      const ready = readyNow();
      return ready.web?.url === before.web?.url ? undefined : ready;
    });
    expect(after.snmp).toEqual(before.snmp);
    expect(after.web?.url).toMatch(/^https:\/\/127\.0\.0\.2:/);
    await discoverEngine(after.snmp?.address ?? "", after.snmp?.port ?? 0, 10_000);

    const other = createSocket("udp4");
    await new Promise<void>((resolve) => other.bind(0, "127.0.0.1", resolve));
    writeFileSync(
      program.configFile,
      `[web]\naddress = "127.0.0.1:0"\n[snmp]\naddresses = ["127.0.0.1:${other.address().port}"]\n`,
    );
    program.signal("SIGHUP");
    await untilLogged(program, "configuration.refused");
    await new Promise<void>((resolve) => other.close(() => resolve()));
    expect(readyNow()).toEqual(after);
    await discoverEngine(after.snmp?.address ?? "", after.snmp?.port ?? 0, 10_000);
  });

  test("a simulated host never stands in for a configured one of the same name", async () => {
    const configuration = `${anyPorts}[simulate]\nhosts = 2\nmachines = 2\n`;
    const program = await startProgram({ configuration });
    expect(program.ready.hosts.map(({ name }) => name)).toEqual(["kvm1", "lxc1"]);
    const dead = join(temporaryFolder(), "nobody.sock");
    writeFileSync(
      program.configFile,
      `${configuration}[[host]]\nname = "kvm1"\nuri = "qemu+unix:///system?socket=${dead}"\n`,
    );
    program.signal("SIGHUP");
    await untilLogged(program, "configuration.reloaded");
    const names = await until("three hosts", async () => {
      const { hosts } = JSON.parse((await program.command("hosts", "--json")).out) as HostsAnswer;
      return hosts.length === 3 && hosts.every(({ link }) => link !== "connecting") ? hosts : undefined;
    });
    expect(names.map(({ name, simulated, link }) => [name, simulated, link])).toEqual([
      ["kvm1", false, "down"],
      ["kvm1-simulated", true, "up"],
      ["lxc1", true, "up"],
    ]);
  });

  test("starts nothing with a wrong configuration: line, column, what to write instead", async () => {
    const folder = temporaryFolder();
    const config = join(folder, "virtgate.toml");
    writeFileSync(config, "[snmp]\nenabeld = true\n");
    const state = join(folder, "state");
    const { code, err, out } = await virtgate(["up", "--config", config, "--state", state]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/virtgate\.toml:2:1: snmp\.enabeld is not known; did you mean "enabled"\?/);
    expect(existsSync(state)).toBe(false);
  });

  test("serves what answers when a host does not, and says which is missing", async () => {
    const socket = join(temporaryFolder(), "nobody.sock");
    const fleet = start(process.execPath, [
      programFile(),
      "simulate",
      "--socket",
      join(temporaryFolder(), "a.sock"),
      "--machines",
      "3",
      "--json",
    ]);
    const { hosts } = await until(
      "the simulated host",
      () => (fleet.out().endsWith("}\n") ? (JSON.parse(fleet.out()) as { hosts: { uri: string }[] }) : undefined),
      fleet.err,
    );
    const program = await startProgram({
      args: ["--connect", hosts[0]?.uri ?? "", "--connect", `qemu+unix:///system?socket=${socket}`],
    });
    expect(program.ready.hosts).toHaveLength(2);
    const panel = await untilPanel(program);
    expect(panel).toMatch(/\d of 3 machines run/);
    expect(panel.split("\n").find((line) => line.includes("nobody.sock"))).not.toMatch(/machines run/);
    expect((await get(program, "/readyz")).status).toBe(200);
    const { hosts: seen } = JSON.parse((await program.command("hosts", "--json")).out) as HostsAnswer;
    expect(seen.map(({ complete }) => complete)).toEqual([true, false]);
    const doctor = await program.command("doctor", "--json", "--config", program.configFile);
    expect(doctor.code).toBe(1);
    const { findings } = JSON.parse(doctor.out) as { findings: Finding[] };
    expect(findings.filter(({ check }) => check === "host-link").map(({ verdict }) => verdict)).toEqual([
      "ok",
      "failed",
    ]);
  });
});

test("virtgate up ends with 1 after a bug, having said what it was and closed everything", async () => {
  // The fault is planted from outside: the program is the one that users get.
  const fault = 'process.on("SIGUSR2", () => { throw new Error("planted fault"); });';
  const program = await startProgram({
    args: ["--simulate"],
    env: { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(fault)}` },
  });
  program.signal("SIGUSR2");
  const { code } = await program.ended;
  expect(code).toBe(1);
  expect(logged(program, "gateway.bug")[0]).toMatchObject({ level: "error", error: { message: "planted fault" } });
  expect(logged(program, "gateway.stopped")).toHaveLength(1);
  expect(existsSync(program.readyFile)).toBe(false);
  expect(existsSync(join(program.stateDirectory, "control.sock"))).toBe(false);
});

test("a stack tells places in the sources", () => {
  const watch = `const write = process.stdout.write;
    process.stdout.write = (...words) => { process.stderr.write(new Error("here").stack); return write.apply(process.stdout, words); };`;
  const launcher = fileURLToPath(new URL("../../src/launch.js", import.meta.url));
  const { stderr } = spawnSync(process.execPath, [launcher, "version"], {
    env: { ...process.env, NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(watch)}` },
    encoding: "utf8",
  });
  const [, file = "", line = ""] = /\((\/.*\/src\/daemon\/[a-z-]+\.ts):(\d+):\d+\)/.exec(stderr) ?? [];
  expect(readFileSync(file, "utf8").split("\n")[Number(line) - 1]).toContain("write(");
});

test("virtgate up stops while it is still waiting for its first host", async () => {
  const folder = temporaryFolder();
  const config = join(folder, "virtgate.toml");
  writeFileSync(config, anyPorts);
  const program = start(process.execPath, [
    programFile(),
    "up",
    "--config",
    config,
    "--state",
    join(folder, "state"),
    "--connect",
    `qemu+unix:///system?socket=${join(folder, "nobody.sock")}`,
  ]);
  await until(
    "the control socket",
    () => (existsSync(join(folder, "state", "control.sock")) ? true : undefined),
    program.err,
  );
  program.signal("SIGTERM");
  expect(await program.ended).toMatchObject({ code: 0, out: "" });
});

test("virtgate machines into a reader that ends early is no failure", async () => {
  const program = await startProgram({ args: ["--simulate"] });
  const line = `"${process.execPath}" "${programFile()}" machines --state "${program.stateDirectory}"; echo "code $?" >&2`;
  const { err } = await run("sh", ["-c", `{ ${line}; } | head -n 1`]);
  expect(err).toBe("code 0\n");
});
