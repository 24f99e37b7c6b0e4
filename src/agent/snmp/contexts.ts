import type { Clock } from "../../base/clock.js";
import {
  type Generation,
  type HostGeneration,
  type InventoryReader,
  machinesByGatewayIndex,
} from "../../inventory/generation.js";
import type { HostFacts } from "../../inventory/host.js";
import type { Machine } from "../../inventory/machine.js";
import type { EngineFacts } from "../../mapping/snmp/engine-groups.js";
import type { SystemFacts } from "../../mapping/snmp/system-group.js";
import type { VmScope } from "../../mapping/snmp/vm-scope.js";
import type { ObjectSource, ObjectSources } from "../../protocol/snmp/object-source.js";
import { defaultObjects, hostObjects } from "./served-objects.js";

/** What the gateway says of itself. */
export interface SnmpIdentification {
  /** The gateway's version. */
  readonly version: string;
  /** sysName of the default context: by custom the computer's fully qualified name. */
  readonly name: string;
  readonly contact: string;
  readonly location: string;
  /** Whether notifications about single machines are sent. */
  readonly perVmNotifications: boolean;
}

interface ContextParts {
  readonly inventory: InventoryReader;
  readonly clock: Clock;
  readonly identification: () => SnmpIdentification;
  readonly engine: () => EngineFacts;
}

/** Longest context name that vacmContextTable can show, in octets. */
const LONGEST_CONTEXT_NAME = 32;
const TWO_TO_32 = 4294967296;

/**
 * The contexts: one per host, named after it. The default context is that host when there is exactly one, else all hosts
 * together; in both cases it also has the gateway's own engine.
 */
export class SnmpContexts implements ObjectSources {
  readonly #parts: ContextParts;
  readonly #startedMs: number;
  readonly #startedWallMs: number;

  constructor(parts: ContextParts) {
    this.#parts = parts;
    this.#startedMs = parts.clock.monotonic();
    this.#startedWallMs = parts.clock.now();
  }

  /** sysUpTime: hundredths of a second since the agent started. @see RFC 3418, object sysUpTime */
  get upTimeCs(): number {
    return Math.floor((this.#parts.clock.monotonic() - this.#startedMs) / 10) % TWO_TO_32;
  }

  open(contextName: string): ObjectSource | undefined {
    const generation = this.#parts.inventory.current();
    const scope = this.scope(contextName, generation);
    if (scope === undefined) return undefined;
    const objects = contextName === "" ? defaultObjects : hostObjects;
    const { engine } = this.#parts;
    // Most requests are about machines only; what they do not touch is not made.
    return objects.source({
      scope,
      system: () => this.#system(contextName, generation),
      engine,
      contextNames: () => contextNames(generation),
    });
  }

  /** What a context shows of machines; `undefined` for a context that does not exist. */
  scope(contextName: string, generation = this.#parts.inventory.current()): VmScope | undefined {
    const now = this.#parts.clock.now();
    const { perVmNotifications } = this.#parts.identification();
    if (contextName !== "") {
      const host = generation.hosts.get(contextName);
      return host && new HostScope(host, now, perVmNotifications);
    }
    const [only, ...others] = generation.hosts.values();
    if (only !== undefined && others.length === 0) return new HostScope(only, now, perVmNotifications);
    return new GatewayScope(generation, now, this.#startedWallMs, perVmNotifications);
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

class HostScope implements VmScope {
  readonly hosts: readonly HostGeneration[];
  readonly machines: readonly Machine[];
  readonly now: number;
  readonly upSince: number | undefined;
  readonly perVmNotifications: boolean;

  constructor(host: HostGeneration, now: number, perVmNotifications: boolean) {
    this.hosts = [host];
    this.machines = host.byIndex;
    this.now = now;
    this.upSince = host.host.facts?.upSince;
    this.perVmNotifications = perVmNotifications;
  }

  indexOf(machine: Machine): number {
    return machine.index;
  }
}

class GatewayScope implements VmScope {
  readonly now: number;
  readonly upSince: number;
  readonly perVmNotifications: boolean;
  readonly #generation: Generation;

  constructor(generation: Generation, now: number, upSince: number, perVmNotifications: boolean) {
    this.#generation = generation;
    this.now = now;
    this.upSince = upSince;
    this.perVmNotifications = perVmNotifications;
  }

  get hosts(): readonly HostGeneration[] {
    return [...this.#generation.hosts.values()];
  }

  get machines(): readonly Machine[] {
    return machinesByGatewayIndex(this.#generation);
  }

  indexOf(machine: Machine): number {
    return machine.gatewayIndex;
  }
}
