import { createHash, X509Certificate } from "node:crypto";
import { createSocket } from "node:dgram";
import { openEngineIdentity } from "../../../../src/agent/snmp/engine-identity.js";
import { type ConfiguredTlsUser, configuredRows } from "../../../../src/agent/snmp/framework/configured-rows.js";
import { FrameworkTables } from "../../../../src/agent/snmp/framework/framework-tables.js";
import { SnmpAgent } from "../../../../src/agent/snmp/snmp-agent.js";
import { SystemTexts } from "../../../../src/agent/snmp/system-texts.js";
import type { DatagramPeer, DatagramPort } from "../../../../src/base/channel.js";
import { type Clock, systemClock } from "../../../../src/base/clock.js";
import { Fault } from "../../../../src/base/fault.js";
import { silentLog } from "../../../../src/base/log.js";
import { seededRandom } from "../../../../src/base/random.js";
import { createLibvirtMonitor } from "../../../../src/driver/libvirt-monitor.js";
import { OpeningGate } from "../../../../src/driver/opening-gate.js";
import { ChangeFeed } from "../../../../src/engine/change-feed.js";
import { Ingest } from "../../../../src/engine/ingest.js";
import { encodeCommunityMessage, openMessage, readCommunityMessage } from "../../../../src/protocol/snmp/message.js";
import { decodePdu } from "../../../../src/protocol/snmp/pdu.js";
import {
  type AuthProtocolName,
  authProtocols,
  isOffered,
  type PrivProtocolName,
  privProtocols,
} from "../../../../src/protocol/snmp/usm-protocol.js";
import { vmObjects } from "../../../../src/schema/generated/vm-mib.js";
import { createSimulatedHost, type SimulatedHost } from "../../../../src/simulator/host/simulated-host.js";
import { listenTls } from "../../../../src/transport/tls.js";
import { bindUdp } from "../../../../src/transport/udp.js";
import { type MadeCertificate, makeCertificate, revocationList } from "../../../support/certificates.js";
import { pairedChannels } from "../../../support/paired-channels.js";
import { connectTo, type SimulatorClient } from "../../../support/simulator-client.js";
import { TableStore } from "../../../support/table-store.js";
import { userOf } from "../manager.js";
import type { Account, AgedAgent, Control, InformReceiver, Receiver, Subject, TlsIdentity } from "../subject.js";

const DAY_MS = 24 * 60 * 60 * 1000;
const COMMUNITY = "conformance";
const reader: Account = { name: "reader", auth: ["SHA-256", "reader's password"], priv: ["AES", "reader's other one"] };
const writer: Account = { name: "writer", auth: ["SHA-256", "writer's password"], priv: ["AES", "writer's other one"] };

/** Every combination that this computer's OpenSSL offers. */
const matrix: readonly Account[] = (Object.keys(authProtocols) as AuthProtocolName[])
  .filter((name) => isOffered(authProtocols[name]))
  .flatMap((auth): readonly Account[] => [
    { name: auth, auth: [auth, "a password of some length"] },
    ...(Object.keys(privProtocols) as PrivProtocolName[])
      .filter((name) => isOffered(privProtocols[name]))
      .map(
        (priv): Account => ({
          name: `${auth}+${priv}`,
          auth: [auth, "a password of some length"],
          priv: [priv, "another password for it"],
        }),
      ),
  ]);

/** A gateway over simulated hosts, whole but for its process: the real driver, inventory, agent and sockets. */
export interface OwnGateway {
  readonly subject: Subject;
  close(): Promise<void>;
}

/** The two hosts of a gateway, with what it knows of them. */
interface Inventory {
  readonly ingest: Ingest;
  readonly feed: ChangeFeed;
  readonly client: SimulatorClient;
  stop(): Promise<void>;
}

/** A clock that can be put forward. */
class ShiftedClock implements Clock {
  shiftMs = 0;
  now(): number {
    return systemClock.now() + this.shiftMs;
  }
  monotonic(): number {
    return systemClock.monotonic() + this.shiftMs;
  }
  after: Clock["after"] = (delayMs, action) => systemClock.after(delayMs, action);
}

