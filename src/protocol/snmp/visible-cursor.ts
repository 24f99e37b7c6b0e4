import type { ObjectCursor, ObjectSource, Oid, VarBind } from "./object-source.js";
import type { View } from "./view.js";

/** What it costs to pass over an instance that cannot be sent, and to leap over a hidden part; about tenths of a microsecond. */
export const WORK = { step: 5, leap: 50 } as const;

/** How much work one request can cause besides what it is given, so that none holds up the others. */
export class WorkBudget {
  #left: number;

  constructor(work: number) {
    this.#left = work;
  }

  /** @returns false when there is not enough left to spend */
  spend(work: number): boolean {
    this.#left -= work;
    return this.#left >= 0;
  }
}

/** Walks the instances of a source that a view has, leaping over what it hides. */
export class VisibleCursor {
  readonly #source: ObjectSource;
  readonly #view: View;
  readonly #budget: WorkBudget;
  #cursor: ObjectCursor;

  constructor(source: ObjectSource, view: View, budget: WorkBudget, after: Oid) {
    this.#source = source;
    this.#view = view;
    this.#budget = budget;
    this.#cursor = source.after(after);
  }

  /** The next instance in the view; `endOfMibView` after the last, `outOfWork` when the search became too long. */
  next(): VarBind | "endOfMibView" | "outOfWork" {
    let found = this.#cursor.next();
    while (found !== undefined) {
      if (this.#view.includes(found.oid)) return found;
      if (!this.#budget.spend(WORK.leap)) return "outOfWork";
      const place = this.#view.skip(found.oid);
      if (place === undefined) return "endOfMibView";
      // A cursor gives what comes after a place, so the place itself is asked for first.
      const value = this.#source.get(place);
      this.#cursor = this.#source.after(place);
      found = typeof value === "string" ? this.#cursor.next() : { oid: place, value };
    }
    return "endOfMibView";
  }
}
