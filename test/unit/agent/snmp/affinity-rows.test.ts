import { describe, expect, test } from "vitest";
import { AffinityRows } from "../../../../src/agent/snmp/affinity-rows.js";
import { vmCpuAffinityTable } from "../../../../src/mapping/snmp/vm-cpu-table.js";
import type { VmScope } from "../../../../src/mapping/snmp/vm-scope.js";
import { contextsOver, requireContext, walk } from "../../../support/contexts.js";
import {
  affinity,
  generation,
  hostGeneration,
  machine,
  machineList,
  stillInventory,
} from "../../../support/generations.js";

const ENTRY = [1, 3, 6, 1, 2, 1, 236, 1, 6, 1];

function shown(...machines: Parameters<typeof hostGeneration>[1]) {
  return requireContext(contextsOver(stillInventory(generation(hostGeneration("kvm1", machines)))), "");
}

describe("vmCpuAffinityTable", () => {
  test("has a row for each virtual CPU on each physical CPU, numbered as Net-SNMP numbers processors", () => {
    const two = { vcpus: [], vcpuCount: 2, vcpuAffinity: { ...affinity([0b01], [0b10]), physicalCount: 2 } };
    const rows = walk(shown(machine(7, two)), ENTRY).filter(({ oid }) => ENTRY.every((arc, i) => oid[i] === arc));
    expect(rows.map(({ oid, value }) => [oid.slice(ENTRY.length).join("."), value.value])).toEqual([
      ["3.7.1.196608", 1],
      ["3.7.1.196609", 2],
      ["3.7.2.196608", 2],
      ["3.7.2.196609", 1],
    ]);
  });

  test("says unknown(0) of a virtual CPU that came after the maps were read, and has no rows of a silent driver", () => {
    const late = { vcpus: [{ number: 5, timeNs: 1n }], vcpuAffinity: affinity([1]) };
    const source = shown(machine(1, late), machine(2, { vcpuAffinity: undefined }));
    expect(source.get([...ENTRY, 3, 1, 6, 196608])).toEqual({ type: "Integer32", value: 0 });
    expect(source.get([...ENTRY, 3, 1, 1, 196608])).toBe("noSuchInstance");
    expect(source.get([...ENTRY, 3, 2, 1, 196608])).toBe("noSuchInstance");
  });

  test("computes 5,120,000 rows from any place in them, holding none", () => {
    const everywhere = { physicalCount: 128, maps: Array.from({ length: 4 }, () => new Uint8Array(16).fill(255)) };
    const machines = Array.from({ length: 10_000 }, (_, at) =>
      machine(at + 1, { vcpuAffinity: everywhere, vcpuCount: 4, vcpus: [] }),
    );
    let read = 0;
    const list = machineList(...machines);
    const scope: VmScope = {
      hosts: [],
      machines: {
        ...list,
        at(position) {
          read += 1;
          return list.at(position);
        },
      },
      now: 0,
      upSince: 0,
      membershipChangedAt: 0,
      notifications: { perVm: true, bulk: false },
    };
    const rows = new AffinityRows(scope);
    const last = rows.after([10_000, 4, 196608 + 126]).next();
    expect(last && vmCpuAffinityTable.index(last)).toEqual([10_000, 4, 196608 + 127]);
    const middle = rows.after([5000, 4, 196608 + 127]).next();
    expect(middle && vmCpuAffinityTable.index(middle)).toEqual([5001, 1, 196608]);
    expect(read).toBe(3); // of ten thousand machines those that the two rows are of

    let left = 0;
    for (const cursor = rows.after([9990]); cursor.next() !== undefined; ) left += 1;
    expect(left).toBe(10 * 4 * 128 + 4 * 128);
  });
});
