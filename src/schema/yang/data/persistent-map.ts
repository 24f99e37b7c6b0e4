/** Every write that one draft makes carries its token, so that what the draft made itself is changed in place. */
export type Owner = object;

interface Leaf<V> {
  readonly hash: number;
  readonly key: string;
  value: V;
  readonly owner: Owner | undefined;
}

/** Up to 32 branches by five bits of the hash; below seven levels the hash is used up and `bitmap` is 0: a plain list. */
interface Branch<V> {
  bitmap: number;
  readonly items: (Leaf<V> | Branch<V>)[];
  readonly owner: Owner | undefined;
}

const BITS = 5;
const DEEPEST_SHIFT = 30;

/** Chosen anew by each process, so that nobody can prepare keys which all fall on one another. */
const seed = Math.floor(Math.random() * 0x7fffffff);

/** A map from strings that is never changed: a write gives a new map that shares all but one path with the old one. */
export class PersistentMap<V> {
  readonly size: number;
  readonly #root: Branch<V>;

  constructor(size = 0, root: Branch<V> = { bitmap: 0, items: [], owner: undefined }) {
    this.size = size;
    this.#root = root;
  }

  get(key: string): V | undefined {
    const hash = hashOf(key);
    let branch = this.#root;
    for (let shift = 0; shift <= DEEPEST_SHIFT; shift += BITS) {
      const bit = 1 << ((hash >>> shift) & 31);
      if ((branch.bitmap & bit) === 0) return undefined;
      const item = branch.items[positionOf(branch.bitmap, bit)] as Leaf<V> | Branch<V>;
      if (isLeaf(item)) return item.key === key ? item.value : undefined;
      branch = item;
    }
    for (const item of branch.items) if ((item as Leaf<V>).key === key) return (item as Leaf<V>).value;
    return undefined;
  }

  /** @param owner the same for several writes: what they made is then written in place, and only the last result used */
  set(key: string, value: V, owner?: Owner): PersistentMap<V> {
    const root = insert(this.#root, 0, hashOf(key), key, value, owner);
    return new PersistentMap(this.size + (added ? 1 : 0), root);
  }

  delete(key: string, owner?: Owner): PersistentMap<V> {
    const root = remove(this.#root, 0, hashOf(key), key, owner);
    return root === undefined ? this : new PersistentMap(this.size - 1, root);
  }
}

/** Whether the last `insert` made the map longer: a second result without an object for it. */
let added = false;

function insert<V>(
  branch: Branch<V>,
  shift: number,
  hash: number,
  key: string,
  value: V,
  owner: Owner | undefined,
): Branch<V> {
  const own = owned(branch, owner);
  if (shift > DEEPEST_SHIFT) {
    const at = own.items.findIndex((item) => (item as Leaf<V>).key === key);
    added = at < 0;
    own.items[added ? own.items.length : at] = { hash, key, value, owner };
    return own;
  }
  const bit = 1 << ((hash >>> shift) & 31);
  const at = positionOf(own.bitmap, bit);
  if ((own.bitmap & bit) === 0) {
    own.bitmap |= bit;
    own.items.splice(at, 0, { hash, key, value, owner });
    added = true;
    return own;
  }
  const item = own.items[at] as Leaf<V> | Branch<V>;
  if (!isLeaf(item)) {
    own.items[at] = insert(item, shift + BITS, hash, key, value, owner);
  } else if (item.key === key) {
    own.items[at] = { hash, key, value, owner };
    added = false;
  } else {
    const below = apart(item, shift + BITS, owner);
    own.items[at] = insert(below, shift + BITS, hash, key, value, owner);
  }
  return own;
}

/** A branch with that one leaf in it. */
function apart<V>(leaf: Leaf<V>, shift: number, owner: Owner | undefined): Branch<V> {
  const bitmap = shift > DEEPEST_SHIFT ? 0 : 1 << ((leaf.hash >>> shift) & 31);
  return { bitmap, items: [leaf], owner };
}

/** `undefined` when the key is not there. */
function remove<V>(
  branch: Branch<V>,
  shift: number,
  hash: number,
  key: string,
  owner: Owner | undefined,
): Branch<V> | undefined {
  const isList = shift > DEEPEST_SHIFT;
  const bit = isList ? 0 : 1 << ((hash >>> shift) & 31);
  if (!isList && (branch.bitmap & bit) === 0) return undefined;
  const at = isList ? branch.items.findIndex((item) => (item as Leaf<V>).key === key) : positionOf(branch.bitmap, bit);
  const item = branch.items[at];
  if (item === undefined) return undefined;
  let rest: Leaf<V> | Branch<V> | undefined;
  if (isLeaf(item)) {
    if (item.key !== key) return undefined;
  } else {
    const below = remove(item, shift + BITS, hash, key, owner);
    if (below === undefined) return undefined;
    const [only] = below.items;
    // A single leaf moves up, so that equal maps stay equally deep.
    rest = below.items.length === 1 && only && isLeaf(only) ? only : below;
  }
  const own = owned(branch, owner);
  if (rest !== undefined) own.items[at] = rest;
  else {
    own.items.splice(at, 1);
    own.bitmap &= ~bit;
  }
  return own;
}

function owned<V>(branch: Branch<V>, owner: Owner | undefined): Branch<V> {
  if (owner !== undefined && branch.owner === owner) return branch;
  return { bitmap: branch.bitmap, items: branch.items.slice(), owner };
}

function isLeaf<V>(item: Leaf<V> | Branch<V>): item is Leaf<V> {
  return "key" in item;
}

/** How many branches stand before that of `bit`. */
function positionOf(bitmap: number, bit: number): number {
  let count = bitmap & (bit - 1);
  count -= (count >>> 1) & 0x55555555;
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function hashOf(key: string): number {
  let hash = seed;
  for (let at = 0; at < key.length; at++) {
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}
