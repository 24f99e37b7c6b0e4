import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Fault } from "../../../../src/base/fault.js";
import { dataText } from "../../../../src/engine/change/data-text.js";
import { readActions } from "../../../../src/engine/change/read-actions.js";
import { uuidOf } from "../../../support/inventory-builder.js";

const machine = { host: "h", machine: uuidOf(1) };

describe("readActions()", () => {
  test("gives back what was asked for, with its maps and large numbers", () => {
    const actions = [
      { do: "start", ...machine, paused: true },
      {
        ...{ do: "tune", ...machine, scope: "config" },
        tuning: {
          memoryKiB: 1n << 40n,
          memoryLimits: { hardKiB: 1n, softKiB: undefined, swapHardKiB: undefined },
          disks: new Map([["vda", { readBytesPerS: 5n }]]),
          interfaces: new Map([["52:54:00:00:00:01", { inbound: { averageKiBPerS: 1 } }]]),
          vcpuPinning: new Map([[0, "0-3,^2"]]),
        },
      },
      { do: "resize-volume", host: "h", pool: "p", volume: "v", capacityBytes: 1n << 60n },
    ];
    expect(readActions(dataText(actions))).toEqual(actions.map(withoutUndefined));
  });

  test.each([
    ["", /cannot be read/],
    ["[]", /a list of 1 to 1000 actions/],
    [dataText({ do: "start", ...machine }), /a list of/],
    [dataText([{ do: "explode", ...machine }]), /action 1 is nothing that can be done/],
    [dataText([{ do: "constructor", ...machine }]), /nothing that can be done/],
    [dataText([{ do: "remove-tree", node: "n", path: "/" }]), /nothing that can be done/],
    [dataText([{ do: "start", host: "h" }]), /machine is missing or not valid/],
    [dataText([{ do: "start", ...machine, machine: "web1" }]), /machine is missing or not valid/],
    [
      dataText([
        { do: "start", ...machine },
        { do: "destroy", ...machine, force: true },
      ]),
      /action 2 \(destroy\) has no force/,
    ],
    [dataText([{ do: "tune", ...machine, scope: "live", tuning: { memoryKiB: 5 } }]), /tuning is missing or not valid/],
    [dataText([{ do: "resize-volume", host: "h", pool: "p", volume: "v", capacityBytes: 1n << 64n }]), /capacityBytes/],
    [dataText([{ do: "start", host: "h\u001b[2J", machine: uuidOf(1) }]), /host is missing or not valid/],
  ])("refuses %s", (text, why) => {
    expect(() => readActions(text)).toThrow(why);
  });

  test("refuses whatever else comes with a fault", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.array(fc.object()).map(dataText)), (text) => {
        try {
          readActions(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Fault);
        }
      }),
    );
  });
});

/** JSON has no `undefined`. */
function withoutUndefined(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof Map) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, withoutUndefined(member)]),
  );
}
