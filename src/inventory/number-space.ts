/**
 * Hands out small positive integers, the lowest free one first, so that they stay dense: VM-MIB's bulk lists are bit strings
 * in which every unused number costs a bit.
 */
export class NumberSpace {
  readonly #taken = new Set<number>();
  /** All numbers below are taken. */
  #lowest = 1;

  take(): number {
    while (this.#taken.has(this.#lowest)) this.#lowest += 1;
    this.#taken.add(this.#lowest);
    return this.#lowest;
  }

  /** @returns false when `number` is already taken */
  claim(number: number): boolean {
    if (this.#taken.has(number)) return false;
    this.#taken.add(number);
    return true;
  }

  free(number: number): void {
    if (this.#taken.delete(number) && number < this.#lowest) this.#lowest = number;
  }
}
