import { isDeepStrictEqual } from "node:util";
import { Secret } from "../base/secret.js";
import { type Members, propertyOf } from "./option.js";
import { type Configuration, type HostConfiguration, options } from "./options.js";

/** What a new configuration changes, so that all of it can be applied, or none. */
export interface ConfigurationChange {
  readonly hosts: {
    readonly added: readonly HostConfiguration[];
    readonly removed: readonly HostConfiguration[];
    readonly changed: readonly { readonly before: HostConfiguration; readonly after: HostConfiguration }[];
  };
  /** Sections whose listeners must be opened anew: `snmp`, `web`. */
  readonly listeners: readonly string[];
  /** Keys, such as `snmp.contact`, that take effect at once; those of hosts are not among them. */
  readonly live: readonly string[];
  /** Keys that take effect with the next start. */
  readonly restart: readonly string[];
}

/** Compares two configurations by the option table. Hosts are the same when their names are; a change of order is none. */
export function compareConfigurations(before: Configuration, after: Configuration): ConfigurationChange {
  const changed: Changed = { listeners: new Set(), live: [], restart: [] };
  const { host: _, ...others } = options;
  collect(others, before, after, "", changed);
  return {
    hosts: compareHosts(before.hosts, after.hosts),
    listeners: [...changed.listeners],
    live: changed.live,
    restart: changed.restart,
  };
}

interface Changed {
  readonly listeners: Set<string>;
  readonly live: string[];
  readonly restart: string[];
}

type Values = Readonly<Record<string, unknown>>;

function collect(members: Members, before: object, after: object, path: string, changed: Changed): void {
  for (const [key, member] of Object.entries(members)) {
    const property = propertyOf(key, member);
    const old = (before as Values)[property];
    const new_ = (after as Values)[property];
    const name = path === "" ? key : `${path}.${key}`;
    if (member.kind === "table") collect(member.members, old as Values, new_ as Values, name, changed);
    else if (!same(old, new_)) {
      const reload = member.kind === "tables" ? "live" : member.reload;
      if (reload === "listener") changed.listeners.add(path);
      else changed[reload].push(name);
    }
  }
}

function compareHosts(before: Configuration["hosts"], after: Configuration["hosts"]): ConfigurationChange["hosts"] {
  const old = new Map(before.map((host) => [host.name, host]));
  const names = new Set(after.map((host) => host.name));
  return {
    added: after.filter((host) => !old.has(host.name)),
    removed: before.filter((host) => !names.has(host.name)),
    changed: after.flatMap((host) => {
      const earlier = old.get(host.name);
      return earlier === undefined || same(earlier, host) ? [] : [{ before: earlier, after: host }];
    }),
  };
}

function same(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(revealed(a), revealed(b));
}

/** Secrets hide their value from comparison as well. */
function revealed(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) return value.map(revealed);
  if (value instanceof Map) return new Map([...value].map(([key, inner]) => [key, revealed(inner)]));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revealed(inner)]));
}
