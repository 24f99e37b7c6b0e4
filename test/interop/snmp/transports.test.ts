import { execFile } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openEngineIdentity } from "../../../src/agent/snmp/engine-identity.js";
import { type ConfiguredTlsUser, configuredRows } from "../../../src/agent/snmp/framework/configured-rows.js";
import { FrameworkTables } from "../../../src/agent/snmp/framework/framework-tables.js";
import { SnmpAgent } from "../../../src/agent/snmp/snmp-agent.js";
import { SystemTexts } from "../../../src/agent/snmp/system-texts.js";
import { openKeyUser, snmpConfText } from "../../../src/agent/snmp/users.js";
import type { DatagramPort } from "../../../src/base/channel.js";
import { systemClock } from "../../../src/base/clock.js";
import { silentLog } from "../../../src/base/log.js";
import { ChangeFeed } from "../../../src/engine/change-feed.js";
import { listenTcp, type TcpServer } from "../../../src/transport/tcp.js";
import { listenTls } from "../../../src/transport/tls.js";
import { bindUdp } from "../../../src/transport/udp.js";
import { type MadeCertificate, makeCertificate, revocationList } from "../../support/certificates.js";
import { identification } from "../../support/contexts.js";
import { generation, hostGeneration, machine, stillInventory } from "../../support/generations.js";
import { isInstalled } from "../../support/installed.js";
import { TableStore } from "../../support/table-store.js";

const SYS_NAME = "1.3.6.1.2.1.1.5.0";
const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));
const machines = Array.from({ length: 300 }, (_, i) => machine(i + 1, { name: `machine-${i + 1}` }));

/** Debian's OpenSSL speaks no version of TLS that Debian's snmpget does, unless it is told that this is all right. */
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
let agent: SnmpAgent;
let ports: DatagramPort[];
let tcp: TcpServer[];
let tls: TcpServer;
let server: MadeCertificate;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "virtgate-snmp-"));
  const store = new TableStore();
  const identity = await openEngineIdentity(store);
  const { engineId } = identity;
  const user = await openKeyUser(store, "monitor");
  await writeFile(join(folder, "snmp.conf"), snmpConfText(user));
  await writeFile(join(folder, "openssl.cnf"), permissive);

  const authority = await makeCertificate("authority", { usage: "authority" });
  server = await makeCertificate("server", { issuer: authority });
  const nms = await makeCertificate("nms", {});
  const issued = await makeCertificate("issued", { issuer: authority, names: ["poller.example"] });
  const revoked = await makeCertificate("revoked", { issuer: authority, names: ["poller.example"] });
  const stranger = await makeCertificate("stranger", {});
  await writeCertificates({ authority, server, nms, issued, revoked, stranger });
  const tlsUsers: readonly ConfiguredTlsUser[] = [
    { fingerprint: fingerprint(nms), map: "specified", name: "fingerprinted", write: "none" },
    { fingerprint: fingerprint(authority), map: "dns", name: "poller.example", write: "none" },
  ];

  const local = ["127.0.0.1", ...(hasIpv6 ? ["::1"] : [])];
  ports = await Promise.all(local.map((address) => bindUdp({ address, port: 0 })));
  agent = new SnmpAgent({
    ports,
    identity,
    inventory: stillInventory(generation(hostGeneration("kvm1", machines))),
    feed: await ChangeFeed.open(store),
    system: await SystemTexts.open(store),
    framework: await FrameworkTables.open({ store, engineId, random: Math.random, authenticationTraps: false }),
    clock: systemClock,
    log: silentLog,
    identification,
    notifications: { perVm: true, bulk: false, bulkWindowMs: 1000 },
    rows: configuredRows({ users: [user], communities: [], targets: [], tlsUsers }, engineId),
  });
  tcp = await Promise.all(
    ports.map((port) => listenTcp(port.local, (channel, peer) => agent.serveStream(channel, peer))),
  );
  tls = await listenTls({
    local: { address: "127.0.0.1", port: 0 },
    identity: server,
    authorities: authority.certificate,
    revocations: await revocationList(authority, revoked),
    // Debian 12's tools speak no other version.
    oldest: "1.0",
    onChannel: (channel, peer, certificate) => agent.serveTls(channel, peer, certificate),
  });
});

afterAll(async () => {
  agent?.stop();
  await Promise.all([...(ports ?? []), ...(tcp ?? []), tls].map((one) => one?.close()));
  await rm(folder, { recursive: true, force: true });
});

function fingerprint({ certificate }: MadeCertificate): Buffer {
  const hash = createHash("sha256").update(new X509Certificate(certificate).raw).digest();
  return Buffer.concat([Buffer.of(4), hash]);
}

