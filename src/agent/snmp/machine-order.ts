import type { VisibleInventory } from "../../engine/access/visible-inventory.js";
import type { HostGeneration } from "../../inventory/generation.js";
import type { Machine } from "../../inventory/machine.js";
import type { MachineList } from "../../mapping/snmp/vm-scope.js";
import type { Principal } from "../../protocol/snmp/object-source.js";

/** Knows who may see which hosts and machines. */
export interface InventoryVisibility {
  /** @returns `undefined` for one who may see everything; the same again as long as it holds, for orders go by its identity */
  of(principal: Principal): VisibleInventory | undefined;
}

/** Everybody sees everything. */
export const allVisible: InventoryVisibility = { of: () => undefined };

/**
 * In which order a context shows machines. It holds as long as none comes, goes or changes hands; facts change without it, so
 * that a request costs nothing that grows with the inventory.
 */
export class MachineOrder {
  readonly numbers: Uint32Array;
  /** The lists of members that this order is of, one per host. */
  readonly #members: readonly (readonly string[])[];
  readonly #visible: VisibleInventory | undefined;
  /** For each number: the host's position among the hosts, and the machine's in the host's `byIndex`. */
  readonly #hosts: Uint32Array;
  readonly #places: Uint32Array;

  /** @param visible `undefined` for all; what it costs grows with what is visible, not with what is hidden */
  constructor(
    parts: readonly HostGeneration[],
    visible: VisibleInventory | undefined,
    numberOf: (machine: Machine) => number,
  ) {
    this.#members = parts.map(({ members }) => members);
    this.#visible = visible;
    const found = parts.flatMap((part, host) =>
      placesOf(part, visible).map((place) => ({ host, place, number: numberOf(part.byIndex[place] as Machine) })),
    );
    found.sort((a, b) => a.number - b.number);
    this.numbers = Uint32Array.from(found, ({ number }) => number);
    this.#hosts = Uint32Array.from(found, ({ host }) => host);
    this.#places = Uint32Array.from(found, ({ place }) => place);
  }

  /** Whether it is the order of these hosts still. */
  holds(parts: readonly HostGeneration[], visible: VisibleInventory | undefined): boolean {
    const members = this.#members;
    return (
      this.isBy(visible) && parts.length === members.length && parts.every((part, at) => part.members === members[at])
    );
  }

  /** Whether it was made by the same rights. */
  isBy(visible: VisibleInventory | undefined): boolean {
    return visible === this.#visible;
  }

  /** The machines as `parts`, of which this order holds, have them. */
  list(parts: readonly HostGeneration[]): MachineList {
    const { numbers } = this;
    return {
      length: numbers.length,
      numbers,
      at: (position) => parts[this.#hosts[position] as number]?.byIndex[this.#places[position] as number],
    };
  }
}

/** Where a host's visible machines stand in its `byIndex`. */
function placesOf(
  { host, machines, byIndex }: HostGeneration,
  visible: VisibleInventory | undefined,
): readonly number[] {
  const shown = visible === undefined ? { except: new Set<string>() } : visible.of(host.name)?.machines;
  if (shown === undefined) return [];
  if ("except" in shown) {
    const all = byIndex.map((_, place) => place);
    return shown.except.size === 0 ? all : all.filter((place) => !shown.except.has((byIndex[place] as Machine).uuid));
  }
  const places: number[] = [];
  for (const uuid of shown.only) {
    const machine = machines.get(uuid);
    if (machine !== undefined) places.push(placeOf(byIndex, machine.index));
  }
  return places;
}

function placeOf(byIndex: readonly Machine[], index: number): number {
  let low = 0;
  let high = byIndex.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((byIndex[middle] as Machine).index < index) low = middle + 1;
    else high = middle;
  }
  return low;
}
