import type { Machine } from "../../inventory/machine.js";
import type { MachineList, PartRow, VmRow, VmScope } from "../../mapping/snmp/vm-scope.js";
import type { Oid } from "../../protocol/snmp/object-source.js";
import { compareOids } from "../../protocol/snmp/oid.js";

/** Goes through rows in the order of their keys. */
export interface RowCursor<Row> {
  next(): Row | undefined;
}

/**
 * The rows of a table at one moment, in the order of their keys. A key is the part of an instance's OID that numbers the
 * row; what is looked for may be shorter or longer than a key.
 */
export interface Rows<Row> {
  get(key: Oid): Row | undefined;
  /** A cursor whose first `next` gives the first row with a key after `key`. */
  after(key: Oid): RowCursor<Row>;
}

/** Few rows, each with its key. */
export class ListedRows<Row> implements Rows<Row> {
  readonly #rows: readonly { readonly key: Oid; readonly row: Row }[];

  constructor(rows: Iterable<Row>, keyOf: (row: Row) => Oid) {
    this.#rows = Array.from(rows, (row) => ({ key: keyOf(row), row })).sort((a, b) => compareOids(a.key, b.key));
  }

  get(key: Oid): Row | undefined {
    return this.#rows.find((one) => compareOids(one.key, key) === 0)?.row;
  }

  after(key: Oid): RowCursor<Row> {
    let at = this.#rows.findIndex((one) => compareOids(one.key, key) > 0);
    if (at < 0) at = this.#rows.length;
    return {
      next: () => {
        const row = this.#rows[at]?.row;
        at += 1;
        return row;
      },
    };
  }
}

/** One row per machine. Nothing is built: contexts know the order of their machines. */
export class MachineRows implements Rows<VmRow> {
  readonly #scope: VmScope;

  constructor(scope: VmScope) {
    this.#scope = scope;
  }

  get(key: Oid): VmRow | undefined {
    return key.length === 1 ? vmRow(this.#scope, positionOf(this.#scope.machines, key[0])) : undefined;
  }

  after(key: Oid): RowCursor<VmRow> {
    // A longer key that begins with a machine's number comes after the machine.
    let at = key[0] === undefined ? 0 : firstFrom(this.#scope.machines, key[0] + 1);
    return {
      next: () => {
        const row = vmRow(this.#scope, at);
        at += 1;
        return row;
      },
    };
  }
}

/** One row per part of a machine: a CPU, a disk, an interface; numbered by the machine, then by the part. */
export class PartRows<Part> implements Rows<PartRow<Part>> {
  readonly #scope: VmScope;
  readonly #partsOf: (machine: Machine) => readonly Part[];
  readonly #numberOf: (part: Part) => number;

  constructor(scope: VmScope, partsOf: (machine: Machine) => readonly Part[], numberOf: (part: Part) => number) {
    this.#scope = scope;
    this.#partsOf = partsOf;
    this.#numberOf = numberOf;
  }

  get(key: Oid): PartRow<Part> | undefined {
    const row = key.length === 2 ? vmRow(this.#scope, positionOf(this.#scope.machines, key[0])) : undefined;
    const part = row && this.#partsOf(row.machine).find((one) => this.#numberOf(one) === key[1]);
    return row && part && { ...row, part };
  }

  after([machineNumber = 0, partNumber]: Oid): RowCursor<PartRow<Part>> {
    let at = firstFrom(this.#scope.machines, machineNumber);
    let row = vmRow(this.#scope, at);
    let parts = this.#inOrder(row?.machine);
    let partAt = 0;
    if (partNumber !== undefined && row?.index === machineNumber) {
      while (partAt < parts.length && this.#numberOf(parts[partAt] as Part) <= partNumber) partAt += 1;
    }
    return {
      next: () => {
        while (row !== undefined) {
          const part = parts[partAt];
          partAt += 1;
          if (part !== undefined) return { machine: row.machine, index: row.index, now: row.now, part };
          at += 1;
          row = vmRow(this.#scope, at);
          parts = this.#inOrder(row?.machine);
          partAt = 0;
        }
        return undefined;
      },
    };
  }

  /** Documents list parts in any order; mostly it is that of their numbers already. */
  #inOrder(machine: Machine | undefined): readonly Part[] {
    const parts = machine ? this.#partsOf(machine) : [];
    for (let i = 1; i < parts.length; i += 1) {
      if (this.#numberOf(parts[i - 1] as Part) > this.#numberOf(parts[i] as Part)) {
        return [...parts].sort((a, b) => this.#numberOf(a) - this.#numberOf(b));
      }
    }
    return parts;
  }
}

/** The machine at a position of the scope; `undefined` beyond the end. */
export function vmRow({ machines, now }: VmScope, position: number | undefined): VmRow | undefined {
  if (position === undefined) return undefined;
  const machine = machines.at(position);
  return machine && { machine, index: machines.numbers[position] as number, now };
}

/** Position of the machine with this number. */
export function positionOf(machines: MachineList, number: number | undefined): number | undefined {
  if (number === undefined) return undefined;
  const position = firstFrom(machines, number);
  return machines.numbers[position] === number ? position : undefined;
}

/** Position of the first machine whose number is not below `number`. */
export function firstFrom({ numbers }: MachineList, number: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] as number) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
