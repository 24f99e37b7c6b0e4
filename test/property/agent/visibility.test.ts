import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { InventoryVisibility } from "../../../src/agent/snmp/machine-order.js";
import {
  type AccessRule,
  type AccessRules,
  type AccessSubject,
  decideAccess,
  type RuleList,
} from "../../../src/engine/access/access-rules.js";
import { type DataPath, readDataPath } from "../../../src/engine/access/data-path.js";
import { firstRules, OWNERS, rulesWith } from "../../../src/engine/access/first-rules.js";
import { type MachineIdentity, seesMachine, visibleInventory } from "../../../src/engine/access/visible-inventory.js";
import type { Generation, HostGeneration } from "../../../src/inventory/generation.js";
import type { Oid, VarBind } from "../../../src/protocol/snmp/object-source.js";
import { contextsOver, reader, requireContext, walk } from "../../support/contexts.js";
import { generationArbitrary } from "../../support/generation-arbitrary.js";
import { generation, hostGeneration, machine, stillInventory } from "../../support/generations.js";
import { ManualClock } from "../../support/manual-clock.js";

const LAST_CHANGE: Oid = [1, 3, 6, 1, 2, 1, 236, 1, 3, 0];
const VM_NAME: Oid = [1, 3, 6, 1, 2, 1, 236, 1, 4, 1, 2];
const owner = { securityModel: 3, securityName: "owner" } as const;
const subject: AccessSubject = { name: "owner", groups: ["g"] };

/** What one who is but himself may read. */
const seenBy = (rules: AccessRules, owned: readonly MachineIdentity[] = []): InventoryVisibility => {
  const visible = visibleInventory(rules, subject, owned);
  return { of: ({ securityName }) => (securityName === owner.securityName ? visible : undefined) };
};

const permitting = (...paths: readonly string[]): AccessRules =>
  rulesWith(
    paths.map((path): RuleList => {
      const rule: AccessRule = {
        ...{ name: "r", module: "*", operations: ["read"], effect: "permit" },
        target: { path: readDataPath(path) },
      };
      return { name: path, groups: ["g"], rules: [rule] };
    }),
  );

const hostText = (name: string): string => `/virtgate-host:hosts/host[name='${name}']`;
const machineText = (host: string, uuid: string): string =>
  `${hostText(host)}/virtgate-machine:machine[uuid='${uuid}']`;

/** Rules about these hosts and machines, about others, and about what is neither. */
function rulesOf({ hosts }: Generation): fc.Arbitrary<AccessRules> {
  const machines = [...hosts.values()].flatMap(({ byIndex }) => byIndex);
  const host = fc.constantFrom("/host", ...[...hosts.keys(), "gone"].map((name) => `/host[name='${name}']`));
  const uuid = fc.constantFrom("", "[uuid='long gone']", ...machines.map((one) => `[uuid='${one.uuid}']`));
  const path = fc.oneof(
    fc.constantFrom("/virtgate-host:hosts", "/virtgate-host:nodes", "/virtgate-host:hosts/host/link"),
    host.map((text) => `/virtgate-host:hosts${text}`),
    {
      weight: 4,
      arbitrary: fc.tuple(host, uuid).map(([a, b]) => `/virtgate-host:hosts${a}/virtgate-machine:machine${b}`),
    },
    fc.tuple(host, uuid).map(([a, b]) => `/virtgate-host:hosts${a}/virtgate-machine:machine${b}/name`),
  );
  const effect = fc.constantFrom("permit" as const, "deny" as const);
  const rule: fc.Arbitrary<AccessRule> = fc
    .record({
      module: fc.constantFrom("*", "*", "virtgate-host", "virtgate-machine"),
      target: fc.option(
        fc.oneof(
          { weight: 5, arbitrary: path.map((text) => ({ path: readDataPath(text) })) },
          fc.constant({ rpc: "*" }),
          fc.constant({ notification: "*" }),
        ),
        { nil: undefined, freq: 12 },
      ),
      operations: fc.constantFrom("*" as const, ["read"] as const, ["update"] as const),
      effect,
    })
    .map(({ target, ...rest }) => ({ name: "r", ...rest, ...(target && { target }) }));
  return fc.record({
    enabled: fc.constant(true),
    readDefault: fc.constantFrom("deny" as const, "deny" as const, "permit" as const),
    writeDefault: effect,
    execDefault: effect,
    lists: fc.array(
      fc.record({
        name: fc.constant("l"),
        groups: fc.constantFrom(["g"], ["*"], ["h"], [OWNERS]),
        rules: fc.array(rule, { maxLength: 3 }),
      }),
      { maxLength: 5 },
    ),
  });
}

