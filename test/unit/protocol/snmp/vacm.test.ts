import { describe, expect, test } from "vitest";
import { Vacm, type VacmAccess, type VacmRequest, type VacmTables } from "../../../../src/protocol/snmp/vacm.js";

const row: VacmAccess = {
  groupName: "staff",
  contextPrefix: "",
  contextMatch: "exact",
  securityModel: 0,
  securityLevel: "noAuthNoPriv",
  readViewName: "",
  writeViewName: "",
  notifyViewName: "",
};

const request: VacmRequest = {
  securityModel: 3,
  securityName: "ann",
  securityLevel: "authPriv",
  contextName: "",
  viewType: "read",
};

/** A view per name; view N is the subtree 1.N, so that a test sees which one was chosen. */
function tables(...access: Partial<VacmAccess>[]): VacmTables {
  return {
    groups: [
      { securityModel: 3, securityName: "ann", groupName: "staff" },
      { securityModel: 2, securityName: "ann", groupName: "others" },
    ],
    access: access.map((change) => ({ ...row, ...change })),
    views: [1, 2, 3].map((arc) => ({ viewName: `view${arc}`, subtree: [1, arc], type: "included" as const })),
  };
}

/** The number of the chosen view, or the reason for none. */
function chosen(vacm: Vacm, changes: Partial<VacmRequest> = {}): number | string | undefined {
  const view = vacm.view({ ...request, ...changes });
  return typeof view === "string" ? view : [1, 2, 3].find((arc) => view.includes([1, arc, 7]));
}

describe("Vacm.view() (RFC 3415, section 3.2)", () => {
  test("knows who is in no group, has no access, and has no view", () => {
    const vacm = new Vacm(tables({ readViewName: "view1", writeViewName: "missing" }));
    expect(chosen(vacm)).toBe(1);
    expect(chosen(vacm, { securityName: "bob" })).toBe("noGroupName");
    expect(chosen(vacm, { securityModel: 1 })).toBe("noGroupName");
    expect(chosen(vacm, { securityModel: 2 })).toBe("noAccessEntry");
    expect(chosen(vacm, { contextName: "host1" })).toBe("noAccessEntry");
    expect(chosen(vacm, { viewType: "write" })).toBe("noSuchView");
    expect(chosen(vacm, { viewType: "notify" })).toBe("noSuchView");
  });

  test("has a view for each kind of access", () => {
    const vacm = new Vacm(tables({ readViewName: "view1", writeViewName: "view2", notifyViewName: "view3" }));
    expect(chosen(vacm, { viewType: "write" })).toBe(2);
    expect(chosen(vacm, { viewType: "notify" })).toBe(3);
  });

  test("requires at least the level of the row, and takes the highest row that is reached", () => {
    const vacm = new Vacm(
      tables(
        { securityLevel: "authNoPriv", readViewName: "view1" },
        { securityLevel: "authPriv", readViewName: "view2" },
      ),
    );
    expect(chosen(vacm, { securityLevel: "noAuthNoPriv" })).toBe("noAccessEntry");
    expect(chosen(vacm, { securityLevel: "authNoPriv" })).toBe(1);
    expect(chosen(vacm, { securityLevel: "authPriv" })).toBe(2);
  });

  test("prefers the model to any model, then an exact context to a prefix, then the longer prefix, then the level", () => {
    const any: Partial<VacmAccess> = { securityLevel: "authPriv", readViewName: "view1" };
    const byModel: Partial<VacmAccess> = { securityModel: 3, contextMatch: "prefix", readViewName: "view2" };
    expect(chosen(new Vacm(tables(any, byModel)))).toBe(2);

    const prefix: Partial<VacmAccess> = { contextMatch: "prefix", contextPrefix: "host", readViewName: "view1" };
    const exact: Partial<VacmAccess> = { contextPrefix: "host1", readViewName: "view2" };
    const shorter: Partial<VacmAccess> = {
      ...prefix,
      contextPrefix: "h",
      securityLevel: "authPriv",
      readViewName: "view3",
    };
    const contexts = new Vacm(tables(shorter, prefix, exact));
    expect(chosen(contexts, { contextName: "host1" })).toBe(2);
    expect(chosen(contexts, { contextName: "host2" })).toBe(1);
    expect(chosen(contexts, { contextName: "h2" })).toBe(3);
    expect(chosen(contexts, { contextName: "other" })).toBe("noAccessEntry");
  });
});
