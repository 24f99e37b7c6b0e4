import { existsSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { ActivityAnswer, HostsAnswer } from "../../../src/agent/console/control-routes.js";
import { silentLog } from "../../../src/base/log.js";
import { askGateway } from "../../../src/daemon/ask-gateway.js";
import { runCommandLine } from "../../../src/daemon/command-line.js";
import { openControlSocket, type StatusAnswer } from "../../../src/daemon/control-socket.js";
import { programWords } from "../../../src/daemon/program.js";
import { abandonSocket } from "../../support/abandoned-socket.js";
import { capturedTerminal } from "../../support/captured-terminal.js";
import { fixtureGateway, fixtureGeneration, fixtureHost, fixtureMachine } from "../../support/fixture-gateway.js";
import { ManualClock } from "../../support/manual-clock.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const generation = fixtureGeneration([
  [
    fixtureHost(),
    [
      fixtureMachine({ index: 1 }),
      fixtureMachine({ index: 2, name: "e\u001b[2Jvil", state: "paused", reason: "user" }),
    ],
  ],
]);
const snmp = {
  address: "127.0.0.1",
  port: 1161,
  confDir: "/state/client",
  user: "virtgate",
  engineId: "80",
  engineBoots: 1,
};

async function running() {
  const clock = new ManualClock();
  const stateDirectory = temporaryFolder();
  const gateway = fixtureGateway({ clock, generation, stateDirectory, listeners: { snmp } });
  const control = await openControlSocket(gateway, silentLog);
  onTestFinished(() => control.close());
  return { clock, control, gateway, stateDirectory };
}

async function run(stateDirectory: string, ...words: string[]) {
  const terminal = capturedTerminal();
  const code = await runCommandLine([...words, "--state", stateDirectory], { terminal, env: {}, version: "1.2.3" });
  return { code, out: terminal.outText(), err: terminal.errText() };
}

test("openControlSocket() answers its owner only, and is gone after close()", async () => {
  const { control, gateway, stateDirectory } = await running();
  expect(statSync(control.path).mode & 0o777).toBe(0o600);
  expect(await askGateway<StatusAnswer>(stateDirectory, "/v1/status")).toMatchObject({
    pid: process.pid,
    version: gateway.version,
    stateDirectory,
    hostChoice: "configured",
    listeners: { snmp },
  });
  await control.close();
  await control.close();
  expect(existsSync(control.path)).toBe(false);
});

test("openControlSocket() replaces a socket that a killed process left behind", async () => {
  const stateDirectory = temporaryFolder();
  const path = join(stateDirectory, "control.sock");
  abandonSocket(path);
  expect(statSync(path).isSocket()).toBe(true);
  const gateway = fixtureGateway({ clock: new ManualClock(), generation, stateDirectory });
  const control = await openControlSocket(gateway, silentLog);
  onTestFinished(() => control.close());
  expect((await askGateway<HostsAnswer>(stateDirectory, "/v1/hosts")).hosts).toHaveLength(1);
});

test("openControlSocket() refuses a path that no socket can have, saying what to do", async () => {
  const gateway = fixtureGateway({ clock: new ManualClock(), generation, stateDirectory: `/${"x".repeat(120)}` });
  await expect(openControlSocket(gateway, silentLog)).rejects.toMatchObject({
    code: "invalid",
    message: expect.stringContaining("shorter --state"),
  });
});

test("askGateway() takes a gateway of another version for what it is", async () => {
  const { stateDirectory } = await running();
  await expect(askGateway(stateDirectory, "/v9/hosts")).rejects.toMatchObject({ code: "unsupported" });
});

test("askGateway() says so when something else answers, or nothing comes", async () => {
  const stateDirectory = temporaryFolder();
  const server = createServer((socket) => socket.end("220 mail\r\n")).listen(join(stateDirectory, "control.sock"));
  onTestFinished(() => void server.close());
  await expect(askGateway(stateDirectory, "/v1/hosts")).rejects.toMatchObject({ code: "unreachable" });
});

