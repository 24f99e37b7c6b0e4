import type { CallLimit, Progress } from "./hypervisor-call.js";

/** A pool right now. */
export interface PoolStatus {
  readonly name: string;
  readonly uuid: string;
  readonly active: boolean;
  readonly persistent: boolean;
  readonly autostart: boolean;
  readonly capacityBytes: bigint;
  readonly availableBytes: bigint;
}

/** A volume right now. */
export interface VolumeStatus {
  readonly pool: string;
  readonly name: string;
  /** Unique on its host: for files their path. */
  readonly key: string;
  readonly path: string;
  readonly capacityBytes: bigint;
  readonly allocationBytes: bigint;
}

/**
 * A piece of a volume's content, in order: octets, or so many zeros. Whoever took the octets may say by `release`, once, that they
 * are no longer needed, and whoever gave them then uses their place again: large transfers leave little to collect.
 */
export type VolumePiece =
  | { readonly octets: Uint8Array; readonly release?: () => void }
  | { readonly zeroBytes: bigint };

/** Which part of a volume is transferred. */
export interface TransferRange {
  readonly offsetBytes?: bigint;
  /** Not given: up to the end. */
  readonly lengthBytes?: bigint;
  /** Stretches of zeros are told as such; for an upload the volume must be a fresh one. */
  readonly sparse?: boolean;
}

/** What can be done to storage. Pools are named by name, volumes by pool and name. */
export interface HypervisorStorage {
  /** @returns undefined when there is no such pool */
  poolStatus(name: string, limit: CallLimit): Promise<PoolStatus | undefined>;
  /** Defines or redefines. @returns the pool's name */
  definePool(document: string, limit: CallLimit): Promise<string>;
  /** Makes what the pool lies on: a folder, a file system. */
  buildPool(name: string, limit: CallLimit): Promise<void>;
  startPool(name: string, limit: CallLimit): Promise<void>;
  stopPool(name: string, limit: CallLimit): Promise<void>;
  /** Looks anew at what the pool has. */
  refreshPool(name: string, limit: CallLimit): Promise<void>;
  setPoolAutostart(name: string, autostart: boolean, limit: CallLimit): Promise<void>;
  /** Its volumes stay. */
  undefinePool(name: string, limit: CallLimit): Promise<void>;

  /** @returns undefined when the pool, or the volume in it, does not exist */
  volumeStatus(pool: string, name: string, limit: CallLimit): Promise<VolumeStatus | undefined>;
  /** @returns the volume's name */
  createVolume(pool: string, document: string, limit: CallLimit): Promise<string>;
  /** A full copy of `source`, described by `document`. @returns the volume's name */
  cloneVolume(
    pool: string,
    document: string,
    source: { readonly pool: string; readonly name: string },
    limit: CallLimit,
  ): Promise<string>;
  /** To be smaller must be asked for with `shrink`. */
  resizeVolume(
    pool: string,
    name: string,
    capacityBytes: bigint,
    options: { readonly shrink?: boolean },
    limit: CallLimit,
  ): Promise<void>;
  deleteVolume(pool: string, name: string, limit: CallLimit): Promise<void>;
  /** The deadline is for each piece: a long transfer is none that hangs. */
  uploadVolume(
    pool: string,
    name: string,
    content: AsyncIterable<VolumePiece>,
    range: TransferRange,
    limit: CallLimit,
    onProgress?: (progress: Progress) => void,
  ): Promise<void>;
  /** As for an upload. Whoever stops reading early aborts the transfer. */
  downloadVolume(pool: string, name: string, range: TransferRange, limit: CallLimit): AsyncIterable<VolumePiece>;
}
