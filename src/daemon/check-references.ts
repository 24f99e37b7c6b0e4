import { isDeepStrictEqual } from "node:util";
import type { Complaint } from "./option.js";
import type { Configuration } from "./options.js";
import type { KeyPath } from "./toml-locator.js";

type Complain = (path: KeyPath, complaint: Complaint) => void;
/** One item of a list as it was read; a member about which there was a complaint already is `undefined`. */
type Draft<T> = { readonly [K in keyof T]: T[K] | undefined };
type HostDraft = Draft<Configuration["hosts"][number]>;
type Community = Draft<Configuration["snmp"]["communities"][number]>;
type Target = Draft<Configuration["snmp"]["targets"][number]>;
type Rule = Draft<Configuration["access"]["rules"][number]>;
type User = Draft<Configuration["snmp"]["users"][number]>;

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
  checkTlsFiles(hosts, complain);
  checkSaslUsers(hosts, complain);
  checkCommunities(configuration.snmp.communities, hosts, complain);
  checkUsers(configuration.snmp.users, users ?? [], complain);
  checkTargets(configuration.snmp.targets, hosts, configuration.snmp.users, users, complain);
  checkTlsTargets(configuration.snmp, complain);
  checkRules(configuration.access.rules, complain);
  checkGroups(configuration.snmp, complain);
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

const TLS_URI = /^[a-z0-9]+\+tls:|^[a-z0-9]+:\/\/[^/]/i;

/** A certificate and its key belong together, and to TLS. */
function checkTlsFiles(hosts: readonly HostDraft[], complain: Complain): void {
  for (const [index, { uri, caFile, certFile, keyFile }] of hosts.entries()) {
    const given = { ca_file: caFile, cert_file: certFile, key_file: keyFile };
    const first = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
    if (first !== undefined && uri !== undefined && !TLS_URI.test(uri)) {
      const advice = "remove it, or write a URI such as qemu+tls://kvm1.example.net/system";
      complain(["host", index, first], { problem: "belongs to TLS, which this host's URI does not use", advice });
    } else if ((certFile === undefined) !== (keyFile === undefined)) {
      const [there, missing] = certFile === undefined ? ["key_file", "cert_file"] : ["cert_file", "key_file"];
      complain(["host", index, there], { problem: `is there without ${missing}`, advice: `add ${missing} = "/…"` });
    }
  }
}

function checkSaslUsers(hosts: readonly HostDraft[], complain: Complain): void {
  for (const [index, { saslUser, saslPasswordFile }] of hosts.entries()) {
    if ((saslUser === undefined) === (saslPasswordFile === undefined)) continue;
    const [there, missing, example] =
      saslUser === undefined
        ? ["sasl_password_file", "sasl_user", "virtgate"]
        : ["sasl_user", "sasl_password_file", "/var/lib/virtgate/kvm1.password"];
    const advice = `add a line such as ${missing} = "${example}"`;
    complain(["host", index, there], { problem: `is there without ${missing}`, advice });
  }
}

/**
 * The tables of communities know no version: the entries of one name for both versions must let in the same managers, to the same
 * context, or the wider one would count for both.
 * @see RFC 3584, section 5
 */
