import type { DomainDisk } from "../../protocol/libvirt/document/domain-disk.js";
import { diskAllocation } from "../machine/machine-statistics.js";
import type { SimulatedMachine } from "../machine/simulated-machine.js";
import { emptyQcow2, MAXIMUM_QCOW2_BYTES } from "./qcow2-image.js";
import { type ContentBudget, SparseContent } from "./sparse-content.js";

/** A disk of a machine that a volume is the content of. */
export interface MachineImage {
  readonly machine: SimulatedMachine;
  readonly disk: DomainDisk;
  readonly nowMs: () => number;
}

/** A file in a pool. */
export interface SimulatedVolume {
  readonly name: string;
  readonly path: string;
  readonly format: string;
  readonly backing: { readonly path: string; readonly format: string | undefined } | undefined;
  /** What a guest would see of it. */
  readonly capacityBytes: bigint;
  readonly allocationBytes: () => bigint;
  /** Its octets, made when they are first asked for. */
  readonly content: () => SparseContent;
  /** Gives back what its octets take. */
  readonly free: () => void;
}

export type VolumeParts = Pick<SimulatedVolume, "name" | "path" | "format" | "backing" | "capacityBytes">;

/** A new volume, with nothing in it but what its format needs. */
export function newVolume(parts: VolumeParts, budget: ContentBudget): SimulatedVolume {
  let content: SparseContent | undefined;
  return {
    ...parts,
    allocationBytes: () => BigInt(content?.allocatedBytes ?? (parts.format === "qcow2" ? QCOW2_BYTES : 0)),
    content() {
      content ??= freshContent(parts, budget);
      return content;
    },
    free: () => content?.free(),
  };
}

const QCOW2_BYTES = 262_144;

function freshContent({ format, capacityBytes }: VolumeParts, budget: ContentBudget): SparseContent {
  const capacity = Number(capacityBytes);
  if (format !== "qcow2" || capacity > MAXIMUM_QCOW2_BYTES) return new SparseContent(budget, capacity);
  const content = new SparseContent(budget, 0);
  content.write(0, emptyQcow2(capacity));
  return content;
}

/** A volume that somebody fills from outside. @param allocationBytes how much it has become by now */
export function growingVolume(
  parts: VolumeParts,
  budget: ContentBudget,
  allocationBytes: () => bigint,
): SimulatedVolume {
  return { ...newVolume(parts, budget), allocationBytes };
}

/** The image of a machine as a volume; it fills up as the machine writes, though what it holds is a new image. */
export function imageVolume(image: MachineImage, path: string, budget: ContentBudget): SimulatedVolume {
  const { machine, disk, nowMs } = image;
  const fresh = newVolume(
    {
      name: path.slice(path.lastIndexOf("/") + 1),
      path,
      format: disk.format ?? "raw",
      backing: undefined,
      capacityBytes: BigInt(machine.diskContent(disk).capacityBytes),
    },
    budget,
  );
  return { ...fresh, allocationBytes: () => BigInt(diskAllocation(machine, disk, nowMs())) };
}
