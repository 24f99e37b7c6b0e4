import type { Clock } from "../../base/clock.js";
import { seesMachine, type VisibleInventory } from "../../engine/access/visible-inventory.js";
import type { Generation, HostGeneration, InventoryReader } from "../../inventory/generation.js";
import type { HostFacts } from "../../inventory/host.js";
import type { Machine } from "../../inventory/machine.js";
import type { EngineFacts } from "../../mapping/snmp/engine-groups.js";
import type { SystemFacts } from "../../mapping/snmp/system-group.js";
import type { MachineList, VmNotificationSwitches, VmScope } from "../../mapping/snmp/vm-scope.js";
import type { ObjectSource, ObjectSources, Principal } from "../../protocol/snmp/object-source.js";
import type { FrameworkState } from "./framework/framework-state.js";
import { type InventoryVisibility, MachineOrder } from "./machine-order.js";
import { defaultObjects, hostObjects } from "./served-objects.js";
import { onlyHost, visiblePart, visibleParts } from "./visible-parts.js";
import type { VmSwitches } from "./vm-switches.js";

/** What the gateway says of itself. */
export interface SnmpIdentification {
  /** The gateway's version. */
  readonly version: string;
  /** sysName of the default context: by custom the computer's fully qualified name. */
  readonly name: string;
  readonly contact: string;
  readonly location: string;
}

interface ContextParts {
  readonly inventory: InventoryReader;
  readonly clock: Clock;
  readonly identification: () => SnmpIdentification;
  readonly engine: () => EngineFacts;
  readonly switches: VmSwitches;
  readonly visibility: InventoryVisibility;
  readonly framework: FrameworkState;
}

/** Of what the managers of one context may hear. */
export interface Audience {
  readonly notifications: VmNotificationSwitches;
  /** Whether the machine, which may be gone, belongs to the context and may be seen. */
  sees(machine: Machine): boolean;
  /** The machine's number in the context: vmIndex. */
  indexOf(machine: Machine): number;
}

/** The order of one context's machines for one principal, and since when. */
interface KnownOrder {
  readonly order: MachineOrder;
  readonly changedAt: number | undefined;
}

/** What one context is of, for one principal. */
interface ContextExtent {
  readonly parts: readonly HostGeneration[];
  readonly visible: VisibleInventory | undefined;
  readonly numberOf: (machine: Machine) => number;
  readonly upSince: number | undefined;
}

/** Longest context name that vacmContextTable can show, in octets. */
const LONGEST_CONTEXT_NAME = 32;
const TWO_TO_32 = 4294967296;
/** Orders kept, one per context and principal. */
const MOST_ORDERS = 2000;
const indexOf = (machine: Machine): number => machine.index;
const gatewayIndexOf = (machine: Machine): number => machine.gatewayIndex;

/**
 * The contexts: one per host, named after it. The default context is that host when there is exactly one, else all hosts
 * together; in both cases it also has the gateway's own engine. All this is so for each principal as if the hosts and machines
 * that he may not see did not exist.
 */
export class SnmpContexts implements ObjectSources {
  readonly #parts: ContextParts;
  readonly #startedMs: number;
  readonly #startedWallMs: number;
  readonly #orders = new Map<string, KnownOrder>();
  #visibility: InventoryVisibility;
  /** Until when there may have been orders that are not known now; wall time. */
  #forgottenMs: number;

  constructor(parts: ContextParts) {
    this.#parts = parts;
    this.#visibility = parts.visibility;
    this.#startedMs = parts.clock.monotonic();
    this.#startedWallMs = parts.clock.now();
    this.#forgottenMs = this.#startedWallMs;
  }

