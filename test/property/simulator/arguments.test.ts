import fc from "fast-check";
import { expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.js";
import { type Log, silentLog } from "../../../src/base/log.js";
import { libvirtErrorOf } from "../../../src/protocol/libvirt/error.js";
import { allProcedures, type CallName } from "../../../src/protocol/libvirt/procedures.js";
import { createSimulatedHost } from "../../../src/simulator/host/simulated-host.js";
import { ManualClock } from "../../support/manual-clock.js";
import { settled } from "../../support/paired-channels.js";
import { arbitraryOf } from "../../support/shape-arbitrary.js";
import { connectTo } from "../../support/simulator-client.js";

/** Opening and closing would end the conversation. */
const calls = allProcedures.flatMap((row) =>
  row.kind === "call" && row.name !== "connectOpen" && row.name !== "connectClose" ? [row] : [],
);

/** Small numbers reach further than those that are out of every range. */
const small = fc.integer({ min: -1, max: 8 });

const asked = fc.constantFrom(...calls).chain((row) =>
  fc.record({
    name: fc.constant(row.name as CallName),
    args: arbitraryOf(row.args) as fc.Arbitrary<Record<string, unknown>>,
    numbers: fc.array(small, { minLength: 8, maxLength: 8 }),
    known: fc.boolean(),
    machine: fc.nat(11),
  }),
);

test.each(["qemu", "lxc", "xen", "openvz"] as const)(
  "every call with any arguments is answered, or refused with an error (%s)",
  async (driver) => {
    const broken: unknown[] = [];
    const log: Log = { ...silentLog, error: (event, fields) => void broken.push([event, fields]) };
    await fc.assert(
      fc.asyncProperty(fc.array(asked, { minLength: 1, maxLength: 30 }), async (sequence) => {
        const clock = new ManualClock();
        const host = createSimulatedHost({ name: "host", driver, clock, log });
        const client = await connectTo(host, clock);
        for (const { name, args, numbers, known, machine } of sequence) {
          const chosen = [...host.state.registry.all()][machine];
          const sent = Object.fromEntries(
            Object.entries(args).map(([field, value], index) => {
              if (known && field === "dom" && chosen) return [field, chosen.reference];
              return [
                field,
                known && typeof value === "number" && (numbers[index] ?? -1) >= 0 ? numbers[index] : value,
              ];
            }),
          );
          try {
            // Memory is copied from host to host in simulated time.
            const copied =
              name === "domainMigratePerform3Params" ? settled().then(() => clock.advance(5000)) : undefined;
            await Promise.all([client.call(name, sent as never), copied]);
          } catch (error) {
            expect(error).toBeInstanceOf(Fault);
            expect(libvirtErrorOf(error), `${name}: ${error}`).toBeDefined();
          }
          expect(broken, name).toEqual([]);
        }
        host.stop();
      }),
      { numRuns: 150 },
    );
  },
);