/** What is left of an inventory when what he may not see never existed: the naive way to hide it. */
function without(shown: Generation, rules: AccessRules, owned: readonly MachineIdentity[]): Generation {
  const mayRead = (path: DataPath, isOwner = false): boolean => {
    const who = isOwner ? { ...subject, groups: [...subject.groups, OWNERS] } : subject;
    return decideAccess(rules, who, { kind: "data", path, operation: "read" }).effect === "permit";
  };
  return generation(
    ...[...shown.hosts.values()].flatMap(({ host, byIndex }) => {
      const own = byIndex.filter(({ uuid }) => {
        const isOwner = owned.some((one) => one.host === host.name && one.uuid === uuid);
        return mayRead(readDataPath(machineText(host.name, uuid)), isOwner);
      });
      if (mayRead(readDataPath(hostText(host.name)))) return hostGeneration(host.name, own, host);
      return own.length > 0 ? hostGeneration(host.name, own, { ...host, facts: undefined }) : [];
    }),
  );
}

/** When machines came or went is hidden in its own way, and so is since when their host is up. */
function isComparable({ oid }: Pick<VarBind, "oid">): boolean {
  const text = oid.join(".");
  return text !== LAST_CHANGE.join(".") && text !== "1.3.6.1.2.1.236.1.1.4.0";
}

const situation = generationArbitrary(3).chain((shown) => {
  const machines = [...shown.hosts.values()].flatMap(({ byIndex }) =>
    byIndex.map(({ host, uuid }) => ({ host, uuid })),
  );
  return fc.tuple(fc.constant(shown), rulesOf(shown), fc.subarray(machines));
});

describe("what a principal may not see", () => {
  test("is as if it did not exist, in walks, counts, single reads and contexts, as inventory and rules change", () => {
    fc.assert(
      fc.property(fc.array(situation, { minLength: 1, maxLength: 3 }), (moments) => {
        const inventory = stillInventory(generation());
        const contexts = contextsOver(inventory);
        for (const [shown, rules, owned] of moments) {
          inventory.show(shown);
          const visibility = seenBy(rules, owned);
          contexts.reconfigure(visibility);
          const left = without(shown, rules, owned);
          const naive = contextsOver(stillInventory(left));
          for (const name of shown.hosts.keys()) {
            const [seen, wanted] = [contexts.open(name, owner), naive.open(name, reader)];
            expect(seen === undefined, name).toBe(wanted === undefined);
            if (seen === undefined || wanted === undefined) continue;
            expect(walk(seen).filter(isComparable)).toEqual(walk(wanted).filter(isComparable));
            for (const { oid } of walk(requireContext(contexts, name)).filter(isComparable)) {
              expect(seen.get(oid)).toEqual(wanted.get(oid));
            }
          }
          const seen = requireContext(contexts, "", owner);
          const visible = visibility.of(owner);
          const possible = [...shown.hosts.keys()].filter((name) => !visible || visible.of(name));
          // A context of several hosts stays one, whichever of them has a machine for him at the moment.
          const isSteady = left.hosts.size === possible.length || left.hosts.size > 1;
          if (isSteady) {
            expect(walk(seen).filter(isComparable)).toEqual(walk(requireContext(naive, "")).filter(isComparable));
          } else {
            const names = [...left.hosts.values()].flatMap(({ byIndex }) => byIndex.map(({ name }) => name));
            expect(
              walk(seen, VM_NAME).filter(({ oid }) => oid.slice(0, VM_NAME.length).join() === VM_NAME.join()),
            ).toHaveLength(names.length);
          }
        }
      }),
      { numRuns: 60, endOnFailure: true }, // what is drawn from an inventory takes minutes to shrink
    );
  });

  test("is told apart for each machine as RFC 8341 does, whether or not a rule names it", () => {
    fc.assert(
      fc.property(situation, ([shown, rules, owned]) => {
        const visible = visibleInventory(rules, subject, owned);
        for (const { host, byIndex } of shown.hosts.values()) {
          for (const { uuid } of byIndex) {
            const isOwner = owned.some((one) => one.host === host.name && one.uuid === uuid);
            const who = isOwner ? { ...subject, groups: [...subject.groups, OWNERS] } : subject;
            const path = readDataPath(machineText(host.name, uuid));
            const { effect } = decideAccess(rules, who, { kind: "data", path, operation: "read" });
            expect(seesMachine(visible, { host: host.name, uuid })).toBe(effect === "permit");
          }
        }
      }),
      { endOnFailure: true },
    );
  });
});

