import type { Clock } from "../../base/clock.js";
import type { Generation, HostGeneration, InventoryReader } from "../../inventory/generation.js";
import type { HostFacts } from "../../inventory/host.js";
import type { Machine } from "../../inventory/machine.js";
import type { EngineFacts } from "../../mapping/snmp/engine-groups.js";
import type { SystemFacts } from "../../mapping/snmp/system-group.js";
import type { MachineList, VmNotificationSwitches, VmScope } from "../../mapping/snmp/vm-scope.js";
import type { ObjectSource, ObjectSources, Principal } from "../../protocol/snmp/object-source.js";
import type { FrameworkState } from "./framework/framework-state.js";
import { MachineOrder, type MachineVisibility, type VisibleMachines } from "./machine-order.js";
import { defaultObjects, hostObjects } from "./served-objects.js";
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
  readonly visibility: MachineVisibility;
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

/** What one context is of. */
interface ContextExtent {
  readonly parts: readonly HostGeneration[];
  readonly numberOf: (machine: Machine) => number;
  readonly upSince: number | undefined;
}

/** Longest context name that vacmContextTable can show, in octets. */
const LONGEST_CONTEXT_NAME = 32;
const TWO_TO_32 = 4294967296;
/** Orders kept, one per context and principal. */
const MOST_ORDERS = 1000;
const indexOf = (machine: Machine): number => machine.index;
const gatewayIndexOf = (machine: Machine): number => machine.gatewayIndex;

/**
 * The contexts: one per host, named after it. The default context is that host when there is exactly one, else all hosts
 * together; in both cases it also has the gateway's own engine.
 */
export class SnmpContexts implements ObjectSources {
  readonly #parts: ContextParts;
  readonly #startedMs: number;
  readonly #startedWallMs: number;
  readonly #orders = new Map<string, KnownOrder>();

  constructor(parts: ContextParts) {
    this.#parts = parts;
    this.#startedMs = parts.clock.monotonic();
    this.#startedWallMs = parts.clock.now();
  }

  /** sysUpTime: hundredths of a second since the agent started. @see RFC 3418, object sysUpTime */
  get upTimeCs(): number {
    return Math.floor((this.#parts.clock.monotonic() - this.#startedMs) / 10) % TWO_TO_32;
  }

  /** The contexts besides the default one. */
  get hostNames(): readonly string[] {
    return [...this.#parts.inventory.current().hosts.keys()];
  }

  open(contextName: string, principal: Principal): ObjectSource | undefined {
    const generation = this.#parts.inventory.current();
    const extent = this.#extent(contextName, generation);
    if (extent === undefined) return undefined;
    const { engine, clock, switches, visibility, framework } = this.#parts;
    const scope = new ContextScope(extent, clock.now(), switches.of(contextName), () =>
      this.#order(contextName, extent, principal, visibility.machinesOf(principal)),
    );
    const objects = contextName === "" ? defaultObjects : hostObjects;
    // Most requests are about machines only; what they do not touch is not made.
    return objects.source({
      scope,
      system: () => this.#system(contextName, generation),
      engine,
      contextNames: () => contextNames(generation),
      framework,
    });
  }

  /** Of what `principal` may hear in a context; `undefined` when there is no such context. */
  audience(contextName: string, principal: Principal): Audience | undefined {
    const extent = this.#extent(contextName, this.#parts.inventory.current());
    if (extent === undefined) return undefined;
    const { switches, visibility } = this.#parts;
    const visible = visibility.machinesOf(principal);
    return {
      notifications: switches.of(contextName),
      sees: ({ host, uuid }) =>
        extent.parts.some((part) => part.host.name === host) &&
        (visible?.get(host)?.has(uuid) ?? visible === undefined),
      indexOf: extent.numberOf,
    };
  }

  #extent(contextName: string, { hosts }: Generation): ContextExtent | undefined {
    const [only] = hosts.values();
    const host = contextName === "" && hosts.size === 1 ? only : hosts.get(contextName);
    if (host !== undefined) {
      return { parts: [host], numberOf: indexOf, upSince: host.host.facts?.upSince };
    }
    if (contextName !== "") return undefined;
    return { parts: [...hosts.values()], numberOf: gatewayIndexOf, upSince: this.#startedWallMs };
  }

  /** Made anew only when machines came, went or changed hands. */
  #order(
    contextName: string,
    { parts, numberOf }: ContextExtent,
    { securityModel, securityName }: Principal,
    visible: VisibleMachines | undefined,
  ): KnownOrder {
    const key = visible === undefined ? contextName : `${contextName}\n${securityModel}\n${securityName}`;
    const known = this.#orders.get(key);
    if (known?.order.holds(parts, visible)) {
      return visible === undefined ? { ...known, changedAt: lastChange(parts) } : known;
    }
    const order = new MachineOrder(parts, visible, numberOf);
    // That something changed which he may not see, a principal must not see either.
    const isOld = known !== undefined && isSameList(order.numbers, known.order.numbers);
    const seen = isOld ? known.changedAt : known ? lastChange(parts) : this.#startedWallMs;
    const made = { order, changedAt: visible === undefined ? lastChange(parts) : seen };
    if (this.#orders.size >= MOST_ORDERS) this.#orders.clear();
    this.#orders.set(key, made);
    return made;
  }

  #system(contextName: string, generation: Generation): SystemFacts {
    const { version, name, contact, location } = this.#parts.identification();
    const common = { contact, location, upTimeCs: this.upTimeCs };
    const host = generation.hosts.get(contextName)?.host;
    if (host === undefined) {
      const hosts = generation.hosts.size === 1 ? "1 host" : `${generation.hosts.size} hosts`;
      return { ...common, name, description: `virtgate ${version}, gateway to ${hosts}` };
    }
    const description = `${host.facts ? hostText(host.facts) : host.name}, seen by virtgate ${version}`;
    return { ...common, name: host.facts?.hostname ?? host.name, description };
  }
}

function hostText({ driver, hypervisorVersion, hostname, architecture }: HostFacts): string {
  return [driver, hypervisorVersion, "on", hostname, architecture && `(${architecture})`].filter(Boolean).join(" ");
}

function contextNames(generation: Generation): readonly string[] {
  return ["", ...generation.hosts.keys()].filter((name) => Buffer.byteLength(name) <= LONGEST_CONTEXT_NAME);
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
