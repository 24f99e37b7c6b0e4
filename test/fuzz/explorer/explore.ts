import { setImmediate } from "node:timers/promises";
import { type Random, seededRandom } from "../../../src/base/random.js";
import type { Coverage } from "./coverage.js";
import { LONGEST_INPUT, mutate, pick } from "./mutate.js";

/** What the files of `test/fuzz` export: something that takes any octets and must never throw for them. */
export interface FuzzTarget {
  readonly name: string;
  readonly seeds: readonly Buffer[];
  run(input: Buffer): void | Promise<void>;
}

export interface Exploration {
  readonly target: FuzzTarget;
  readonly coverage: Coverage;
  readonly seed: number;
  /** Asked now and then whether to go on. */
  readonly goOn: (progress: Progress) => boolean;
  /** Told every input before it runs, so that it is known even if the process does not survive it. */
  readonly onInput: (input: Buffer) => void;
}

export interface Progress {
  readonly executions: number;
  readonly corpus: number;
  /** Of source text that ran. */
  readonly characters: number;
  /** The longest that one input took, milliseconds of wall time: large on a busy machine too. */
  readonly slowestMs: number;
}

/** What an exploration came to; with `failure` it ended there. */
export interface Findings extends Progress {
  readonly failure: { readonly input: Buffer; readonly error: unknown } | undefined;
}

/** One reading of the coverage costs as much as many runs of a small parser, so the fewer finds, the fewer readings. */
const SMALLEST_BATCH = 8;
const LARGEST_BATCH = 1024;
const LARGEST_CORPUS = 4096;
const LARGEST_CORPUS_OCTETS = 32 * 1024 * 1024;
/** The event loop gets its turn this often, for what the target schedules and for whoever watches. */
const TURN_MS = 50;

/** Runs a target with inputs that are changed further and further, keeping those that reach code no other has reached. */
export async function explore(exploration: Exploration): Promise<Findings> {
  const explorer = new Explorer(exploration);
  const { stackTraceLimit } = Error;
  // Parsers say no by throwing, and with coverage on a stack costs more than the rest of the parser.
  Error.stackTraceLimit = 0;
  try {
    await explorer.begin();
    while (!explorer.ended) await explorer.batch();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  await explorer.confirm();
  const { executions, corpus, characters, slowestMs, failure } = explorer;
  return { executions, corpus, characters, slowestMs, failure };
}

class Explorer implements Progress {
  executions = 0;
  slowestMs = 0;
  failure: { input: Buffer; error: unknown } | undefined;
  readonly #exploration: Exploration;
  readonly #random: Random;
  readonly #corpus: Buffer[] = [];
  #corpusOctets = 0;
  #size = SMALLEST_BATCH;
  #stopped = false;
  #lastTurn = performance.now();

  constructor(exploration: Exploration) {
    this.#exploration = exploration;
    this.#random = seededRandom(exploration.seed);
  }

  get corpus(): number {
    return this.#corpus.length;
  }

  get characters(): number {
    return this.#exploration.coverage.characters;
  }

  async begin(): Promise<void> {
    for (const seed of [Buffer.alloc(0), ...this.#exploration.target.seeds]) {
      await this.#run(seed);
      if (this.failure) return;
      this.#exploration.coverage.absorb();
      this.#keep(seed);
    }
  }

  get ended(): boolean {
    return this.failure !== undefined || this.#stopped;
  }

  async batch(): Promise<void> {
    const inputs = Array.from({ length: this.#size }, () => mutate(this.#choose(), this.#corpus, this.#random));
    const before = this.#corpus.length;
    await this.#search(inputs);
    const fruitless = this.#corpus.length === before;
    this.#size = fruitless ? Math.min(2 * this.#size, LARGEST_BATCH) : Math.max(this.#size >> 1, SMALLEST_BATCH);
  }

  /** Runs the inputs and, when one of them went somewhere new, halves of them again, to see which. */
  async #search(inputs: readonly Buffer[]): Promise<void> {
    for (const input of inputs) {
      await this.#run(input);
      if (this.ended) return;
    }
    const [only, another] = inputs;
    if (only && !another) {
      if (this.#exploration.coverage.absorb()) this.#keep(only);
    } else if (this.#exploration.coverage.peek()) {
      const half = inputs.length >> 1;
      await this.#search(inputs.slice(0, half));
      if (!this.ended) await this.#search(inputs.slice(half));
    }
  }

  /** Lets a failure happen once more, now with its stack. */
  async confirm(): Promise<void> {
    if (!this.failure) return;
    const first = this.failure;
    await this.#run(first.input);
    this.failure ??= first;
  }

  /** Mostly one of the latest finds: they are the furthest. */
  #choose(): Buffer {
    const recent = this.#random() < 0.5 ? this.#corpus.slice(-32) : this.#corpus;
    return pick(this.#random, recent);
  }

  #keep(input: Buffer): void {
    this.#corpus.push(input);
    this.#corpusOctets += input.length;
    const seeds = this.#exploration.target.seeds.length + 1;
    while (this.#corpus.length > LARGEST_CORPUS || this.#corpusOctets > LARGEST_CORPUS_OCTETS) {
      const [oldest] = this.#corpus.splice(seeds, 1);
      if (!oldest) return;
      this.#corpusOctets -= oldest.length;
    }
  }

  async #run(input: Buffer): Promise<void> {
    // The target owns its copy: what it does to it must not change the corpus.
    const copy = Buffer.from(input);
    if (input.length <= LONGEST_INPUT) this.#exploration.onInput(input);
    const before = performance.now();
    try {
      await this.#exploration.target.run(copy);
    } catch (error) {
      this.failure = { input, error };
    }
    const now = performance.now();
    this.executions += 1;
    this.slowestMs = Math.max(this.slowestMs, now - before);
    if (now - this.#lastTurn > TURN_MS) {
      await setImmediate();
      this.#lastTurn = performance.now();
      this.#stopped ||= !this.#exploration.goOn(this);
    }
  }
}
