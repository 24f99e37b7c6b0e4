import { type ChildProcess, spawn } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEngineIdentity } from "../../../src/agent/snmp/engine-identity.js";
import { type ConfiguredTarget, configuredRows } from "../../../src/agent/snmp/framework/configured-rows.js";
import { FrameworkTables } from "../../../src/agent/snmp/framework/framework-tables.js";
import { SnmpAgent } from "../../../src/agent/snmp/snmp-agent.js";
import { SystemTexts } from "../../../src/agent/snmp/system-texts.js";
import { systemClock } from "../../../src/base/clock.js";
import { silentLog } from "../../../src/base/log.js";
import { ChangeFeed } from "../../../src/engine/change-feed.js";
import type { Machine } from "../../../src/inventory/machine.js";
import { listenTcp } from "../../../src/transport/tcp.js";
import { connectTls } from "../../../src/transport/tls-client.js";
import { type MadeCertificate, makeCertificate } from "../../support/certificates.js";
import { identification } from "../../support/contexts.js";
import { generation, hostGeneration, machine, stillInventory } from "../../support/generations.js";
import { isInstalled } from "../../support/installed.js";
import { TableStore } from "../../support/table-store.js";

const PATIENCE_MS = 60_000;
const running = machine(1, { host: "kvm1", name: "web" });

/** Debian's snmptrapd speaks TLS 1.0 only, which Debian's OpenSSL does not, unless it is told that this is all right. */
const permissive = `openssl_conf = defaults
[defaults]
ssl_conf = ssl
[ssl]
system_default = tls
[tls]
MinProtocol = TLSv1
CipherString = DEFAULT@SECLEVEL=0
`;

let folder: string;
let port: number;
let child: ChildProcess | undefined;
let printed = "";
let own: MadeCertificate;
let authority: MadeCertificate;
let receiver: MadeCertificate;
let agent: SnmpAgent | undefined;
let feed: ChangeFeed;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "virtgate-trapd-"));
  for (const part of ["certs", "private"]) await mkdir(join(folder, "tls", part), { recursive: true, mode: 0o700 });
  authority = await makeCertificate("authority", { usage: "authority" });
  own = await makeCertificate("gateway", {});
  receiver = await makeCertificate("receiver", { issuer: authority, names: ["nms.example"] });
  // The receiver takes the certificate that has its own name.
  await writeFile(join(folder, "tls", "certs", "gateway.crt"), `${own.certificate}\n`);
  await writeFile(join(folder, "tls", "certs", "snmptrapd.crt"), `${receiver.certificate}\n`);
  await writeFile(join(folder, "tls", "private", "snmptrapd.key"), receiver.key, { mode: 0o600 });
  await writeFile(join(folder, "openssl.cnf"), permissive);
  await writeFile(
    join(folder, "snmptrapd.conf"),
    "certSecName 10 gateway --sn gateway\nauthUser log -s tsm gateway authPriv\n",
  );
  const free = await listenTcp({ address: "127.0.0.1", port: 0 }, (channel) => channel.close());
  port = free.local.port;
  await free.close();
});