function checkCommunities(communities: readonly Community[], hosts: readonly HostDraft[], complain: Complain): void {
  const seen = new Set<string>();
  const first = new Map<string, number>();
  for (const [index, { name, version, context, source }] of communities.entries()) {
    checkContext(context, hosts, ["snmp", "community", index, "context"], complain);
    if (name === undefined || version === undefined) continue;
    const earlier = first.get(name.reveal());
    const other = earlier === undefined ? undefined : communities[earlier];
    if (earlier === undefined) first.set(name.reveal(), index);
    const differing =
      other && (other.context !== context ? "context" : isDeepStrictEqual(other.source, source) ? undefined : "source");
    if (earlier !== undefined && differing !== undefined) {
      complain(["snmp", "community", index, differing], {
        problem: `is not that of the same community further up (number ${earlier + 1})`,
        advice: "give both versions of a community the same source and context, or each its own community string",
      });
    }
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

function checkUsers(configured: readonly User[], builtIn: readonly string[], complain: Complain): void {
  checkDistinct(configured, ["snmp", "user"], "a user", complain);
  for (const [index, { name }] of configured.entries()) {
    if (name === undefined || !builtIn.includes(name)) continue;
    complain(["snmp", "user", index, "name"], {
      problem: `is "${name}", as that of the gateway's own user`,
      advice: "give it another name; what the own user may set is snmp.write",
    });
  }
}

function checkTargets(
  targets: readonly Target[],
  hosts: readonly HostDraft[],
  configured: readonly User[],
  users: readonly string[] | undefined,
  complain: Complain,
): void {
  const passwordUsers = configured.flatMap(({ name }) => name ?? []);
  for (const [index, { version, transport, user, community, context, inform }] of targets.entries()) {
    const path = ["snmp", "target", index];
    const isTls = transport === "tls"; // then a user is but a name
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
    const known = [...(users ?? []), ...passwordUsers];
    if (version === "v3" && !isTls && user !== undefined && users !== undefined && !known.includes(user)) {
      const advice = known.length === 0 ? "there is none yet" : `there are: ${known.join(", ")}`;
      complain([...path, "user"], { problem: `is "${user}", which is no SNMPv3 user`, advice });
    }
    if (!isTls) checkInform({ version, user, inform }, passwordUsers, path, complain);
  }
}

/** Over TLS it must be clear who is to answer, and what speaks of a server means one of TLS. */
function checkTlsTargets({ targets = [], tlsCaFile }: Draft<Configuration["snmp"]>, complain: Complain): void {
  for (const [index, target] of targets.entries()) {
    const { version, transport, serverFingerprint, serverName } = target;
    const path = ["snmp", "target", index];
    if (transport === "udp") {
      for (const key of ["server_fingerprint", "server_name"] as const) {
        if ({ server_fingerprint: serverFingerprint, server_name: serverName }[key] === undefined) continue;
        complain([...path, key], { problem: "belongs to TLS", advice: `add transport = "tls", or remove it` });
      }
    } else if (version !== "v3") {
      complain([...path, "version"], {
        problem: `is ${version}, which does not go over TLS`,
        advice: `use version = "v3", or transport = "udp"`,
      });
    } else if (serverFingerprint === undefined && tlsCaFile === undefined) {
      complain([...path, "server_fingerprint"], {
        problem: "is missing, so that nobody can be known there",
        advice: "give the fingerprint of its certificate, or the authority that vouches for it in snmp.tls_ca_file",
      });
    }
  }
}

/** Keys for the receiver's engine can be made from a password only; and SNMPv1 has no informs. */
function checkInform(
  { version, user, inform }: Pick<Target, "version" | "user" | "inform">,
  passwordUsers: readonly string[],
  path: KeyPath,
  complain: Complain,
): void {
  if (inform !== true) return;
  if (version === "v1") {
    const advice = `use version = "v2c" or "v3", or remove it`;
    complain([...path, "inform"], { problem: "needs an acknowledgement, which version v1 does not have", advice });
  }
  if (version === "v3" && (user === undefined || !passwordUsers.includes(user))) {
    complain([...path, "inform"], {
      problem: "needs a user with passwords, from which keys for the receiver can be made",
      advice: "add a [[snmp.user]] and name it in user = …",
    });
  }
}

/** A rule is about one thing, and has its own name. */
function checkRules(rules: readonly Rule[], complain: Complain): void {
  checkDistinct(rules, ["access", "rule"], "a rule", complain);
  for (const [index, { path, rpc, notification }] of rules.entries()) {
    const targets = Object.entries({ path, rpc, notification }).filter(([, value]) => value !== undefined);
    const [first, second] = targets;
    if (first === undefined || second === undefined) continue;
    complain(["access", "rule", index, second[0]], {
      problem: `is there beside ${first[0]}`,
      advice: "write a rule of its own for each",
    });
  }
}

/** Where somebody else's groups decide, none must seem to. */
function checkGroups({ targets, tlsUsers }: Draft<Configuration["snmp"]>, complain: Complain): void {
  for (const [index, { version, transport, groups }] of (targets ?? []).entries()) {
    if (groups === undefined || version !== "v3" || transport !== "udp") continue;
    const advice = "write them in the [[snmp.user]] that it is told as";
    complain(["snmp", "target", index, "groups"], { problem: "are those of its user for version v3", advice });
  }
  const known = new Map<string, unknown>();
  for (const [index, { name, groups }] of (tlsUsers ?? []).entries()) {
    if (name === undefined) continue;
    if (known.has(name) && !isDeepStrictEqual(known.get(name), groups)) {
      const problem = `is "${name}", who is in other groups further up`;
      complain(["snmp", "tls_user", index, "name"], { problem, advice: "give one name the same groups everywhere" });
    }
    known.set(name, groups);
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
