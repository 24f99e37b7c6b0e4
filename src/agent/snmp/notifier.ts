import type { Clock } from "../../base/clock.js";
import type { Log } from "../../base/log.js";
import type { InventoryEvent } from "../../inventory/event.js";
import type { VmBulkNotification } from "../../mapping/lifecycle.js";
import type { InformTarget, InformTiming } from "../../protocol/snmp/inform-sender.js";
import {
  modelOf,
  type NotificationDrop,
  type NotificationTarget,
  type SnmpNotification,
} from "../../protocol/snmp/notification.js";
import type { Oid, Principal } from "../../protocol/snmp/object-source.js";
import type { ReceiverPeer } from "../../protocol/snmp/peer.js";
import { snmpTlstmNotifications } from "../../schema/generated/snmp-tls-tm-mib.js";
import { snmpTraps } from "../../schema/generated/snmpv2-mib.js";
import { BulkFold, type NumberedNotification } from "./bulk-fold.js";
import type { SnmpContexts } from "./contexts.js";
import {
  affectedVmsVarBind,
  type DueNotification,
  dueNotifications,
  vmTrapOid,
  vmVarBinds,
} from "./vm-notification.js";

/** Whom to tell, and where; what its context shows is what it hears of. */
export interface TrapTarget extends Omit<NotificationTarget, "contextName"> {
  readonly name: string;
  readonly peer: ReceiverPeer;
  /** Without it, it hears of each event once: from the default context where it may, else from that of the machine's host. */
  readonly contextName: string | undefined;
  /** Whether it must acknowledge, and how long and how often it is asked again. */
  readonly inform?: InformTiming;
}

/** What became of notifications, target by target added up. */
export interface NotifierCounters {
  sent: number;
  dropped: number;
}

interface NotifierParts {
  readonly contexts: SnmpContexts;
  readonly clock: Clock;
  readonly log: Log;
  readonly encode: (notification: SnmpNotification, target: NotificationTarget) => Buffer | NotificationDrop;
  readonly send: (octets: Uint8Array, peer: ReceiverPeer) => void;
  readonly inform: (notification: SnmpNotification, target: InformTarget) => NotificationDrop | undefined;
  /** Whether a target may hear of anything in its context. */
  readonly tells: (target: NotificationTarget) => boolean;
  /** How long notifications are gathered for their bulk form. */
  readonly bulkWindowMs: () => number;
}

/** Somebody who guesses passwords must not make the agent flood its managers. */
const FAILURE_PAUSE_MS = 1000;
/** A bit list up to here leaves room for a message's other parts in the largest datagram. */
const HIGHEST_IN_LIST = 8 * 65_000;

/** A target with the context that it is told from. */
interface PlacedTarget extends TrapTarget {
  readonly contextName: string;
}

/** What is gathered for a target, by context. */
interface Gathered {
  target: TrapTarget;
  readonly folds: Map<string, BulkFold>;
}

/** Tells the targets what happened, each from its own context. */
export class Notifier {
  readonly counters: NotifierCounters = { sent: 0, dropped: 0 };
  readonly #parts: NotifierParts;
  /** By the name of the target. */
  readonly #gathered = new Map<string, Gathered>();
  #targets: readonly TrapTarget[];
  #lastFailureMs = Number.NEGATIVE_INFINITY;

  constructor(parts: NotifierParts, targets: readonly TrapTarget[]) {
    this.#parts = parts;
    this.#targets = targets;
  }

  /** What is being gathered for a target goes to where it is now, at its time; what is for somebody who is gone is told at once. */
  set targets(targets: readonly TrapTarget[]) {
    const byName = new Map(targets.map((target) => [target.name, target]));
    for (const [name, gathered] of this.#gathered) {
      const now = byName.get(name);
      if (now !== undefined && isSameAudience(now, gathered.target)) {
        gathered.target = now;
      } else {
        flush(gathered);
        this.#gathered.delete(name);
      }
    }
    this.#targets = targets;
  }

  /** The agent has started. @see RFC 3418, notification coldStart */
  coldStart(): void {
    this.#toAll(trapOid("coldStart"));
  }

  /** The agent goes on with another configuration. @see RFC 3418, notification warmStart */
  warmStart(): void {
    this.#toAll(trapOid("warmStart"));
  }