  /** sysUpTime: hundredths of a second since the agent started. @see RFC 3418, object sysUpTime */
  get upTimeCs(): number {
    return Math.floor((this.#parts.clock.monotonic() - this.#startedMs) / 10) % TWO_TO_32;
  }

  /** Goes on with other rights. */
  reconfigure(visibility: InventoryVisibility): void {
    this.#visibility = visibility;
    this.#forgottenMs = this.#parts.clock.now();
  }

  /** The contexts besides the default one of which a principal may know. */
  hostNames(principal: Principal): readonly string[] {
    return visibleParts(this.#parts.inventory.current(), this.#visibility.of(principal)).map(({ host }) => host.name);
  }

  open(contextName: string, principal: Principal): ObjectSource | undefined {
    const generation = this.#parts.inventory.current();
    const visible = this.#visibility.of(principal);
    const extent = this.#extent(contextName, generation, visible);
    if (extent === undefined) return undefined;
    const { engine, clock, switches, framework } = this.#parts;
    const scope = new ContextScope(extent, clock.now(), switches.of(contextName), () =>
      this.#order(contextName, extent, principal),
    );
    const objects = contextName === "" ? defaultObjects : hostObjects;
    const hosts = (): readonly HostGeneration[] => visibleParts(generation, visible);
    // Most requests are about machines only; what they do not touch is not made.
    return objects.source({
      scope,
      system: () => (contextName === "" ? this.#gatewaySystem(hosts().length) : this.#hostSystem(extent.parts[0])),
      engine,
      contextNames: () => contextNames(hosts()),
      framework,
    });
  }

  /** Of what `principal` may hear in a context; `undefined` when there is no such context. */
  audience(contextName: string, principal: Principal): Audience | undefined {
    const { inventory, switches } = this.#parts;
    const generation = inventory.current();
    const visible = this.#visibility.of(principal);
    const single = this.#singleHost(contextName, generation, visible);
    if (contextName !== "" && single === undefined) return undefined;
    return {
      notifications: switches.of(contextName),
      // A host whose last visible machine has just gone is one still: this is what there is to be told.
      sees: (machine) =>
        generation.hosts.has(machine.host) &&
        (single ?? machine.host) === machine.host &&
        seesMachine(visible, machine),
      indexOf: single === undefined ? gatewayIndexOf : indexOf,
    };
  }

  /** The host that a context is of; `undefined` when it is of several, or there is no such context. */
  #singleHost(contextName: string, generation: Generation, visible: VisibleInventory | undefined): string | undefined {
    if (contextName === "") return onlyHost(generation, visible);
    const isThere =
      generation.hosts.has(contextName) && (visible === undefined || visible.of(contextName) !== undefined);
    return isThere ? contextName : undefined;
  }

  #extent(
    contextName: string,
    generation: Generation,
    visible: VisibleInventory | undefined,
  ): ContextExtent | undefined {
    const single = this.#singleHost(contextName, generation, visible);
    if (single === undefined) {
      if (contextName !== "") return undefined;
      const parts = visibleParts(generation, visible);
      return { parts, visible, numberOf: gatewayIndexOf, upSince: this.#startedWallMs };
    }
    const part = visiblePart(generation.hosts.get(single), visible);
    if (part === undefined && contextName !== "") return undefined;
    // When a host came up is the host's to tell; who may not see it reckons by the gateway's own time.
    const isTold = visible === undefined || visible.of(single)?.isTold === true;
    const upSince = isTold ? part?.host.facts?.upSince : this.#startedWallMs;
    return { parts: part ? [part] : [], visible, numberOf: indexOf, upSince };
  }

  /** Made anew only when machines came, went or changed hands. */
  #order(contextName: string, extent: ContextExtent, { securityModel, securityName }: Principal): KnownOrder {
    const { parts, numberOf, visible } = extent;
    const key = visible === undefined ? contextName : `${contextName}\n${securityModel}\n${securityName}`;
    const known = this.#orders.get(key);
    if (known?.order.holds(parts, visible)) {
      return visible === undefined ? { ...known, changedAt: lastChange(parts) } : known;
    }
    const order = new MachineOrder(parts, visible, numberOf);
    const made = {
      order,
      changedAt: visible === undefined ? lastChange(parts) : this.#seenChange(order, known, extent),
    };
    this.#forgetOldest();
    this.#orders.delete(key);
    this.#orders.set(key, made);
    return made;
  }

  /** When a principal's machines changed: that something changed which he may not see, he must not see either. */
  #seenChange(order: MachineOrder, known: KnownOrder | undefined, extent: ContextExtent): number | undefined {
    if (known === undefined) return this.#forgottenMs;
    if (isSameList(order.numbers, known.order.numbers)) return known.changedAt;
    return known.order.isBy(extent.visible) ? lastChange(extent.parts) : this.#parts.clock.now();
  }

  /** Who comes back after that is told that something may have changed meanwhile. */
  #forgetOldest(): void {
    const [oldest] = this.#orders.keys();
    if (this.#orders.size < MOST_ORDERS || oldest === undefined) return;
    this.#orders.delete(oldest);
    this.#forgottenMs = this.#parts.clock.now();
  }

  #gatewaySystem(hostCount: number): SystemFacts {
    const { version, name, contact, location } = this.#parts.identification();
    const hosts = hostCount === 1 ? "1 host" : `${hostCount} hosts`;
    const description = `virtgate ${version}, gateway to ${hosts}`;
    return { contact, location, upTimeCs: this.upTimeCs, name, description };
  }

  #hostSystem(part: HostGeneration | undefined): SystemFacts {
    const { version, contact, location } = this.#parts.identification();
    const { name = "", facts } = part?.host ?? {};
    const description = `${facts ? hostText(facts) : name}, seen by virtgate ${version}`;
    return { contact, location, upTimeCs: this.upTimeCs, name: facts?.hostname ?? name, description };
  }
}

function hostText({ driver, hypervisorVersion, hostname, architecture }: HostFacts): string {
  return [driver, hypervisorVersion, "on", hostname, architecture && `(${architecture})`].filter(Boolean).join(" ");
}

function contextNames(hosts: readonly HostGeneration[]): readonly string[] {
  return ["", ...hosts.map(({ host }) => host.name)].filter((name) => Buffer.byteLength(name) <= LONGEST_CONTEXT_NAME);
}

class ContextScope implements VmScope {
  readonly hosts: readonly HostGeneration[];
  readonly now: number;
  readonly upSince: number | undefined;
  readonly notifications: VmNotificationSwitches;
  readonly #find: () => KnownOrder;
  #known: KnownOrder | undefined;
  #machines: MachineList | undefined;

  constructor(extent: ContextExtent, now: number, notifications: VmNotificationSwitches, find: () => KnownOrder) {
    this.hosts = extent.parts;
    this.now = now;
    this.upSince = extent.upSince;
    this.notifications = notifications;
    this.#find = find;
  }

  get machines(): MachineList {
    this.#machines ??= this.#order.order.list(this.hosts);
    return this.#machines;
  }

  get membershipChangedAt(): number | undefined {
    return this.#order.changedAt;
  }

  get #order(): KnownOrder {
    this.#known ??= this.#find();
    return this.#known;
  }
}

/** When a machine last came or went on any of these hosts. */
function lastChange(parts: readonly HostGeneration[]): number | undefined {
  let latest: number | undefined;
  for (const { host } of parts) {
    if (host.membershipChangedAt !== undefined) latest = Math.max(latest ?? 0, host.membershipChangedAt);
  }
  return latest;
}

function isSameList(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((number, at) => number === b[at]);
}
