import { describe, expect, test } from "vitest";
import { defaultAccess } from "../../../../src/agent/snmp/access.js";
import { openKeyUser } from "../../../../src/agent/snmp/users.js";
import type { SecurityLevel } from "../../../../src/protocol/snmp/security.js";
import { Vacm, type VacmRequest } from "../../../../src/protocol/snmp/vacm.js";
import { View } from "../../../../src/protocol/snmp/view.js";
import { TableStore } from "../../../support/table-store.js";

const both = await openKeyUser(new TableStore(), "both");
const { priv: _, ...signed } = both;
const access = defaultAccess({
  users: [both, { ...signed, name: "signed" }, { name: "open" }],
  communities: [{ community: "public", version: "v2c", securityName: "public", contextName: "kvm1" }],
  targets: [],
});
const vacm = new Vacm(access.vacm);

function view(securityName: string, securityLevel: SecurityLevel, changes: Partial<VacmRequest> = {}): View | string {
  return vacm.view({ securityModel: 3, securityName, securityLevel, contextName: "", viewType: "read", ...changes });
}

describe("defaultAccess()", () => {
  test("answers v3 only, until a community is configured", () => {
    expect(defaultAccess({ users: [both], communities: [], targets: [] }).versions).toEqual([]);
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
    hidden.push("1.3.6.1.6.3.12.1.2.1.3.1", "1.3.6.1.6.3.12.1.3.1.4.1", "1.2.1");
    const oid = (text: string): number[] => text.split(".").map(Number);
    for (const text of shown) expect([text, seen.includes(oid(text))]).toEqual([text, true]);
    for (const text of hidden) expect([text, seen.includes(oid(text))]).toEqual([text, false]);
  });
});
