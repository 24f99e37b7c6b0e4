import { execFile } from "node:child_process";
import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DatagramPort } from "../../src/base/channel.js";
import { systemClock } from "../../src/base/clock.js";
import type { UsmUser } from "../../src/protocol/snmp/usm.js";
import {
  type AuthProtocolName,
  authProtocols,
  isOffered,
  type PrivProtocolName,
  privProtocols,
} from "../../src/protocol/snmp/usm-protocol.js";
import { bindUdp } from "../../src/transport/udp.js";
import { AUTH_PASSWORD, ENGINE_ID, PRIV_PASSWORD, sampleObjects, testAgent, testUser } from "../support/snmp-agent.js";

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const auths = (Object.keys(authProtocols) as AuthProtocolName[]).filter((name) => isOffered(authProtocols[name]));
const privs = (Object.keys(privProtocols) as PrivProtocolName[]).filter((name) => isOffered(privProtocols[name]));
const everyUser: readonly UsmUser[] = [
  testUser("open"),
  ...auths.map((auth) => testUser(auth, auth)),
  ...auths.flatMap((auth) => privs.map((priv) => testUser(`${auth}+${priv}`, auth, priv))),
];

const { engine, counters } = testAgent(everyUser, { clock: systemClock });
let port: DatagramPort;
let confDir: string;

beforeAll(async () => {
  port = await bindUdp({ address: "127.0.0.1", port: 0 });
  port.listen((datagram, peer) => {
    const response = engine.handle(datagram, peer);
    if (response) port.send(response, peer);
  });
  confDir = await mkdtemp(join(tmpdir(), "virtgate-snmp-"));
});

afterAll(async () => {
  await port.close();
  await rm(confDir, { recursive: true });
});

/** Whether a program is on the path. */
async function isInstalled(program: string): Promise<boolean> {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    if (
      await access(join(folder, program)).then(
        () => true,
        () => false,
      )
    )
      return true;
  }
  return false;
}

function run(program: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const env = { ...process.env, SNMPCONFPATH: confDir, SNMP_PERSISTENT_DIR: confDir, MIBS: "", ...environment };
  return new Promise((resolve) => {
    execFile(program, args, { env, timeout: 60_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, out, err });
    });
  });
}

const hexEngineId = `0x${ENGINE_ID.toString("hex")}`;
const SLOW = ["-r", "3", "-t", "10"];
const SYS_DESCR = "1.3.6.1.2.1.1.1.0";
const OPEN = ["-v3", "-u", "open", "-l", "noAuthNoPriv"];

/** Options of Net-SNMP's tools for a user of the matrix. */
function credentials(auth: string, priv?: string, context = ""): string[] {
  const base = ["-v3", "-n", context, "-a", auth, "-A", AUTH_PASSWORD];
  if (priv === undefined) return [...base, "-u", auth, "-l", "authNoPriv"];
  return [...base, "-u", `${auth}+${priv}`, "-l", "authPriv", "-x", priv, "-X", PRIV_PASSWORD];
}

function ask(program: string, options: readonly string[], ...oids: string[]): Promise<Outcome> {
  return run(program, ["-On", ...SLOW, ...options, `udp:127.0.0.1:${port.local.port}`, ...oids]);
}

/** Names the program that is missing as the reason of a skip. */
async function need(skip: (note: string) => void, program: string): Promise<void> {
  if (!(await isInstalled(program))) skip(`${program} is not installed`);
}