afterAll(async () => {
  agent?.stop();
  if (child !== undefined && child.exitCode === null) {
    const ended = new Promise((resolve) => child?.once("exit", resolve));
    child.kill();
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
});

function startReceiver(): void {
  const env = {
    ...process.env,
    PATH: `${process.env["PATH"]}:/usr/sbin`,
    MIBS: "",
    SNMPCONFPATH: folder,
    SNMP_PERSISTENT_DIR: join(folder, "state"),
    OPENSSL_CONF: join(folder, "openssl.cnf"),
  };
  const files = ["-C", "-c", join(folder, "snmptrapd.conf"), "-x", join(folder, "no-agent")];
  const args = ["-f", "-Lo", "-On", "-n", ...files, `tlstcp:127.0.0.1:${port}`];
  child = spawn("snmptrapd", args, { env, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (octets: Buffer) => (printed += octets));
}

function fingerprint({ certificate }: MadeCertificate): Buffer {
  return Buffer.concat([Buffer.of(4), createHash("sha256").update(new X509Certificate(certificate).raw).digest()]);
}

async function start(tls: NonNullable<ConfiguredTarget["tls"]>, inform: boolean): Promise<SnmpAgent> {
  const store = new TableStore();
  const identity = await openEngineIdentity(store);
  feed = await ChangeFeed.open(store);
  const target: ConfiguredTarget = {
    ...{ name: "nms", peer: { address: "127.0.0.1", port }, version: "v3", tls },
    ...{ securityName: "nms", securityLevel: "authPriv", contextName: "kvm1" },
    ...(inform ? { inform: { timeoutMs: 1000, retries: 255 } } : {}),
  };
  agent?.stop();
  agent = new SnmpAgent({
    ports: [],
    identity,
    inventory: stillInventory(generation(hostGeneration("kvm1", [running]))),
    feed,
    system: await SystemTexts.open(store),
    framework: await FrameworkTables.open({
      store,
      engineId: identity.engineId,
      random: Math.random,
      authenticationTraps: false,
    }),
    clock: systemClock,
    log: silentLog,
    identification,
    notifications: { perVm: true, bulk: false, bulkWindowMs: 1000 },
    rows: configuredRows({ users: [], communities: [], targets: [target] }, identity.engineId),
    dialTls: (peer) =>
      connectTls({ peer, identity: own, authorities: authority.certificate, oldest: "1.0", timeoutMs: 10_000 }),
  });
  return agent;
}

function stop(one: Machine): void {
  const event = { at: 0, host: "kvm1", before: one, lifecycle: "shut-down" } as const;
  feed.publish(feed.number([{ ...event, kind: "machine-state", machine: { ...one, state: "stopped" } }]));
}

describe("notifications over TLS, as snmptrapd takes them", () => {
  test.for([
    ["known by its fingerprint", () => ({ fingerprint: fingerprint(receiver) })],
    ["vouched for by an authority, under its name", () => ({ serverName: "nms.example" })],
  ] as const)("an inform is repeated until the receiver is there and acknowledges: %s", async ([, tls], { skip }) => {
    if (!isInstalled("snmptrapd")) return skip("snmptrapd is not installed");
    const sending = await start(tls(), true);
    if (child === undefined) startReceiver(); // only now: nobody answers at first
    const acknowledged = (): number => sending.informs.get("nms/virtgate-inform")?.acknowledged ?? 0;
    await expect.poll(acknowledged, { timeout: PATIENCE_MS }).toBe(1); // coldStart
    stop(running);
    await expect.poll(acknowledged, { timeout: PATIENCE_MS }).toBe(2);
    await expect.poll(() => printed, { timeout: PATIENCE_MS }).toContain('.1.3.6.1.2.1.236.1.4.1.2.1 = STRING: "web"');
    printed = "";
  });

  test("a trap comes, too, on a session that is kept", async ({ skip }) => {
    if (!isInstalled("snmptrapd")) return skip("snmptrapd is not installed");
    const sending = await start({ fingerprint: fingerprint(receiver) }, false);
    // What comes with the first message in one piece this receiver overlooks until more comes.
    await expect.poll(() => printed, { timeout: PATIENCE_MS }).toContain("OID: .1.3.6.1.6.3.1.1.5.1");
    stop(running);
    await expect.poll(() => printed, { timeout: PATIENCE_MS }).toContain('.1.3.6.1.2.1.236.1.4.1.2.1 = STRING: "web"');
    expect(sending.counters).toMatchObject({ snmpTlstmSessionOpens: 1, snmpTlstmSessionOpenErrors: 0 });
    expect(sending.sessions.dropped).toBe(0);
  });

  test.for([
    ["another certificate", "snmpTlstmSessionUnknownServerCertificate", () => ({ fingerprint: fingerprint(own) })],
    ["another name", "snmpTlstmSessionInvalidServerCertificates", () => ({ serverName: "other.example" })],
    ["a name for an address", "snmpTlstmSessionInvalidServerCertificates", () => ({})],
  ] as const)("nothing is said to %s", async ([, counter, tls], { skip }) => {
    if (!isInstalled("snmptrapd")) return skip("snmptrapd is not installed");
    printed = "";
    const sending = await start(tls(), false);
    await expect.poll(() => sending.counters[counter], { timeout: PATIENCE_MS }).toBe(1);
    expect(sending.counters.snmpTlstmSessionOpenErrors).toBe(1);
    await expect.poll(() => sending.sessions.dropped).toBeGreaterThan(0);
    expect(printed).not.toContain("1.3.6.1.6.3.1.1.5.1");
  });
});
