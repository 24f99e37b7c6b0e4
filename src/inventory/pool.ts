export type PoolState = "inactive" | "building" | "running" | "degraded" | "inaccessible";

/** Something in a pool that a machine can have as a disk. */
export interface Volume {
  /** Unique in its pool. */
  readonly name: string;
  /** Unique on its computer: for files their path. */
  readonly key: string;
  readonly path: string | undefined;
  /** libvirt's word: `file`, `block`, `dir`, `network`, … */
  readonly type: string;
  /** `qcow2`, `raw`, … */
  readonly format: string | undefined;
  readonly capacityBytes: bigint;
  readonly allocationBytes: bigint;
  /** Path of the image that this one only stores differences to. */
  readonly backingPath: string | undefined;
}

/** A storage pool of a computer. The same one is seen by every host on it. */
export interface Pool {
  readonly name: string;
  readonly uuid: string;
  /** libvirt's word: `dir`, `logical`, `rbd`, … */
  readonly type: string;
  readonly state: PoolState;
  readonly persistent: boolean | undefined;
  readonly autostart: boolean | undefined;
  /** `undefined` while it is not active. */
  readonly capacityBytes: bigint | undefined;
  readonly allocationBytes: bigint | undefined;
  readonly availableBytes: bigint | undefined;
  /** Where its volumes are on the computer. */
  readonly path: string | undefined;
  /** In the order of their names; `undefined` while they cannot be listed. */
  readonly volumes: readonly Volume[] | undefined;
  /** Volumes that it has beyond those in `volumes`. */
  readonly volumesLeftOut: number;
}
