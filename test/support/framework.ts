import { FrameworkTables } from "../../src/agent/snmp/framework/framework-tables.js";
import { indexArcs } from "../../src/agent/snmp/instance-key.js";
import { SettableObjects } from "../../src/agent/snmp/settable-objects.js";
import type { RowTable } from "../../src/mapping/bind-rows.js";
import type { PlainValue } from "../../src/mapping/bind-table.js";
import { frameworkTables } from "../../src/mapping/snmp/framework-tables.js";
import { errorStatus } from "../../src/protocol/snmp/error-status.js";
import type { ObjectValue, Oid } from "../../src/protocol/snmp/object-source.js";
import { commitSet, type SetOutcome, type SetRequester } from "../../src/protocol/snmp/set.js";
import type { PduVarBind } from "../../src/protocol/snmp/var-bind.js";
import { ENGINE_ID } from "./snmp-agent.js";
import { TableStore } from "./table-store.js";

/** A manager with a long reach. */
export const admin: SetRequester = { securityModel: 3, securityName: "admin", contextName: "" };

export const integer = (value: number): ObjectValue => ({ type: "Integer32", value });
export const text = (value: string): ObjectValue => ({ type: "OctetString", value: Buffer.from(value) });
export const octets = (hex: string): ObjectValue => ({ type: "OctetString", value: Buffer.from(hex, "hex") });
export const pointer = (...value: number[]): ObjectValue => ({ type: "ObjectIdentifier", value });

/** The tables over a store, as a SetRequest meets them: named objects in, the name of an error and its index out. */
export class FrameworkBench {
  readonly store: TableStore;
  readonly framework: FrameworkTables;
  readonly #objects: SettableObjects;

  private constructor(store: TableStore, framework: FrameworkTables) {
    this.store = store;
    this.framework = framework;
    this.#objects = new SettableObjects({ inDefault: [framework], inHosts: [] });
  }

  static async open(store = new TableStore()): Promise<FrameworkBench> {
    const parts = { store, engineId: ENGINE_ID, random: () => 0.5, authenticationTraps: false };
    return new FrameworkBench(store, await FrameworkTables.open(parts));
  }

  /** What is on disk, in a new life. */
  reopen(): Promise<FrameworkBench> {
    return FrameworkBench.open(this.store);
  }

  async setAs(requester: SetRequester, ...varBinds: PduVarBind[]): Promise<string> {
    const steps = this.#objects.plan(varBinds, requester);
    const outcome = "errorStatus" in steps ? steps : await commitSet(steps, () => {});
    return outcomeText(outcome);
  }

  set(...varBinds: PduVarBind[]): Promise<string> {
    return this.setAs(admin, ...varBinds);
  }

  /** A column of the row with this index, as it reads. */
  value(table: RowTable, index: readonly PlainValue[], name: string): PlainValue | undefined {
    return this.framework.rows(table).get(keyOf(table, index))?.values[name];
  }
}

/** A value for a column of a row. */
export function cell(name: string, index: readonly PlainValue[], value: PduVarBind["value"]): PduVarBind {
  for (const table of frameworkTables) {
    for (const entry of table.entries) {
      const shape = entry.columns[name];
      if (shape) return { oid: [...entry.oid, shape.id, ...keyOf(table, index)], value };
    }
  }
  throw new TypeError(`no table has ${name}`);
}

export function keyOf(table: RowTable, index: readonly PlainValue[]): Oid {
  return index.flatMap((value, i) => indexArcs(value, table.entries[0].index[i]));
}

function outcomeText({ errorStatus: status, errorIndex }: SetOutcome): string {
  const name = Object.entries(errorStatus).find(([, number]) => number === status)?.[0] ?? String(status);
  return status === errorStatus.noError ? name : `${name} ${errorIndex}`;
}
