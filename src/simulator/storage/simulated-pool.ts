import type { ValueOf } from "../../codec/xdr/shape.js";
import type { XmlElement } from "../../codec/xml/element.js";
import { libvirtFault } from "../../protocol/libvirt/error.js";
import type { storagePool, storageVolume } from "../../protocol/libvirt/shapes.js";
import { imageVolume, type MachineImage, type SimulatedVolume } from "./simulated-volume.js";
import type { ContentBudget } from "./sparse-content.js";

export type PoolReference = ValueOf<typeof storagePool>;
export type VolumeReference = ValueOf<typeof storageVolume>;

/** The part of libvirt that storage errors come from. */
export const STORAGE_DOMAIN = 18;

/** In one answer, as the protocol limits it. */
const MOST_VOLUMES = 16_384;

const POOL_BYTES = 4n * 1024n ** 4n;

export interface PoolParts {
  readonly name: string;
  readonly uuid: string;
  readonly type: string;
  readonly path: string;
  /** What its definition has beside. */
  readonly tree: XmlElement | undefined;
  readonly budget: ContentBudget;
  /** The images of all machines of the computer, wherever they are. */
  readonly images: () => Iterable<MachineImage>;
}

/** A storage pool: a folder with what was made in it and with the images of machines that lie there. */
export class SimulatedPool {
  readonly name: string;
  readonly uuid: string;
  readonly type: string;
  readonly path: string;
  readonly tree: XmlElement | undefined;
  readonly #parts: PoolParts;
  readonly #made = new Map<string, SimulatedVolume>();
  /** Paths of images that somebody has deleted. */
  readonly #deleted = new Set<string>();
  #capacity: bigint | undefined;
  active = false;
  persistent = true;
  autostart = false;

  constructor(parts: PoolParts) {
    this.#parts = parts;
    this.name = parts.name;
    this.uuid = parts.uuid;
    this.type = parts.type;
    this.path = parts.path;
    this.tree = parts.tree;
  }

  get reference(): PoolReference {
    return { name: this.name, uuid: this.uuid };
  }

  /** By path. An image that several machines use is there once. */
  volumes(): ReadonlyMap<string, SimulatedVolume> {
    const found = new Map<string, SimulatedVolume>();
    for (const image of this.#parts.images()) {
      const { source = "" } = image.disk;
      const here = image.disk.type === "file" && source.startsWith(`${this.path}/`);
      if (here && !this.#deleted.has(source)) found.set(source, imageVolume(image, source, this.#parts.budget));
    }
    for (const [path, volume] of this.#made) found.set(path, volume);
    return found;
  }

  listed(): readonly VolumeReference[] {
    return [...this.volumes().values()].slice(0, MOST_VOLUMES).map((volume) => this.referenceOf(volume));
  }

  referenceOf({ name, path }: SimulatedVolume): VolumeReference {
    return { pool: this.name, name, key: path };
  }

  /** Keeps a volume whose octets matter from now on: images of machines are made anew for every look at them. */
  keep(volume: SimulatedVolume): SimulatedVolume {
    this.#made.set(volume.path, volume);
    return volume;
  }

  /** @throws {Fault} for libvirt's STORAGE_VOL_EXIST */
  add(volume: SimulatedVolume): void {
    if (this.volumes().has(volume.path)) {
      const message = `storage volume name '${volume.name}' already in use.`;
      throw libvirtFault("STORAGE_VOL_EXIST", message, STORAGE_DOMAIN);
    }
    if (this.#made.size >= MOST_VOLUMES) {
      throw libvirtFault("SYSTEM_ERROR", "cannot create the volume: No space left on device", STORAGE_DOMAIN);
    }
    this.#made.set(volume.path, volume);
  }

  delete(volume: SimulatedVolume): void {
    volume.free();
    const made = this.#made.delete(volume.path);
    if (!made || this.volumes().has(volume.path)) this.#deleted.add(volume.path);
  }

  sizes(): { capacity: bigint; allocation: bigint; available: bigint } {
    const allocation = this.#allocatedBut(undefined);
    const capacity = greater(this.#capacityBytes(), allocation);
    return { capacity, allocation, available: capacity - allocation };
  }

  /** What all other volumes leave to the one at `path`. */
  roomFor(path: string): bigint {
    return greater(this.#capacityBytes() - this.#allocatedBut(path), 0n);
  }

  /** As big as it had to be when somebody first looked: what fills it later does not make it bigger. */
  #capacityBytes(): bigint {
    this.#capacity ??= greater(POOL_BYTES, this.#allocatedBut(undefined) * 2n);
    return this.#capacity;
  }

  #allocatedBut(path: string | undefined): bigint {
    let allocation = 0n;
    for (const volume of this.volumes().values()) if (volume.path !== path) allocation += volume.allocationBytes();
    return allocation;
  }
}

function greater(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
