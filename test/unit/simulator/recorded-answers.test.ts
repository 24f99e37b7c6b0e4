import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { playedValue } from "../../../src/daemon/record/recorded-value.js";
import { libvirtErrorOf } from "../../../src/protocol/libvirt/error.js";
import type { CallName } from "../../../src/protocol/libvirt/procedures.js";
import { createSimulatedHost } from "../../../src/simulator/host/simulated-host.js";
import { ManualClock } from "../../support/manual-clock.js";
import { connectTo } from "../../support/simulator-client.js";

interface Recording {
  /** What answered so. */
  readonly source: string;
  readonly answers: readonly {
    readonly call: CallName;
    /** `"a guest"` stands for a domain that runs. */
    readonly args: Readonly<Record<string, unknown>>;
    /** What is the same in each answer. */
    readonly result?: object;
    /** libvirt's number. */
    readonly error?: number;
  }[];
}

describe.each(["xen", "openvz"] as const)("the simulated driver answers as the real one did (%s)", (driver) => {
  const file = fileURLToPath(new URL(`../../fixture/recorded/${driver}.json`, import.meta.url));
  const { source, answers } = JSON.parse(readFileSync(file, "utf8")) as Recording;

  test(source, async () => {
    const clock = new ManualClock();
    const host = createSimulatedHost({ name: "host", driver, clock });
    const client = await connectTo(host, clock);
    const guest = [...host.state.registry.all()].find(({ isControl, run }) => !isControl && run)?.reference;
    const told: unknown[] = [];
    for (const { call, args } of answers) {
      const meant = Object.entries(args).map(([name, value]) => [name, value === "a guest" ? guest : value]);
      told.push(
        await client.call(call, Object.fromEntries(meant)).then(
          (result) => ({ call, result }),
          (error: unknown) => ({ call, error: libvirtErrorOf(error)?.code }),
        ),
      );
    }
    expect(told).toMatchObject(
      answers.map(({ call, result, error }) =>
        error === undefined ? { call, result: playedValue(result) } : { call, error },
      ),
    );
  });
});
