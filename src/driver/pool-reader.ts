import { DecodeError } from "../base/fault.js";
import type { Pool, PoolState, Volume } from "../inventory/pool.js";
import { readPool } from "../protocol/libvirt/document/storage-pool.js";
import { readVolume } from "../protocol/libvirt/document/storage-volume.js";
import type { ResultOf } from "../protocol/libvirt/procedures.js";
import type { Caller } from "./connection.js";
import { detached } from "./detached.js";
import { isMissedDeadline, orUndefined } from "./outcome.js";

/** Volumes of one pool that are told one by one. */
const MOST_VOLUMES = 2000;
/** A pool on a server that is away can keep a call forever. */
const POOL_MS = 5000;
/** Volumes come and go without an event; a pool whose sizes did not change is looked into this often. */
const VOLUMES_MS = 300_000;
/** A pool that did not answer is asked again after this time, then after twice as long, and so on. */
const FIRST_REST_MS = 60_000;
const LONGEST_REST_MS = 900_000;

const filters = { persistent: 1 << 2, autostart: 1 << 4 } as const;

/** By libvirt's numbers. */
const poolStates: readonly PoolState[] = ["inactive", "building", "running", "degraded", "inaccessible"];

type PoolName = ResultOf<"connectListAllStoragePools">["pools"][number];
type VolumeName = ResultOf<"storagePoolListAllVolumes">["vols"][number];
type Setup = Pick<Pool, "type" | "path">;

interface Known {
  setup: Setup | undefined;
  pool: Pool | undefined;
  volumesDueAt: number;
  restingUntil: number;
  restMs: number;
}

/** Reads a host's pools, and of their volumes what may have changed. What did not change keeps its identity. */
export class PoolReader {
  readonly #now: () => number;
  #known = new Map<string, Known>();
  #pools: readonly Pool[] = [];

  /** @param now the monotonic clock */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Something happened to this pool, or to any: the next read looks into it. */
  changed(uuid?: string): void {
    for (const [held, known] of this.#known) {
      if (uuid !== undefined && held !== uuid) continue;
      known.volumesDueAt = Number.NEGATIVE_INFINITY;
      known.setup = undefined;
    }
  }

