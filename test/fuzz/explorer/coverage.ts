import { type Profiler, Session } from "node:inspector";

/** From an offset up to but not including another. */
type Interval = readonly [from: number, to: number];

/** Which parts of some sources were run, as V8 counts them. One at a time per process. */
export class Coverage {
  readonly #session = new Session();
  readonly #includes: (url: string) => boolean;
  /** Per function: what of it never ran. */
  readonly #dark = new Map<string, readonly Interval[]>();
  readonly #frequencies = new Set<string>();
  #lit = 0;

  /** @param includes says of a source's URL whether to look at it; it should be loaded afterwards */
  constructor(includes: (url: string) => boolean) {
    this.#includes = includes;
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /** How many characters of source text ran so far. */
  get characters(): number {
    return this.#lit;
  }

  /** Whether anything ran since the last call that never did before; remembers nothing of it. */
  peek(): boolean {
    return this.#take().some(
      ({ id, ranges }) => lengthOf(this.#dark.get(id) ?? whole(ranges)) > lengthOf(this.#darkAfter(id, ranges)),
    );
  }

  /** The same, and also when something ran far more often than ever before; remembers what ran. */
  absorb(): boolean {
    const before = this.#lit + this.#frequencies.size;
    for (const { id, ranges } of this.#take()) {
      const dark = this.#darkAfter(id, ranges);
      this.#lit += lengthOf(this.#dark.get(id) ?? whole(ranges)) - lengthOf(dark);
      this.#dark.set(id, dark);
      for (const { startOffset, count } of ranges) {
        if (count > 0) this.#frequencies.add(`${id} ${startOffset} ${Math.floor(Math.log2(count) / 2)}`);
      }
    }
    return this.#lit + this.#frequencies.size > before;
  }

  close(): void {
    this.#session.disconnect();
  }

  /** What never ran of a function, given how often its parts ran now. A part that ran as often as the whole has no range of its own. */
  #darkAfter(id: string, ranges: readonly Profiler.CoverageRange[]): readonly Interval[] {
    const dark: Interval[] = [];
    for (const { startOffset, endOffset, count } of ranges) {
      const inside = endOffset <= (dark.at(-1)?.[1] ?? 0);
      if (count === 0 && !inside) dark.push([startOffset, endOffset]);
    }
    return intersection(this.#dark.get(id) ?? whole(ranges), dark);
  }

  #take(): { id: string; ranges: readonly Profiler.CoverageRange[] }[] {
    let result: Profiler.ScriptCoverage[] = [];
    // Within one thread the answer comes before `post` returns.
    this.#session.post("Profiler.takePreciseCoverage", (error, taken) => {
      if (error) throw error;
      result = taken.result;
    });
    const ours = result.filter(({ url }) => this.#includes(url));
    return ours.flatMap(({ scriptId, functions }) =>
      functions.map(({ ranges }) => ({ id: `${scriptId} ${ranges[0]?.startOffset} ${ranges[0]?.endOffset}`, ranges })),
    );
  }
}

function whole(ranges: readonly Profiler.CoverageRange[]): readonly Interval[] {
  return ranges[0] ? [[ranges[0].startOffset, ranges[0].endOffset]] : [];
}

function lengthOf(intervals: readonly Interval[]): number {
  return intervals.reduce((sum, [from, to]) => sum + to - from, 0);
}

/** Both lists are in order and without overlaps, and so is the result. */
function intersection(a: readonly Interval[], b: readonly Interval[]): readonly Interval[] {
  const common: Interval[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [aFrom, aTo] = a[i] as Interval;
    const [bFrom, bTo] = b[j] as Interval;
    const [from, to] = [Math.max(aFrom, bFrom), Math.min(aTo, bTo)];
    if (from < to) common.push([from, to]);
    if (aTo < bTo) i += 1;
    else j += 1;
  }
  return common;
}
