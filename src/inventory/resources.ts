import { isDeepStrictEqual } from "node:util";
import type { Network } from "./network.js";
import type { NodeFacts, NodeNic, NodeUse } from "./node.js";
import type { Pool } from "./pool.js";

/** A fact with the instant of the monotonic clock at which it was last found to be so. */
export interface Dated<T> {
  readonly value: T;
  readonly at: number;
}

/** What a look at the computer under a host showed; absent members were not looked at. */
export interface ResourcesLook {
  readonly node?: NodeFacts;
  readonly use?: NodeUse;
  readonly nics?: readonly NodeNic[];
  /** All there are, in the order of their names. */
  readonly pools?: readonly Pool[];
  /** All there are, in the order of their names. */
  readonly networks?: readonly Network[];
}

/** The computer under a host, as that host's driver tells of it. Each part is absent until it was read. */
export type HostResources = { readonly [Part in keyof ResourcesLook]: Dated<NonNullable<ResourcesLook[Part]>> };

export const noResources: HostResources = {};

/** What is known after a look. What it showed unchanged keeps its identity, so that whoever derived something of it may keep that. */
export function resourcesAfter(before: HostResources, look: ResourcesLook, at: number): HostResources {
  const after: Record<string, Dated<unknown>> = { ...before };
  for (const [part, seen] of Object.entries(look)) {
    const held = after[part]?.value;
    after[part] = { value: isDeepStrictEqual(held, seen) ? held : seen, at };
  }
  return after as HostResources;
}
