import type { RowTable } from "../../../mapping/bind-rows.js";
import type { EngineScalar } from "../../../mapping/snmp/engine-groups.js";
import type { ManagedRows } from "./managed-rows.js";
import { rowStatus } from "./row-change.js";

/** What the tables and scalars that managers may write hold at one moment. */
export interface FrameworkState {
  /** The rows of a table, the configuration's and the managers'. */
  rows(table: RowTable): ManagedRows;
  scalar(name: EngineScalar): number;
}

/** The values of the rows that are in use. */
export function activeRows<Row>(state: FrameworkState, table: RowTable<Row>): readonly Row[] {
  const active: Row[] = [];
  for (const { values } of state.rows(table)) {
    if (values[table.rowStatus] === rowStatus.active) active.push(table.typed(values));
  }
  return active;
}
