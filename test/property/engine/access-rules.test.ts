import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type AccessOperation,
  type AccessRequest,
  type AccessRule,
  type AccessRules,
  type AccessSubject,
  decideAccess,
} from "../../../src/engine/access/access-rules.js";
import { dataPath, type PathNode, readDataPath } from "../../../src/engine/access/data-path.js";

const operations: readonly AccessOperation[] = ["create", "read", "update", "delete", "exec"];
const effect = fc.constantFrom("permit" as const, "deny" as const);
const module = fc.constantFrom("m", "n");
const name = fc.constantFrom("a", "b");
const key = fc.constantFrom("1", "2");

const node = (withKeys: boolean) =>
  fc.record({ module, name, key }).map(({ module: of, name: called, key: value }): PathNode => {
    return { module: of, name: called, keys: new Map(withKeys ? [["k", value]] : []) };
  });
const rulePath = fc.array(fc.oneof(node(true), node(false)), { minLength: 1, maxLength: 3 });
const requestPath = fc.array(node(true), { minLength: 1, maxLength: 4 });

const target = fc.option(
  fc.oneof(
    fc.constantFrom("a", "b", "*").map((rpc) => ({ rpc })),
    fc.constantFrom("a", "b", "*").map((notification) => ({ notification })),
    rulePath.map((path) => ({ path })),
  ),
  { nil: undefined },
);
const rule: fc.Arbitrary<AccessRule> = fc
  .record({
    module: fc.constantFrom("m", "n", "*"),
    target,
    operations: fc.oneof(fc.constant("*" as const), fc.subarray([...operations])),
    effect,
  })
  .map(({ target: about, ...rest }) => ({ name: "r", ...rest, ...(about && { target: about }) }));
const rules: fc.Arbitrary<AccessRules> = fc.record({
  enabled: fc.boolean(),
  readDefault: effect,
  writeDefault: effect,
  execDefault: effect,
  lists: fc.array(
    fc.record({
      name: fc.constant("l"),
      groups: fc.subarray(["g", "h", "*"]),
      rules: fc.array(rule, { maxLength: 4 }),
    }),
    { maxLength: 4 },
  ),
});
const subject: fc.Arbitrary<AccessSubject> = fc.record({ name: fc.constant("u"), groups: fc.subarray(["g", "h"]) });
const deny = fc.option(fc.constantFrom("all" as const, "write" as const), { nil: undefined });
const called = fc.constantFrom("a", "b", "close-session", "kill-session", "delete-config");
const request: fc.Arbitrary<AccessRequest> = fc.oneof(
  fc
    .record({ module, name: called, deny })
    .map(({ deny: by, ...rest }) => ({ kind: "rpc" as const, ...rest, ...(by && { defaultDeny: by }) })),
  fc
    .record({ module, name: fc.constantFrom("a", "b", "replayComplete"), deny })
    .map(({ deny: by, ...rest }) => ({ kind: "notification" as const, ...rest, ...(by && { defaultDeny: by }) })),
  fc
    .record({ path: requestPath, operation: fc.constantFrom(...operations), deny })
    .map(({ deny: by, ...rest }) => ({ kind: "data" as const, ...rest, ...(by && { defaultDeny: by }) })),
);

/** RFC 8341's steps one by one, paths compared as texts. */
function naive(by: AccessRules, who: AccessSubject, what: AccessRequest): "permit" | "deny" {
  const operation = what.kind === "rpc" ? "exec" : what.kind === "notification" ? "read" : what.operation;
  const texts = what.kind === "data" ? what.path.map((one) => `${one.module}:${one.name}[k=${one.keys.get("k")}]`) : [];
  if (!by.enabled) return "permit"; // 3.4.4, step 1
  if (what.kind === "rpc" && what.name === "close-session") return "permit"; // step 3
  if (what.kind === "notification" && what.name === "replayComplete") return "permit"; // 3.4.6, step 3
  for (const list of by.lists) {
    const applies = list.groups.includes("*") || who.groups.some((group) => list.groups.includes(group));
    if (!applies) continue;
    for (const one of list.rules) {
      const inModule = what.kind === "data" ? what.path[what.path.length - 1]?.module : what.module;
      if (one.module !== "*" && one.module !== inModule) continue;
      if (one.operations !== "*" && one.operations.indexOf(operation) < 0) continue;
      if (one.target && "rpc" in one.target) {
        if (what.kind !== "rpc" || (one.target.rpc !== "*" && one.target.rpc !== what.name)) continue;
      }
      if (one.target && "notification" in one.target) {
        if (what.kind !== "notification") continue;
        if (one.target.notification !== "*" && one.target.notification !== what.name) continue;
      }
      if (one.target && "path" in one.target) {
        if (what.kind !== "data") continue;
        const wanted = one.target.path.map((of) => `${of.module}:${of.name}[k=${of.keys.get("k") ?? ""}`);
        if (!wanted.every((text, at) => texts[at]?.startsWith(text))) continue;
      }
      return one.effect;
    }
  }
  if (what.defaultDeny === "all") return "deny";
  if (what.kind === "rpc" && (what.name === "kill-session" || what.name === "delete-config")) return "deny";
  if (operation === "exec") return by.execDefault;
  if (operation === "read") return by.readDefault;
  return what.defaultDeny === "write" ? "deny" : by.writeDefault;
}

test("decideAccess() decides as RFC 8341 does step by step (sections 3.4.4 to 3.4.6)", () => {
  const seen = { permit: 0, deny: 0 };
  fc.assert(
    fc.property(rules, subject, request, (by, who, what) => {
      const decision = decideAccess(by, who, what).effect;
      seen[decision] += 1;
      expect(decision).toBe(naive(by, who, what));
    }),
    { numRuns: 5000 },
  );
  expect(Math.min(seen.permit, seen.deny)).toBeGreaterThan(500);
});

test("decideAccess() permits everything in a recovery session", () => {
  fc.assert(
    fc.property(rules, request, (by, what) => {
      expect(decideAccess(by, { name: "root", groups: [], isRecovery: true }, what).effect).toBe("permit");
    }),
  );
});

test("readDataPath() reads what a path is, and refuses what is none", () => {
  const path = readDataPath(`/virtgate:hosts/host[name='kvm 1']/machine[uuid="u"][n='/]']/ietf-x:y`);
  expect(path).toEqual([
    ...dataPath("virtgate", "hosts", ["host", { name: "kvm 1" }], ["machine", { uuid: "u", n: "/]" }]),
    ...dataPath("ietf-x", "y"),
  ]);
  for (const wrong of ["", "a", "/a", "/v:a/", "//v:a", "/v:a[b]", "/v:a[b='c]", "/v:a b", "/v:a[b='c']x"]) {
    expect(() => readDataPath(wrong), wrong).toThrow(/path to data/);
  }
});
