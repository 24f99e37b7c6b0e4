import { plainNodes } from "./any-content.js";
import type { Chunk, EntryMap } from "./entry-map.js";
import { jsonText } from "./json-text.js";
import { Located } from "./located.js";
import type { AnyData, InnerData, Metadata, TreeNode } from "./tree.js";

/** One difference between two trees. What is created or deleted as a whole is told once, with all that is below. */
export interface Change {
  /** `changed`: the value of a leaf or of anydata; `moved`: the place in a list that the user orders; `annotated`: metadata only. */
  readonly kind: "created" | "deleted" | "changed" | "moved" | "annotated";
  /** In the old tree; nothing for what was created. */
  readonly before: Located | undefined;
  /** In the new tree; nothing for what was deleted. */
  readonly after: Located | undefined;
  /** What holds it, in the new tree. */
  readonly parent: Located;
}

/**
 * What is different between two trees of one schema node. Parts that both share are not looked at, so that the cost is that of
 * the edits that made one from the other.
 */
export function diffTrees(before: InnerData, after: InnerData): readonly Change[] {
  const changes: Change[] = [];
  diffInner(new Located(before, undefined), new Located(after, undefined), changes);
  return changes;
}

/** A located node that is known to be an inner one. */
type Inner = Located & { readonly node: InnerData };

function diffInner(before: Located, after: Located, changes: Change[]): void {
  const old = (before as Inner).node;
  const now = (after as Inner).node;
  if (old === now) return;
  if (after.parent && !sameMetadata(old.metadata, now.metadata)) {
    changes.push({ kind: "annotated", before, after, parent: after.parent });
  }
  for (let slot = 0; slot < now.slots.length; slot++) {
    const oldContent = old.slots[slot];
    const content = now.slots[slot];
    if (oldContent === content) continue;
    if (content?.kind === "entries" || oldContent?.kind === "entries") {
      const node = now.schema.dataChildren[slot];
      const isOrdered = (node?.kind === "list" || node?.kind === "leaf-list") && node.orderedBy === "user";
      diffEntries(asEntries(oldContent), asEntries(content), before, after, isOrdered, changes);
    } else diffNode(at(oldContent, before), at(content, after), after, changes);
  }
}

type Entries = EntryMap<InnerData | TreeNode>;

function asEntries(content: InnerData["slots"][number]): Entries | undefined {
  return content?.kind === "entries" ? (content as Entries) : undefined;
}

function at(content: InnerData["slots"][number], parent: Located): Located | undefined {
  return content === undefined || content.kind === "entries" ? undefined : new Located(content, parent);
}

function diffNode(before: Located | undefined, after: Located | undefined, parent: Located, changes: Change[]): void {
  if (!before && after) changes.push({ kind: "created", before, after, parent });
  if (before && !after) changes.push({ kind: "deleted", before, after, parent });
  if (!before || !after || before.node === after.node) return;
  if (after.node.kind === "inner") diffInner(before, after, changes);
  else if (!sameValue(before.node, after.node)) changes.push({ kind: "changed", before, after, parent });
  else if (!sameMetadata(before.node.metadata, after.node.metadata)) {
    changes.push({ kind: "annotated", before, after, parent });
  }
}

function diffEntries(
  old: Entries | undefined,
  now: Entries | undefined,
  before: Located,
  after: Located,
  isOrdered: boolean,
  changes: Change[],
): void {
  const gone = new Set<Chunk<TreeNode>>(old?.chunks);
  const fresh: Chunk<TreeNode>[] = [];
  for (const chunk of now?.chunks ?? []) if (!gone.delete(chunk)) fresh.push(chunk);
  const waiting = new Map<string, Located>();
  for (const { keys, items, labels } of gone) {
    keys.forEach((key, place) => {
      waiting.set(key, new Located(items[place] as TreeNode, before, labels[place]));
    });
  }
  const common: { readonly before: Located; readonly after: Located }[] = [];
  for (const { keys, items, labels } of fresh) {
    keys.forEach((key, place) => {
      const item = new Located(items[place] as TreeNode, after, labels[place]);
      const known = waiting.get(key);
      waiting.delete(key);
      if (known) common.push({ before: known, after: item });
      diffNode(known, item, after, changes);
    });
  }
  for (const item of waiting.values()) diffNode(item, undefined, after, changes);
  if (!isOrdered || old === undefined || now === undefined) return;
  for (const moved of outOfOrder(common, old, now)) changes.push({ kind: "moved", ...moved, parent: after });
}

type Pair = { readonly before: Located; readonly after: Located };

/** The fewest entries that, moved, make the old order the new one. Entries in shared chunks are in order with each other. */
function outOfOrder(common: readonly Pair[], old: Entries, now: Entries): readonly Pair[] {
  const isRising = common.every(
    (pair, index) => index === 0 || (common[index - 1] as Pair).before.label < pair.before.label,
  );
  if (isRising && old.chunks.length === 1) return [];
  // With the labels of shared entries among them: these are the same on both sides.
  const shared = new Set(old.chunks);
  const pairs: { readonly pair: Pair | undefined; readonly label: number }[] = [];
  let next = 0;
  for (const chunk of now.chunks) {
    if (shared.has(chunk)) for (const label of chunk.labels) pairs.push({ pair: undefined, label });
    else {
      for (const label of chunk.labels) {
        const pair = common[next];
        if (pair?.after.label !== label) continue;
        next += 1;
        pairs.push({ pair, label: pair.before.label });
      }
    }
  }
  const staying = longestRise(pairs.map(({ label }) => label));
  return pairs.flatMap(({ pair }, index) => (pair && !staying.has(index) ? [pair] : []));
}

/** Indexes of a longest rising subsequence. */
function longestRise(values: readonly number[]): ReadonlySet<number> {
  const tails: number[] = [];
  const previous: number[] = [];
  values.forEach((value, index) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((values[tails[middle] as number] as number) < value) low = middle + 1;
      else high = middle;
    }
    previous[index] = low > 0 ? (tails[low - 1] as number) : -1;
    tails[low] = index;
  });
  const rise = new Set<number>();
  for (let index = tails.at(-1) ?? -1; index >= 0; index = previous[index] as number) rise.add(index);
  return rise;
}

/** Whether two leafs or any-nodes say the same. */
export function sameValue(a: TreeNode, b: TreeNode): boolean {
  if (a.kind === "leaf") return b.kind === "leaf" && a.text === b.text;
  if (a.kind !== "any" || b.kind !== "any") return false;
  return anyText(a) === anyText(b);
}

function anyText({ content }: AnyData): string {
  return "xml" in content ? JSON.stringify(plainNodes(content.xml)) : jsonText(content.json);
}

function sameMetadata(a: readonly Metadata[] | undefined, b: readonly Metadata[] | undefined): boolean {
  if (a === b) return true;
  const text = (list: readonly Metadata[] | undefined): string =>
    JSON.stringify((list ?? []).map(({ module, name, value }) => [module, name, value.text]).sort());
  return text(a) === text(b);
}