export async function startOwnGateway(): Promise<OwnGateway> {
  const store = new TableStore();
  const inventory = await watchHosts(store);
  const receivers = await openReceivers();
  const { machine, domain } = await someMachine(inventory.client);
  const certificates = await makeCertificates();
  const running = new OwnAgent(store, inventory, systemClock, receivers, certificates.users);
  await running.start(0);
  const tls = await listenTls({
    ...{ local: { address: "127.0.0.1", port: 0 }, oldest: "1.2", identity: certificates.server },
    ...{ authorities: certificates.authority.certificate, revocations: certificates.revocations },
    onChannel: (channel, peer, certificate) => running.serveTls(channel, peer, certificate),
  });

  const control: Control = {
    machine,
    receivers: receivers.byVersion,
    informed: receivers.informed,
    churn: () => churn(inventory.client),
    async act(action) {
      const dom = { ...domain, id: (await inventory.client.domain(machine)).id };
      if (action === "suspend") await inventory.client.call("domainSuspend", { dom });
      else if (action === "resume") await inventory.client.call("domainResume", { dom });
      else if (action === "destroy") await inventory.client.call("domainDestroyFlags", { dom, flags: 0 });
      else await inventory.client.call("domainCreateWithFlags", { dom, flags: 0 });
    },
    async burst(count) {
      const dom = await inventory.client.domain(machine);
      const calls = Array.from({ length: count }, (_, i) =>
        inventory.client.call(i % 2 === 0 ? "domainSuspend" : "domainResume", { dom }),
      );
      await Promise.all(calls);
    },
    async aged(days) {
      const clock = new ShiftedClock();
      const agent = new OwnAgent(new TableStore(), inventory, clock);
      await agent.start(0);
      clock.shiftMs = days * DAY_MS;
      return other(agent);
    },
    async withFullDisk() {
      const own = new TableStore();
      const agent = new OwnAgent(own, inventory, systemClock);
      await agent.start(0);
      own.refuse(new Fault("storage-failed", "no space left on device"));
      return other(agent);
    },
  };
  return {
    subject: {
      ...description,
      get addresses() {
        return running.addresses;
      },
      pid: process.pid,
      tls: { ...certificates.subject, peer: tls.local },
      async restart(how) {
        await running.stop(how);
        await running.start(running.addresses[0]?.port ?? 0, running.addresses[1]?.port ?? 0);
      },
      control,
    },
    async close() {
      await tls.close();
      await running.stop("politely");
      await inventory.stop();
      await receivers.close();
    },
  };
}

/** What is the same for each of our agents. */
const description: Omit<Subject, "addresses"> = {
  name: "virtgate",
  community: COMMUNITY,
  reader,
  writer,
  matrix,
  limited: { community: "limited", from: "127.0.0.1", notFrom: "127.0.0.9" },
  contexts: ["kvm1", "ct1"],
  settable: { oid: [...vmObjects.oid, vmObjects.scalars.vmBulkNotificationsEnabled.id, 0], good: [2, 1], wrong: 3 },
};

function other(agent: OwnAgent): AgedAgent {
  const { addresses } = agent;
  return { subject: { ...description, addresses }, close: () => agent.stop("politely") };
}

/** One agent over an inventory that others may share. */
class OwnAgent {
  addresses: readonly DatagramPeer[] = [];
  readonly #store: TableStore;
  readonly #inventory: Inventory;
  readonly #clock: Clock;
  readonly #receivers: Receivers | undefined;
  readonly #tlsUsers: readonly ConfiguredTlsUser[];
  #agent: SnmpAgent | undefined;
  #ports: readonly DatagramPort[] = [];

  constructor(
    store: TableStore,
    inventory: Inventory,
    clock: Clock,
    receivers?: Receivers,
    tlsUsers: readonly ConfiguredTlsUser[] = [],
  ) {
    this.#store = store;
    this.#inventory = inventory;
    this.#clock = clock;
    this.#receivers = receivers;
    this.#tlsUsers = tlsUsers;
  }

