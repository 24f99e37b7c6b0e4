import { describe, expect, test } from "vitest";
import { configuredRules } from "../../../src/daemon/configured-access.js";
import type { Configuration } from "../../../src/daemon/options.js";
import { readConfiguration } from "../../../src/daemon/read-configuration.js";
import { SnmpPrincipals, type SnmpRights } from "../../../src/daemon/snmp-principals.js";
import type { AccessSubject } from "../../../src/engine/access/access-rules.js";
import { securityModel } from "../../../src/protocol/snmp/security.js";

const { v1, v2c, usm, tsm } = securityModel;
const print = "ab".repeat(32);
const text = `
[[access.rule]]
name = "kvm1"
groups = ["one"]
path = "/virtgate-host:hosts/host[name='kvm1']"
operations = ["read", "update"]
[[snmp.user]]
name = "free"
auth_password = "12345678"
priv_password = "12345678"
[[snmp.user]]
name = "bound"
auth_password = "12345678"
priv_password = "12345678"
groups = ["one"]
[[snmp.tls_user]]
name = "cert"
fingerprint = "${print}"
groups = ["one"]
[[snmp.community]]
name = "web"
groups = ["one"]
[[snmp.community]]
name = "web"
version = "v1"
[[snmp.target]]
name = "a"
address = "192.0.2.1:162"
version = "v2c"
community = "web"
[[snmp.target]]
name = "b"
address = "192.0.2.1:163"
version = "v1"
community = "web"
[[snmp.target]]
name = "c"
address = "192.0.2.1:164"
version = "v2c"
community = "web"
groups = []
[[snmp.target]]
name = "d"
address = "192.0.2.1:165"
version = "v2c"
community = "unknown"
`;

function principals(
  subjectOf: (name: string) => AccessSubject | undefined = () => undefined,
  ownedBy: SnmpRights["ownedBy"] = () => [],
): SnmpPrincipals {
  const { configuration, problems } = readConfiguration(text, { file: "f" });
  expect(problems).toEqual([]);
  const read = configuration as Configuration;
  return new SnmpPrincipals(read.snmp, { rules: configuredRules(read), subjectOf, ownedBy });
}

/** Which of two hosts somebody sees. */
function hostsOf(who: SnmpPrincipals, model: 1 | 2 | 3 | 4, securityName: string): readonly string[] {
  const visible = who.of({ securityModel: model, securityName });
  return ["kvm1", "lxc1"].filter((host) => visible === undefined || visible.of(host) !== undefined);
}

describe("SnmpPrincipals", () => {
  // biome-ignore format: read as a table
  test.each([
    [usm, "free",       ["kvm1", "lxc1"]],
    [usm, "bound",      ["kvm1"]],
    [usm, "stranger",   ["kvm1", "lxc1"]],
    [tsm, "cert",       ["kvm1"]],
    [tsm, "tls:cert",   ["kvm1"]],
    [tsm, "bound",      ["kvm1", "lxc1"]],
    [v2c, "community1", ["kvm1"]],
    [v1,  "community1", ["kvm1", "lxc1"]],
    [v2c, "target1",    ["kvm1"]],
    [v1,  "target2",    ["kvm1", "lxc1"]],
    [v2c, "target3",    []],
    [v2c, "target4",    ["kvm1", "lxc1"]],
  ] as const)("knows what %i %s sees", (model, name, hosts) => {
    expect(hostsOf(principals(), model, name)).toEqual(hosts);
  });

  test("takes the groups of a gateway's user for whom the file has none", () => {
    const known = principals((name) => ({ name: "bob", groups: name === "free" ? ["one"] : ["admin"] }));
    expect(hostsOf(known, usm, "free")).toEqual(["kvm1"]);
    expect(hostsOf(known, usm, "bound")).toEqual(["kvm1"]);
    expect(known.of({ securityModel: usm, securityName: "stranger" })).toBeUndefined();
    // Nobody is known by a word that travels in clear text.
    expect(hostsOf(known, v1, "community1")).toEqual(["kvm1", "lxc1"]);
  });

  test("shows a user his own machines, and nothing else", () => {
    const mine = { host: "lxc1", uuid: "5e1f0000-0000-4000-8000-000000000001" };
    const known = principals(
      (name) => (name === "free" ? { name: "bob", groups: [] } : undefined),
      (user) => (user === "bob" ? [mine] : []),
    );
    const visible = known.of({ securityModel: usm, securityName: "free" });
    expect(visible?.of("lxc1")).toEqual({ isTold: false, machines: { only: new Set([mine.uuid]) } });
    expect(visible?.of("kvm1")).toBeUndefined();
    const namesake = principals(undefined, () => [mine]);
    expect(hostsOf(namesake, usm, "bound")).toEqual(["kvm1"]);
  });

  test("decides once, so that orders that go by the decision hold", () => {
    const who = principals();
    const principal = { securityModel: usm, securityName: "bound" };
    expect(who.of(principal)).toBe(who.of({ ...principal }));
  });

  test("lets somebody set in the contexts of hosts that he may change, and in no other", () => {
    const views = principals().viewsOf({ securityModel: usm, securityName: "bound" });
    const included = (parts = views?.write) =>
      parts?.filter((part) => part.included).map(({ subtree }) => subtree.join("."));
    expect(included()).toEqual([]);
    expect([...(views?.writeOf ?? [])].map(([host, parts]) => [host, included(parts)])).toEqual([
      ["kvm1", ["1.3.6.1.2.1.236"]],
    ]);
    expect(included(views?.read)).not.toContain("1.3.6.1.6.3.12");
    expect(principals().viewsOf({ securityModel: usm, securityName: "free" })).toBeUndefined();
  });
});
