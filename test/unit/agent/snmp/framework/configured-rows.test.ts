import { describe, expect, test } from "vitest";
import { accessOf } from "../../../../../src/agent/snmp/framework/compile-access.js";
import { configuredRows, type SnmpClients } from "../../../../../src/agent/snmp/framework/configured-rows.js";
import { FrameworkTables } from "../../../../../src/agent/snmp/framework/framework-tables.js";
import { openKeyUser } from "../../../../../src/agent/snmp/users.js";
import type { SecurityLevel } from "../../../../../src/protocol/snmp/security.js";
import { Vacm, type VacmRequest } from "../../../../../src/protocol/snmp/vacm.js";
import { View } from "../../../../../src/protocol/snmp/view.js";
import { TableStore } from "../../../../support/table-store.js";

const both = await openKeyUser(new TableStore(), "both");
const { priv: _, ...signed } = both;
const engineId = Buffer.from("8000000005010203040506", "hex");
const framework = await FrameworkTables.open({
  store: new TableStore(),
  engineId,
  random: () => 0,
  authenticationTraps: false,
});

/** The rights that a configuration gives. */
function accessFor(clients: SnmpClients) {
  framework.configure(configuredRows(clients, engineId));
  return accessOf(framework, engineId);
}

const access = accessFor({
  users: [
    both,
    { ...signed, name: "signed" },
    { name: "open" },
    { ...both, name: "operator", write: "notifications" },
    { ...both, name: "admin", write: "all" },
    { ...signed, name: "unsafe", write: "all" },
  ],
  communities: [{ community: "public", version: "v2c", securityName: "public", contextName: "kvm1" }],
  targets: [],
});
const vacm = new Vacm(access.vacm);

function view(securityName: string, securityLevel: SecurityLevel, changes: Partial<VacmRequest> = {}): View | string {
  return vacm.view({ securityModel: 3, securityName, securityLevel, contextName: "", viewType: "read", ...changes });
}

describe("configuredRows()", () => {
  test("answers v3 only, until a community is configured", () => {
    expect(accessFor({ users: [both], communities: [], targets: [] }).versions).toEqual([]);
    expect(access.versions).toEqual(["v2c"]);
  });

  test("wants all the protection that a user has keys for", () => {
    expect(view("both", "authPriv")).toBeInstanceOf(View);
    expect(view("both", "authNoPriv")).toBe("noAccessEntry");
    expect(view("both", "noAuthNoPriv")).toBe("noAccessEntry");
    expect(view("signed", "authNoPriv")).toBeInstanceOf(View);
    expect(view("signed", "noAuthNoPriv")).toBe("noAccessEntry");
    expect(view("open", "noAuthNoPriv")).toBe("noGroupName");
    expect(view("stranger", "authPriv")).toBe("noGroupName");
  });

  test("gives a community the version it was configured for, and nothing else", () => {
    expect(view("public", "noAuthNoPriv", { securityModel: 2, contextName: "kvm1" })).toBeInstanceOf(View);
    expect(view("public", "noAuthNoPriv", { securityModel: 1, contextName: "kvm1" })).toBe("noGroupName");
    expect(view("public", "noAuthNoPriv")).toBe("noGroupName");
  });

  test("lets everybody read every context and write none", () => {
    expect(view("both", "authPriv", { contextName: "any host" })).toBeInstanceOf(View);
    expect(view("both", "authPriv", { viewType: "notify" })).toBeInstanceOf(View);
    expect(view("both", "authPriv", { viewType: "write" })).toBe("noSuchView");
  });

  test("hides users, rights, communities and targets, but shows the contexts", () => {
    const seen = view("both", "authPriv");
    if (typeof seen === "string") throw new TypeError(seen);
    const shown = [
      "1.3.6.1.2.1.1.1.0",
      "1.3.6.1.2.1.236.1.4.1.2.1",
      "1.3.6.1.6.3.15.1.1.3.0",
      "1.3.6.1.6.3.16.1.1.1.1.0",
    ];
    const hidden = ["1.3.6.1.6.3.15.1.2.2.1.3.1", "1.3.6.1.6.3.16.1.2.1.3.1", "1.3.6.1.6.3.18.1.1.1.2.1"];
    hidden.push("1.3.6.1.6.3.13.1.1.1.2.1", "1.3.6.1.6.3.12.1.2.1.3.1", "1.3.6.1.6.3.12.1.3.1.4.1", "1.2.1");
    const oid = (text: string): number[] => text.split(".").map(Number);
    for (const text of shown) expect([text, seen.includes(oid(text))]).toEqual([text, true]);
    for (const text of hidden) expect([text, seen.includes(oid(text))]).toEqual([text, false]);
  });

  test("lets an operator set notifications and nothing else, and see what he sets", () => {
    const written = view("operator", "authPriv", { viewType: "write" });
    const seen = view("operator", "authPriv");
    if (typeof written === "string" || typeof seen === "string") throw new TypeError("no view");
    const oid = (text: string): number[] => text.split(".").map(Number);
    const settable = [
      "1.3.6.1.6.3.12.1.1.0",
      "1.3.6.1.6.3.12.1.2.1.3.1",
      "1.3.6.1.6.3.12.1.3.1.4.1",
      "1.3.6.1.6.3.13.1.1.1.2.1",
      "1.3.6.1.6.3.13.1.3.1.3.1",
      "1.3.6.1.6.3.1.1.6.1.0",
      "1.3.6.1.2.1.11.30.0",
      "1.3.6.1.2.1.236.1.9.0",
      "1.3.6.1.2.1.236.1.10.0",
    ];
    for (const text of settable) {
      expect([text, written.includes(oid(text)), seen.includes(oid(text))]).toEqual([text, true, true]);
    }
    const others = ["1.3.6.1.6.3.15.1.2.2.1.6.1", "1.3.6.1.6.3.16.1.4.1.5.1", "1.3.6.1.6.3.18.1.1.1.2.1"];
    for (const text of others) {
      expect([text, written.includes(oid(text)), seen.includes(oid(text))]).toEqual([text, false, false]);
    }
    expect(written.includes(oid("1.3.6.1.2.1.1.5.0"))).toBe(false);
  });

  test("lets an administrator set everything, but nobody without privacy", () => {
    const written = view("admin", "authPriv", { viewType: "write" });
    expect(written).toBeInstanceOf(View);
    expect(view("admin", "authNoPriv", { viewType: "write" })).toBe("noAccessEntry");
    expect(view("unsafe", "authNoPriv", { viewType: "write" })).toBe("noSuchView");
  });

  test("takes a community from its networks only, whatever the port", () => {
    const [row] = accessFor({
      users: [],
      communities: [
        {
          community: "public",
          version: "v1",
          securityName: "public",
          contextName: "",
          sources: [
            { address: "192.0.2.64", prefixLength: 27 },
            { address: "2001:db8::", prefixLength: 33 },
          ],
        },
      ],
      targets: [],
    }).communities;
    const accepts = (address: string): boolean | undefined => row?.accepts?.({ address, port: 40001 });
    expect(["192.0.2.64", "192.0.2.95", "2001:db8:7fff::1", "2001:db8::1%eth0"].map(accepts)).not.toContain(false);
    expect(["192.0.2.63", "192.0.2.96", "2001:db8:8000::1", "::1", "no address"].map(accepts)).not.toContain(true);
  });
});
