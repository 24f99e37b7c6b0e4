import { isDeepStrictEqual } from "node:util";
import type { UnnumberedEvent } from "./event.js";
import type { Host } from "./host.js";
import type { Network } from "./network.js";
import type { Pool } from "./pool.js";
import type { HostResources } from "./resources.js";

/** What is told of a host's pools and networks when `after` is known of them; nothing of those that a first reading shows. */
export function resourceEvents({ name: host, resources }: Host, after: HostResources, at: number): UnnumberedEvent[] {
  const events: UnnumberedEvent[] = [];
  for (const [pool, before] of changes(resources.pools?.value, after.pools?.value, poolSetup)) {
    if (pool && before) events.push({ kind: "pool-changed", at, host, pool, before });
    else if (pool) events.push({ kind: "pool-added", at, host, pool });
    else if (before) events.push({ kind: "pool-removed", at, host, pool: before });
  }
  for (const [network, before] of changes(resources.networks?.value, after.networks?.value, networkSetup)) {
    if (network && before) events.push({ kind: "network-changed", at, host, network, before });
    else if (network) events.push({ kind: "network-added", at, host, network });
    else if (before) events.push({ kind: "network-removed", at, host, network: before });
  }
  return events;
}

/** Pairs of what is and what was, of those that came, went, or are set up differently. */
function* changes<T extends { readonly uuid: string }>(
  before: readonly T[] | undefined,
  after: readonly T[] | undefined,
  setup: (of: T) => object,
): Generator<readonly [now: T | undefined, before: T | undefined]> {
  if (before === undefined || after === undefined || before === after) return;
  const left = new Map(before.map((one) => [one.uuid, one]));
  for (const one of after) {
    const held = left.get(one.uuid);
    left.delete(one.uuid);
    if (held === one) continue;
    if (held === undefined || !isDeepStrictEqual(setup(held), setup(one))) yield [one, held];
  }
  for (const gone of left.values()) yield [undefined, gone];
}

function poolSetup({ name, type, state, persistent, autostart, path }: Pool): object {
  return { name, type, state, persistent, autostart, path };
}

function networkSetup({ leases: _, ...setup }: Network): object {
  return setup;
}