describe("what hiding machines costs", () => {
  /** A host of ten thousand machines that counts how often one of them is looked at. */
  function counted(): { part: HostGeneration; looks: () => number } {
    const part = hostGeneration(
      "kvm1",
      Array.from({ length: 10_000 }, (_, at) => machine(at + 1)),
    );
    let looks = 0;
    const byIndex = new Proxy(part.byIndex, {
      get(target, name, receiver) {
        if (typeof name === "string" && /^\d+$/.test(name)) looks += 1;
        return Reflect.get(target, name, receiver);
      },
    });
    return { part: { ...part, byIndex }, looks: () => looks };
  }

  test("does not grow with what is hidden, neither for the first request nor for any other", () => {
    const { part, looks } = counted();
    const own = [part.members[17] ?? "", part.members[9000] ?? ""];
    const rules = permitting(...own.map((uuid) => machineText("kvm1", uuid)));
    const contexts = contextsOver(stillInventory(generation(part)), new ManualClock(), seenBy(rules));
    const found = walk(requireContext(contexts, "kvm1", owner), VM_NAME);
    expect(new Set(found.filter(({ oid }) => oid[8] === 4).map(({ oid }) => oid.at(-1)))).toEqual(new Set([18, 9001]));
    expect(looks()).toBeLessThan(200);
    const before = looks();
    requireContext(contexts, "kvm1", owner)
      .after([...VM_NAME, 18])
      .next();
    expect(looks() - before).toBeLessThan(10);
  });

  test("does not grow with hosts of which nothing is seen", () => {
    const hosts = Array.from({ length: 1000 }, (_, at) => hostGeneration(`kvm${at}`, [machine(1)]));
    const { hosts: parts, ...rest } = generation(...hosts);
    let looks = 0;
    const counting = new Map(parts);
    counting.get = (name) => {
      looks += 1;
      return parts.get(name);
    };
    counting.keys =
      counting.values =
      counting[Symbol.iterator] =
        () => {
          throw new Error("all hosts were looked at");
        };
    const contexts = contextsOver(
      stillInventory({ ...rest, hosts: counting }),
      new ManualClock(),
      seenBy(permitting(machineText("kvm7", machine(1).uuid), hostText("kvm9"))),
    );
    walk(requireContext(contexts, "", owner), VM_NAME);
    expect(looks).toBeLessThan(20);
  });

  test("is nothing for one who sees all, once the order of the machines is known", () => {
    const { part, looks } = counted();
    const contexts = contextsOver(stillInventory(generation(part)));
    const name = [...VM_NAME, 5000];
    requireContext(contexts, "kvm1").get(name);
    const before = looks();
    requireContext(contexts, "kvm1", reader).get(name);
    expect(looks() - before).toBe(1);
  });
});

describe("vmTableLastChange", () => {
  const first = hostGeneration("kvm1", [machine(1), machine(2)]);
  const own = hostText("kvm1");
  const firstOnly: AccessRules = {
    ...firstRules,
    lists: [
      {
        name: "first",
        groups: ["g"],
        rules: [
          {
            ...{ name: "not-second", module: "*", operations: ["read"], effect: "deny" },
            target: { path: readDataPath(machineText("kvm1", machine(2).uuid)) },
          },
          {
            ...{ name: "host", module: "*", operations: ["read"], effect: "permit" },
            target: { path: readDataPath(own) },
          },
        ],
      },
    ],
  };

  test("does not tell a principal of machines that he may not see", () => {
    const inventory = stillInventory(generation(first));
    const clock = new ManualClock(2_000_000);
    const contexts = contextsOver(inventory, clock, seenBy(firstOnly));
    const lastChange = (of = owner as typeof reader) => requireContext(contexts, "kvm1", of).get(LAST_CHANGE);
    const before = lastChange();
    expect(before).toEqual({ type: "TimeTicks", value: 100_000 }); // when the agent started, in the host's own time
    clock.advance(60_000);
    inventory.show(generation(hostGeneration("kvm1", [machine(1)], { membershipChangedAt: 2_050_000 })));
    expect(lastChange()).toEqual(before);
    expect(lastChange(reader)).toEqual({ type: "TimeTicks", value: 105_000 });
    inventory.show(generation(hostGeneration("kvm1", [], { membershipChangedAt: 2_055_000 })));
    expect(lastChange()).toEqual({ type: "TimeTicks", value: 105_500 });
  });

  test("is now when the rules show a principal other machines, and stays when they do not", () => {
    const clock = new ManualClock(2_000_000);
    const contexts = contextsOver(stillInventory(generation(first)), clock, seenBy(firstOnly));
    const lastChange = () => requireContext(contexts, "kvm1", owner).get(LAST_CHANGE);
    const before = lastChange();
    clock.advance(10_000);
    contexts.reconfigure(seenBy(firstOnly));
    expect(lastChange()).toEqual(before);
    contexts.reconfigure(seenBy(permitting(own, machineText("kvm1", machine(9).uuid))));
    expect(lastChange()).toEqual({ type: "TimeTicks", value: 101_000 });
  });

  test("of one who may not see the host itself counts from the start of the gateway, as vmHvUpTime does", () => {
    const clock = new ManualClock(2_000_000);
    const visibility = seenBy(permitting(machineText("kvm1", machine(2).uuid)));
    const contexts = contextsOver(stillInventory(generation(first)), clock, visibility);
    clock.advance(5000);
    const source = requireContext(contexts, "kvm1", owner);
    expect(source.get(LAST_CHANGE)).toEqual({ type: "TimeTicks", value: 0 });
    expect(source.get([1, 3, 6, 1, 2, 1, 236, 1, 1, 4, 0])).toEqual({ type: "TimeTicks", value: 500 });
  });
});
