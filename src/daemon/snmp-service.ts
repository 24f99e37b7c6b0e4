import { mkdir } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { SnmpEndpoint } from "../agent/console/console-source.js";
import { type EngineIdentity, openEngineIdentity } from "../agent/snmp/engine-identity.js";
import {
  type ConfiguredCommunity,
  type ConfiguredTarget,
  configuredRows,
  type SnmpClients,
} from "../agent/snmp/framework/configured-rows.js";
import { FrameworkTables } from "../agent/snmp/framework/framework-tables.js";
import { SnmpAgent, type SnmpAgentSettings } from "../agent/snmp/snmp-agent.js";
import { openKeyUser, snmpConfText, userWithPasswords } from "../agent/snmp/users.js";
import type { DatagramPort, DatagramSender } from "../base/channel.js";
import type { Clock } from "../base/clock.js";
import { reasonOf } from "../base/fault.js";
import type { Log } from "../base/log.js";
import type { Store } from "../base/store.js";
import { nextTurn } from "../base/turn.js";
import type { Ingest } from "../engine/ingest.js";
import type { UsmUser } from "../protocol/snmp/usm.js";
import { writeFileDurably } from "../store/durable-file.js";
import { nodeFileSystem } from "../store/node-file-system.js";
import { bindUdp } from "../transport/udp.js";
import { udpSender } from "../transport/udp-sender.js";
import type { SocketAddress } from "./addresses.js";
import { listenOnNextFree, type TakenPort } from "./next-free-port.js";
import type { Configuration } from "./options.js";

/** The SNMPv3 user that every gateway has, with keys made at its first start. */
export const SNMP_USER = "virtgate";

type SnmpConfiguration = Configuration["snmp"];

export interface SnmpServiceParts {
  readonly store: Store;
  readonly ingest: Ingest;
  readonly stateDirectory: string;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** A socket, and what was asked for: its port may be another one, when that was taken. */
export interface BoundSocket {
  readonly asked: SocketAddress;
  readonly port: DatagramPort;
}

/** Sockets that are bound but not used. */
export interface SnmpSockets {
  readonly sockets: readonly BoundSocket[];
  /** Closes what is new and brings back what it has. */
  undo(): Promise<void>;
}

/** The SNMP agent with its sockets, its user and its configuration. */
export class SnmpService {
  readonly #parts: SnmpServiceParts;
  readonly #identity: EngineIdentity;
  readonly #user: UsmUser;
  readonly #framework: FrameworkTables;
  readonly #sender: DatagramSender;
  #agent: SnmpAgent | undefined;
  #sockets: readonly BoundSocket[] = [];

