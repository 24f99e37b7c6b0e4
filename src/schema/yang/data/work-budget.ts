import type { Fault } from "../../../base/fault.js";
import type { Content, InnerData } from "./tree.js";

/** Steps that every question may take: some 25 ms. */
const FREE_STEPS = 100_000;
/** What a question to a large tree may take for each of its nodes. */
const STEPS_PER_NODE = 20;
const MOST_STEPS = 2_000_000;

/**
 * Counts the work that a question to a tree takes, so that a few words cannot ask for more than the tree is worth. A step is
 * about as much as looking at one node.
 */
export class WorkBudget {
  readonly #tree: InnerData;
  readonly #refusal: () => Fault;
  readonly #fixed: number | undefined;
  /** What the tree allows, counted when it is first needed. */
  #most: number | undefined;
  #given: number;
  #left: number;

  /**
   * @param refusal made and thrown when there is nothing left
   * @param steps whatever the tree is like
   */
  constructor(tree: InnerData, refusal: () => Fault, steps?: number) {
    this.#tree = tree;
    this.#refusal = refusal;
    this.#fixed = steps;
    this.#given = steps ?? FREE_STEPS;
    this.#left = this.#given;
  }

  /** @throws {Fault} the refusal */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) this.#extend();
  }

  /** For the next question. */
  renew(): void {
    this.#given = this.#fixed ?? FREE_STEPS;
    this.#left = this.#given;
  }

  #extend(): void {
    this.#most ??=
      this.#fixed ?? Math.max(FREE_STEPS, STEPS_PER_NODE * nodesIn(this.#tree, Math.ceil(MOST_STEPS / STEPS_PER_NODE)));
    this.#left += this.#most - this.#given;
    this.#given = this.#most;
    if (this.#left < 0) throw this.#refusal();
  }
}

/** How many nodes a tree has; not much more than `most` are counted. */
function nodesIn(tree: InnerData, most: number): number {
  let count = 0;
  const waiting: Exclude<Content, undefined>[] = [tree];
  for (let next = waiting.pop(); next && count < most; next = waiting.pop()) {
    if (next.kind === "entries") {
      const [first] = next.values();
      if (first?.kind === "leaf") count += next.size;
      else for (const { items } of next.chunks) for (const item of items) waiting.push(item);
      continue;
    }
    count += 1;
    if (next.kind === "inner") for (const content of next.slots) if (content !== undefined) waiting.push(content);
  }
  return count;
}
