/** One step of the path of a leafref, down or (`name` is `..`) up. */
export interface PathStep {
  /** "" for none. */
  readonly prefix: string;
  readonly name: string;
  readonly predicates: readonly PathPredicate[];
}

/** `[key = current()/../other]`. */
export interface PathPredicate {
  readonly prefix: string;
  readonly name: string;
  /** From the leaf that has the type. */
  readonly equals: readonly PathStep[];
}

export interface LeafrefPath {
  readonly isAbsolute: boolean;
  readonly steps: readonly PathStep[];
  /** For `deref(path)/…`: the leafref that is followed first, from which `steps` go on. */
  readonly deref: LeafrefPath | undefined;
}

const tokenPattern = /\s*(?:(\.\.)|([/[\]=()])|((?:[A-Za-z_][A-Za-z0-9_.-]*:)?[A-Za-z_][A-Za-z0-9_.-]*))\s*/y;
const MOST_STEPS = 1000;

/**
 * Reads the argument of `path`. `deref()` is understood too, which many modules use though it is not in the grammar.
 * @returns `undefined` when it is no such path
 * @see RFC 7950, section 14, rule path-arg
 */
export function readLeafrefPath(text: string): LeafrefPath | undefined {
  const tokens: string[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.length) {
    const found = tokenPattern.exec(text);
    if (!found || tokens.length > MOST_STEPS * 4) return undefined;
    tokens.push(found[1] ?? found[2] ?? found[3] ?? "");
  }
  const reader = new PathReader(tokens);
  const path = reader.path();
  return path && reader.isAtEnd ? path : undefined;
}

class PathReader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  path(): LeafrefPath | undefined {
    if (this.#tokens[this.#at] === "deref" && this.#tokens[this.#at + 1] === "(") return this.#deref();
    const isAbsolute = this.#skip("/");
    const steps: PathStep[] = [];
    if (!isAbsolute) {
      if (this.#tokens[this.#at] !== "..") return undefined;
      this.#up(steps);
    }
    return this.#down(steps) ? { isAbsolute, steps, deref: undefined } : undefined;
  }

  #deref(): LeafrefPath | undefined {
    this.#at += 2;
    const deref = this.#tokens[this.#at] === "deref" ? undefined : this.path();
    if (!deref || !this.#skip(")") || !this.#skip("/")) return undefined;
    const steps: PathStep[] = [];
    this.#up(steps);
    return this.#down(steps) ? { isAbsolute: false, steps, deref } : undefined;
  }

  /** Takes every `../`. */
  #up(steps: PathStep[]): void {
    while (this.#tokens[this.#at] === ".." && this.#tokens[this.#at + 1] === "/") {
      this.#at += 2;
      steps.push({ prefix: "", name: "..", predicates: [] });
    }
  }

  #down(steps: PathStep[]): boolean {
    do {
      const name = this.#name();
      if (!name) return false;
      const predicates: PathPredicate[] = [];
      while (this.#skip("[")) {
        const predicate = this.#predicate();
        if (!predicate) return false;
        predicates.push(predicate);
      }
      steps.push({ ...name, predicates });
    } while (this.#skip("/"));
    return true;
  }

  #predicate(): PathPredicate | undefined {
    const name = this.#name();
    if (!name || !this.#skip("=")) return undefined;
    for (const expected of ["current", "(", ")", "/"]) if (!this.#skip(expected)) return undefined;
    const equals: PathStep[] = [];
    if (this.#tokens[this.#at] !== "..") return undefined;
    this.#up(equals);
    do {
      const step = this.#name();
      if (!step) return undefined;
      equals.push({ ...step, predicates: [] });
    } while (this.#skip("/"));
    return this.#skip("]") ? { ...name, equals } : undefined;
  }

  #name(): { prefix: string; name: string } | undefined {
    const token = this.#tokens[this.#at];
    if (token === undefined || !/^[A-Za-z_]/.test(token)) return undefined;
    this.#at += 1;
    const colon = token.indexOf(":");
    return { prefix: token.slice(0, Math.max(colon, 0)), name: token.slice(colon + 1) };
  }

  #skip(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }
}
