import type { YangIdentity, YangModule, YangStatus } from "./module.js";

/** An identity, whose derived ones are looked for when somebody asks: most are never asked. */
export class Identity implements YangIdentity {
  readonly module: YangModule;
  readonly name: string;
  readonly status: YangStatus;
  readonly enabled: boolean;
  #bases: readonly Identity[] = [];
  readonly #children: Identity[] = [];
  #derived: ReadonlySet<YangIdentity> | undefined;

  constructor(module: YangModule, name: string, status: YangStatus, enabled: boolean) {
    this.module = module;
    this.name = name;
    this.status = status;
    this.enabled = enabled;
  }

  get bases(): readonly Identity[] {
    return this.#bases;
  }

  get derived(): ReadonlySet<YangIdentity> {
    if (this.#derived) return this.#derived;
    const found = new Set<Identity>(this.#children);
    for (const identity of found) for (const further of identity.#children) found.add(further);
    this.#derived = found;
    return found;
  }

  /** To be called once, before anybody looks at `bases` or `derived`. */
  connect(bases: readonly Identity[]): void {
    this.#bases = Object.freeze(bases);
    for (const base of bases) base.#children.push(this);
  }
}

/** One of `identities` that is derived from itself, if there is one. */
export function circularIdentity(identities: readonly Identity[]): Identity | undefined {
  // Those without bases are settled, then those whose bases all are, and so on; what is left goes in circles.
  const unsettled = new Map<Identity, number>();
  const children = new Map<Identity, Identity[]>();
  const settled: Identity[] = [];
  for (const identity of identities) {
    const bases = new Set(identity.bases);
    if (bases.size === 0) settled.push(identity);
    else unsettled.set(identity, bases.size);
    for (const base of bases) {
      const known = children.get(base);
      if (known) known.push(identity);
      else children.set(base, [identity]);
    }
  }
  for (let identity = settled.pop(); identity; identity = settled.pop()) {
    for (const child of children.get(identity) ?? []) {
      const left = (unsettled.get(child) ?? 0) - 1;
      if (left > 0) unsettled.set(child, left);
      else {
        unsettled.delete(child);
        settled.push(child);
      }
    }
  }
  return unsettled.keys().next().value;
}
