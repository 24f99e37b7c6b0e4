import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openEngineIdentity } from "../../../src/agent/snmp/engine-identity.js";
import { configuredRows } from "../../../src/agent/snmp/framework/configured-rows.js";
import { FrameworkTables } from "../../../src/agent/snmp/framework/framework-tables.js";
import { SnmpAgent } from "../../../src/agent/snmp/snmp-agent.js";
import { SystemTexts } from "../../../src/agent/snmp/system-texts.js";
import { openKeyUser, snmpConfText, userWithPasswords } from "../../../src/agent/snmp/users.js";
import type { DatagramPort } from "../../../src/base/channel.js";
import { systemClock } from "../../../src/base/clock.js";
import { silentLog } from "../../../src/base/log.js";
import { ChangeFeed } from "../../../src/engine/change-feed.js";
import { bindUdp } from "../../../src/transport/udp.js";
import { identification } from "../../support/contexts.js";
import { generation, hostGeneration, stillInventory } from "../../support/generations.js";
import { isInstalled } from "../../support/installed.js";
import { mibFolder } from "../../support/mibs.js";
import { TableStore } from "../../support/table-store.js";

const OLD = "the password of the template";
const NEW = "a password of her very own";

let folder: string;
let port: DatagramPort;
let agent: SnmpAgent;
let engineId: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "virtgate-snmp-"));
  const store = new TableStore();
  const identity = await openEngineIdentity(store);
  engineId = identity.engineId;
  const admin = await openKeyUser(store, "admin");
  const passwords = { auth: "SHA-256", authPassword: OLD, priv: "AES", privPassword: OLD } as const;
  const template = userWithPasswords({ name: "template", ...passwords }, engineId);
  await writeFile(join(folder, "snmp.conf"), snmpConfText(admin));
  port = await bindUdp({ address: "127.0.0.1", port: 0 });
  agent = new SnmpAgent({
    ports: [port],
    identity,
    inventory: stillInventory(generation(hostGeneration("kvm1", []))),
    feed: await ChangeFeed.open(store),
    system: await SystemTexts.open(store),
    framework: await FrameworkTables.open({ store, engineId, random: Math.random, authenticationTraps: false }),
    clock: systemClock,
    log: silentLog,
    identification,
    notifications: { perVm: true, bulk: false, bulkWindowMs: 1000 },
    rows: configuredRows({ users: [{ ...admin, write: "all" }, template], communities: [], targets: [] }, engineId),
  });
});

afterAll(async () => {
  agent?.stop();
  await port?.close();
  await rm(folder, { recursive: true, force: true });
});

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one of Net-SNMP's tools against the agent. @param after what follows the address */
function run(program: string, options: readonly string[], ...after: readonly string[]): Promise<Outcome> {
  const env = { ...process.env, SNMPCONFPATH: folder, SNMP_PERSISTENT_DIR: folder, MIBS: "ALL", MIBDIRS: mibFolder };
  const args = ["-r", "3", "-t", "10", ...options, `127.0.0.1:${port.local.port}`, ...after];
  return new Promise((resolve) => {
    execFile(program, args, { env, timeout: 60_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, out, err });
    });
  });
}

/** The options of a user with passwords, instead of those in the configuration file. */
function as(user: string, password: string): string[] {
  return ["-v3", "-l", "authPriv", "-u", user, "-a", "SHA-256", "-A", password, "-x", "AES", "-X", password];
}

