/** A snapshot of a machine that libvirt knows of. */
export interface Snapshot {
  /** Unique in its machine. */
  readonly name: string;
  readonly description: string | undefined;
  /** libvirt's word for what the machine was doing: `running`, `shutoff`, `disk-snapshot`, … */
  readonly state: string | undefined;
  /** Name of the one that it was made after. */
  readonly parent: string | undefined;
  /** Wall time, milliseconds. */
  readonly createdAt: number | undefined;
  /** Whether the machine goes on from it. */
  readonly current: boolean;
}