test("openControlSocket() watches activity while it is open", async () => {
  const { clock, gateway, stateDirectory } = await running();
  clock.advance(2_000);
  await new Promise((resolve) => setImmediate(resolve)); // the first look has been taken in
  gateway.generation = fixtureGeneration([
    [
      fixtureHost(),
      [fixtureMachine({ cpuTimeNs: 13_345_678_900n, readings: { state: 8_000, statistics: 8_000, document: 0 } })],
    ],
  ]);
  clock.advance(2_000);
  const { machines } = await askGateway<ActivityAnswer>(stateDirectory, "/v1/activity");
  expect(machines[0]?.cpuPercent).toBe(25); // one second in the four between the readings
});

test("hosts, machines, show and top print tables without control characters, and the same as JSON", async () => {
  const { stateDirectory } = await running();
  const hosts = await run(stateDirectory, "hosts");
  expect(hosts).toMatchObject({ code: 0, err: "" });
  expect(hosts.out).toMatch(/^HOST +LINK +DRIVER/);
  expect(hosts.out).toMatch(/^kvm1 +up +QEMU +7\.2\.19 +9\.0\.0 +1\/2/m);
  const machines = await run(stateDirectory, "machines");
  expect(machines.out).toMatch(/^kvm1 +web1 +running +kvm +2 +512 MiB +12\.34 s/m);
  expect(machines.out).toMatch(/^kvm1 +e\?\[2Jvil +paused/m);
  for (const command of ["hosts", "machines"]) {
    const { code, out } = await run(stateDirectory, command, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)[command]).toHaveLength(command === "hosts" ? 1 : 2);
  }
  const top = await run(stateDirectory, "top", "--once");
  expect(top.out).toMatch(/^1 of 1 hosts answer, 1 of 2 machines run\n\nHOST/);
  expect(JSON.parse((await run(stateDirectory, "top", "--json")).out).machines).toHaveLength(2);
});

test("show prints where SNMP has the machine, with a command to paste", async () => {
  const { stateDirectory } = await running();
  const { code, out } = await run(stateDirectory, "show", "web1");
  expect(code).toBe(0);
  expect(out).toMatch(/^uuid +aaaaaaaa-bbbb-cccc-dddd-000000000001$/m);
  expect(out).toMatch(/^state +running, booted$/m);
  expect(out).toMatch(/^memory +512 MiB of at most 1 GiB$/m);
  expect(out).toMatch(/^1 vda +disk, qcow2, virtio, \/images\/web\.qcow2$/m);
  expect(out).toMatch(/^vmOperState +1\.3\.6\.1\.2\.1\.236\.1\.4\.1\.6\.1$/m);
  expect(out).toContain("SNMPCONFPATH=/state/client snmpget -n kvm1 127.0.0.1:1161 1.3.6.1.2.1.236.1.4.1.6.1\n");
  const { out: json } = await run(stateDirectory, "show", "kvm1/web1", "--json");
  expect(JSON.parse(json)).toMatchObject({ name: "web1", snmp: [{ context: "kvm1", vmIndex: 1 }, { context: "" }] });
});

test("show and machines fail with a reason for what does not exist", async () => {
  const { stateDirectory } = await running();
  expect(await run(stateDirectory, "show", "nobody")).toEqual({
    code: 1,
    out: "",
    err: `virtgate: there is no machine nobody; ${programWords()} machines lists them\n`,
  });
  expect(await run(stateDirectory, "machines", "--host", "nobody")).toEqual({
    code: 1,
    out: "",
    err: "virtgate: there is no host nobody; the hosts are kvm1\n",
  });
});

test("show asks which one is meant when a name is used on several hosts", async () => {
  const { gateway, stateDirectory } = await running();
  gateway.generation = fixtureGeneration([
    [fixtureHost(), [fixtureMachine()]],
    [fixtureHost({ name: "kvm2" }), [fixtureMachine({ host: "kvm2" })]],
  ]);
  const { code, err } = await run(stateDirectory, "show", "web1");
  expect(code).toBe(1);
  expect(err).toMatch(/several machines; say which:\n {2}kvm1\/web1 {2}\S+\n {2}kvm2\/web1 /);
  expect((await run(stateDirectory, "show", "kvm2/web1")).code).toBe(0);
});
