import { X509Certificate } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { SnmpEndpoint } from "../agent/console/console-source.js";
import { type EngineIdentity, openEngineIdentity } from "../agent/snmp/engine-identity.js";
import { configuredRows, type SnmpClients } from "../agent/snmp/framework/configured-rows.js";
import { FrameworkTables } from "../agent/snmp/framework/framework-tables.js";
import { hasFingerprint } from "../agent/snmp/framework/tls-names.js";
import { SnmpAgent, type SnmpAgentSettings } from "../agent/snmp/snmp-agent.js";
import { type SystemText, SystemTexts } from "../agent/snmp/system-texts.js";
import { openKeyUser, snmpConfText, userWithPasswords } from "../agent/snmp/users.js";
import type { Channel, DatagramPeer, DatagramSender } from "../base/channel.js";
import { type Clock, every, type Timer } from "../base/clock.js";
import { Fault, reasonOf } from "../base/fault.js";
import type { Log } from "../base/log.js";
import type { Store } from "../base/store.js";
import { nextTurn } from "../base/turn.js";
import type { Ingest } from "../engine/ingest.js";
import type { Principal } from "../protocol/snmp/object-source.js";
import { securityModel } from "../protocol/snmp/security.js";
import type { UsmUser } from "../protocol/snmp/usm.js";
import { writeFileDurably } from "../store/durable-file.js";
import { nodeFileSystem } from "../store/node-file-system.js";
import type { TlsIdentity } from "../transport/http.js";
import type { PeerCertificate } from "../transport/tls.js";
import { connectTls, type TlsConnection } from "../transport/tls-client.js";
import { udpSender } from "../transport/udp-sender.js";
import type { TakenPort } from "./next-free-port.js";
import type { Configuration } from "./options.js";
import { configuredCommunities, configuredTargets, configuredTlsUsers, SNMP_USER } from "./snmp-clients.js";
import { SnmpPrincipals, type SnmpRights } from "./snmp-principals.js";
import {
  type AskedSocket,
  askedSockets,
  datagramPorts,
  openSnmpSocket,
  type SnmpSocket,
  type TrustFiles,
  tlsTrustOf,
  trustOf,
} from "./snmp-sockets.js";
import { requireWebCertificate } from "./web-certificate.js";

const TLS_TIMEOUT_MS = 10_000;
const RENEWAL_CHECK_MS = 12 * 60 * 60 * 1000;

type SnmpConfiguration = Configuration["snmp"];

export interface SnmpServiceParts {
  readonly store: Store;
  readonly ingest: Ingest;
  readonly stateDirectory: string;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
  /** As they are at the moment. */
  readonly rights: () => SnmpRights;
}

/** Sockets that are bound but not used. */
export interface SnmpSockets {
  readonly sockets: readonly SnmpSocket[];
  /** Closes what is new and brings back what it has. */
  undo(): Promise<void>;
}

/** The SNMP agent with its sockets, its user and its configuration. */
export class SnmpService {
  readonly #parts: SnmpServiceParts;
  readonly #identity: EngineIdentity;
  readonly #user: UsmUser;
  readonly #framework: FrameworkTables;
  readonly #system: SystemTexts;
  readonly #sender: DatagramSender;
  #agent: SnmpAgent | undefined;
  #renewal: Timer | undefined;
  /** What the certificate names. */
  #tlsAddresses: readonly string[] = [];
  #trust: TrustFiles = {};
  #sockets: readonly SnmpSocket[] = [];

  private constructor(
    parts: SnmpServiceParts,
    identity: EngineIdentity,
    user: UsmUser,
    framework: FrameworkTables,
    system: SystemTexts,
  ) {
    this.#parts = parts;
    this.#identity = identity;
    this.#user = user;
    this.#framework = framework;
    this.#system = system;
    this.#sender = udpSender((fault) => parts.log.error("snmp.notification.socket", { reason: fault.message }));
  }

