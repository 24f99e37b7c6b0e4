import { type AccessRules, type AccessSubject, decideAccess } from "./access-rules.js";
import { type DataPath, isCovered } from "./data-path.js";
import { OWNERS } from "./first-rules.js";
import { hostPath, hostsPath, machinePath, NAMELESS, namedIn } from "./inventory-path.js";

/** Of one host, what somebody may see. */
export interface VisibleHost {
  /** Whether what it tells of itself is among it, and not only machines of it. */
  readonly isTold: boolean;
  /** UUIDs of those that he may see, or of those that he may not. */
  readonly machines: { readonly only: ReadonlySet<string> } | { readonly except: ReadonlySet<string> };
}

/** Of the inventory, what somebody may see. It says so of hosts and machines that do not exist, too. Immutable. */
export interface VisibleInventory {
  /** @returns `undefined` when nothing */
  of(host: string): VisibleHost | undefined;
  /** The hosts that he may see anything of, by name; `undefined` when these are all but few, which `of` tells. */
  readonly hosts: readonly string[] | undefined;
}

/** A machine by its identity. */
export interface MachineIdentity {
  readonly host: string;
  readonly uuid: string;
}

/**
 * What somebody may see, by the rules that all worlds share. Machines that no rule names are decided together, so that it costs
 * nothing that grows with the inventory. Rules about what is below a machine decide nothing here: a machine is seen as a whole.
 *
 * @param owned what he owns
 * @returns `undefined` for one who may see everything
 */
export function visibleInventory(
  rules: AccessRules,
  subject: AccessSubject,
  owned: readonly MachineIdentity[] = [],
): VisibleInventory | undefined {
  const named = namedMachines(rules, owned);
  const everywhere = named.get(NAMELESS) ?? new Set<string>();
  const decider = new Decider(rules, subject, owned);
  const known = new Map<string, VisibleHost | undefined>();
  for (const [host, uuids] of named) known.set(host, decider.host(host, new Set([...uuids, ...everywhere])));
  const others = decider.host(NAMELESS, everywhere);
  known.delete(NAMELESS);
  if (isWhole(others) && [...known.values()].every(isWhole)) return undefined;
  return {
    of: (host) => (known.has(host) ? known.get(host) : others),
    hosts: others === undefined ? [...known.keys()].filter((host) => known.get(host) !== undefined).sort() : undefined,
  };
}

/** Whether somebody may see a machine, which may be gone. @param visible `undefined` for one who sees everything */
export function seesMachine(visible: VisibleInventory | undefined, { host, uuid }: MachineIdentity): boolean {
  if (visible === undefined) return true;
  const machines = visible.of(host)?.machines;
  if (machines === undefined) return false;
  return "only" in machines ? machines.only.has(uuid) : !machines.except.has(uuid);
}

class Decider {
  readonly #rules: AccessRules;
  readonly #subject: AccessSubject;
  readonly #asOwner: AccessSubject;
  readonly #owned: ReadonlySet<string>;

  constructor(rules: AccessRules, subject: AccessSubject, owned: readonly MachineIdentity[]) {
    // Those that cannot be about him or the inventory would be looked at again for each machine.
    this.#rules = { ...rules, lists: rules.lists.map((list) => ({ ...list, rules: list.rules.filter(isRelevant) })) };
    this.#subject = subject;
    this.#asOwner = { ...subject, groups: [...subject.groups, OWNERS] };
    this.#owned = new Set(owned.map(keyOf));
  }

  /** @param named UUIDs of its machines that rules or ownership tell apart from others */
  host(name: string, named: ReadonlySet<string>): VisibleHost | undefined {
    const isTold = this.#mayRead(hostPath(name));
    if (this.#mayRead(machinePath(name, NAMELESS))) {
      return { isTold, machines: { except: new Set([...named].filter((uuid) => !this.#seesMachine(name, uuid))) } };
    }
    const only = new Set([...named].filter((uuid) => this.#seesMachine(name, uuid)));
    return isTold || only.size > 0 ? { isTold, machines: { only } } : undefined;
  }

  #seesMachine(host: string, uuid: string): boolean {
    return this.#mayRead(machinePath(host, uuid), this.#owned.has(keyOf({ host, uuid })));
  }

  #mayRead(path: DataPath, isOwner = false): boolean {
    const subject = isOwner ? this.#asOwner : this.#subject;
    return decideAccess(this.#rules, subject, { kind: "data", path, operation: "read" }).effect === "permit";
  }
}

function isRelevant({ target }: AccessRules["lists"][number]["rules"][number]): boolean {
  if (target === undefined) return true;
  return "path" in target && (isCovered(target.path, hostsPath) || isCovered(hostsPath, target.path));
}

/** UUIDs by host, of all that is named; those of machines on whatever host under `NAMELESS`. */
function namedMachines(rules: AccessRules, owned: readonly MachineIdentity[]): ReadonlyMap<string, Set<string>> {
  const named = new Map<string, Set<string>>();
  const note = (host = NAMELESS, uuid?: string): void => {
    const uuids = named.get(host) ?? new Set();
    if (uuid !== undefined) uuids.add(uuid);
    named.set(host, uuids);
  };
  for (const { rules: ofList } of rules.lists) {
    for (const { target } of ofList) {
      if (target === undefined || !("path" in target) || !isCovered(target.path, hostsPath)) continue;
      const { host, uuid } = namedIn(target.path);
      note(host, uuid);
    }
  }
  for (const { host, uuid } of owned) note(host, uuid);
  return named;
}

function isWhole(host: VisibleHost | undefined): boolean {
  return host?.isTold === true && "except" in host.machines && host.machines.except.size === 0;
}

function keyOf({ host, uuid }: MachineIdentity): string {
  return `${host}/${uuid}`;
}
