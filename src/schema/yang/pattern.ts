import { DecodeError } from "../../base/fault.js";
import type { CharacterClass } from "./pattern-class.js";
import { type PatternNode, readPattern } from "./pattern-syntax.js";

/** A regular expression of XML Schema, ready to match whole values in time linear in their length. */
export interface Pattern {
  readonly source: string;
  /**
   * Whether all of `text` is in the language.
   * @param budget is told of the work, and may put an end to it
   * @throws {DecodeError} when that takes more work than any sensible pattern and value do
   */
  matches(text: string, budget?: Work): boolean;
}

/** Where work is counted. */
interface Work {
  spend(steps: number): void;
}

/**
 * Compiles a regular expression into an automaton, which neither backtracks nor recurses. It is built when the first value is
 * compared, since most patterns of a schema never are.
 * @throws {DecodeError} when it is none, or expands to too many states
 * @see RFC 7950, section 9.4.5
 */
export function compilePattern(source: string): Pattern {
  const node = readPattern(source);
  let automaton: Automaton | undefined;
  return Object.freeze({
    source,
    matches(text: string, budget?: Work): boolean {
      if (!automaton) {
        budget?.spend(node.size);
        automaton = new Automaton(node);
      }
      return automaton.matches(text, budget);
    },
  });
}

/** Steps through instructions that one value may take: some 20 ms. */
const MOST_WORK = 250_000;
/** What a state costs beside its instructions, in steps and in memory, where it has a table by character. */
const WORK_PER_STATE = 60;
const MEMORY_PER_STATE = 170;
/** Numbers that all remembered states together hold, after which they are forgotten and made anew. */
const MOST_REMEMBERED = 250_000;
const ASCII = 128;

/** A set of places in the program where a match may be. */
interface State {
  /** Instructions that wait for a character. */
  readonly waiting: readonly number[];
  readonly isEnd: boolean;
  /** By character. */
  readonly nextAscii: (State | undefined)[];
  readonly nextOther: Map<number, State>;
}

/** The non-deterministic automaton, from which deterministic states are made as texts need them. */
class Automaton {
  /** Per instruction: the class it waits for, or nothing for a jump. */
  readonly #classes: (CharacterClass | undefined)[] = [];
  /** Where an instruction goes on: one place, or for a jump one or two. */
  readonly #targets: number[][] = [];
  readonly #end: number;
  /** Per instruction: the round in which it was visited last. */
  readonly #visited: Uint32Array;
  #round = 0;
  #states = new Map<string, State>();
  #remembered = 0;
  #start: State | undefined;
  #work = 0;
  #budget: Work | undefined;

  constructor(node: PatternNode) {
    this.#emit(node);
    this.#end = this.#classes.length;
    this.#visited = new Uint32Array(this.#end + 1);
  }

  matches(text: string, budget: Work | undefined): boolean {
    this.#work = 0;
    this.#budget = budget;
    this.#start ??= this.#stateOf([0]);
    let state = this.#start;
    for (let at = 0; at < text.length; at++) {
      let codePoint = text.charCodeAt(at);
      if (codePoint >= 0xd800 && codePoint <= 0xdbff) {
        codePoint = text.codePointAt(at) as number;
        if (codePoint > 0xffff) at += 1;
      }
      const known = codePoint < ASCII ? state.nextAscii[codePoint] : state.nextOther.get(codePoint);
      state = known ?? this.#step(state, codePoint);
      if (state.waiting.length === 0 && !state.isEnd) return false;
    }
    return state.isEnd;
  }

  #step(from: State, codePoint: number): State {
    const targets: number[] = [];
    for (const instruction of from.waiting) {
      const characters = this.#classes[instruction] as CharacterClass;
      this.#spend(characters.cost);
      if (characters.has(codePoint)) targets.push(instruction + 1);
    }
    const to = this.#stateOf(targets);
    this.#remembered += 1;
    if (codePoint < ASCII) from.nextAscii[codePoint] = to;
    else from.nextOther.set(codePoint, to);
    return to;
  }

  /** The state of being at any of `places`, or where jumps lead from there. */
  #stateOf(places: readonly number[]): State {
    this.#round += 1;
    const waiting: number[] = [];
    const open = [...places];
    let isEnd = false;
    let visits = 0;
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (this.#visited[place] === this.#round) continue;
      this.#visited[place] = this.#round;
      visits += 1;
      if (place === this.#end) isEnd = true;
      else if (this.#classes[place]) waiting.push(place);
      else open.push(...(this.#targets[place] as number[]));
    }
    this.#spend(visits);
    waiting.sort((a, b) => a - b);
    const key = String.fromCharCode(isEnd ? 1 : 0, ...waiting);
    const known = this.#states.get(key);
    if (known) return known;
    if (this.#remembered > MOST_REMEMBERED) this.#forget();
    this.#spend(WORK_PER_STATE);
    const state: State = { waiting, isEnd, nextAscii: [], nextOther: new Map() };
    this.#states.set(key, state);
    this.#remembered += waiting.length + MEMORY_PER_STATE;
    return state;
  }

  #forget(): void {
    this.#states = new Map();
    this.#start = undefined;
    this.#remembered = 0;
  }

  #spend(work: number): void {
    this.#work += work;
    this.#budget?.spend(work);
    if (this.#work > MOST_WORK) throw new DecodeError("the value takes too long to compare with its pattern");
  }

  #emit(node: PatternNode): void {
    switch (node.kind) {
      case "empty":
        break;
      case "class":
        this.#classes.push(node.characters);
        this.#targets.push([]);
        break;
      case "sequence":
        for (const part of node.parts) this.#emit(part);
        break;
      case "choice":
        this.#emitChoice(node.parts);
        break;
      case "repeat":
        this.#emitRepeat(node.part, node.least, node.most);
        break;
    }
  }

  /** @returns the targets of the new jump, to be filled in */
  #emitJump(...targets: number[]): number[] {
    this.#classes.push(undefined);
    this.#targets.push(targets);
    return targets;
  }

  #emitChoice(parts: readonly PatternNode[]): void {
    const starts = this.#emitJump();
    const exits: number[][] = [];
    for (const [i, part] of parts.entries()) {
      starts.push(this.#classes.length);
      this.#emit(part);
      if (i < parts.length - 1) exits.push(this.#emitJump());
    }
    for (const exit of exits) exit.push(this.#classes.length);
  }

  #emitRepeat(part: PatternNode, least: number, most: number): void {
    for (let i = 0; i < least; i++) this.#emit(part);
    if (most === Number.POSITIVE_INFINITY) {
      const loop = this.#classes.length;
      const split = this.#emitJump(loop + 1);
      this.#emit(part);
      this.#emitJump(loop);
      split.push(this.#classes.length);
      return;
    }
    const exits: number[][] = [];
    for (let i = least; i < most; i++) {
      exits.push(this.#emitJump(this.#classes.length + 1));
      this.#emit(part);
    }
    for (const exit of exits) exit.push(this.#classes.length);
  }
}