  async start(port: number, port6 = 0): Promise<void> {
    const identity = await openEngineIdentity(this.#store);
    const { engineId } = identity;
    const framework = await FrameworkTables.open({
      store: this.#store,
      engineId,
      random: Math.random,
      authenticationTraps: true,
    });
    const networks = [
      { address: "127.0.0.0", prefixLength: 8 },
      { address: "::1", prefixLength: 128 },
    ];
    const communities = (["v1", "v2c"] as const).flatMap((version) => [
      { community: COMMUNITY, version, securityName: "conformance", contextName: "", sources: networks },
      {
        community: "limited",
        version,
        securityName: "limited",
        contextName: "",
        sources: [{ address: "127.0.0.1", prefixLength: 32 }],
      },
    ]);
    const users = [
      userOf(reader, engineId),
      { ...userOf(writer, engineId), write: "all" as const },
      ...matrix.map((account) => userOf(account, engineId)),
    ];
    this.#ports = [await bindUdp({ address: "127.0.0.1", port }), await bindUdp({ address: "::1", port: port6 })];
    this.addresses = this.#ports.map(({ local }) => local);
    this.#agent = new SnmpAgent({
      ports: this.#ports,
      identity,
      framework,
      system: await SystemTexts.open(this.#store),
      inventory: this.#inventory.ingest.inventory,
      feed: this.#inventory.feed,
      clock: this.#clock,
      log: silentLog,
      identification: {
        version: "0",
        name: "conformance",
        contact: "",
        location: "a rack that is rather hard to find",
      },
      rows: configuredRows(
        { users, communities, targets: this.#receivers?.targets ?? [], tlsUsers: this.#tlsUsers },
        engineId,
      ),
      notifications: { perVm: true, bulk: false, bulkWindowMs: 1000 },
    });
  }

  serveTls(...arrival: Parameters<SnmpAgent["serveTls"]>): void {
    this.#agent?.serveTls(...arrival);
  }

  async stop(how: "politely" | "by force"): Promise<void> {
    // What is killed sends nothing any more, not even what waits.
    if (how === "by force") this.#agent?.listenOn([]);
    this.#agent?.stop();
    await Promise.all(this.#ports.map((port) => port.close()));
  }
}

async function watchHosts(store: TableStore): Promise<Inventory> {
  const feed = await ChangeFeed.open(store);
  const ingest = await Ingest.open(store, feed, systemClock, silentLog);
  const hosts = [
    createSimulatedHost({ name: "kvm1", driver: "qemu", machines: 12, clock: systemClock }),
    createSimulatedHost({ name: "ct1", driver: "lxc", machines: 5, clock: systemClock }),
  ] as const;
  await ingest.configure(hosts.map(({ name, uri }) => ({ name, uri, simulated: true, allowWrite: true })));
  const gate = new OpeningGate();
  const monitors = hosts.map((host) => {
    const uri = `${host.uri.replace("://", "+unix://")}?socket=/simulated`;
    const monitor = createLibvirtMonitor({
      host: { name: host.name, uri, allowWrite: false },
      clock: systemClock,
      log: silentLog,
      random: seededRandom(1),
      gate,
      dialer: () => ({
        address: host.name,
        dial: async () => {
          const [near, far] = pairedChannels();
          host.serve(far);
          return near;
        },
      }),
    });
    monitor.start(ingest.sinkFor(host.name));
    return monitor;
  });
  await until(() => [...ingest.inventory.current().hosts.values()].every(isRead));
  return {
    ingest,
    feed,
    client: await connectTo(hosts[0] as SimulatedHost, systemClock),
    async stop() {
      await Promise.all(monitors.map((monitor) => monitor.stop()));
      for (const host of hosts) host.stop();
    },
  };
}

/** Listed, and every running machine measured once. */
function isRead({ host, byIndex }: { host: { complete: boolean }; byIndex: readonly MachineReadings[] }): boolean {
  return host.complete && byIndex.some(({ readings }) => readings.statistics !== undefined);
}

interface MachineReadings {
  readonly readings: { readonly statistics: number | undefined };
}

async function until(isTrue: () => boolean): Promise<void> {
  for (const end = Date.now() + 90_000; !isTrue(); ) {
    if (Date.now() > end) throw new Error("the simulated hosts were not read");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A machine that runs, and that nobody's scripted life touches. */
async function someMachine(client: SimulatorClient) {
  const { domains } = await client.call("connectListAllDomains", { needResults: 1, flags: 1 | 16 });
  const [domain] = domains;
  if (domain === undefined) throw new Error("no machine runs");
  return { machine: domain.name, domain };
}

/** Defines and undefines machines, as fast as the host takes it. */
function churn(client: SimulatorClient): () => Promise<number> {
  let isOver = false;
  let changes = 0;
  const work = async (): Promise<void> => {
    for (let i = 0; !isOver; i++) {
      const uuid = `00000000-0000-4000-9000-${String(i % 50).padStart(12, "0")}`;
      const xml = `<domain type='kvm'><name>churn-${i % 50}</name><uuid>${uuid}</uuid><memory unit='KiB'>1048576</memory><vcpu>1</vcpu><os><type arch='x86_64'>hvm</type></os></domain>`;
      const { dom } = await client.call("domainDefineXml", { xml });
      await client.call("domainUndefineFlags", { dom, flags: 0 });
      changes += 2;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const done = work();
  return async () => {
    isOver = true;
    await done;
    return changes;
  };
}

/** An authority, what it issued and took back, and two that it has nothing to do with. */
async function makeCertificates() {
  const authority = await makeCertificate("authority", { usage: "authority" });
  const server = await makeCertificate("server", { issuer: authority });
  const own = await makeCertificate("own", {});
  const issued = await makeCertificate("issued", { issuer: authority, names: ["poller.example"] });
  const revoked = await makeCertificate("revoked", { issuer: authority, names: ["poller.example"] });
  const stranger = await makeCertificate("stranger", {});
  const identity = ({ certificate, key }: MadeCertificate): TlsIdentity => ({ cert: certificate, key });
  const users: readonly ConfiguredTlsUser[] = [
    { fingerprint: fingerprint(own), map: "specified", name: "fingerprinted", write: "none" },
    { fingerprint: fingerprint(authority), map: "dns", name: "poller.example", write: "none" },
  ];
  return {
    authority,
    server,
    users,
    revocations: await revocationList(authority, revoked),
    subject: {
      authority: authority.certificate,
      known: { "its fingerprint": identity(own), "its name": identity(issued) },
      refused: { "a revoked one": identity(revoked), "an unknown one": identity(stranger) },
    },
  };
}

/** The hash's number and the hash. @see RFC 6353, textual convention SnmpTLSFingerprint */
function fingerprint({ certificate }: MadeCertificate): Buffer {
  const hash = createHash("sha256").update(new X509Certificate(certificate).raw).digest();
  return Buffer.concat([Buffer.of(4), hash]);
}

interface Receivers {
  readonly byVersion: Control["receivers"];
  readonly informed: InformReceiver;
  readonly targets: Parameters<typeof configuredRows>[0]["targets"];
  close(): Promise<void>;
}

async function openReceivers(): Promise<Receivers> {
  const open = async () => {
    const socket = createSocket("udp4");
    const datagrams: { octets: Buffer; at: number }[] = [];
    socket.on("message", (octets) => datagrams.push({ octets, at: performance.now() }));
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    socket.setRecvBufferSize(4 << 20);
    const receiver: Receiver = { datagrams };
    return { socket, receiver, peer: { address: "127.0.0.1", port: socket.address().port } };
  };
  const [v1, v2c, v3, informs] = [await open(), await open(), await open(), await open()];
  const informed: InformReceiver = { datagrams: informs.receiver.datagrams, answers: true };
  informs.socket.on("message", (octets, peer) => {
    const { community, pduOctets } = readCommunityMessage(openMessage(octets).rest);
    const pdu = decodePdu(pduOctets);
    if (!informed.answers || pdu.type !== "InformRequest") return;
    informs.socket.send(encodeCommunityMessage(1, community, { ...pdu, type: "Response" }), peer.port, peer.address);
  });
  const common = { securityLevel: "noAuthNoPriv", contextName: "kvm1", community: "told" } as const;
  return {
    informed,
    byVersion: { v1: v1.receiver, v2c: v2c.receiver, v3: v3.receiver },
    targets: [
      { name: "one", peer: v1.peer, version: "v1", securityName: "told1", ...common },
      { name: "two", peer: v2c.peer, version: "v2c", securityName: "told2", ...common },
      {
        name: "four",
        peer: informs.peer,
        version: "v2c",
        securityName: "told4",
        ...common,
        inform: { timeoutMs: 300, retries: 50 },
      },
      {
        name: "three",
        peer: v3.peer,
        version: "v3",
        securityName: reader.name,
        securityLevel: "authPriv",
        contextName: "kvm1",
      },
    ],
    async close() {
      for (const { socket } of [v1, v2c, v3, informs]) socket.close();
    },
  };
}
