import fc from "fast-check";
import { expect, test } from "vitest";
import { DecodeError } from "../../src/base/fault.js";
import { type DomainFacts, newDomain, readDomain, writeDomain } from "../../src/protocol/libvirt/document/domain.js";
import type { DomainTuning } from "../../src/protocol/libvirt/document/domain-tuning.js";

const word = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 12 }).map((text) => text.trim() || "x");
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const amount = fc.nat(2 ** 31 - 1);

const limits = fc.record({
  totalBytesPerSecond: optional(amount),
  readBytesPerSecond: optional(amount),
  writeBytesPerSecond: optional(amount),
  totalRequestsPerSecond: optional(amount),
  readRequestsPerSecond: optional(amount),
  writeRequestsPerSecond: optional(amount),
});

const bandwidth = fc.record({
  averageKiBps: optional(amount),
  peakKiBps: optional(amount),
  burstKiB: optional(amount),
  floorKiBps: optional(amount),
});

const disk = fc.record({
  type: fc.constantFrom("file", "block", "network", "volume", "dir", "vhostuser"),
  device: fc.constantFrom("disk", "lun", "cdrom", "floppy"),
  driver: optional(word),
  format: optional(word),
  source: optional(word),
  pool: optional(word),
  protocol: optional(word),
  hosts: fc.array(
    fc.record({ name: optional(word), port: optional(word), transport: optional(word), socket: optional(word) }),
    {
      maxLength: 2,
    },
  ),
  target: word,
  bus: optional(word),
  readOnly: fc.boolean(),
  serial: optional(word),
  limits: optional(limits),
});

const filesystem = fc.record({
  type: fc.constantFrom("mount", "template", "file", "block", "bind", "volume"),
  driver: optional(word),
  format: optional(word),
  source: optional(word),
  pool: optional(word),
  target: word,
  readOnly: fc.boolean(),
});

const nic = fc.record({
  type: fc.constantFrom("network", "bridge", "direct", "user"),
  mac: optional(fc.stringMatching(/^52:54:00(:[0-9a-f]{2}){3}$/)),
  model: optional(word),
  target: optional(word),
  guestDevice: optional(word),
  network: optional(word),
  bridge: optional(word),
  device: optional(word),
  inbound: optional(bandwidth),
  outbound: optional(bandwidth),
});

const blockDevice = fc.record({
  path: word,
  weight: optional(amount),
  readBytesPerSecond: optional(amount),
  writeBytesPerSecond: optional(amount),
  readRequestsPerSecond: optional(amount),
  writeRequestsPerSecond: optional(amount),
});

const facts: fc.Arbitrary<Facts> = fc.record({
  swapLimitKiB: optional(amount),
  cpuset: optional(word),
  cpuShares: optional(amount),
  cpuPeriodUs: optional(amount),
  cpuQuotaUs: optional(fc.integer()),
  globalPeriodUs: optional(amount),
  globalQuotaUs: optional(fc.integer()),
  emulatorPeriodUs: optional(amount),
  emulatorQuotaUs: optional(fc.integer()),
  vcpuPins: fc.uniqueArray(fc.record({ vcpu: fc.nat(99), cpuset: word }), {
    selector: ({ vcpu }) => vcpu,
    maxLength: 3,
  }),
  emulatorCpuset: optional(word),
  numaMode: optional(word),
  numaNodes: optional(word),
  blockWeight: optional(amount),
  blockDevices: fc.uniqueArray(blockDevice, { maxLength: 2, selector: ({ path }) => path }),
  type: word,
  id: optional(amount),
  name: word,
  uuid: optional(fc.uuid()),
  title: optional(word),
  description: optional(word),
  osType: optional(word),
  architecture: optional(word),
  machineType: optional(word),
  init: optional(word),
  osinfoId: optional(word),
  memoryKiB: amount,
  currentMemoryKiB: amount,
  pluggableMemoryKiB: optional(amount),
  hardLimitKiB: optional(amount),
  softLimitKiB: optional(amount),
  guaranteedKiB: optional(amount),
  vcpuMaximum: amount,
  vcpuCount: amount,
  disks: fc.uniqueArray(disk, { maxLength: 3, selector: (held) => held.target }),
  filesystems: fc.uniqueArray(filesystem, { maxLength: 3, selector: (held) => held.target }),
  interfaces: fc.uniqueArray(nic, { maxLength: 3, selector: (held) => held.mac ?? "" }),
});

type Facts = DomainFacts & DomainTuning;

/** An attribute of an element that is not there cannot say anything. */
function possible(value: Facts): Facts {
  return value.osType === undefined ? { ...value, architecture: undefined, machineType: undefined } : value;
}

test("readDomain() of what writeDomain() wrote gives the same facts", () => {
  fc.assert(
    fc.property(facts.map(possible), (value) => {
      const { tree: _, ...read } = readDomain(writeDomain(newDomain(value)));
      expect(read).toEqual(value);
    }),
  );
});

test("writeDomain() turns any description into any other", () => {
  fc.assert(
    fc.property(facts.map(possible), facts.map(possible), (before, after) => {
      const { tree } = readDomain(writeDomain(newDomain(before)));
      const { tree: _, ...read } = readDomain(writeDomain({ ...after, tree }));
      expect(read).toEqual(after);
    }),
  );
});

test("readDomain() of a document with octets changed gives facts or a DecodeError", () => {
  const changes = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), fc.nat(255)), {
    maxLength: 5,
  });
  fc.assert(
    fc.property(facts, changes, (value, spots) => {
      const octets = Buffer.from(writeDomain(newDomain(value)));
      for (const [where, octet] of spots) octets[Math.floor(where * octets.length)] = octet;
      try {
        readDomain(octets);
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
    }),
  );
});
