import type { Channel, DatagramPeer, DatagramPort, DatagramSender } from "../../base/channel.js";
import type { Clock } from "../../base/clock.js";
import type { Log } from "../../base/log.js";
import type { ChangeFeed, Subscription } from "../../engine/change-feed.js";
import type { InventoryReader } from "../../inventory/generation.js";
import { snmpTlstmCertToTSNTable } from "../../mapping/snmp/certificate-table.js";
import type { EngineFacts } from "../../mapping/snmp/engine-groups.js";
import { snmpTlstmAddrTable, snmpTlstmParamsTable } from "../../mapping/snmp/tls-client-tables.js";
import type { VmNotificationSwitches } from "../../mapping/snmp/vm-scope.js";
import { newSnmpCounters, type SnmpCounters } from "../../protocol/snmp/counters.js";
import type { InformCounters } from "../../protocol/snmp/inform-sender.js";
import type { ReceiverPeer } from "../../protocol/snmp/peer.js";
import { type SessionCounters, type SessionPeer, SessionSender } from "../../protocol/snmp/session-sender.js";
import { SnmpEngine, type SnmpLimits } from "../../protocol/snmp/snmp-engine.js";
import { type StreamCounters, StreamServer } from "../../protocol/snmp/stream-server.js";
import { SnmpContexts, type SnmpIdentification } from "./contexts.js";
import type { EngineIdentity } from "./engine-identity.js";
import { accessOf } from "./framework/compile-access.js";
import { targetsOf } from "./framework/compile-targets.js";
import type { ConfiguredRows, FrameworkTables } from "./framework/framework-tables.js";
import { type ShownCertificate, tlsNameOf } from "./framework/tls-names.js";
import { WatchedTable } from "./framework/watched-table.js";
import { allVisible, type InventoryVisibility } from "./machine-order.js";
import { Notifier, type NotifierCounters } from "./notifier.js";
import { SettableObjects } from "./settable-objects.js";
import type { SystemText, SystemTexts } from "./system-texts.js";
import { type DialTls, hasSession, serverFingerprint, sessionOpener, tlstmCounter } from "./tls-sessions.js";
import { VmSwitchGroup } from "./vm-switch-group.js";
import { VmSwitches } from "./vm-switches.js";

/** What may change while the agent runs. */
export interface SnmpAgentSettings {
  readonly identification: SnmpIdentification & {
    /** Which of the texts the configuration file has, so that managers cannot set them. */
    readonly fixed?: readonly SystemText[];
  };
  /** Who may ask and who is told. */
  readonly rows: ConfiguredRows;
  /** Who may see which hosts and machines; without it everybody all. */
  readonly visibility?: InventoryVisibility;
  /** Both families of notifications about machines at first, and how long those of the second are gathered. */
  readonly notifications: VmNotificationSwitches & { readonly bulkWindowMs: number };
}

export interface SnmpAgentParts extends SnmpAgentSettings {
  /** Where requests arrive. */
  readonly ports: readonly DatagramPort[];
  /** Where notifications leave from; without it, from the first port. */
  readonly sender?: DatagramSender;
  /** Opens TLS connections to receivers; without it those that want one are not told. */
  readonly dialTls?: DialTls;
  /** From `openEngineIdentity`: this start is already counted on disk. */
  readonly identity: EngineIdentity;
  /** The tables that managers may write. */
  readonly framework: FrameworkTables;
  /** The texts that managers may write. */
  readonly system: SystemTexts;
  readonly inventory: InventoryReader;
  readonly feed: Pick<ChangeFeed, "subscribe">;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<SnmpLimits>;
}

/** Events that may wait for the notifier; a burst of a thousand must fit. */
const WAITING_EVENTS = 10_000;
const LARGEST_MESSAGE = 65507;
/** snmpEnableAuthenTraps. */
const ENABLED = 1;

/** The SNMP agent: answers requests from the inventory and tells targets what happens to machines. */
export class SnmpAgent {
  readonly counters: SnmpCounters = newSnmpCounters();
  readonly #parts: SnmpAgentParts;
  readonly #engine: SnmpEngine;
  readonly #notifier: Notifier;
  readonly #subscription: Subscription;
  readonly #switches: VmSwitches;
  readonly #contexts: SnmpContexts;
  readonly #streams: StreamServer;
  readonly #sessions: SessionSender;
  readonly #tlsTables: Readonly<Record<keyof EngineFacts["tlsTables"], WatchedTable>>;
  #settings: SnmpAgentSettings;
  #ports: readonly DatagramPort[] = [];