/** Where Net-SNMP's tools look for certificates, and how they name them: by file. */
async function writeCertificates(all: Readonly<Record<string, MadeCertificate>>): Promise<void> {
  for (const part of ["certs", "private"]) await mkdir(join(folder, "tls", part), { recursive: true, mode: 0o700 });
  for (const [name, { certificate, key }] of Object.entries(all)) {
    await writeFile(join(folder, "tls", "certs", `${name}.crt`), `${certificate}\n`);
    if (name !== "server" && name !== "authority")
      await writeFile(join(folder, "tls", "private", `${name}.key`), key, { mode: 0o600 });
  }
}

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(program: string, ...args: readonly string[]): Promise<Outcome> {
  const own = { SNMPCONFPATH: folder, SNMP_PERSISTENT_DIR: folder, OPENSSL_CONF: join(folder, "openssl.cnf") };
  const env = { ...process.env, ...own, MIBS: "" };
  return new Promise((resolve) => {
    execFile(program, ["-On", ...args], { env, timeout: 60_000, maxBuffer: 1 << 26 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, out, err });
    });
  });
}

const patient = ["-r", "2", "-t", "15"];

/** Where a server is, as Net-SNMP's tools want it. */
function at(protocol: string, { local }: Pick<TcpServer, "local">): string {
  return local.address.includes(":")
    ? `${protocol}6:[${local.address}]:${local.port}`
    : `${protocol}:${local.address}:${local.port}`;
}

test.for(["udp", "tcp"])("snmpbulkwalk reads the same over %s, IPv4 and IPv6", async (protocol, context) => {
  if (!isInstalled("snmpbulkwalk")) context.skip("snmpbulkwalk is not installed");
  const servers = protocol === "udp" ? ports : tcp;
  for (const one of servers) {
    const walked = await run("snmpbulkwalk", ...patient, "-Cr100", at(protocol, one), "1.3.6.1.2.1.236.1.4.1.2");
    expect(walked.err.replace(/^Created directory.*\n/gm, "")).toBe("");
    expect(walked.out.split("\n").filter((line) => line.includes("machine-"))).toHaveLength(300);
  }
});

test("a TCP answer may be as long as the request wants", async (context) => {
  if (!isInstalled("snmpbulkget")) context.skip("snmpbulkget is not installed");
  const args = [...patient, "-Cr300", at("tcp", tcp[0] as TcpServer), "1.3.6.1.2.1.236.1.4.1.2"];
  const { out } = await run("snmpbulkget", ...args);
  expect(out.split("\n").filter((line) => line.includes("machine-"))).toHaveLength(300);
});

test("whoever holds connections open from many addresses, without asking anything, keeps nobody out", async (context) => {
  if (!isInstalled("snmpget")) context.skip("snmpget is not installed");
  const [{ local } = { local: undefined }] = tcp;
  if (local === undefined) throw new Error("nothing listens");
  const held: Socket[] = [];
  try {
    // More than there are places, and as many from each address as one may have.
    for (let i = 0; i < 320; i++) {
      const socket = connect({ port: local.port, host: local.address, localAddress: `127.0.0.${2 + (i % 10)}` });
      held.push(socket);
      socket.on("error", () => {}); // it makes room for another
      await once(socket, "connect");
      socket.write(Buffer.of(0x30)); // a request that never goes on
    }
    for (let i = 0; i < 5; i++) {
      const asked = await run("snmpget", ...patient, at("tcp", tcp[0] as TcpServer), SYS_NAME);
      expect(asked.err).toBe("");
      expect(asked.out).toContain("STRING");
    }
  } finally {
    for (const socket of held) socket.destroy();
  }
});

/** Asks over TLS with one of the certificates. */
function askOverTls(identity: string): Promise<Outcome> {
  const model = ["-v3", "--defSecurityModel=tsm", "-u", "nms", "-l", "authPriv"];
  const certificates = ["-T", `our_identity=${identity}`, "-T", "their_identity=server", "-T", "trust_cert=authority"];
  return run(
    "snmpget",
    "-r",
    "0",
    "-t",
    "15",
    ...model,
    ...certificates,
    `tlstcp:127.0.0.1:${tls.local.port}`,
    SYS_NAME,
  );
}

async function needTls(skip: (note: string) => void): Promise<void> {
  if (!isInstalled("snmpget")) skip("snmpget is not installed");
  const { err } = await run("snmpget", "-v3", "--defSecurityModel=tsm", "tlstcp:127.0.0.1:1", SYS_NAME);
  if (/Unsupported transport|unknown transport|Unknown security model/i.test(err)) skip("this snmpget has no TLS");
}

test("snmpget over TLS is answered by its certificate's fingerprint (RFC 6353)", async ({ skip }) => {
  await needTls(skip);
  expect(await askOverTls("nms")).toMatchObject({ code: 0, out: expect.stringContaining("gateway.example") });
});

test("snmpget over TLS is answered by the DNS name of a certificate from a known authority", async ({ skip }) => {
  await needTls(skip);
  expect(await askOverTls("issued")).toMatchObject({ code: 0, out: expect.stringContaining("gateway.example") });
});

test.for(["revoked", "stranger"])(
  "snmpget over TLS with a certificate that is %s gets nothing",
  async (identity, { skip }) => {
    await needTls(skip);
    const before = agent.counters.snmpTlstmSessionInvalidClientCertificates;
    const asked = await askOverTls(identity);
    expect(asked.code).not.toBe(0);
    expect(asked.out).not.toContain("gateway.example");
    expect(agent.counters.snmpTlstmSessionInvalidClientCertificates).toBeGreaterThan(before);
  },
);
