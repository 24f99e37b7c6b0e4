import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MachineVisibility, VisibleMachines } from "../../../src/agent/snmp/machine-order.js";
import type { Generation, HostGeneration } from "../../../src/inventory/generation.js";
import type { VarBind } from "../../../src/protocol/snmp/object-source.js";
import { contextsOver, reader, requireContext, walk } from "../../support/contexts.js";
import { generationArbitrary } from "../../support/generation-arbitrary.js";
import { generation, hostGeneration, machine, stillInventory } from "../../support/generations.js";
import { ManualClock } from "../../support/manual-clock.js";

const LAST_CHANGE = "1.3.6.1.2.1.236.1.3.0";
const owner = { securityModel: 3, securityName: "owner" } as const;

/** What is left of an inventory when somebody else's machines never existed: the naive way to hide them. */
function without(shown: Generation, visible: VisibleMachines): Generation {
  return generation(
    ...[...shown.hosts.values()].map(({ host, byIndex }) =>
      hostGeneration(
        host.name,
        byIndex.filter(({ uuid }) => visible.get(host.name)?.has(uuid)),
        host,
      ),
    ),
  );
}

/** The sets of a generation's machines that `mask` picks, and some that do not exist. */
function picked({ hosts }: Generation, mask: readonly boolean[]): VisibleMachines {
  let at = 0;
  return new Map(
    [...hosts.values()].map(({ host, byIndex }) => {
      const own = byIndex.filter(() => {
        at += 1;
        return mask[at % Math.max(1, mask.length)];
      });
      return [host.name, new Set([...own.map(({ uuid }) => uuid), "long gone"])];
    }),
  );
}

/** All of VM-MIB but the time of the last change, which a naive agent does not know. */
function machinesIn(found: readonly VarBind[]): readonly VarBind[] {
  return found.filter(({ oid }) => oid[6] === 236 && oid.join(".") !== LAST_CHANGE);
}

const steps = fc.array(fc.tuple(generationArbitrary(2), fc.array(fc.boolean(), { maxLength: 7 })), {
  minLength: 1,
  maxLength: 4,
});

describe("machines that a principal may not see", () => {
  test("are absent from walks, counts and single reads, as if they did not exist, however things change", () => {
    fc.assert(
      fc.property(steps, (moments) => {
        const inventory = stillInventory(generation());
        let visible: VisibleMachines = new Map();
        const visibility: MachineVisibility = {
          machinesOf: ({ securityName }) => (securityName === owner.securityName ? visible : undefined),
        };
        const contexts = contextsOver(inventory, new ManualClock(), visibility);
        for (const [shown, mask] of moments) {
          inventory.show(shown);
          visible = picked(shown, mask);
          const naive = contextsOver(stillInventory(without(shown, visible)), new ManualClock());
          for (const name of ["", ...shown.hosts.keys()]) {
            const seen = requireContext(contexts, name, owner);
            const wanted = machinesIn(walk(requireContext(naive, name)));
            expect(machinesIn(walk(seen))).toEqual(wanted);
            const all = machinesIn(walk(requireContext(contexts, name)));
            const expected = new Map(wanted.map(({ oid, value }) => [oid.join("."), value]));
            for (const { oid } of all) {
              expect(seen.get(oid)).toEqual(expected.get(oid.join(".")) ?? "noSuchInstance");
            }
          }
        }
      }),
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
    const own = new Map([["kvm1", new Set([part.members[17] ?? "", part.members[9000] ?? ""])]]);
    const contexts = contextsOver(stillInventory(generation(part)), new ManualClock(), { machinesOf: () => own });
    const found = walk(requireContext(contexts, "kvm1", owner), [1, 3, 6, 1, 2, 1, 236, 1, 4, 1, 2]);
    expect(new Set(found.filter(({ oid }) => oid[8] === 4).map(({ oid }) => oid.at(-1)))).toEqual(new Set([18, 9001]));
    expect(looks()).toBeLessThan(200);
  });

  test("is nothing for one who sees all, once the order of the machines is known", () => {
    const { part, looks } = counted();
    const contexts = contextsOver(stillInventory(generation(part)));
    const name = [1, 3, 6, 1, 2, 1, 236, 1, 4, 1, 2, 5000];
    requireContext(contexts, "kvm1").get(name);
    const before = looks();
    requireContext(contexts, "kvm1", reader).get(name);
    expect(looks() - before).toBe(1);
  });
});

test("vmTableLastChange does not tell a principal of machines that he may not see", () => {
  const first = hostGeneration("kvm1", [machine(1), machine(2)]);
  const inventory = stillInventory(generation(first));
  const clock = new ManualClock(2_000_000);
  const own = new Map([["kvm1", new Set(first.members.slice(0, 1))]]);
  const contexts = contextsOver(inventory, clock, {
    machinesOf: ({ securityModel }) => (securityModel === 3 ? own : undefined),
  });
  const lastChange = (of = owner as typeof reader) =>
    requireContext(contexts, "kvm1", of).get([1, 3, 6, 1, 2, 1, 236, 1, 3, 0]);
  const before = lastChange();
  expect(before).toEqual({ type: "TimeTicks", value: 100_000 }); // when the agent started, in the host's own time
  clock.advance(60_000);
  inventory.show(generation(hostGeneration("kvm1", [machine(1)], { membershipChangedAt: 2_050_000 })));
  expect(lastChange()).toEqual(before);
  expect(lastChange(reader)).toEqual({ type: "TimeTicks", value: 105_000 });
  inventory.show(generation(hostGeneration("kvm1", [], { membershipChangedAt: 2_055_000 })));
  expect(lastChange()).toEqual({ type: "TimeTicks", value: 105_500 });
});