  /** Answers from now on, and tells the targets that it does. */
  constructor(parts: SnmpAgentParts) {
    this.#parts = parts;
    this.#settings = parts;
    const { clock, log, framework } = parts;
    parts.system.configure(parts.identification.fixed ?? []);
    framework.configure(parts.rows);
    this.#switches = new VmSwitches(parts.notifications);
    this.#tlsTables = {
      certificates: new WatchedTable(() => framework.rows(snmpTlstmCertToTSNTable)),
      params: new WatchedTable(() => framework.rows(snmpTlstmParamsTable)),
      servers: new WatchedTable(() => framework.rows(snmpTlstmAddrTable)),
    };
    const contexts = new SnmpContexts({
      inventory: parts.inventory,
      clock,
      identification: () => this.#identification,
      engine: () => this.#engineFacts(),
      switches: this.#switches,
      visibility: parts.visibility ?? allVisible,
      framework,
    });
    this.#contexts = contexts;
    this.#streams = new StreamServer({
      clock,
      handle: (octets, peer, later) => this.#engine.handle(octets, peer, later),
    });
    this.#sessions = new SessionSender({
      clock,
      log,
      counters: this.counters,
      open: sessionOpener(parts.dialTls, clock, this.counters, (...wrong) => this.#wrongServer(...wrong)),
      onMessage: (octets, peer) => this.#engine.receiveAnswer(octets, peer),
    });
    const switchGroup = new VmSwitchGroup(this.#switches);
    this.#engine = new SnmpEngine({
      ...accessOf(framework, parts.identity.engineId),
      setHandler: new SettableObjects({ inDefault: [framework, switchGroup, parts.system], inHosts: [switchGroup] }),
      engineId: parts.identity.engineId,
      boots: parts.identity.boots,
      clock,
      log,
      sources: contexts,
      counters: this.counters,
      sendInform: (octets, peer) => this.#send(octets, peer),
      onAuthenticationFailure: () => this.#authenticationFailure(),
      ...(parts.limits === undefined ? {} : { limits: parts.limits }),
    });
    const encode: SnmpEngine["encodeNotification"] = (notification, target) =>
      this.#engine.encodeNotification(notification, target);
    const send = (octets: Uint8Array, peer: ReceiverPeer): void => this.#send(octets, peer);
    const tells: SnmpEngine["tells"] = (target) => this.#engine.tells(target);
    const inform: SnmpEngine["inform"] = (notification, target) => this.#engine.inform(notification, target);
    this.#notifier = new Notifier(
      {
        contexts,
        clock,
        log,
        encode,
        send,
        inform,
        tells,
        bulkWindowMs: () => this.#settings.notifications.bulkWindowMs,
      },
      targetsOf(framework),
    );
    framework.onChange(() => this.#applyTables());
    this.#subscription = parts.feed.subscribe("snmp", WAITING_EVENTS, (event) => this.#notifier.onEvent(event));
    parts.sender?.listen((octets, peer) => this.#engine.receiveAnswer(octets, peer));
    this.listenOn(parts.ports);
    this.#notifier.coldStart();
  }

  /** Notifications sent and dropped, and events lost because they came faster than they could be told. */
  get notifications(): NotifierCounters & { readonly lostEvents: number } {
    return { ...this.#notifier.counters, lostEvents: this.#subscription.dropped };
  }

  /** What became of informs, by target. */
  get informs(): ReadonlyMap<string, Readonly<InformCounters>> {
    return this.#engine.informCounters;
  }

  /** What became of messages over TLS sessions that were opened here. */
  get sessions(): Readonly<SessionCounters> {
    return this.#sessions.counters;
  }

  /** Answers on these sockets from now on. Those it had are their owner's to close. */
  listenOn(ports: readonly DatagramPort[]): void {
    this.#ports = ports;
    for (const port of ports) port.listen((octets, peer, answer) => this.#answer(octets, peer, answer));
  }

  /** Answers on a TCP connection until it ends. @see RFC 3430 */
  serveStream(channel: Channel, peer: DatagramPeer): void {
    this.#streams.accept(channel, { ...peer, stream: { octetLimit: LARGEST_MESSAGE } });
  }

  /** Answers on a TLS connection until it ends, if its client's certificate stands for anybody. @see RFC 6353, section 5.3.2 */
  serveTls(channel: Channel, peer: DatagramPeer, shown: ShownCertificate): void {
    const tlsName = tlsNameOf(this.#parts.framework, shown, this.#parts.clock.now());
    if (tlsName === undefined) {
      this.counters.snmpTlstmSessionInvalidClientCertificates += 1;
      this.#parts.log.warn("snmp.tls.refused", { peer: channel.peer, reason: shown.distrust ?? "stands for nobody" });
      channel.listen({ onData: () => {}, onClose: () => {} });
      channel.close();
      return;
    }
    this.counters.snmpTlstmSessionAccepts += 1;
    this.#streams.accept(channel, { ...peer, stream: { octetLimit: LARGEST_MESSAGE, tlsName } });
  }

  /** What became of TCP and TLS connections. */
  get streams(): Readonly<StreamCounters> {
    return this.#streams.counters;
  }

  /** Goes on with other users, targets or names. */
  reconfigure(settings: SnmpAgentSettings): void {
    this.#settings = settings;
    this.#parts.system.configure(settings.identification.fixed ?? []);
    this.#contexts.reconfigure(settings.visibility ?? allVisible);
    this.#parts.framework.configure(settings.rows);
    this.#switches.configure(settings.notifications);
    this.#notifier.warmStart();
  }

  /** Hears no more events, and tells of those it heard. The ports are their owner's to close. */
  stop(): void {
    this.#subscription.cancel();
    this.#notifier.flush();
    this.#engine.stop();
    this.#streams.close();
    this.#sessions.close();
  }

  get #identification(): SnmpIdentification {
    const { system } = this.#parts;
    const { version, name, contact, location } = this.#settings.identification;
    return {
      version,
      name: system.get("sysName") ?? name,
      contact: system.get("sysContact") ?? contact,
      location: system.get("sysLocation") ?? location,
    };
  }

  #applyTables(): void {
    const { framework, identity } = this.#parts;
    for (const table of Object.values(this.#tlsTables)) table.look(this.#contexts.upTimeCs);
    this.#engine.reconfigure(accessOf(framework, identity.engineId));
    const targets = targetsOf(framework);
    this.#notifier.targets = targets;
    this.#engine.retainInforms(
      targets.flatMap((target) => (target.inform ? { ...target, inform: target.inform } : [])),
    );
    this.#sessions.retain(targets.flatMap(({ peer }) => (hasSession(peer) ? peer : [])));
  }

  #wrongServer(verdict: "unknown" | "invalid", { session }: SessionPeer): void {
    if (verdict === "unknown") {
      this.#notifier.wrongServer("snmpTlstmServerCertificateUnknown", [
        tlstmCounter("snmpTlstmSessionUnknownServerCertificate", this.counters),
      ]);
    } else {
      this.#notifier.wrongServer("snmpTlstmServerInvalidCertificate", [
        serverFingerprint(session),
        tlstmCounter("snmpTlstmSessionInvalidServerCertificates", this.counters),
      ]);
    }
  }

  #send(octets: Uint8Array, peer: ReceiverPeer): void {
    if (hasSession(peer)) this.#sessions.send(octets, peer);
    else (this.#parts.sender ?? this.#ports[0])?.send(octets, peer);
  }

  #answer(octets: Buffer, peer: DatagramPeer, send: (response: Buffer) => void): void {
    const response = this.#engine.handle(octets, peer, send);
    if (response !== undefined) send(response);
  }

  #authenticationFailure(): void {
    if (this.#parts.framework.scalar("snmpEnableAuthenTraps") === ENABLED) this.#notifier.authenticationFailure();
  }

  #engineFacts(): EngineFacts {
    const { engineClock } = this.#engine;
    return {
      engineId: this.#parts.identity.engineId,
      boots: engineClock.boots,
      timeS: engineClock.time,
      maxMessageSize: LARGEST_MESSAGE,
      counters: this.counters,
      tlsTables: {
        certificates: this.#tlsTables.certificates.facts,
        params: this.#tlsTables.params.facts,
        servers: this.#tlsTables.servers.facts,
      },
      scalars: this.#parts.framework.scalars,
    };
  }
}