  private constructor(parts: SnmpServiceParts, identity: EngineIdentity, user: UsmUser, framework: FrameworkTables) {
    this.#parts = parts;
    this.#identity = identity;
    this.#user = user;
    this.#framework = framework;
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
    const service = new SnmpService(parts, identity, user, framework);
    await mkdir(service.#confDir, { recursive: true, mode: 0o700 });
    await writeFileDurably(nodeFileSystem, join(service.#confDir, "snmp.conf"), snmpConfText(user));
    return service;
  }

  /** `undefined` while nothing listens. */
  endpoint(): SnmpEndpoint | undefined {
    const local = this.#sockets[0]?.port.local;
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
    return { "snmp-events": lostEvents, "snmp-traps": dropped, ...Object.fromEntries(informs) };
  }

  /**
   * The sockets for a configuration: those it has where the address is the same, else new ones, not used yet. A socket of its own
   * that is in the way of a new one, as 127.0.0.1:161 is of 0.0.0.0:161, goes first; `undo` brings it back.
   * @param taken whether a port that another program has gives way to the next free one, or is a fault
   * @throws {Fault} as `bindUdp`; it then listens as before
   */
  async bind(snmp: SnmpConfiguration, taken: TakenPort): Promise<SnmpSockets> {
    const wanted = snmp.enabled ? snmp.addresses : [];
    const kept = this.#sockets.filter(({ asked }) => wanted.some((one) => isDeepStrictEqual(one, asked)));
    const inTheWay = this.#sockets.filter(
      (socket) => !kept.includes(socket) && wanted.some(({ port }) => port === socket.port.local.port),
    );
    const fresh: BoundSocket[] = [];
    const undo = async (): Promise<void> => {
      await Promise.all(fresh.map(({ port }) => port.close()));
      await this.#bringBack(inTheWay);
    };
    await Promise.all(inTheWay.map(({ port }) => port.close()));
    try {
      const sockets: BoundSocket[] = [];
      for (const asked of wanted) {
        const known = kept.find((socket) => isDeepStrictEqual(socket.asked, asked));
        const socket = known ?? { asked, port: await this.#bindOne(asked, taken) };
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
  async configure(configuration: Configuration, sockets: readonly BoundSocket[] = this.#sockets): Promise<void> {
    const settings = this.#settings(configuration, await this.#passwordUsers(configuration.snmp));
    const left = this.#sockets.filter((socket) => !sockets.includes(socket));
    const moved = sockets !== this.#sockets;
    const ports = sockets.map(({ port }) => port);
    this.#sockets = sockets;
    const { clock, log, ingest } = this.#parts;
    if (!this.#agent) {
      this.#agent = new SnmpAgent({
        ...settings,
        ports,
        identity: this.#identity,
        framework: this.#framework,
        sender: this.#sender,
        inventory: ingest.inventory,
        feed: ingest.feed,
        clock,
        log,
        limits: { responseOctets: configuration.snmp.maxMessageSize },
      });
    } else {
      if (moved) this.#agent.listenOn(ports);
      this.#agent.reconfigure(settings);
    }
    await Promise.all(left.map(({ port }) => port.close()));
  }

  async stop(): Promise<void> {
    this.#agent?.stop();
    await Promise.all([this.#sender, ...this.#sockets.map(({ port }) => port)].map((port) => port.close()));
    this.#sockets = [];
  }

  get #confDir(): string {
    return join(this.#parts.stateDirectory, "snmp");
  }

  async #bindOne({ address, port }: SocketAddress, taken: TakenPort): Promise<DatagramPort> {
    const { log } = this.#parts;
    const bind = (candidate: number): Promise<DatagramPort> =>
      bindUdp({ address, port: candidate }, (fault) => log.error("snmp.socket.failed", { reason: fault.message }));
    if (taken === "refuse") return bind(port);
    const bound = await listenOnNextFree(port, bind);
    if (port !== 0 && bound.local.port !== port) log.warn("snmp.port.taken", { wanted: port, used: bound.local.port });
    return bound;
  }

  /** Opens sockets again that were closed for others which could not be opened. */
  async #bringBack(closed: readonly BoundSocket[]): Promise<void> {
    const { log } = this.#parts;
    const again = new Map<BoundSocket, BoundSocket>();
    for (const socket of closed) {
      try {
        const port = await this.#bindOne(socket.port.local, "refuse");
        again.set(socket, { asked: socket.asked, port });
      } catch (error) {
        log.error("snmp.socket.lost", { ...socket.port.local, reason: reasonOf(error) });
      }
    }
    this.#sockets = this.#sockets.flatMap((socket) =>
      closed.includes(socket) ? [again.get(socket)].filter((one) => one !== undefined) : [socket],
    );
    this.#agent?.listenOn(this.#sockets.map(({ port }) => port));
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
    const clients = {
      users: [{ ...this.#user, write: snmp.write }, ...users],
      communities: configuredCommunities(snmp),
      targets: configuredTargets(snmp),
    };
    return {
      identification: {
        version: this.#parts.version,
        name: gateway.name ?? hostname(),
        contact: snmp.contact,
        location: snmp.location,
      },
      rows: configuredRows(clients, this.#identity.engineId),
      notifications: snmp.notifications,
    };
  }
}

type ConfiguredUsers = SnmpClients["users"];

function configuredCommunities({ communities }: SnmpConfiguration): readonly ConfiguredCommunity[] {
  const names = [...new Set(communities.map(({ name }) => name.reveal()))];
  return communities.map(({ name, version, context, source }) => ({
    community: name.reveal(),
    version,
    securityName: `community${names.indexOf(name.reveal()) + 1}`, // one name for both versions of a community
    contextName: context,
    sources: source,
  }));
}

function configuredTargets({ targets }: SnmpConfiguration): readonly ConfiguredTarget[] {
  return targets.map(({ name, address, version, user, community, context, inform, timeoutMs, retries }, index) => ({
    name,
    peer: address,
    version,
    contextName: context ?? "",
    ...(version === "v3"
      ? { securityName: user ?? SNMP_USER, securityLevel: "authPriv" as const }
      : { securityName: `target${index + 1}`, securityLevel: "noAuthNoPriv" as const }),
    ...(community === undefined ? {} : { community: community.reveal() }),
    ...(inform ? { inform: { timeoutMs, retries } } : {}),
  }));
}

/** Where somebody on this computer reaches a listener; one on every address is reached through loopback. */
function reachable(address: string): string {
  if (address === "0.0.0.0") return "127.0.0.1";
  return address === "::" ? "::1" : address;
}