  /** Somebody knew no community or key; told at most once a second. @see RFC 3418, notification authenticationFailure */
  authenticationFailure(): void {
    const nowMs = this.#parts.clock.monotonic();
    if (nowMs - this.#lastFailureMs < FAILURE_PAUSE_MS) return;
    this.#lastFailureMs = nowMs;
    this.#toAll(trapOid("authenticationFailure"));
  }

  /**
   * What answered where a target is was not that target.
   * @see RFC 6353, notifications snmpTlstmServerCertificateUnknown and snmpTlstmServerInvalidCertificate
   */
  wrongServer(name: keyof typeof snmpTlstmNotifications.notifications, varBinds: SnmpNotification["varBinds"]): void {
    this.#toAll([...snmpTlstmNotifications.oid, snmpTlstmNotifications.notifications[name].id], varBinds);
  }

  /** Something happened to the inventory. What concerns no machine, or a host that is no longer configured, is not told. */
  onEvent(event: InventoryEvent): void {
    const due = dueNotifications(event);
    if (due.length === 0) return;
    for (const target of this.#targets) {
      for (const one of due) this.#tell(target, one, event.sequence);
    }
  }

  #tell(asked: TrapTarget, due: DueNotification, sequence: number): void {
    const target = this.#placed(asked, ["", due.machine.host]);
    const audience = this.#parts.contexts.audience(target.contextName, principalOf(target));
    if (audience === undefined || !audience.sees(due.machine)) return;
    const numbered = { due, index: audience.indexOf(due.machine) };
    if (audience.notifications.perVm) this.#sendOne(target, numbered, sequence);
    if (audience.notifications.bulk) this.#foldFor(asked, target.contextName).add(numbered, this.#parts.bulkWindowMs());
  }

  /** The target in the first of these contexts in which it hears of anything; in the first of all when in none. */
  #placed(target: TrapTarget, contexts: readonly string[]): PlacedTarget {
    const { contextName = contexts.find((one) => this.#parts.tells({ ...target, contextName: one })) ?? "" } = target;
    return { ...target, contextName };
  }

  /** Sends what is still being gathered. */
  flush(): void {
    for (const gathered of this.#gathered.values()) flush(gathered);
  }

  #foldFor(asked: TrapTarget, contextName: string): BulkFold {
    const gathered = this.#gathered.get(asked.name) ?? { target: asked, folds: new Map<string, BulkFold>() };
    this.#gathered.set(asked.name, gathered);
    const known = gathered.folds.get(contextName);
    if (known !== undefined) return known;
    const fold = new BulkFold(this.#parts.clock, (name, folded) =>
      this.#sendBulk({ ...gathered.target, contextName }, name, folded),
    );
    gathered.folds.set(contextName, fold);
    return fold;
  }

  #sendOne(target: PlacedTarget, { due, index }: NumberedNotification, sequence?: number): void {
    this.#send(target, vmTrapOid(due.name), vmVarBinds(due, index), sequence);
  }

  /**
   * A list that no datagram can hold, or not this target's, is told machine by machine, unless that was done already. What it may
   * hear is decided now, for rights can have changed while machines were gathered.
   */
  #sendBulk(target: PlacedTarget, name: VmBulkNotification, folded: readonly NumberedNotification[]): void {
    const audience = this.#parts.contexts.audience(target.contextName, principalOf(target));
    const heard = folded.filter(({ due }) => audience?.sees(due.machine));
    if (heard.length === 0) return;
    const indexes = heard.map(({ index }) => index);
    if (indexes.every((index) => index <= HIGHEST_IN_LIST)) {
      const drop = this.#send(target, vmTrapOid(name), [affectedVmsVarBind(indexes)]);
      if (drop !== "tooBig") return;
    }
    if (audience?.notifications.perVm) return;
    for (const one of heard) this.#sendOne(target, one);
  }

  #toAll(oid: Oid, varBinds: SnmpNotification["varBinds"] = []): void {
    const { contexts } = this.#parts;
    for (const target of this.#targets) {
      const names = ["", ...contexts.hostNames(principalOf(target))];
      this.#send(this.#placed(target, names), oid, varBinds);
    }
  }

  #send(
    target: PlacedTarget,
    oid: Oid,
    varBinds: SnmpNotification["varBinds"],
    sequence?: number,
  ): NotificationDrop | undefined {
    const { contexts, log } = this.#parts;
    const drop = this.#deliver({ trapOid: oid, upTime: contexts.upTimeCs, varBinds }, target);
    const fields = { target: target.name, notification: oid.join("."), sequence };
    if (drop === undefined) {
      this.counters.sent += 1;
      log.debug("snmp.notification.sent", fields);
    } else if (drop === "filtered") {
      log.debug("snmp.notification.filtered", fields);
    } else {
      this.counters.dropped += 1;
      log.warn("snmp.notification.dropped", { ...fields, reason: drop });
    }
    return drop;
  }

  #deliver(notification: SnmpNotification, target: PlacedTarget): NotificationDrop | undefined {
    const { encode, send, inform } = this.#parts;
    if (target.inform !== undefined) return inform(notification, { ...target, inform: target.inform });
    const message = encode(notification, target);
    if (typeof message === "string") return message;
    send(message, target.peer);
    return undefined;
  }
}

/** Whom a target speaks for: it hears of what he may read. */
function principalOf(target: TrapTarget): Principal {
  return { securityModel: modelOf(target), securityName: target.securityName };
}

/** Whether what one may hear of is for the other's ears: it is said for the same somebody. */
function isSameAudience(one: TrapTarget, other: TrapTarget): boolean {
  return (
    one.securityName === other.securityName && modelOf(one) === modelOf(other) && one.contextName === other.contextName
  );
}

function flush({ folds }: Gathered): void {
  for (const fold of folds.values()) fold.flush();
}

function trapOid(name: keyof typeof snmpTraps.notifications): Oid {
  return [...snmpTraps.oid, snmpTraps.notifications[name].id];
}
