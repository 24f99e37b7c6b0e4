import type { Clock, Timer } from "../../base/clock.js";
import type { SimulatedDriver } from "../host/driver-profile.js";
import type { MachineRegistry } from "../machine/machine-registry.js";
import type { SimulatedMachine } from "../machine/simulated-machine.js";
import type { SimulatedPool } from "../storage/simulated-pool.js";
import type { SimulatedStorage } from "../storage/simulated-storage.js";
import { growingVolume, type SimulatedVolume } from "../storage/simulated-volume.js";
import type { MachineLife } from "./machine-life.js";

export interface FillUpParts {
  /** Only QEMU stops a machine that cannot write. */
  readonly driver: SimulatedDriver;
  readonly storage: SimulatedStorage;
  readonly registry: MachineRegistry;
  readonly life: MachineLife;
  readonly clock: Clock;
  readonly nowMs: () => number;
}

/** What grows until nothing is left. */
const NAME = "backup.raw";

interface Filling {
  readonly pool: SimulatedPool;
  readonly volume: SimulatedVolume;
  readonly full: Timer;
  /** Machines that could not write any more. */
  readonly stopped: SimulatedMachine[];
}

/**
 * A pool that fills up: a backup grows in it until there is no room; from then on machines whose images are there stop with I/O
 * errors, until somebody makes room. One at a time.
 */
export class FillUp {
  readonly #parts: FillUpParts;
  #filling: Filling | undefined;

  constructor(parts: FillUpParts) {
    this.#parts = parts;
  }

  get active(): boolean {
    return this.#filling !== undefined;
  }

  /** Whether somebody else has a volume of this name in a pool. */
  isThere(pool: SimulatedPool): boolean {
    return pool.volumes().has(`${pool.path}/${NAME}`);
  }

  /** Begins to fill a pool. @param durationMs until it is full @throws {Fault} when there is such a volume already */
  begin(pool: SimulatedPool, durationMs: number): void {
    this.clear();
    const { storage, clock, nowMs } = this.#parts;
    const path = `${pool.path}/${NAME}`;
    const sinceMs = nowMs();
    const grown = (): bigint => {
      const passedMs = Math.min(durationMs, nowMs() - sinceMs);
      return passedMs >= durationMs ? pool.roomFor(path) : part(pool.roomFor(path), passedMs / durationMs);
    };
    const parts = { name: NAME, path, format: "raw", backing: undefined, capacityBytes: pool.roomFor(path) };
    const volume = growingVolume(parts, storage.budget, grown);
    pool.add(volume);
    storage.tell({ kind: "refresh", pool: pool.reference });
    const full = clock.after(durationMs, () => this.#stopWriters());
    this.#filling = { pool, volume, full, stopped: [] };
  }

  /** Makes room: the backup is gone, and what it had stopped goes on. */
  clear(): void {
    const filling = this.#filling;
    if (!filling) return;
    this.#filling = undefined;
    const { storage, life } = this.#parts;
    filling.full.cancel();
    filling.pool.delete(filling.volume);
    storage.tell({ kind: "refresh", pool: filling.pool.reference });
    for (const machine of filling.stopped) if (life.isStoppedByStorage(machine)) life.resume(machine);
  }

  #stopWriters(): void {
    const { pool, stopped = [] } = this.#filling ?? {};
    if (!pool || this.#parts.driver !== "qemu") return;
    for (const machine of this.#parts.registry.all()) {
      if (!writesTo(machine, pool)) continue;
      this.#parts.life.storageFails(machine);
      if (this.#parts.life.isStoppedByStorage(machine)) stopped.push(machine);
    }
  }
}

function part(of: bigint, share: number): bigint {
  return (of * BigInt(Math.floor(share * 1e6))) / 1_000_000n;
}

function writesTo(machine: SimulatedMachine, { path }: SimulatedPool): boolean {
  const disks = machine.run?.definition.facts.disks ?? [];
  return disks.some(({ source, readOnly }) => !readOnly && source?.startsWith(`${path}/`));
}
