import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { silentLog } from "../../../src/base/log.js";
import { runCommandLine } from "../../../src/daemon/command-line.js";
import { openControlSocket } from "../../../src/daemon/control-socket.js";
import { checkLoad, checkNode } from "../../../src/daemon/doctor/computer-checks.js";
import type { Finding } from "../../../src/daemon/doctor/finding.js";
import { checkCertificate, checkLibvirtVersion } from "../../../src/daemon/doctor/gateway-checks.js";
import { checkNodeAgent } from "../../../src/daemon/doctor/node-agent-checks.js";
import type { Listeners } from "../../../src/daemon/running-gateway.js";
import { requireWebCertificate } from "../../../src/daemon/web-certificate.js";
import type { Generation } from "../../../src/inventory/generation.js";
import { capturedTerminal } from "../../support/captured-terminal.js";
import { fixtureGateway, fixtureGeneration, fixtureHost, fixtureMachine } from "../../support/fixture-gateway.js";
import { ManualClock } from "../../support/manual-clock.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const DAY_MS = 24 * 60 * 60 * 1000;

/** What `doctor --json` finds, by check. */
async function examine(
  stateDirectory: string,
  configuration = '[web]\naddress = "127.0.0.1:0"\n[snmp]\naddresses = ["127.0.0.1:0"]\n',
) {
  const folder = temporaryFolder();
  const config = join(folder, "virtgate.toml");
  writeFileSync(config, configuration);
  const terminal = capturedTerminal();
  const words = ["doctor", "--json", "--state", stateDirectory, "--config", config];
  const code = await runCommandLine(words, { terminal, env: { PATH: folder }, version: "1.2.3" });
  const { findings, counts } = JSON.parse(terminal.outText()) as {
    findings: Finding[];
    counts: Record<string, number>;
  };
  const of = (check: string) => findings.filter((finding) => finding.check === check);
  return { code, findings, counts, of, one: (check: string) => of(check)[0] };
}

test("doctor checks at least 30 things, each with a reason, and each trouble with a remedy", async () => {
  const state = temporaryFolder();
  const { findings, counts, code } = await examine(state);
  expect(new Set(findings.map(({ check }) => check)).size).toBeGreaterThanOrEqual(30);
  for (const { check, reason, remedy, verdict } of findings) {
    expect(reason, check).not.toBe("");
    if (verdict === "warning" || verdict === "failed") expect(remedy, check).toMatch(/\S/);
  }
  expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(findings.length);
  expect(code).toBe(counts["failed"] === 0 ? 0 : 1);
});

test("the node's agent: how to install one that is not there, and no trust in one that others can change", async () => {
  const examination = { version: "1.2.3" } as Parameters<typeof checkNodeAgent>[0];
  const program = join(temporaryFolder(), "agent.js");
  expect(await checkNodeAgent(examination, program)).toMatchObject({
    verdict: "note",
    remedy: expect.stringContaining("cp packaging/node-agent/*.js"),
  });
  writeFileSync(program, "#!/bin/false\n");
  chmodSync(program, 0o777);
  expect(await checkNodeAgent(examination, program)).toMatchObject({
    verdict: "failed",
    remedy: expect.stringContaining("chown -R root:root"),
  });
});