describe("Net-SNMP's tools", () => {
  test.for(["-v1", "-v2c"])("snmpget and snmpwalk read with %s", async (version, { skip }) => {
    await need(skip, "snmpwalk");
    const got = await ask("snmpget", [version, "-c", "public"], SYS_DESCR);
    expect(got).toMatchObject({ code: 0, out: `.${SYS_DESCR} = STRING: "a small agent"\n` });
    const walked = await ask("snmpwalk", [version, "-c", "public"], ".1.3.6.1");
    const values = walked.out.split("\n").filter((line) => /^\.1\S+ = [A-Z]\w+( \w+)?:/.test(line));
    expect(values.filter((line) => line.includes("Counter64")).length).toBe(version === "-v1" ? 0 : 3);
    expect(values.length).toBe(sampleObjects.length - (version === "-v1" ? 3 : 0));
  });

  test("snmpbulkwalk sees every type as it was given", async ({ skip }) => {
    await need(skip, "snmpbulkwalk");
    const walked = await ask("snmpbulkwalk", ["-v2c", "-c", "public", "-Cr50"], ".1.3.6.1");
    expect(walked.err).toBe("");
    expect(walked.out).toMatchInlineSnapshot(`
      ".1.3.6.1.2.1.1.1.0 = STRING: "a small agent"
      .1.3.6.1.2.1.1.2.0 = OID: .0.0
      .1.3.6.1.2.1.1.3.0 = Timeticks: (4294967295) 497 days, 2:27:52.95
      .1.3.6.1.2.1.4.20.1 = IpAddress: 192.0.2.1
      .1.3.6.1.2.1.236.1.4.1.2.1 = STRING: "machine 1"
      .1.3.6.1.2.1.236.1.4.1.2.2 = STRING: "machine 2"
      .1.3.6.1.2.1.236.1.4.1.2.3 = STRING: "machine 3"
      .1.3.6.1.2.1.236.1.4.1.9.1 = INTEGER: -1
      .1.3.6.1.2.1.236.1.4.1.9.2 = INTEGER: -2
      .1.3.6.1.2.1.236.1.4.1.9.3 = INTEGER: -3
      .1.3.6.1.2.1.236.1.4.1.17.1 = Counter64: 18446744073709551615
      .1.3.6.1.2.1.236.1.4.1.17.2 = Counter64: 18446744073709551614
      .1.3.6.1.2.1.236.1.4.1.17.3 = Counter64: 18446744073709551613
      .1.3.6.1.4.1.8072.9999.1 = Counter32: 4294967295
      .1.3.6.1.4.1.8072.9999.2 = Gauge32: 2147483648
      .1.3.6.1.4.1.8072.9999.2 = No more variables left in this MIB View (It is past the end of the MIB tree)
      "
    `);
  });

  test("an authPriv walk by GETBULK sees what a v2c walk sees", async ({ skip }) => {
    await need(skip, "snmpbulkwalk");
    const plain = await ask("snmpbulkwalk", ["-v2c", "-c", "public"], ".1.3.6.1");
    const secret = await ask("snmpbulkwalk", credentials("SHA-256", "AES"), ".1.3.6.1");
    expect(secret).toEqual(plain);
  });

  test("noAuthNoPriv is answered, and walked in spite of its small answers", async ({ skip }) => {
    await need(skip, "snmpbulkwalk");
    const plain = await ask("snmpbulkwalk", ["-v2c", "-c", "public"], ".1.3.6.1");
    expect(await ask("snmpbulkwalk", OPEN, ".1.3.6.1")).toEqual(plain);
  });

  test.for(auths)("%s authenticates", async (auth, { skip }) => {
    await need(skip, "snmpget");
    const got = await ask("snmpget", credentials(auth), SYS_DESCR);
    expect(got).toMatchObject({ code: 0, out: expect.stringContaining("a small agent") });
  });

  test.for(auths.flatMap((auth) => privs.map((priv) => [auth, priv] as const)))(
    "%s with %s keeps secrets",
    async ([auth, priv], { skip }) => {
      await need(skip, "snmpget");
      const got = await ask("snmpget", credentials(auth, priv), SYS_DESCR);
      expect(got).toMatchObject({ code: 0, out: expect.stringContaining("a small agent") });
    },
  );

  test("a wrong password, user, level or context gets a reason instead of a timeout", async ({ skip }) => {
    await need(skip, "snmpget");
    const wrong = async (options: readonly string[]): Promise<string> => {
      const outcome = await ask("snmpget", options, SYS_DESCR);
      expect(outcome.code).toBe(1);
      return outcome.err;
    };
    const right = credentials("SHA-256", "AES");
    expect(await wrong([...right, "-A", "not the password"])).toContain("Authentication failure");
    expect(await wrong([...right, "-u", "nobody"])).toContain("Unknown user name");
    expect(await wrong([...right, "-n", "nope"])).toContain("Bad context");
    expect(await wrong([...credentials("SHA-256"), "-l", "authPriv", "-x", "AES", "-X", PRIV_PASSWORD])).toContain(
      "Unsupported security level",
    );
  });

  test("a second context is asked by its name", async ({ skip }) => {
    await need(skip, "snmpget");
    const got = await ask("snmpget", credentials("SHA-256", "AES", "host1"), SYS_DESCR);
    expect(got).toMatchObject({ code: 0, out: expect.stringContaining("a small agent") });
  });

  test("a manager with wrong boots and time finds them out by itself", async ({ skip }) => {
    await need(skip, "snmpget");
    const before = counters.usmStatsNotInTimeWindows;
    const got = await ask("snmpget", [...credentials("SHA-256", "AES"), "-Z", "6,99999", "-e", hexEngineId], SYS_DESCR);
    expect(got).toMatchObject({ code: 0, out: expect.stringContaining("a small agent") });
    expect(counters.usmStatsNotInTimeWindows).toBeGreaterThan(before);
  });

  test.for([
    ["SHA-256", "AES"],
    ["SHA", "AES-256"],
    ["SHA-512", "AES-192"],
  ] as const)("localised keys of %s and %s in snmp.conf are understood", async ([auth, priv], { skip }) => {
    await need(skip, "snmpget");
    const user = testUser(`${auth}+${priv}`, auth, priv);
    const hex = (octets: Uint8Array | undefined): string => `0x${Buffer.from(octets ?? []).toString("hex")}`;
    const lines = [
      "defVersion 3",
      `defSecurityName ${user.name}`,
      "defSecurityLevel authPriv",
      `defAuthType ${auth}`,
      `defPrivType ${priv}`,
      `defAuthLocalizedKey ${hex(user.auth?.localizedKey)}`,
      `defPrivLocalizedKey ${hex(user.priv?.localizedKey)}`,
    ];
    const folder = await mkdtemp(join(confDir, "conf-"));
    await writeFile(join(folder, "snmp.conf"), `${lines.join("\n")}\n`);
    const got = await run("snmpget", [...SLOW, `127.0.0.1:${port.local.port}`, SYS_DESCR], { SNMPCONFPATH: folder });
    expect(got).toMatchObject({ code: 0, out: expect.stringContaining("a small agent") });
  });

  test("snmpset is refused with the reason", async ({ skip }) => {
    await need(skip, "snmpset");
    const refused = await ask("snmpset", credentials("SHA-256", "AES"), SYS_DESCR, "s", "other");
    expect(refused.err).toContain("notWritable");
    const version1 = await ask("snmpset", ["-v1", "-c", "public"], SYS_DESCR, "s", "other");
    expect(version1.err).toContain("noSuchName");
  });
});
