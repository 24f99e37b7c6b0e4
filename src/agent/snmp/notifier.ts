import type { DatagramPeer } from "../../base/channel.js";
import type { Clock } from "../../base/clock.js";
import type { Log } from "../../base/log.js";
import type { InventoryEvent } from "../../inventory/event.js";
import type { NotificationDrop, NotificationTarget, SnmpNotification } from "../../protocol/snmp/notification.js";
import type { Oid } from "../../protocol/snmp/object-source.js";
import { snmpTraps } from "../../schema/generated/snmpv2-mib.js";
import type { SnmpContexts } from "./contexts.js";
import { dueNotifications, vmTrapOid, vmVarBinds } from "./vm-notification.js";

/** Whom to tell, and where; what its context shows is what it hears of. */
export interface TrapTarget extends NotificationTarget {
  readonly name: string;
  readonly peer: DatagramPeer;
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
}

/** Somebody who guesses passwords must not make the agent flood its managers. */
const FAILURE_PAUSE_MS = 1000;

/** Tells the targets what happened, each from its own context. */
export class Notifier {
  readonly counters: NotifierCounters = { sent: 0, dropped: 0 };
  readonly #parts: NotifierParts;
  #targets: readonly TrapTarget[];
  #lastFailureMs = Number.NEGATIVE_INFINITY;

  constructor(parts: NotifierParts, targets: readonly TrapTarget[]) {
    this.#parts = parts;
    this.#targets = targets;
  }

  set targets(targets: readonly TrapTarget[]) {
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
      const scope = this.#parts.contexts.scope(target.contextName);
      if (!scope?.perVmNotifications || !scope.hosts.some(({ host }) => host.name === event.host)) continue;
      for (const one of due) {
        this.#send(target, vmTrapOid(one.name), vmVarBinds(one, scope.indexOf(one.machine)), event.sequence);
      }
    }
  }

  #toAll(oid: Oid): void {
    for (const target of this.#targets) this.#send(target, oid, []);
  }

  #send(target: TrapTarget, oid: Oid, varBinds: SnmpNotification["varBinds"], sequence?: number): void {
    const { contexts, encode, send, log } = this.#parts;
    const message = encode({ trapOid: oid, upTime: contexts.upTimeCs, varBinds }, target);
    const fields = { target: target.name, notification: oid.join("."), sequence };
    if (typeof message === "string") {
      this.counters.dropped += 1;
      log.warn("snmp.notification.dropped", { ...fields, reason: message });
      return;
    }
    send(message, target.peer);
    this.counters.sent += 1;
    log.debug("snmp.notification.sent", fields);
  }
}

function trapOid(name: keyof typeof snmpTraps.notifications): Oid {
  return [...snmpTraps.oid, snmpTraps.notifications[name].id];
}
