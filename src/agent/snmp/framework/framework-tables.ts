import { Fault } from "../../../base/fault.js";
import type { Random } from "../../../base/random.js";
import type { Store, StoreWrite } from "../../../base/store.js";
import type { RowTable } from "../../../mapping/bind-rows.js";
import type { PlainValue } from "../../../mapping/bind-table.js";
import type { EngineScalar } from "../../../mapping/snmp/engine-groups.js";
import { type ErrorStatus, errorStatus } from "../../../protocol/snmp/error-status.js";
import type { Oid } from "../../../protocol/snmp/object-source.js";
import { compareOids } from "../../../protocol/snmp/oid.js";
import type { SetOutcome, SetRequester, SetStep } from "../../../protocol/snmp/set.js";
import { readKey } from "../instance-key.js";
import type { InstanceAssignment, SettableGroup, SettableObject } from "../settable-objects.js";
import { frameworkScalars, isFrameworkScalar, isLock, settableScalar } from "./framework-scalars.js";
import type { FrameworkState } from "./framework-state.js";
import { type ManagedRow, ManagedRows } from "./managed-rows.js";
import { planRow, type RowChange, type RowRules, refuse, storageType } from "./row-change.js";
import { readRow, writeRow } from "./row-record.js";
import { rulesOfTables } from "./row-rules.js";

/** Rows that come from the configuration, by table. They are shown as readOnly and cannot be changed by managers. */
export type ConfiguredRows = ReadonlyMap<RowTable, readonly ManagedRow[]>;

export interface FrameworkParts {
  readonly store: Store;
  readonly engineId: Uint8Array;
  /** Where the locks start, so that a manager cannot hold one over a restart. */
  readonly random: Random;
  /** Whether authenticationFailure is sent as long as no manager has said. */
  readonly authenticationTraps: boolean;
}

interface Contents {
  readonly rows: ReadonlyMap<RowTable, ManagedRows>;
  readonly scalars: ReadonlyMap<EngineScalar, number>;
}

const ROWS = "snmp/row/";
const SCALARS = "snmp/scalar/";
const ENABLED = 1;
const DISABLED = 2;
const TEST_AND_INCR_RANGE = 2147483648;
const { inconsistentValue } = errorStatus;

/**
 * The tables and scalars of the SNMP framework that managers may write: targets, notifications and their filters, users,
 * rights and communities. What a SetRequest changes is on disk before it takes effect.
 */
export class FrameworkTables implements SettableGroup, FrameworkState {
  readonly objects: readonly SettableObject[];
  readonly #parts: FrameworkParts;
  readonly #rules: ReadonlyMap<RowTable, RowRules>;
  readonly #tableOf = new Map<string, RowTable>();
  /** What managers made. */
  #kept: Contents;
  #configured: ConfiguredRows = new Map();
  #listener: () => void = () => {};
  /** Both, as it is shown. */
  #rows: ReadonlyMap<RowTable, ManagedRows>;

  private constructor(parts: FrameworkParts, rules: ReadonlyMap<RowTable, RowRules>, kept: Contents) {
    this.#parts = parts;
    this.#rules = rules;
    this.#kept = kept;
    this.#rows = kept.rows;
    const columns = [...rules.keys()].flatMap((table) => settableColumns(table));
    for (const { table, object } of columns) this.#tableOf.set(object.name, table);
    this.objects = [...columns.map(({ object }) => object), ...frameworkScalars.map(settableScalar)];
  }

  /**
   * Reads what managers made in earlier lives of the gateway.
   * @throws {Fault} `invalid` when a record is damaged
   */
  static async open(parts: FrameworkParts): Promise<FrameworkTables> {
    const rules = rulesOfTables(parts.engineId);
    const rows = new Map<RowTable, ManagedRows>();
    for (const table of rules.keys()) {
      const prefix = `${ROWS}${table.name}/`;
      const entries = await parts.store.list(prefix);
      rows.set(
        table,
        ManagedRows.of(entries.map(({ key, value }) => readRow(table, keyIn(key.slice(prefix.length)), value, key))),
      );
    }
    return new FrameworkTables(parts, rules, { rows, scalars: await openScalars(parts) });
  }