  /** @returns `undefined` where the driver has no pools to tell of @throws {Fault} what ends the connection */
  async read(caller: Caller): Promise<readonly Pool[] | undefined> {
    const list = await orUndefined(caller.call("connectListAllStoragePools", { needResults: 1, flags: 0 }));
    if (!list) return undefined;
    const persistent = await this.#filtered(caller, filters.persistent);
    const autostart = await this.#filtered(caller, filters.autostart);
    const known = new Map<string, Known>();
    const pools: Pool[] = [];
    for (const name of list.pools) {
      const held = this.#known.get(name.uuid) ?? newlyKnown();
      known.set(name.uuid, held);
      const flags = { persistent: persistent?.has(name.uuid), autostart: autostart?.has(name.uuid) };
      await this.#readOne(caller, name, held, flags);
      if (held.pool) pools.push(held.pool);
    }
    this.#known = known;
    pools.sort((a, b) => (a.name < b.name ? -1 : 1));
    if (!isSameList(pools, this.#pools)) this.#pools = pools;
    return this.#pools;
  }

  async #readOne(
    caller: Caller,
    name: PoolName,
    held: Known,
    flags: Pick<Pool, "persistent" | "autostart">,
  ): Promise<void> {
    if (this.#now() < held.restingUntil) return;
    try {
      const next = await this.#ask(caller, name, held, flags);
      held.restMs = FIRST_REST_MS;
      if (next && !(held.pool && isSamePool(held.pool, next))) held.pool = next;
    } catch (error) {
      if (!isMissedDeadline(error)) throw error;
      held.restingUntil = this.#now() + held.restMs;
      held.restMs = Math.min(held.restMs * 2, LONGEST_REST_MS);
      const silent = { ...unknownPool, ...held.setup, name: name.name, uuid: name.uuid, ...flags };
      const last: Pool = held.pool ?? { ...silent, type: held.setup?.type ?? "unknown" };
      held.pool = { ...last, state: "inaccessible" };
    }
  }

  async #ask(
    caller: Caller,
    pool: PoolName,
    held: Known,
    flags: Pick<Pool, "persistent" | "autostart">,
  ): Promise<Pool | undefined> {
    const info = await orUndefined(caller.call("storagePoolGetInfo", { pool }, POOL_MS));
    if (!info) return undefined; // gone between list and call
    held.setup ??= await readSetup(caller, pool);
    const state = poolStates[info.state] ?? "inaccessible";
    const active = state !== "inactive";
    const sizes = {
      capacityBytes: active ? info.capacity : undefined,
      allocationBytes: active ? info.allocation : undefined,
      availableBytes: active ? info.available : undefined,
    };
    const before = held.pool;
    const moved =
      before === undefined ||
      before.state !== state ||
      before.allocationBytes !== sizes.allocationBytes ||
      !before.volumes;
    if (active && (moved || this.#now() >= held.volumesDueAt)) held.volumesDueAt = Number.NEGATIVE_INFINITY;
    const due = active && held.volumesDueAt === Number.NEGATIVE_INFINITY;
    const volumes = due ? await this.#volumes(caller, pool, before?.volumes) : undefined;
    if (due) held.volumesDueAt = this.#now() + VOLUMES_MS;
    return {
      ...{ name: detached(pool.name), uuid: pool.uuid, ...flags, state, ...sizes },
      ...(held.setup ?? { type: "unknown", path: undefined }),
      volumes: active ? (volumes ? volumes.read : before?.volumes) : undefined,
      volumesLeftOut: active ? (volumes ? volumes.leftOut : (before?.volumesLeftOut ?? 0)) : 0,
    };
  }

  async #volumes(
    caller: Caller,
    pool: PoolName,
    before: readonly Volume[] | undefined,
  ): Promise<{ read: readonly Volume[] | undefined; leftOut: number }> {
    const list = await orUndefined(
      caller.call("storagePoolListAllVolumes", { pool, needResults: 1, flags: 0 }, POOL_MS),
    );
    if (!list) return { read: undefined, leftOut: 0 };
    const names = [...list.vols].sort((a, b) => (a.name < b.name ? -1 : 1));
    const known = new Map(before?.map((volume) => [volume.key, volume]));
    const read: Volume[] = [];
    for (const name of names.slice(0, MOST_VOLUMES)) {
      const volume = await readOneVolume(caller, name, known.get(name.key));
      if (volume) read.push(volume);
    }
    return { read: before && isSameList(read, before) ? before : read, leftOut: names.length - read.length };
  }

  async #filtered(caller: Caller, flags: number): Promise<ReadonlySet<string> | undefined> {
    const found = await orUndefined(caller.call("connectListAllStoragePools", { needResults: 1, flags }));
    return found && new Set(found.pools.map(({ uuid }) => uuid));
  }
}

const unknownPool = {
  state: "inaccessible",
  capacityBytes: undefined,
  allocationBytes: undefined,
  availableBytes: undefined,
  path: undefined,
  volumes: undefined,
  volumesLeftOut: 0,
} as const;

function newlyKnown(): Known {
  return {
    setup: undefined,
    pool: undefined,
    volumesDueAt: Number.NEGATIVE_INFINITY,
    restingUntil: Number.NEGATIVE_INFINITY,
    restMs: FIRST_REST_MS,
  };
}

async function readSetup(caller: Caller, pool: PoolName): Promise<Setup | undefined> {
  const answer = await orUndefined(caller.call("storagePoolGetXmlDesc", { pool, flags: 0 }, POOL_MS));
  if (!answer) return undefined;
  try {
    const { type, path } = readPool(answer.xml);
    return detached({ type, path });
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** Sizes are asked for each time, the description of a volume only when it is new or was made anew. */
async function readOneVolume(caller: Caller, vol: VolumeName, before: Volume | undefined): Promise<Volume | undefined> {
  const info = await orUndefined(caller.call("storageVolGetInfo", { vol }, POOL_MS));
  if (!info) return undefined;
  const sizes = { capacityBytes: info.capacity, allocationBytes: info.allocation };
  if (before?.capacityBytes === sizes.capacityBytes) {
    return before.allocationBytes === sizes.allocationBytes ? before : { ...before, ...sizes };
  }
  const answer = await orUndefined(caller.call("storageVolGetXmlDesc", { vol, flags: 0 }, POOL_MS));
  if (!answer) return undefined;
  try {
    const { type, format, path, backingPath } = readVolume(answer.xml);
    return { ...detached({ name: vol.name, key: vol.key, path, type, format, backingPath }), ...sizes };
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function isSamePool(a: Pool, b: Pool): boolean {
  return (Object.keys(b) as (keyof Pool)[]).every((member) => a[member] === b[member]);
}

function isSameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((one, at) => one === b[at]);
}
