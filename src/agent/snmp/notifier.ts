import type { DatagramPeer } from "../../base/channel.js";
import type { Clock } from "../../base/clock.js";
import type { Log } from "../../base/log.js";
import type { InventoryEvent } from "../../inventory/event.js";
import type { VmBulkNotification } from "../../mapping/lifecycle.js";
import type { InformTarget, InformTiming } from "../../protocol/snmp/inform-sender.js";
import type { NotificationDrop, NotificationTarget, SnmpNotification } from "../../protocol/snmp/notification.js";
import type { Oid, Principal } from "../../protocol/snmp/object-source.js";
import { securityModel } from "../../protocol/snmp/security.js";
import { snmpTraps } from "../../schema/generated/snmpv2-mib.js";
import { BulkFold, type NumberedNotification } from "./bulk-fold.js";
import type { SnmpContexts } from "./contexts.js";
import { affectedVmsVarBind, dueNotifications, vmTrapOid, vmVarBinds } from "./vm-notification.js";

/** Whom to tell, and where; what its context shows is what it hears of. */
export interface TrapTarget extends NotificationTarget {
  readonly name: string;
  readonly peer: DatagramPeer;
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
  readonly send: (octets: Uint8Array, peer: DatagramPeer) => void;
  readonly inform: (notification: SnmpNotification, target: InformTarget) => NotificationDrop | undefined;
  /** How long notifications are gathered for their bulk form. */
  readonly bulkWindowMs: () => number;
}

/** Somebody who guesses passwords must not make the agent flood its managers. */
const FAILURE_PAUSE_MS = 1000;
/** A bit list up to here leaves room for a message's other parts in the largest datagram. */
const HIGHEST_IN_LIST = 8 * 65_000;

/** Tells the targets what happened, each from its own context. */
export class Notifier {
  readonly counters: NotifierCounters = { sent: 0, dropped: 0 };
  readonly #parts: NotifierParts;
  readonly #folds = new Map<TrapTarget, BulkFold>();
  #targets: readonly TrapTarget[];
  #lastFailureMs = Number.NEGATIVE_INFINITY;

  constructor(parts: NotifierParts, targets: readonly TrapTarget[]) {
    this.#parts = parts;
    this.#targets = targets;
  }

  set targets(targets: readonly TrapTarget[]) {
    this.flush();
    this.#folds.clear();
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

  /** Something happened to the inventory. What concerns no machine, or a host that is no longer configured, is not told. */
  onEvent(event: InventoryEvent): void {
    const due = dueNotifications(event);
    if (due.length === 0) return;
    for (const target of this.#targets) {
      const audience = this.#parts.contexts.audience(target.contextName, principalOf(target));
      if (audience === undefined) continue;
      for (const one of due) {
        if (!audience.sees(one.machine)) continue;
        const numbered = { due: one, index: audience.indexOf(one.machine) };
        if (audience.notifications.perVm) this.#sendOne(target, numbered, event.sequence);
        if (audience.notifications.bulk) this.#foldFor(target).add(numbered, this.#parts.bulkWindowMs());
      }
    }
  }

  /** Sends what is still being gathered. */
  flush(): void {
    for (const fold of this.#folds.values()) fold.flush();
  }

  #foldFor(target: TrapTarget): BulkFold {
    let fold = this.#folds.get(target);
    if (fold === undefined) {
      fold = new BulkFold(this.#parts.clock, (name, folded) => this.#sendBulk(target, name, folded));
      this.#folds.set(target, fold);
    }
    return fold;
  }

  #sendOne(target: TrapTarget, { due, index }: NumberedNotification, sequence?: number): void {
    this.#send(target, vmTrapOid(due.name), vmVarBinds(due, index), sequence);
  }

  /** A list that no datagram can hold is told machine by machine, unless that was done already. */
  #sendBulk(target: TrapTarget, name: VmBulkNotification, folded: readonly NumberedNotification[]): void {
    const indexes = folded.map(({ index }) => index);
    if (indexes.every((index) => index <= HIGHEST_IN_LIST)) {
      this.#send(target, vmTrapOid(name), [affectedVmsVarBind(indexes)]);
      return;
    }
    const audience = this.#parts.contexts.audience(target.contextName, principalOf(target));
    if (audience?.notifications.perVm) return;
    for (const one of folded) this.#sendOne(target, one);
  }

  #toAll(oid: Oid): void {
    for (const target of this.#targets) this.#send(target, oid, []);
  }

  #send(target: TrapTarget, oid: Oid, varBinds: SnmpNotification["varBinds"], sequence?: number): void {
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
  }

  #deliver(notification: SnmpNotification, target: TrapTarget): NotificationDrop | undefined {
    const { encode, send, inform } = this.#parts;
    if (target.inform !== undefined) return inform(notification, { ...target, inform: target.inform });
    const message = encode(notification, target);
    if (typeof message === "string") return message;
    send(message, target.peer);
    return undefined;
  }
}

/** Whom a target speaks for: it hears of what he may read. */
function principalOf({ version, securityName }: TrapTarget): Principal {
  return { securityModel: version === "v3" ? securityModel.usm : securityModel[version], securityName };
}

function trapOid(name: keyof typeof snmpTraps.notifications): Oid {
  return [...snmpTraps.oid, snmpTraps.notifications[name].id];
}
