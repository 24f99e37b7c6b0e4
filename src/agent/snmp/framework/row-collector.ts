import type { RowTable } from "../../../mapping/bind-rows.js";
import type { PlainValue } from "../../../mapping/bind-table.js";
import { vacmSecurityToGroupTable } from "../../../mapping/snmp/vacm-tables.js";
import type { SecurityModel } from "../../../protocol/snmp/security.js";
import { indexArcs } from "../instance-key.js";
import type { ManagedRow } from "./managed-rows.js";
import { rowStatus, storageType } from "./row-change.js";

/** Rows by table, each complete, in use and readOnly. */
export class RowCollector {
  readonly tables = new Map<RowTable, ManagedRow[]>();
  readonly #members = new Set<string>();

  add<Row>(table: RowTable<Row>, given: Partial<Row>, hidden: ManagedRow["values"] = {}): void {
    const values: ManagedRow["values"] = {
      ...table.defaults,
      ...(given as ManagedRow["values"]),
      ...hidden,
      [table.storageType]: storageType.readOnly,
      [table.rowStatus]: rowStatus.active,
    };
    const key = table.entries[0].index.flatMap((part) => indexArcs(requireValue(values, part.name), part));
    const rows = this.tables.get(table);
    if (rows) rows.push({ key, values });
    else this.tables.set(table, [{ key, values }]);
  }

  /** @returns whether he is in no group yet */
  addMember(model: SecurityModel, securityName: string, groupName: string): boolean {
    const identity = `${model} ${securityName}`;
    if (this.#members.has(identity)) return false;
    this.#members.add(identity);
    this.add(vacmSecurityToGroupTable, {
      vacmSecurityModel: model,
      vacmSecurityName: securityName,
      vacmGroupName: groupName,
    });
    return true;
  }
}

function requireValue(values: ManagedRow["values"], name: string): PlainValue {
  const value = values[name];
  if (value === undefined) throw new TypeError(`a row needs ${name}`);
  return value;
}
