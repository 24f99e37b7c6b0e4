import type { Complaint } from "./option.js";
import type { Configuration } from "./options.js";
import type { KeyPath } from "./toml-locator.js";

type Complain = (path: KeyPath, complaint: Complaint) => void;
/** One item of a list as it was read; a member about which there was a complaint already is `undefined`. */
type Draft<T> = { readonly [K in keyof T]: T[K] | undefined };
type HostDraft = Draft<Configuration["hosts"][number]>;
type Community = Draft<Configuration["snmp"]["communities"][number]>;
type Target = Draft<Configuration["snmp"]["targets"][number]>;

/**
 * Checks what no option can know alone: names that must differ, and names that must exist.
 * @param users the SNMPv3 users that exist; `undefined` when that is not known, and then nothing is said about users
 */
export function checkReferences(
  configuration: Configuration,
  users: readonly string[] | undefined,
  complain: Complain,
): void {
  const hosts: readonly HostDraft[] = configuration.hosts;
  checkDistinct(hosts, ["host"], "a host", complain);
  checkDistinct(configuration.snmp.targets, ["snmp", "target"], "a target", complain);
  checkIntervals(hosts, complain);
  checkCommunities(configuration.snmp.communities, hosts, complain);
  checkTargets(configuration.snmp.targets, hosts, users, complain);
}

function checkDistinct(
  items: readonly { readonly name: string | undefined }[],
  path: KeyPath,
  what: string,
  complain: Complain,
): void {
  const first = new Map<string, number>();
  for (const [index, { name }] of items.entries()) {
    if (name === undefined) continue;
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, index);
    else {
      const problem = `is "${name}", as that of ${what} further up (number ${earlier + 1})`;
      complain([...path, index, "name"], { problem, advice: "give each its own name" });
    }
  }
}

function checkIntervals(hosts: readonly HostDraft[], complain: Complain): void {
  for (const [index, { stateIntervalMs, statisticsIntervalMs }] of hosts.entries()) {
    if (stateIntervalMs === undefined || statisticsIntervalMs === undefined) continue;
    if (statisticsIntervalMs < stateIntervalMs) {
      complain(["host", index, "statistics_interval_ms"], {
        problem: `is ${statisticsIntervalMs}, less than state_interval_ms`,
        advice: `write at least ${stateIntervalMs}`,
      });
    }
  }
}

function checkCommunities(communities: readonly Community[], hosts: readonly HostDraft[], complain: Complain): void {
  const seen = new Set<string>();
  for (const [index, { name, version, context }] of communities.entries()) {
    checkContext(context, hosts, ["snmp", "community", index, "context"], complain);
    if (name === undefined || version === undefined) continue;
    const identity = `${version} ${name.reveal()}`;
    if (seen.has(identity)) {
      complain(["snmp", "community", index, "name"], {
        problem: `is there twice for ${version}`,
        advice: "use one community string per context, and one entry with all its sources",
      });
    }
    seen.add(identity);
  }
}

function checkTargets(
  targets: readonly Target[],
  hosts: readonly HostDraft[],
  users: readonly string[] | undefined,
  complain: Complain,
): void {
  for (const [index, { version, user, community, context }] of targets.entries()) {
    const path = ["snmp", "target", index];
    checkContext(context, hosts, [...path, "context"], complain);
    if (version === "v3" && community !== undefined) {
      complain([...path, "community"], {
        problem: "belongs to v1 and v2c, but this target has version v3",
        advice: `remove it, or add version = "v2c"`,
      });
    }
    if ((version === "v1" || version === "v2c") && user !== undefined) {
      complain([...path, "user"], {
        problem: `belongs to v3, but this target has version ${version}`,
        advice: `write community = "…" instead`,
      });
    }
    if ((version === "v1" || version === "v2c") && community === undefined) {
      complain([...path, "community"], {
        problem: `is missing, which version ${version} needs`,
        advice: `add a line such as community = "change-me", or use version = "v3"`,
      });
    }
    if (version === "v3" && user !== undefined && users !== undefined && !users.includes(user)) {
      const known = users.length === 0 ? "there is none yet" : `there are: ${users.join(", ")}`;
      complain([...path, "user"], { problem: `is "${user}", which is no SNMPv3 user`, advice: known });
    }
  }
}

function checkContext(
  context: string | undefined,
  hosts: readonly HostDraft[],
  path: KeyPath,
  complain: Complain,
): void {
  // Without configured hosts they are found at start, so their names are not known here.
  if (context === undefined || context === "" || hosts.length === 0) return;
  if (hosts.some(({ name }) => name === context || name === undefined)) return;
  const names = hosts.map(({ name }) => `"${name}"`).join(", ");
  complain(path, { problem: `is "${context}", which is no host`, advice: `write one of ${names}` });
}