  /** Calls `listener`, and nobody else any more, after each change and before the manager who made it is told. */
  onChange(listener: () => void): void {
    this.#listener = listener;
  }

  rows(table: RowTable): ManagedRows {
    return this.#rows.get(table) ?? ManagedRows.none;
  }

  scalar(name: EngineScalar): number {
    return this.#kept.scalars.get(name) ?? DISABLED;
  }

  get scalars(): Readonly<Record<EngineScalar, number>> {
    return Object.fromEntries(this.#kept.scalars) as Record<EngineScalar, number>;
  }

  /** Goes on with these rows from the configuration. A manager's row of the same name is out of sight while one is there. */
  configure(rows: ConfiguredRows): void {
    this.#configured = rows;
    this.#rows = this.#merge(this.#kept.rows);
    this.#listener();
  }

  /** Rows of the configuration. */
  isFixed(name: string, key: Oid): boolean {
    const table = this.#tableOf.get(name);
    return table !== undefined && this.rows(table).get(key)?.values[table.storageType] === storageType.readOnly;
  }

  refusal(name: string, value: PlainValue): ErrorStatus | undefined {
    const table = this.#tableOf.get(name);
    return table && this.#rules.get(table)?.refusal?.(name, value);
  }

  canExist(name: string, key: Oid): boolean {
    const table = this.#tableOf.get(name);
    if (table === undefined) return compareOids(key, [0]) === 0;
    return readKey(table.entries[0].index, key) !== undefined;
  }

  plan(assignments: readonly InstanceAssignment[], requester: SetRequester): SetOutcome | SetStep {
    const scalars = new Map(this.#kept.scalars);
    for (const assignment of assignments) {
      if (!isFrameworkScalar(assignment.name)) continue;
      const next = nextScalar(assignment.name, scalars.get(assignment.name), assignment.value);
      if (next === undefined) return refuse(inconsistentValue, assignment);
      scalars.set(assignment.name, next);
    }
    const rows = new Map(this.#rows);
    const changed: { readonly table: RowTable; readonly key: Oid; readonly row: ManagedRow | undefined }[] = [];
    for (const [table, change] of this.#rowChanges(assignments)) {
      const moment = { requester, rows: (one: RowTable) => rows.get(one) ?? ManagedRows.none };
      const planned = planRow(table, this.#rules.get(table) ?? {}, change, moment);
      if ("errorStatus" in planned) return planned;
      rows.set(table, moment.rows(table).with(change.key, planned.row));
      changed.push({ table, key: change.key, row: planned.row });
    }
    const kept = new Map(this.#kept.rows);
    for (const { table, key, row } of changed) {
      kept.set(table, (kept.get(table) ?? ManagedRows.none).with(key, row));
    }
    return this.#step(assignments[0]?.errorIndex ?? 0, { rows: kept, scalars }, changed);
  }

  /** On disk first, then in effect. */
  #step(
    errorIndex: number,
    next: Contents,
    changed: readonly { readonly table: RowTable; readonly key: Oid }[],
  ): SetStep {
    const before = this.#kept;
    const move = async (from: Contents, to: Contents): Promise<void> => {
      const writes = [
        ...changed.flatMap(({ table, key }) => writesOf(table, key, from, to)),
        ...frameworkScalars.flatMap((name) => writesOfScalar(name, from, to)),
      ];
      if (writes.length > 0) await this.#parts.store.write(writes);
      this.#kept = to;
      this.#rows = this.#merge(to.rows);
      this.#listener();
    };
    return { errorIndex, commit: () => move(before, next), undo: () => move(next, before) };
  }

  /** What is wanted of each row, in the order in which rows are first named. */
  #rowChanges(assignments: readonly InstanceAssignment[]): readonly (readonly [RowTable, RowChange])[] {
    const changes = new Map<string, { table: RowTable; change: RowChange & { assignments: InstanceAssignment[] } }>();
    for (const assignment of assignments) {
      const table = this.#tableOf.get(assignment.name);
      if (table === undefined) continue;
      const { key } = assignment;
      const identity = `${table.name} ${key.join(".")}`;
      const earlier = changes.get(identity);
      if (earlier) earlier.change.assignments.push(assignment);
      else {
        const keyValues = readKey(table.entries[0].index, key) ?? {};
        changes.set(identity, { table, change: { key, keyValues, assignments: [assignment] } });
      }
    }
    return [...changes.values()].map(({ table, change }) => [table, change] as const);
  }

  #merge(kept: Contents["rows"]): Contents["rows"] {
    const merged = new Map<RowTable, ManagedRows>();
    for (const table of this.#rules.keys()) {
      const configured = this.#configured.get(table) ?? [];
      merged.set(table, ManagedRows.of([...configured, ...(kept.get(table) ?? [])]));
    }
    return merged;
  }
}

function settableColumns(table: RowTable): readonly { readonly table: RowTable; readonly object: SettableObject }[] {
  return table.entries.flatMap(({ oid, columns }) =>
    Object.entries(columns)
      .filter(([, { access }]) => access === "read-create" || access === "read-write")
      .map(([name, shape]) => ({ table, object: { oid: [...oid, shape.id], name, shape } })),
  );
}

async function openScalars({ store, random, authenticationTraps }: FrameworkParts): Promise<Contents["scalars"]> {
  const scalars = new Map<EngineScalar, number>();
  for (const name of frameworkScalars) {
    if (isLock(name)) scalars.set(name, Math.floor(random() * TEST_AND_INCR_RANGE));
    else {
      const path = SCALARS + name;
      const entry = await store.get(path);
      const value = entry === undefined ? initial(name, authenticationTraps) : Number(entry.value);
      if (value !== ENABLED && value !== DISABLED) {
        throw new Fault("invalid", `the record ${path} in the state directory is damaged; remove it`, { path });
      }
      scalars.set(name, value);
    }
  }
  return scalars;
}

function initial(name: EngineScalar, authenticationTraps: boolean): number {
  return name === "snmpEnableAuthenTraps" && authenticationTraps ? ENABLED : DISABLED;
}

/** A lock can only be set to what it is, and grows by that. @returns `undefined` when it is something else */
function nextScalar(name: EngineScalar, before: number | undefined, value: PlainValue): number | undefined {
  if (!isLock(name)) return Number(value);
  return value === before ? (Number(value) + 1) % TEST_AND_INCR_RANGE : undefined;
}

function writesOf(table: RowTable, key: Oid, from: Contents, to: Contents): readonly StoreWrite[] {
  const path = `${ROWS}${table.name}/${key.join(".")}`;
  const row = to.rows.get(table)?.get(key);
  if (isLasting(table, row)) return [{ key: path, value: writeRow(table, row) }];
  return isLasting(table, from.rows.get(table)?.get(key)) ? [{ key: path, value: undefined }] : [];
}

function isLasting(table: RowTable, row: ManagedRow | undefined): row is ManagedRow {
  return row !== undefined && row.values[table.storageType] !== storageType.volatile;
}

function writesOfScalar(name: EngineScalar, from: Contents, to: Contents): readonly StoreWrite[] {
  const value = to.scalars.get(name);
  if (isLock(name) || value === from.scalars.get(name)) return [];
  return [{ key: SCALARS + name, value: String(value) }];
}

function keyIn(text: string): Oid {
  return /^\d+(?:\.\d+)*$/.test(text) ? text.split(".").map(Number) : [];
}
