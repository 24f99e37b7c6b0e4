import type { Machine } from "./machine.js";

/**
 * The machines of one host at one moment, by UUID and in the order of `index`. Immutable. Where each stands is worked out when
 * machines come or go only: another generation of the same machines costs one copy of a list, and so does one with more machines
 * behind them, as come by the thousands when a host is read first.
 */
export class MachineTable {
  static readonly empty = MachineTable.of([]);
  /** In the order of `index`. */
  readonly byIndex: readonly Machine[];
  /** Their UUIDs in that order: the same array for as long as no machine comes or goes, so that indexes can go by it. */
  readonly members: readonly string[];
  /** Shared with those that this one was made of and those made of it; of machines behind the last one, too. */
  readonly #positions: Map<string, number>;

  private constructor(byIndex: readonly Machine[], members: readonly string[], positions: Map<string, number>) {
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
    const position = this.#positionOf(uuid);
    return position === undefined ? undefined : this.byIndex[position];
  }

  /** What it becomes when these machines are other ones, new, or, where `undefined`, gone. */
  with(changes: ReadonlyMap<string, Machine | undefined>): MachineTable {
    if (changes.size === 0) return this;
    const byIndex = this.byIndex.slice();
    const added: Machine[] = [];
    for (const [uuid, machine] of changes) {
      if (machine === undefined) return this.#madeAnew(changes);
      const position = this.#positionOf(uuid);
      if (position === undefined) added.push(machine);
      else if (machine.index !== byIndex[position]?.index) return this.#madeAnew(changes);
      else byIndex[position] = machine;
    }
    if (added.length === 0) return new MachineTable(byIndex, this.members, this.#positions);
    added.sort((a, b) => a.index - b.index);
    const isBehind = (added[0]?.index ?? 0) > (byIndex.at(-1)?.index ?? 0);
    // Another table may have put its own machines into the places behind the last one.
    const isLatest = this.#positions.size === this.byIndex.length;
    if (!isBehind || !isLatest) return this.#madeAnew(changes);
    for (const machine of added) this.#positions.set(machine.uuid, byIndex.push(machine) - 1);
    return new MachineTable(byIndex, this.members.concat(added.map(({ uuid }) => uuid)), this.#positions);
  }

  #positionOf(uuid: string): number | undefined {
    const position = this.#positions.get(uuid);
    return position === undefined || this.members[position] !== uuid ? undefined : position;
  }

  #madeAnew(changes: ReadonlyMap<string, Machine | undefined>): MachineTable {
    return MachineTable.of(this.#merged(changes));
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