describe("doctor without a gateway", () => {
  test("says how to start one and skips what needs one", async () => {
    const state = temporaryFolder();
    const { one } = await examine(state);
    expect(one("gateway")).toMatchObject({
      verdict: "warning",
      remedy: expect.stringContaining(`up --state ${state}`),
    });
    for (const check of ["host-link", "snmp-port", "web-port", "queues"]) expect(one(check)?.verdict).toBe("skipped");
  });

  test("fails for a state directory that others can look into, with the command that mends it", async () => {
    const state = temporaryFolder();
    chmodSync(state, 0o755);
    const { code, one } = await examine(state);
    expect(one("state-directory")).toMatchObject({ verdict: "failed", remedy: `chmod 700 ${state}` });
    expect(code).toBe(1);
  });

  test("finds the key that others can read, however deep", async () => {
    const state = temporaryFolder();
    mkdirSync(join(state, "tls"));
    writeFileSync(join(state, "tls", "web.key"), "key", { mode: 0o600 });
    expect((await examine(state)).one("state-secrets")?.verdict).toBe("ok");
    chmodSync(join(state, "tls", "web.key"), 0o640);
    expect((await examine(state)).one("state-secrets")).toMatchObject({
      verdict: "failed",
      reason: expect.stringContaining("web.key"),
    });
  });

  test("repeats a configuration's first error with line and column", async () => {
    const { one } = await examine(temporaryFolder(), "[snmp]\nenabled = 3\n");
    expect(one("configuration")).toMatchObject({
      verdict: "failed",
      reason: expect.stringMatching(/virtgate\.toml:2:\d+: snmp\.enabled/),
    });
    expect(one("exposure")?.verdict).toBe("skipped");
  });

  test("points at listeners beyond loopback and at community strings", async () => {
    const { one } = await examine(
      temporaryFolder(),
      '[web]\naddress = "0.0.0.0:8443"\n[[snmp.community]]\nname = "public"\n',
    );
    expect(one("exposure")).toMatchObject({ verdict: "note", reason: expect.stringContaining("0.0.0.0 port 8443") });
    expect(one("communities")).toMatchObject({ verdict: "warning" });
  });

  test("tells a port that is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await expect.poll(() => server.address()).not.toBeNull();
    const { port } = server.address() as { port: number };
    const { one } = await examine(temporaryFolder(), `[web]\naddress = "127.0.0.1:${port}"\n`);
    expect(one("web-port-free")).toMatchObject({
      verdict: "warning",
      remedy: expect.stringContaining(`sport = :${port}`),
    });
  });

  test("tells secrets of hosts that cannot be used, and hosts that the file hides", async () => {
    const folder = temporaryFolder();
    const { one: without } = await examine(folder);
    expect(without("host-secrets")?.verdict).toBe("skipped");
    expect(without("added-hosts")?.verdict).toBe("ok");
    const file = join(folder, "password");
    writeFileSync(file, "s3cret", { mode: 0o644 });
    const host = '[[host]]\nname = "far"\nuri = "qemu+ssh://ops@h/system"\n';
    writeFileSync(join(folder, "hosts.json"), JSON.stringify({ hosts: [{ name: "far", uri: "lxc:///system" }] }));
    const { one, of } = await examine(folder, `${host}ssh_password_file = "${file}"\n`);
    expect(of("host-secrets")).toMatchObject([
      { subject: "far", verdict: "failed", remedy: expect.stringContaining(`chmod 600 ${file}`) },
    ]);
    expect(one("added-hosts")).toMatchObject({ verdict: "failed", remedy: expect.stringContaining("remove far") });
    writeFileSync(join(folder, "hosts.json"), "{");
    expect((await examine(folder)).one("added-hosts")?.verdict).toBe("failed");
  });

  test("tells a state directory too deep for a socket", async () => {
    const { one } = await examine(join(temporaryFolder(), "x".repeat(100)));
    expect(one("control-path")).toMatchObject({ verdict: "failed" });
    expect(one("state-directory")).toMatchObject({ verdict: "note" });
  });

  test("survives a configuration file that is not there", async () => {
    const terminal = capturedTerminal();
    const words = ["doctor", "--json", "--config", join(temporaryFolder(), "none.toml")];
    const code = await runCommandLine(words, { terminal, env: { HOME: temporaryFolder() }, version: "1.2.3" });
    const { findings } = JSON.parse(terminal.outText()) as { findings: Finding[] };
    expect(code).toBe(1);
    expect(findings.find(({ check }) => check === "configuration")).toMatchObject({ verdict: "failed" });
  });
});

async function withGateway(generation: Generation, listeners: Listeners = {}) {
  const stateDirectory = temporaryFolder();
  const clock = new ManualClock();
  clock.advance(400_000);
  const control = await openControlSocket(fixtureGateway({ clock, generation, stateDirectory, listeners }), silentLog);
  onTestFinished(() => control.close());
  return examine(stateDirectory);
}

