import type { Clock } from "../../base/clock.js";
import type { HistoryReader } from "../../engine/history/history.js";
import type { InventoryReader } from "../../inventory/generation.js";

/** Where and as whom SNMP is asked. */
export interface SnmpEndpoint {
  readonly address: string;
  readonly port: number;
  /** A folder with an `snmp.conf` that holds a user's localised keys: net-snmp's tools take it as SNMPCONFPATH. */
  readonly confDir: string;
  readonly user: string;
  /** The engine's ID, hexadecimal. */
  readonly engineId: string;
  readonly engineBoots: number;
}

export type Counters = Readonly<Record<string, number>>;

/** What the console's views are made from; the daemon gives it. Every call is cheap and never waits. */
export interface ConsoleSource {
  readonly clock: Clock;
  /** Of the program. */
  readonly version: string;
  /** Wall time, milliseconds. */
  readonly startedAt: number;
  /** Has every configured host from the start, with its link `connecting`. */
  readonly inventory: InventoryReader;
  /** What machines did before. */
  readonly history: HistoryReader;
  /** `undefined` while SNMP is off. */
  snmpEndpoint(): SnmpEndpoint | undefined;
  /** What a host's monitor counts: calls, errors, late answers, reconnects. */
  hostCounters(host: string): Counters;
  /** The agent's counters by the names of their MIB objects (`snmpInPkts`, `usmStatsWrongDigests`, …). */
  snmpCounters(): Counters;
  /** Why the state directory refuses to store at present; `undefined` while all is well. */
  storageFailure(): string | undefined;
  /** Entries that each bounded queue of the gateway has dropped since the start, by the queue's name. */
  queueDrops(): Counters;
}