  /**
   * Counts this start of the engine on disk, makes the user and his `snmp.conf`; listens with `configure`.
   * @throws {Fault} `storage-failed`, `invalid` when a record in the state directory is damaged
   */
  static async open(parts: SnmpServiceParts): Promise<SnmpService> {
    const identity = await openEngineIdentity(parts.store);
    const user = await openKeyUser(parts.store, SNMP_USER);
    const framework = await FrameworkTables.open({
      store: parts.store,
      engineId: identity.engineId,
      random: Math.random,
      authenticationTraps: false,
    });
    const service = new SnmpService(parts, identity, user, framework, await SystemTexts.open(parts.store));
    await mkdir(service.#confDir, { recursive: true, mode: 0o700 });
    await writeFileDurably(nodeFileSystem, join(service.#confDir, "snmp.conf"), snmpConfText(user));
    return service;
  }

  /** `undefined` while nothing listens. */
  endpoint(): SnmpEndpoint | undefined {
    const local = this.#sockets.find(({ datagrams }) => datagrams !== undefined)?.local;
    return (
      local && {
        address: reachable(local.address),
        port: local.port,
        confDir: this.#confDir,
        user: SNMP_USER,
        engineId: this.#identity.engineId.toString("hex"),
        engineBoots: this.#identity.boots,
      }
    );
  }

  counters(): Readonly<Record<string, number>> {
    return this.#agent ? { ...this.#agent.counters } : {};
  }

  queueDrops(): Readonly<Record<string, number>> {
    const agent = this.#agent;
    if (agent === undefined) return {};
    const { lostEvents, dropped } = agent.notifications;
    const informs = [...agent.informs].map(([name, counters]) => [
      `snmp-inform-${name}`,
      counters.dropped + counters.unanswered,
    ]);
    const { refused } = agent.streams;
    const { dropped: unsent } = agent.sessions;
    return {
      "snmp-events": lostEvents,
      "snmp-traps": dropped,
      "snmp-connections": refused,
      "snmp-tls-sessions": unsent,
      ...Object.fromEntries(informs),
    };
  }

  /**
   * The sockets for a configuration: those it has where the address is the same, else new ones, not used yet. A socket of its own
   * that is in the way of a new one, as 127.0.0.1:161 is of 0.0.0.0:161, goes first; `undo` brings it back.
   * @param taken whether a port that another program has gives way to the next free one, or is a fault
   * @throws {Fault} as `bindUdp`; it then listens as before
   */
  async bind(snmp: SnmpConfiguration, taken: TakenPort): Promise<SnmpSockets> {
    const wanted = askedSockets(snmp);
    this.#tlsAddresses = wanted.filter(({ kind }) => kind === "tls").map(({ address }) => address);
    const kept = this.#sockets.filter(({ asked }) => wanted.some((one) => isDeepStrictEqual(one, asked)));
    const inTheWay = this.#sockets.filter(
      (socket) => !kept.includes(socket) && wanted.some(({ port }) => port === socket.local.port),
    );
    const fresh: SnmpSocket[] = [];
    const undo = async (): Promise<void> => {
      await Promise.all(fresh.map((socket) => socket.close()));
      await this.#bringBack(inTheWay);
    };
    await Promise.all(inTheWay.map((socket) => socket.close()));
    try {
      const sockets: SnmpSocket[] = [];
      for (const asked of wanted) {
        const known = kept.find((socket) => isDeepStrictEqual(socket.asked, asked));
        const socket = known ?? (await this.#open(asked, taken));
        if (!known) fresh.push(socket);
        sockets.push(socket);
      }
      return { sockets, undo };
    } catch (error) {
      await undo();
      throw error;
    }
  }

  /** Serves by this configuration from now on, on the sockets of `bind`, or on those it has. */
  async configure(configuration: Configuration, sockets: readonly SnmpSocket[] = this.#sockets): Promise<void> {
    this.#trust = tlsTrustOf(configuration.snmp);
    const settings = this.#settings(configuration, await this.#passwordUsers(configuration.snmp));
    const left = this.#sockets.filter((socket) => !sockets.includes(socket));
    const moved = sockets !== this.#sockets;
    const ports = datagramPorts(sockets);
    this.#sockets = sockets;
    const { clock, log, ingest } = this.#parts;
    this.#renewal ??= every(clock, RENEWAL_CHECK_MS, () => this.#refresh());
    if (!this.#agent) {
      this.#agent = new SnmpAgent({
        ...settings,
        ports,
        identity: this.#identity,
        framework: this.#framework,
        system: this.#system,
        sender: this.#sender,
        dialTls: (...to) => this.#dialTls(...to),
        inventory: ingest.inventory,
        feed: ingest.feed,
        clock,
        log,
        limits: limitsOf(configuration.snmp),
      });
    } else {
      if (moved) this.#agent.listenOn(ports);
      this.#agent.reconfigure(settings);
    }
    await Promise.all(left.map((socket) => socket.close()));
    this.#refresh();
  }

  async stop(): Promise<void> {
    this.#agent?.stop();
    this.#renewal?.cancel();
    await Promise.all([this.#sender, ...this.#sockets].map((socket) => socket.close()));
    this.#sockets = [];
  }

  get #confDir(): string {
    return join(this.#parts.stateDirectory, "snmp");
  }

  /** What is shown to TLS clients, and to receivers. */
  async #tlsIdentity(): Promise<TlsIdentity> {
    const { stateDirectory, clock } = this.#parts;
    const use = "server-and-client";
    return (await requireWebCertificate(stateDirectory, this.#tlsAddresses, clock.now(), "snmp", use)).identity;
  }

  /** @throws {Fault} as `DialTls` */
  async #dialTls(peer: DatagramPeer, clientFingerprint: Uint8Array): Promise<TlsConnection> {
    const identity = await this.#tlsIdentity();
    if (clientFingerprint.length > 0 && !hasFingerprint(new X509Certificate(identity.certificate), clientFingerprint)) {
      throw new Fault("absent", "the gateway has no certificate with the fingerprint in snmpTlstmParamsTable");
    }
    return connectTls({ peer, identity, ...(await trustOf(this.#trust)), timeoutMs: TLS_TIMEOUT_MS });
  }

  #open(asked: AskedSocket, taken: TakenPort): Promise<SnmpSocket> {
    const { clock, log } = this.#parts;
    return openSnmpSocket(asked, taken, {
      clock,
      log,
      identity: () => this.#tlsIdentity(),
      onStream: (channel, peer, certificate) => this.#serve(channel, peer, certificate),
    });
  }

  /** Certificates are made anew in time, and lists of revoked ones are read again. */
  #refresh(): void {
    for (const socket of this.#sockets) {
      socket.refresh().catch((error: unknown) => {
        this.#parts.log.error("snmp.tls.refresh.failed", { reason: reasonOf(error) });
      });
    }
  }

  #serve(channel: Channel, peer: DatagramPeer, certificate: PeerCertificate | undefined): void {
    if (this.#agent === undefined) {
      channel.listen({ onData: () => {}, onClose: () => {} });
      channel.close();
    } else if (certificate === undefined) this.#agent.serveStream(channel, peer);
    else this.#agent.serveTls(channel, peer, certificate);
  }

  /** Opens sockets again that were closed for others which could not be opened. */
  async #bringBack(closed: readonly SnmpSocket[]): Promise<void> {
    const { log } = this.#parts;
    const again = new Map<SnmpSocket, SnmpSocket>();
    for (const socket of closed) {
      try {
        again.set(socket, await this.#open({ ...socket.asked, ...socket.local }, "refuse"));
      } catch (error) {
        log.error("snmp.socket.lost", { ...socket.local, reason: reasonOf(error) });
      }
    }
    this.#sockets = this.#sockets.flatMap((socket) =>
      closed.includes(socket) ? [again.get(socket)].filter((one) => one !== undefined) : [socket],
    );
    this.#agent?.listenOn(datagramPorts(this.#sockets));
  }

  /** A password takes milliseconds, so other work gets a turn after each. */
  async #passwordUsers({ users }: SnmpConfiguration): Promise<ConfiguredUsers> {
    const made: ConfiguredUsers[number][] = [];
    for (const { name, auth, authPassword, priv, privPassword, write } of users) {
      const passwords = { authPassword: authPassword.reveal(), privPassword: privPassword.reveal() };
      const user = userWithPasswords({ name, auth, priv, ...passwords }, this.#identity.engineId);
      made.push({ ...user, write });
      await nextTurn();
    }
    return made;
  }

  #settings({ gateway, snmp }: Configuration, users: ConfiguredUsers): SnmpAgentSettings {
    const principals = new SnmpPrincipals(snmp, this.#parts.rights());
    const ruled = <C extends object>(client: C, model: Principal["securityModel"], securityName: string) => {
      const views = principals.viewsOf({ securityModel: model, securityName });
      return views ? { ...client, views } : client;
    };
    const { usm, tsm } = securityModel;
    const clients = {
      users: [{ ...this.#user, write: snmp.write }, ...users].map((user) => ruled(user, usm, user.name)),
      communities: configuredCommunities(snmp).map((one) => ruled(one, securityModel[one.version], one.securityName)),
      targets: configuredTargets(snmp),
      tlsUsers: configuredTlsUsers(snmp).map((user) => ruled(user, tsm, user.name)),
    };
    return {
      identification: {
        version: this.#parts.version,
        name: gateway.name ?? hostname(),
        contact: snmp.contact ?? "",
        location: snmp.location ?? "",
        fixed: textsOf(gateway.name, snmp),
      },
      rows: configuredRows(clients, this.#identity.engineId),
      visibility: principals,
      notifications: snmp.notifications,
    };
  }
}

type ConfiguredUsers = SnmpClients["users"];

/** Where somebody on this computer reaches a listener; one on every address is reached through loopback. */
function reachable(address: string): string {
  if (address === "0.0.0.0") return "127.0.0.1";
  return address === "::" ? "::1" : address;
}

/** What of the system group the file has. */
function textsOf(name: string | undefined, { contact, location }: SnmpConfiguration): readonly SystemText[] {
  const given = { sysName: name, sysContact: contact, sysLocation: location };
  return (Object.keys(given) as SystemText[]).filter((text) => given[text] !== undefined);
}

/** A burst is two seconds' worth: what a poller asks at once comes through at once. */
function limitsOf({ maxMessageSize, requestsPerSecond }: SnmpConfiguration) {
  return {
    responseOctets: maxMessageSize,
    sourceRate: { perSecond: requestsPerSecond, burst: 2 * requestsPerSecond },
  };
}
