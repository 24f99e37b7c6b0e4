import type { Machine } from "./machine.js";

/**
 * The machines of one host at one moment, by UUID and in the order of `index`. Immutable. Where each stands is worked out when
 * machines come or go only: another generation of the same machines costs one copy of a list.
 */
export class MachineTable {
  static readonly empty = MachineTable.of([]);
  /** In the order of `index`. */
  readonly byIndex: readonly Machine[];
  /** Their UUIDs in that order: the same array for as long as no machine comes or goes, so that indexes can go by it. */
  readonly members: readonly string[];
  readonly #positions: ReadonlyMap<string, number>;

  private constructor(byIndex: readonly Machine[], members: readonly string[], positions: ReadonlyMap<string, number>) {
    this.byIndex = byIndex;
    this.members = members;
    this.#positions = positions;
  }

  static of(machines: Iterable<Machine>): MachineTable {
    const byIndex = [...machines].sort((a, b) => a.index - b.index);
    const members = byIndex.map(({ uuid }) => uuid);
    return new MachineTable(byIndex, members, new Map(members.map((uuid, position) => [uuid, position])));
  }

  get size(): number {
    return this.byIndex.length;
  }

  get(uuid: string): Machine | undefined {
    const position = this.#positions.get(uuid);
    return position === undefined ? undefined : this.byIndex[position];
  }

  /** What it becomes when these machines are other ones, new, or, where `undefined`, gone. */
  with(changes: ReadonlyMap<string, Machine | undefined>): MachineTable {
    if (changes.size === 0) return this;
    const byIndex = this.byIndex.slice();
    for (const [uuid, machine] of changes) {
      const position = this.#positions.get(uuid);
      if (position === undefined || machine === undefined || machine.index !== byIndex[position]?.index) {
        return MachineTable.of(this.#merged(changes));
      }
      byIndex[position] = machine;
    }
    return new MachineTable(byIndex, this.members, this.#positions);
  }

  #merged(changes: ReadonlyMap<string, Machine | undefined>): Iterable<Machine> {
    const merged = new Map(this.byIndex.map((machine) => [machine.uuid, machine]));
    for (const [uuid, machine] of changes) {
      if (machine === undefined) merged.delete(uuid);
      else merged.set(uuid, machine);
    }
    return merged.values();
  }
}
