/** A machine on a host that is known. */
export interface MachineRef {
  readonly kind: "machine";
  readonly uuid: string;
}

export interface SnapshotRef {
  readonly kind: "snapshot";
  /** The machine's UUID. */
  readonly machine: string;
  readonly name: string;
}

export interface PoolRef {
  readonly kind: "pool";
  readonly name: string;
}

export interface VolumeRef {
  readonly kind: "volume";
  readonly pool: string;
  readonly name: string;
}

export interface NetworkRef {
  readonly kind: "network";
  readonly name: string;
}

/** What a host has that a change can be about. */
export type ManagedObject = MachineRef | SnapshotRef | PoolRef | VolumeRef | NetworkRef;

/** The object in inventory terms, for messages and the audit: `volume/default/disk1`. */
export function objectPath(object: ManagedObject): string {
  switch (object.kind) {
    case "machine":
      return `machine/${object.uuid}`;
    case "snapshot":
      return `snapshot/${object.machine}/${object.name}`;
    case "volume":
      return `volume/${object.pool}/${object.name}`;
    case "pool":
    case "network":
      return `${object.kind}/${object.name}`;
  }
}
