/**
 * Lets only so many openings happen at once over all hosts: a libvirt daemon takes few clients that have not proved who they
 * are, and a slow one must not hold up the rest.
 */
export class OpeningGate {
  readonly #maximum: number;
  readonly #waiting: (() => void)[] = [];
  #open = 0;

  constructor(maximum = 10) {
    this.#maximum = maximum;
  }

  /** Does `action` when there is a place. */
  async pass<T>(action: () => Promise<T>): Promise<T> {
    if (this.#open >= this.#maximum) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#open += 1;
    try {
      return await action();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#open -= 1;
    }
  }
}
