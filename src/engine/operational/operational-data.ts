import type { Clock } from "../../base/clock.js";
import { Fault } from "../../base/fault.js";
import { type Generation, type HostGeneration, type InventoryReader, nodesOf } from "../../inventory/generation.js";
import type { Node } from "../../inventory/host.js";
import type { Machine } from "../../inventory/machine.js";
import type { HostResources } from "../../inventory/resources.js";
import type { AnyRows } from "../../mapping/bind-leaves.js";
import { type HostRow, hostRows } from "../../mapping/yang/host-rows.js";
import { type MachineRow, machineRows } from "../../mapping/yang/machine-rows.js";
import { type NodeRow, nodeRows } from "../../mapping/yang/node-rows.js";
import { EntryMap, type EntryMapDraft } from "../../schema/yang/data/entry-map.js";
import { emptyInner, type InnerData, innerData } from "../../schema/yang/data/tree.js";
import type { ContainerNode, DataParent, ListNode, YangSchema } from "../../schema/yang/schema-node.js";
import { RowReader } from "./row-reader.js";

export interface OperationalParts {
  /** With the modules virtgate-host and virtgate-machine. */
  readonly schema: YangSchema;
  readonly inventory: InventoryReader;
  readonly clock: Clock;
  /** Where a host was named. */
  readonly originOf: (host: string) => HostRow["origin"];
}

/** The entry of a machine, and what beside the machine it was made from. */
interface MachineEntry {
  readonly networks: unknown;
  readonly entry: InnerData;
}

/**
 * What is so, as the datastore `operational` has it: hosts, machines and nodes. Made from the inventory alone, never by asking a
 * hypervisor; what did not change between two readings is the same object, so that whoever wrote it may keep the text.
 * @see RFC 8342, section 5.3
 */
export class OperationalData {
  readonly #parts: OperationalParts;
  readonly #hosts: ContainerNode;
  readonly #host: ListNode;
  readonly #machineSlot: number;
  readonly #nodes: ContainerNode;
  readonly #node: ListNode;
  readonly #hostReader: RowReader<HostRow>;
  readonly #machineReader: RowReader<MachineRow>;
  readonly #nodeReader: RowReader<NodeRow>;
  readonly #machineEntries = new WeakMap<Machine, MachineEntry>();
  readonly #lists = new Map<string, { readonly of: HostGeneration; readonly entries: EntryMap<InnerData> }>();
  #known: { readonly generation: Generation; readonly tree: InnerData } | undefined;

  constructor(parts: OperationalParts) {
    this.#parts = parts;
    const { schema } = parts;
    this.#hosts = childOf(schema.root, "hosts", "container");
    this.#host = childOf(this.#hosts, "host", "list");
    const machine = childOf(this.#host, "machine", "list");
    this.#machineSlot = machine.slot;
    this.#nodes = childOf(schema.root, "nodes", "container");
    this.#node = childOf(this.#nodes, "node", "list");
    this.#hostReader = new RowReader(schema, this.#host, hostRows as unknown as AnyRows<HostRow>);
    this.#machineReader = new RowReader(schema, machine, machineRows as unknown as AnyRows<MachineRow>);
    this.#nodeReader = new RowReader(schema, this.#node, nodeRows as unknown as AnyRows<NodeRow>);
  }

  /** All of it at this moment. */
  tree(): InnerData {
    const generation = this.#parts.inventory.current();
    if (this.#known?.generation === generation) return this.#known.tree;
    for (const name of this.#lists.keys()) if (!generation.hosts.has(name)) this.#lists.delete(name);
    const slots = emptyInner(this.#parts.schema.root).slots.slice();
    slots[this.#hosts.slot] = this.#holder(this.#hosts, this.#host, (draft) => {
      for (const each of generation.hosts.values()) draft.set(each.host.name, this.#hostEntry(each));
    });
    slots[this.#nodes.slot] = this.#holder(this.#nodes, this.#node, (draft) => {
      for (const node of nodesOf(generation)) draft.set(node.id, this.#nodeEntry(generation, node));
    });
    const tree = innerData(this.#parts.schema.root, slots);
    this.#known = { generation, tree };
    return tree;
  }

  #holder(container: ContainerNode, list: ListNode, fill: (draft: EntryMapDraft<InnerData>) => void): InnerData {
    const draft = new EntryMap<InnerData>().draft();
    fill(draft);
    const slots = emptyInner(container).slots.slice();
    if (draft.size > 0) slots[list.slot] = draft.finish();
    return innerData(container, slots);
  }

  #hostEntry(generation: HostGeneration): InnerData {
    const { host, machines } = generation;
    const origin = this.#parts.originOf(host.name);
    const entry = this.#hostReader.read({ host, machineCount: machines.size, origin });
    const slots = entry.slots.slice();
    const entries = this.#machines(generation);
    if (entries.size > 0) slots[this.#machineSlot] = entries;
    return innerData(entry.schema, slots);
  }

  #machines(generation: HostGeneration): EntryMap<InnerData> {
    const { name, resources } = generation.host;
    const known = this.#lists.get(name);
    if (known?.of === generation) return known.entries;
    const networks = resources.networks?.value;
    const draft = new EntryMap<InnerData>().draft();
    for (const machine of generation.byIndex)
      draft.set(machine.uuid, this.#machineEntry(generation, machine, networks));
    const entries = draft.finish();
    this.#lists.set(name, { of: generation, entries });
    return entries;
  }

  #machineEntry({ host }: HostGeneration, machine: Machine, networks: unknown): InnerData {
    const known = this.#machineEntries.get(machine);
    // Addresses of interfaces come from the networks' leases.
    if (known && known.networks === networks) return known.entry;
    const entry = this.#machineReader.read({ host, machine, wallTimeOf: this.#wallTimeOf });
    this.#machineEntries.set(machine, { networks, entry });
    return entry;
  }

  #nodeEntry(generation: Generation, node: Node): InnerData {
    const resources = newestResources(
      node.hosts.flatMap((name) => {
        const host = generation.hosts.get(name)?.host;
        return host ? [host.resources] : [];
      }),
    );
    return this.#nodeReader.read({ node, resources, wallTimeOf: this.#wallTimeOf });
  }

  readonly #wallTimeOf = (monotonic: number): number => {
    const { clock } = this.#parts;
    return clock.now() - clock.monotonic() + monotonic;
  };
}

/** Of each part what was read last: hosts on one computer all tell of it. */
function newestResources(all: readonly HostResources[]): HostResources {
  const newest: Record<string, { readonly at: number }> = {};
  for (const resources of all) {
    for (const [part, dated] of Object.entries(resources)) {
      const held = newest[part];
      if (!held || dated.at > held.at) newest[part] = dated;
    }
  }
  return newest as HostResources;
}

function childOf<Kind extends "container" | "list">(
  holder: DataParent,
  name: string,
  kind: Kind,
): Extract<ContainerNode | ListNode, { readonly kind: Kind }> {
  const found = holder.byName.get(name)?.[0];
  if (found?.kind !== kind) throw new Fault("absent", `the schema has no ${kind} ${name}`);
  return found as Extract<ContainerNode | ListNode, { readonly kind: Kind }>;
}
