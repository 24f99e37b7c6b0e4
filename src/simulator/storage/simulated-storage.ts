import { libvirtFault } from "../../protocol/libvirt/error.js";
import { type PoolReference, SimulatedPool, STORAGE_DOMAIN, type VolumeReference } from "./simulated-pool.js";
import type { MachineImage, SimulatedVolume } from "./simulated-volume.js";
import { ContentBudget } from "./sparse-content.js";

/** Octets that all volumes of one computer hold at most. */
const CONTENT_BYTES = 256 * 1024 * 1024;

const MOST_POOLS = 1000;

/** What happened to a pool; numbers as libvirt has them. */
export const PoolLifecycle = { defined: 0, undefined: 1, started: 2, stopped: 3, created: 4, deleted: 5 } as const;

export type PoolEvent =
  | { readonly kind: "lifecycle"; readonly pool: PoolReference; readonly event: number }
  | { readonly kind: "refresh"; readonly pool: PoolReference };

/** The storage of one computer, which all hypervisors on it share. */
export class SimulatedStorage {
  readonly budget = new ContentBudget(CONTENT_BYTES);
  readonly #pools = new Map<string, SimulatedPool>();
  readonly #imageSources: (() => Iterable<MachineImage>)[] = [];
  readonly #listeners: ((event: PoolEvent) => void)[] = [];

  /** @param uuid of the pool that there is from the beginning */
  constructor(uuid: string) {
    const path = "/var/lib/libvirt/images";
    const pool = this.newPool({ name: "default", uuid, type: "dir", path, tree: undefined });
    pool.active = true;
    pool.autostart = true;
  }

  /** Where to look for images that lie in pools. */
  addImages(source: () => Iterable<MachineImage>): void {
    this.#imageSources.push(source);
  }

  listen(listener: (event: PoolEvent) => void): void {
    this.#listeners.push(listener);
  }

  tell(event: PoolEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  pools(): Iterable<SimulatedPool> {
    return this.#pools.values();
  }

  poolNamed(name: string): SimulatedPool | undefined {
    for (const pool of this.#pools.values()) if (pool.name === name) return pool;
    return undefined;
  }

  poolWithUuid(uuid: string): SimulatedPool | undefined {
    return this.#pools.get(uuid);
  }

  /** @throws {Fault} for libvirt's NO_STORAGE_POOL */
  requirePool(asked: PoolReference): SimulatedPool {
    const pool = this.#pools.get(asked.uuid);
    if (!pool) throw noPool(`no storage pool with matching uuid '${asked.uuid}' (${asked.name})`);
    return pool;
  }

  /** @throws {Fault} for libvirt's OPERATION_INVALID, or when there is none */
  requireActive(asked: PoolReference): SimulatedPool {
    const pool = this.requirePool(asked);
    if (!pool.active) {
      const message = `Requested operation is not valid: storage pool '${pool.name}' is not active`;
      throw libvirtFault("OPERATION_INVALID", message, STORAGE_DOMAIN);
    }
    return pool;
  }

  /** @throws {Fault} when there are too many */
  newPool(parts: Pick<SimulatedPool, "name" | "uuid" | "type" | "path" | "tree">): SimulatedPool {
    if (this.#pools.size >= MOST_POOLS) {
      throw libvirtFault("OPERATION_FAILED", "operation failed: too many storage pools", STORAGE_DOMAIN);
    }
    const pool = new SimulatedPool({ ...parts, budget: this.budget, images: () => this.#images() });
    this.#pools.set(pool.uuid, pool);
    return pool;
  }

  forget(pool: SimulatedPool): void {
    this.#pools.delete(pool.uuid);
  }

  /** A volume by its path, and the pool it is in. */
  volumeAt(path: string): { readonly pool: SimulatedPool; readonly volume: SimulatedVolume } | undefined {
    for (const pool of this.#pools.values()) {
      if (!pool.active || !path.startsWith(`${pool.path}/`)) continue;
      const volume = pool.volumes().get(path);
      if (volume) return { pool, volume };
    }
    return undefined;
  }

  /** @throws {Fault} for libvirt's NO_STORAGE_VOL */
  requireVolume({ key, name }: VolumeReference): { readonly pool: SimulatedPool; readonly volume: SimulatedVolume } {
    const found = this.volumeAt(key);
    if (found) return found;
    throw libvirtFault("NO_STORAGE_VOL", `Storage volume not found: no volume '${name}'`, STORAGE_DOMAIN);
  }

  *#images(): Iterable<MachineImage> {
    for (const source of this.#imageSources) yield* source();
  }
}

export function noPool(what: string): Error {
  return libvirtFault("NO_STORAGE_POOL", `Storage pool not found: ${what}`, STORAGE_DOMAIN);
}