test("snmpset makes a target, changes it, and is told what is wrong with the next", async (context) => {
  if (!isInstalled("snmpset")) context.skip("snmpset is not installed");
  const made = await run(
    "snmpset",
    [],
    ...["SNMP-TARGET-MIB::snmpTargetAddrRowStatus.'nms'", "=", "createAndGo"],
    ...["SNMP-TARGET-MIB::snmpTargetAddrTDomain.'nms'", "=", "SNMPv2-SMI::snmpDomains.1"],
    ...["SNMP-TARGET-MIB::snmpTargetAddrTAddress.'nms'", "x", "C000020100A2"],
    ...["SNMP-TARGET-MIB::snmpTargetAddrParams.'nms'", "s", "params"],
  );
  expect(made).toMatchObject({ code: 0 });
  const status = "SNMP-TARGET-MIB::snmpTargetAddrRowStatus.'nms'";
  expect((await run("snmpget", [], status)).out).toContain("active(1)");
  const wrong = await run("snmpset", [], status, "=", "createAndGo");
  expect(wrong.err).toContain("inconsistentValue");
  const count = "SNMP-TARGET-MIB::snmpTargetAddrRetryCount.'nms'";
  expect(await run("snmpset", [], count, "=", "7")).toMatchObject({ code: 0, out: expect.stringContaining("7") });
  expect((await run("snmpset", [], status, "=", "destroy")).code).toBe(0);
  expect((await run("snmpget", [], status)).out).toContain("No Such Instance");
});

test("snmpset switches the notifications of one context", async (context) => {
  if (!isInstalled("snmpset")) context.skip("snmpset is not installed");
  const object = "VM-MIB::vmPerVMNotificationsEnabled.0";
  expect((await run("snmpset", ["-n", "kvm1"], object, "=", "false")).out).toContain("false(2)");
  expect((await run("snmpget", ["-n", "kvm1"], object)).out).toContain("false(2)");
  expect((await run("snmpget", [], object)).out).toContain("true(1)");
});

test("snmptable shows what the configuration made, as readOnly", async (context) => {
  if (!isInstalled("snmptable")) context.skip("snmptable is not installed");
  const { out } = await run("snmptable", ["-Cb"], "SNMP-USER-BASED-SM-MIB::usmUserTable");
  expect(out).toMatch(/admin\s+SNMPv2-SMI::zeroDotZero\s+SNMP-USM-HMAC-SHA2-MIB::usmHMAC192SHA256AuthProtocol/);
  expect(out).toMatch(/template.*readOnly\s+active/);
});

test("snmpusm makes a user from another, gives her a password, and she asks with it", async (context) => {
  if (!isInstalled("snmpusm")) context.skip("snmpusm is not installed");
  const steps = [
    await run("snmpusm", ["-Cw"], "create", "alice", "template"),
    await run("snmpusm", ["-Ca", "-Cx", "-a", "SHA-256", "-x", "AES"], "passwd", OLD, NEW, "alice"),
    await run("snmpusm", [], "activate", "alice"),
    await run("snmpvacm", [], "createSec2Group", "3", "alice", "authPriv"),
  ];
  expect(steps.filter(({ code }) => code !== 0)).toEqual([]);
  const asked = await run("snmpget", as("alice", NEW), "SNMPv2-MIB::sysName.0");
  expect(asked.out).toContain("gateway.example");
  expect((await run("snmpget", as("alice", OLD), "SNMPv2-MIB::sysName.0")).err).toContain("Authentication failure");
  expect((await run("snmpusm", [], "delete", "alice")).code).toBe(0);
  expect((await run("snmpget", as("alice", NEW), "SNMPv2-MIB::sysName.0")).err).toContain("Unknown user name");
});

test("snmpvacm makes and removes views and rights", async (context) => {
  if (!isInstalled("snmpvacm")) context.skip("snmpvacm is not installed");
  const steps = [
    await run("snmpvacm", [], "createView", "names", "1.3.6.1.2.1.1.5", "ff"),
    await run("snmpvacm", [], "createAccess", "readers", "3", "3", "1", "names", "none", "none"),
    await run("snmpvacm", [], "deleteAccess", "readers", "3", "3"),
    await run("snmpvacm", [], "deleteView", "names", "1.3.6.1.2.1.1.5"),
  ];
  expect(steps.filter(({ code }) => code !== 0)).toEqual([]);
});
