import fc from "fast-check";
import type { CpuAffinity } from "../../src/inventory/cpu-affinity.js";
import type { Disk, Nic } from "../../src/inventory/device.js";
import type { Generation } from "../../src/inventory/generation.js";
import { type Machine, machineStates, type VirtualCpu } from "../../src/inventory/machine.js";
import { disk, generation, hostGeneration, machine, nic } from "./generations.js";

/** Any fact may be unknown. */
function perhaps<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(value, { nil: undefined, freq: 2 });
}

const counter = fc.bigInt({ min: 0n, max: 2n ** 65n });
const index = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 2147483647 }));

const cpus: fc.Arbitrary<readonly VirtualCpu[]> = fc.uniqueArray(
  fc.record({ number: fc.nat({ max: 40 }), timeNs: perhaps(counter) }),
  { maxLength: 3, selector: (cpu) => cpu.number },
);

const disks: fc.Arbitrary<readonly Disk[]> = fc.uniqueArray(
  fc
    .record({ at: index, format: perhaps(fc.constantFrom("raw", "qcow2")), capacityBytes: counter, readBytes: counter })
    .chain(({ at, format, ...counters }) =>
      fc.constantFrom({}, counters).map((known) => disk(at, { format, counters: known })),
    ),
  { maxLength: 3, selector: (one) => one.index },
);

const nics: fc.Arbitrary<readonly Nic[]> = fc.uniqueArray(
  fc.record({ at: index, model: perhaps(fc.string()), ifIndex: perhaps(fc.nat()) }).map(({ at, ...rest }) => {
    const { mac } = nic(1);
    return nic(at, { mac, ...rest });
  }),
  { maxLength: 3, selector: (one) => one.index },
);

/** Maps for some of the virtual CPUs that a machine may have, of as many octets as there happen to be. */
const affinities: fc.Arbitrary<CpuAffinity> = fc.record({
  physicalCount: fc.nat({ max: 12 }),
  maps: fc.array(fc.uint8Array({ maxLength: 2 }), { maxLength: 4 }),
});

const facts: fc.Arbitrary<Partial<Machine>> = fc.record({
  name: fc.string({ unit: "grapheme", maxLength: 300 }),
  state: fc.constantFrom(...machineStates),
  osType: perhaps(fc.string()),
  autostart: perhaps(fc.boolean()),
  persistent: perhaps(fc.boolean()),
  vcpuCount: perhaps(fc.integer({ min: -1, max: 2 ** 31 })),
  memoryKiB: perhaps(fc.nat({ max: 2 ** 45 })),
  memoryMaximumKiB: perhaps(fc.nat({ max: 2 ** 53 })),
  startedAt: perhaps(fc.nat({ max: 2 ** 41 })),
  cpuTimeNs: perhaps(counter),
  vcpus: cpus,
  vcpuAffinity: perhaps(affinities),
  disks,
  nics,
  reachable: fc.boolean(),
});

/** Up to `most` hosts with machines whose facts may be unknown and whose parts are in any order. */
export function generationArbitrary(most = 3): fc.Arbitrary<Generation> {
  const numbered = fc.uniqueArray(fc.tuple(index, facts), { maxLength: 6, selector: ([at]) => at });
  return fc.array(numbered, { maxLength: most }).map((hosts) => {
    let gatewayIndex = 0;
    const parts = hosts.map((machines, host) =>
      hostGeneration(
        `host${host}`,
        machines.map(([at, known], position) => {
          gatewayIndex += 1 + (position % 3);
          return machine(at, { ...known, gatewayIndex });
        }),
      ),
    );
    return generation(...parts);
  });
}