describe("doctor with a gateway", () => {
  const fresh = { state: 399_000, statistics: 399_000, document: 0 };

  test("is content with hosts that answer", async () => {
    const machine = fixtureMachine({ readings: fresh });
    const { of, one } = await withGateway(fixtureGeneration([[fixtureHost({ listedAt: 399_000 }), [machine]]]));
    for (const check of [
      "host-link",
      "host-libvirt-version",
      "host-listing-age",
      "host-statistics-age",
      "stuck-machines",
    ])
      expect(of(check)).toMatchObject([{ verdict: "ok", subject: "kvm1" }]);
    expect(one("gateway")?.verdict).toBe("ok");
    expect(one("gateway-version")?.verdict).toBe("ok");
  });

  test("names each host that does not answer, what is old, what is stuck, what was lost", async () => {
    const { code, of, one } = await withGateway(
      fixtureGeneration([
        [
          fixtureHost({ listedAt: 0 }),
          [
            fixtureMachine({ readings: { ...fresh, statistics: 0 } }),
            fixtureMachine({ index: 2, name: "ill", stuck: true }),
          ],
        ],
        [fixtureHost({ name: "dead", link: "down", linkReason: "connection refused" }), []],
      ]),
    );
    expect(code).toBe(1);
    expect(of("host-link")).toMatchObject([
      { subject: "kvm1", verdict: "ok" },
      { subject: "dead", verdict: "failed", reason: "down: connection refused" },
    ]);
    expect(of("host-listing-age")).toMatchObject([{ subject: "kvm1", verdict: "warning" }]);
    expect(of("host-statistics-age")).toMatchObject([{ subject: "kvm1", verdict: "warning" }]);
    expect(of("stuck-machines")).toMatchObject([
      { verdict: "warning", reason: "ill does not answer statistics calls" },
    ]);
    expect(one("queues")).toMatchObject({ verdict: "warning", reason: "lost from full queues: traps to nms1 3" });
  });

  test("asks the SNMP port for real: one that nobody answers on is a failure", async () => {
    const snmp = {
      address: "127.0.0.1",
      port: 9,
      confDir: "/c",
      user: "u",
      engineId: "80",
      engineBoots: 2_147_483_647,
    };
    const { one } = await withGateway(fixtureGeneration([[fixtureHost(), []]]), { snmp });
    expect(one("snmp-port")).toMatchObject({ verdict: "failed", reason: expect.stringContaining("127.0.0.1 port 9") });
    expect(one("engine-boots")).toMatchObject({ verdict: "failed" });
  }, 60_000);
});

test("checkNode() refuses what is too old and tells which lines are at their end", () => {
  expect(
    ["18.20.4", "20.18.3", "20.19.2", "22.23.3", "23.1.0", "24.21.0", "27.0.0"].map(
      (version) => checkNode(version).verdict,
    ),
  ).toEqual(["failed", "failed", "note", "ok", "note", "ok", "ok"]);
});

test("checkLoad() warns at four times the CPUs", () => {
  expect(checkLoad(7.9, 2).verdict).toBe("ok");
  expect(checkLoad(8.1, 2).verdict).toBe("warning");
});

test("checkLibvirtVersion() compares numbers, not texts", () => {
  const verdict = (libvirtVersion: string | undefined) =>
    checkLibvirtVersion({ name: "kvm1", libvirtVersion })?.verdict;
  expect(["1.2.9", "1.3.2", "1.3.3", "1.10.0", "10.0.0", undefined].map(verdict)).toEqual([
    "warning",
    "warning",
    "ok",
    "ok",
    "ok",
    undefined,
  ]);
});

test("checkCertificate() warns two weeks before the end", async () => {
  const state = temporaryFolder();
  const { validUntil } = await requireWebCertificate(state, [], Date.now());
  const path = join(state, "tls", "web.pem");
  const verdict = async (now: number) => (await checkCertificate(path, now, 1)).verdict;
  expect(await verdict(Date.now())).toBe("ok");
  expect(await verdict(validUntil - 13 * DAY_MS)).toBe("warning");
  expect(await verdict(validUntil + DAY_MS)).toBe("failed");
});
