import type { RowTable } from "../../../mapping/bind-rows.js";
import type { PlainValue } from "../../../mapping/bind-table.js";
import { type ErrorStatus, errorStatus } from "../../../protocol/snmp/error-status.js";
import type { Oid } from "../../../protocol/snmp/object-source.js";
import type { SetOutcome, SetRequester } from "../../../protocol/snmp/set.js";
import type { Assignment } from "../settable-objects.js";
import type { ManagedRow, ManagedRows } from "./managed-rows.js";

/** All that a SetRequest wants of one row; it happens at once or not at all. */
export interface RowChange {
  readonly key: Oid;
  /** The values that number the row, by name. */
  readonly keyValues: Readonly<Record<string, PlainValue>>;
  /** At least one. */
  readonly assignments: readonly [Assignment, ...Assignment[]];
}

/** What a change is tested against. */
export interface Moment {
  readonly requester: SetRequester;
  /** The rows of any table, with what the same request has changed in them so far. */
  rows(table: RowTable): ManagedRows;
}

/** The values of a row in the making. */
export type RowDraft = Record<string, PlainValue>;

/** What a table asks of its rows besides the rules that all tables have. */
export interface RowRules {
  /** Values that a new row has besides those of its key and the defaults. */
  initial?(keyValues: RowChange["keyValues"]): Readonly<Record<string, PlainValue>>;
  /** What is wrong with a value whatever else is the case. */
  refusal?(name: string, value: PlainValue): ErrorStatus | undefined;
  /** Carries out assignments that mean more than a value to keep; those it leaves over are kept as they are. */
  carryOut?(draft: RowDraft, change: RowChange, moment: Moment, isNew: boolean): SetOutcome | readonly Assignment[];
  /** Whether a row that has all its values may become active. */
  isReady?(values: Readonly<RowDraft>): boolean;
  /** A column whose value does not go with those of the others in an active row. */
  conflict?(values: Readonly<RowDraft>): string | undefined;
}

/** @see RFC 2579, textual convention RowStatus */
export const rowStatus = {
  active: 1,
  notInService: 2,
  notReady: 3,
  createAndGo: 4,
  createAndWait: 5,
  destroy: 6,
} as const;
/** @see RFC 2579, textual convention StorageType */
export const storageType = { other: 1, volatile: 2, nonVolatile: 3, permanent: 4, readOnly: 5 } as const;

/** Rows that a table can have. */
const MOST_ROWS = 1024;

const { inconsistentName, inconsistentValue, resourceUnavailable } = errorStatus;

/**
 * What becomes of a row: its new state, or none; or why the change is not possible.
 * @see RFC 2579, textual convention RowStatus
 */
export function planRow(
  table: RowTable,
  rules: RowRules,
  change: RowChange,
  moment: Moment,
): { readonly row: ManagedRow | undefined } | SetOutcome {
  const rows = moment.rows(table);
  const current = rows.get(change.key);
  const [first, ...others] = change.assignments;
  const status = change.assignments.find(({ name }) => name === table.rowStatus);
  const columns = change.assignments.filter((assignment) => assignment !== status);
  if (status?.value === rowStatus.destroy) return planRemoval(table, current, status, columns);
  if (current === undefined) {
    if (status === undefined) return refuse(inconsistentName, first);
    if (!isCreation(status.value)) return refuse(inconsistentValue, status);
    if (rows.size >= MOST_ROWS) return refuse(resourceUnavailable, status);
  } else if (status !== undefined && isCreation(status.value)) return refuse(inconsistentValue, status);

  const twice = [first, ...others].find((one, i, all) => all.findIndex(({ name }) => name === one.name) !== i);
  if (twice !== undefined) return refuse(inconsistentValue, twice);
  const refused = columns.find(
    (one) => isFixed(table, current, status, one.name) || isForbiddenStorage(table, current, one),
  );
  if (refused !== undefined) return refuse(inconsistentValue, refused);

  const draft: RowDraft = current
    ? { ...current.values }
    : { ...table.defaults, ...change.keyValues, ...rules.initial?.(change.keyValues) };
  const plain = rules.carryOut?.(draft, change, moment, current === undefined) ?? columns;
  if ("errorStatus" in plain) return plain;
  for (const { name, value } of plain) if (name !== table.rowStatus) draft[name] = value;

  const next = nextStatus(current?.values[table.rowStatus], status?.value, isComplete(table, rules, draft));
  if (next === undefined) return refuse(inconsistentValue, status ?? first);
  draft[table.rowStatus] = next;
  const conflict = next === rowStatus.active ? rules.conflict?.(draft) : undefined;
  if (conflict !== undefined) {
    return refuse(inconsistentValue, columns.find(({ name }) => name === conflict) ?? status ?? first);
  }
  return { row: { key: change.key, values: draft } };
}

export function refuse(status: ErrorStatus, { errorIndex }: Pick<Assignment, "errorIndex">): SetOutcome {
  return { errorStatus: status, errorIndex };
}

function planRemoval(
  table: RowTable,
  current: ManagedRow | undefined,
  status: Assignment,
  [column]: readonly Assignment[],
): { readonly row: undefined } | SetOutcome {
  if (column !== undefined) return refuse(current === undefined ? inconsistentName : inconsistentValue, column);
  if (current?.values[table.storageType] === storageType.permanent) return refuse(inconsistentValue, status);
  return { row: undefined };
}

function isCreation(status: PlainValue): boolean {
  return status === rowStatus.createAndGo || status === rowStatus.createAndWait;
}

/** Whether a column cannot change because the row is active, and remains so. */
function isFixed(
  table: RowTable,
  current: ManagedRow | undefined,
  status: Assignment | undefined,
  name: string,
): boolean {
  const isActive = current?.values[table.rowStatus] === rowStatus.active;
  return isActive && status?.value !== rowStatus.notInService && table.fixedWhileActive.includes(name);
}

/** Rows of managers are volatile or not; what is permanent is so from the start. */
function isForbiddenStorage(table: RowTable, current: ManagedRow | undefined, { name, value }: Assignment): boolean {
  if (name !== table.storageType) return false;
  const before = current?.values[name];
  if (before === storageType.permanent) return value !== before;
  return value !== storageType.volatile && value !== storageType.nonVolatile;
}

function isComplete(table: RowTable, rules: RowRules, draft: Readonly<RowDraft>): boolean {
  for (const { columns } of table.entries) {
    for (const [name, { access }] of Object.entries(columns)) {
      const isOrder = name in table.masked || name === table.rowStatus;
      if (access === "read-create" && !isOrder && draft[name] === undefined) return false;
    }
  }
  return rules.isReady?.(draft) ?? true;
}

/** @returns `undefined` for a transition that is not possible */
function nextStatus(
  before: PlainValue | undefined,
  wanted: PlainValue | undefined,
  isComplete: boolean,
): number | undefined {
  switch (wanted) {
    case rowStatus.createAndGo:
    case rowStatus.active:
      return isComplete ? rowStatus.active : undefined;
    case rowStatus.notInService:
      return isComplete ? rowStatus.notInService : undefined;
    case rowStatus.createAndWait:
      return isComplete ? rowStatus.notInService : rowStatus.notReady;
    default:
      if (before === rowStatus.active && isComplete) return rowStatus.active;
      return isComplete ? rowStatus.notInService : rowStatus.notReady;
  }
}
