/**
 * Which physical CPUs of its host each virtual CPU of a machine may run on. Immutable; machines that are pinned alike share one,
 * so that ten thousand of them cost no more than their references.
 */
export interface CpuAffinity {
  /** Physical CPUs, online or not; their numbers go from 0 up. */
  readonly physicalCount: number;
  /** By the number of the virtual CPU: a bit per physical CPU, the lowest bit of the first octet for number 0. */
  readonly maps: readonly Uint8Array[];
}

/** Whether a virtual CPU may run on a physical one; `undefined` when its map is not known. */
export function mayRunOn({ maps }: CpuAffinity, virtual: number, physical: number): boolean | undefined {
  const map = maps[virtual];
  return map && (((map[physical >> 3] ?? 0) >> (physical & 7)) & 1) === 1;
}

/** Whether both say the same. */
export function isSameAffinity(a: CpuAffinity | undefined, b: CpuAffinity | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  if (a.physicalCount !== b.physicalCount || a.maps.length !== b.maps.length) return false;
  return a.maps.every((map, number) => Buffer.compare(map, b.maps[number] ?? new Uint8Array(0)) === 0);
}
