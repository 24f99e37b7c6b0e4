import type { Fault } from "../../base/fault.js";
import { libvirtFault } from "../../protocol/libvirt/error.js";

const BLOCK = 65_536;

/** A stretch of a volume: octets, or so many zeros that are stored nowhere. */
export type Stretch = { readonly octets: Buffer } | { readonly zeros: number };

/** How many octets all volumes of a computer may hold together: what is simulated must not fill what simulates. */
export class ContentBudget {
  #left: number;

  constructor(octets: number) {
    this.#left = octets;
  }

  /** @throws {Fault} as a full file system answers */
  take(octets: number): void {
    if (octets > this.#left) throw noSpace();
    this.#left -= octets;
  }

  give(octets: number): void {
    this.#left += octets;
  }
}

function noSpace(): Fault {
  return libvirtFault("SYSTEM_ERROR", "cannot write data to the volume: No space left on device", 38);
}

/** The octets of a volume; blocks of zeros take no room. */
export class SparseContent {
  readonly #budget: ContentBudget;
  readonly #blocks = new Map<number, Buffer>();
  #length: number;

  constructor(budget: ContentBudget, length: number) {
    this.#budget = budget;
    this.#length = length;
  }

  /** How long the file is. */
  get length(): number {
    return this.#length;
  }

  get allocatedBytes(): number {
    return this.#blocks.size * BLOCK;
  }

  /** Cuts the end off, or lets zeros follow. */
  resize(length: number): void {
    this.#length = length;
    for (const [number, block] of this.#blocks) {
      const start = number * BLOCK;
      if (start >= length) this.#drop(number);
      else if (start + BLOCK > length) block.fill(0, length - start);
    }
  }

  /** Writes a copy; the file grows if it must. @throws {Fault} when there is no room */
  write(offset: number, octets: Uint8Array): void {
    for (let done = 0; done < octets.length; ) {
      const number = Math.floor((offset + done) / BLOCK);
      const within = (offset + done) % BLOCK;
      const part = octets.subarray(done, done + BLOCK - within);
      this.#writeBlock(number, within, part);
      done += part.length;
    }
    if (octets.length > 0) this.#length = Math.max(this.#length, offset + octets.length);
  }

  /** Overwrites with zeros. */
  zero(offset: number, length: number): void {
    const end = offset + length;
    for (const [number, block] of this.#blocks) {
      const start = number * BLOCK;
      if (start >= offset && start + BLOCK <= end) this.#drop(number);
      else if (start < end && start + BLOCK > offset)
        block.fill(0, Math.max(0, offset - start), Math.min(BLOCK, end - start));
    }
    if (length > 0) this.#length = Math.max(this.#length, end);
  }

  /** What is at `offset`, up to `most` octets of it and no further than the end; `undefined` at the end. */
  read(offset: number, most: number): Stretch | undefined {
    const room = Math.min(most, this.#length - offset);
    if (room <= 0) return undefined;
    const number = Math.floor(offset / BLOCK);
    const block = this.#blocks.get(number);
    if (block) {
      const within = offset % BLOCK;
      return { octets: block.subarray(within, Math.min(BLOCK, within + room)) };
    }
    let next = number + 1;
    const last = Math.floor((offset + room - 1) / BLOCK);
    if (this.#blocks.size === 0) next = last + 1;
    while (next <= last && !this.#blocks.has(next)) next += 1;
    return { zeros: Math.min(room, next * BLOCK - offset) };
  }

  /** Copies everything from another. @throws {Fault} when there is no room */
  copyFrom(other: SparseContent): void {
    for (const [number, block] of other.#blocks) this.#writeBlock(number, 0, block);
    this.#length = Math.max(this.#length, other.#length);
  }

  /** Gives everything back. */
  free(): void {
    this.#budget.give(this.allocatedBytes);
    this.#blocks.clear();
  }

  #writeBlock(number: number, within: number, part: Uint8Array): void {
    let block = this.#blocks.get(number);
    if (!block) {
      if (part.every((octet) => octet === 0)) return;
      this.#budget.take(BLOCK);
      block = Buffer.alloc(BLOCK);
      this.#blocks.set(number, block);
    }
    block.set(part, within);
  }

  #drop(number: number): void {
    this.#blocks.delete(number);
    this.#budget.give(BLOCK);
  }
}
