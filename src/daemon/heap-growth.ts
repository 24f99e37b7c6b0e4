import { setFlagsFromString } from "node:v8";

const PERCENT = 15;

/**
 * Lets the heap grow by a seventh between two full collections, where V8 would let it double or more: an inventory of thousands
 * of machines is read anew every few seconds, and what was read before would else fill most of the memory that is taken. The
 * collections cost next to nothing more, for most of what they look at is marked beside the program's work.
 */
export function growHeapSlowly(): void {
  setFlagsFromString(`--heap-growing-percent=${PERCENT}`);
}
