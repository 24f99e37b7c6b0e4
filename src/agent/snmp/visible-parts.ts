import type { VisibleHost, VisibleInventory } from "../../engine/access/visible-inventory.js";
import type { Generation, HostGeneration } from "../../inventory/generation.js";

/**
 * The hosts of which somebody may see anything; those that he may not see themselves stand there for their machines, and tell
 * nothing. What it costs grows with these, and not with others.
 *
 * @param visible `undefined` for one who may see everything
 */
export function visibleParts({ hosts }: Generation, visible: VisibleInventory | undefined): readonly HostGeneration[] {
  if (visible === undefined) return [...hosts.values()];
  const names = visible.hosts ?? hosts.keys();
  return [...names].flatMap((name) => visiblePart(hosts.get(name), visible) ?? []);
}

/** A host as somebody may see it; `undefined` when he may see neither it nor any machine that it has. */
export function visiblePart(
  part: HostGeneration | undefined,
  visible: VisibleInventory | undefined,
): HostGeneration | undefined {
  if (part === undefined || visible === undefined) return part;
  const shown = visible.of(part.host.name);
  if (shown === undefined) return undefined;
  if (shown.isTold) return part;
  return hasAny(part, shown) ? { ...part, host: { ...part.host, facts: undefined } } : undefined;
}

function hasAny({ machines, byIndex }: HostGeneration, { machines: shown }: VisibleHost): boolean {
  const has = (uuid: string): boolean => machines.get(uuid) !== undefined;
  if ("only" in shown) return [...shown.only].some(has);
  return byIndex.length > [...shown.except].filter(has).length;
}

/** The one host that somebody may see anything of, now or some day; `undefined` when these are several, or none. */
export function onlyHost({ hosts }: Generation, visible: VisibleInventory | undefined): string | undefined {
  const names = visible?.hosts ?? hosts.keys();
  let found: string | undefined;
  for (const name of names) {
    if (!hosts.has(name) || (visible !== undefined && visible.of(name) === undefined)) continue;
    if (found !== undefined) return undefined;
    found = name;
  }
  return found;
}
