import { type Profiler, Session } from "node:inspector";

const OFFSET_LIMIT = 2 ** 20;

/** Which blocks of some sources were run, as V8 counts them. One at a time per process. */
export class Coverage {
  readonly #session = new Session();
  readonly #prefix: string;
  readonly #blocks = new Set<number>();
  readonly #frequencies = new Set<string>();

  /** @param prefix of the URLs of the sources to look at; they should be loaded afterwards */
  constructor(prefix: string) {
    this.#prefix = prefix;
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /** How many different blocks were seen so far. */
  get blocks(): number {
    return this.#blocks.size;
  }

  /** Whether any block was run since the last call that never was before; remembers nothing of it. */
  peek(): boolean {
    return this.#take().some(({ block }) => !this.#blocks.has(block));
  }

  /** The same, and also when a block was run far more often than ever before; remembers what was run. */
  absorb(): boolean {
    const before = this.#blocks.size + this.#frequencies.size;
    for (const { block, count } of this.#take()) {
      this.#blocks.add(block);
      this.#frequencies.add(`${block} ${Math.floor(Math.log2(count) / 2)}`);
    }
    return this.#blocks.size + this.#frequencies.size > before;
  }

  close(): void {
    this.#session.disconnect();
  }

  #take(): { block: number; count: number }[] {
    let result: Profiler.ScriptCoverage[] = [];
    // Within one thread the answer comes before `post` returns.
    this.#session.post("Profiler.takePreciseCoverage", (error, taken) => {
      if (error) throw error;
      result = taken.result;
    });
    const run: { block: number; count: number }[] = [];
    for (const { scriptId, url, functions } of result) {
      if (!url.startsWith(this.#prefix)) continue;
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges) {
          const block = (Number(scriptId) * OFFSET_LIMIT + startOffset) * OFFSET_LIMIT + endOffset;
          if (count > 0) run.push({ block, count });
        }
      }
    }
    return run;
  }
}
