import { Fault } from "../../../base/fault.js";
import type { Bandwidth, DiskLimits, InterfaceLimits, MachineTuning } from "../../../inventory/tuning.js";
import { readCount, readSize } from "./amount.js";

/** A tuning that can still be written to. */
type Draft = { -readonly [Part in keyof MachineTuning]: MachineTuning[Part] };

/** One setting as people write it. */
interface Word {
  /** How it is written: `disk.TARGET.read-bytes=SIZE`. */
  readonly form: string;
  readonly help: string;
  readonly pattern: RegExp;
  set(draft: Draft, value: string, about: About): void;
}

interface About {
  /** The setting as it was written. */
  readonly what: string;
  /** What the pattern captured. */
  readonly names: readonly string[];
  /** What can only be set together, and is not set, stays as it is there. */
  readonly present: MachineTuning;
}

const NONE = "none";
const none = { hardKiB: undefined, softKiB: undefined, swapHardKiB: undefined };
const noShares = { shares: undefined, periodUs: undefined, quotaUs: undefined };
const noDiskLimits: DiskLimits = {
  ...{ totalBytesPerS: undefined, readBytesPerS: undefined, writeBytesPerS: undefined },
  ...{ totalRequestsPerS: undefined, readRequestsPerS: undefined, writeRequestsPerS: undefined },
};

const noBandwidth: InterfaceLimits = { inbound: undefined, outbound: undefined };

const kibibytes = (value: string, what: string): bigint => {
  const octets = readSize(value, what);
  if (octets % 1024n !== 0n) throw new Fault("invalid", `${what}: ${value} is no whole number of KiB`);
  return octets / 1024n;
};
const orNone =
  <T>(read: (value: string, what: string) => T) =>
  (value: string, what: string): T | undefined =>
    value === NONE ? undefined : read(value, what);

function plain(form: string, help: string, set: Word["set"]): Word {
  return { form, help, pattern: new RegExp(`^${form.slice(0, form.indexOf("="))}$`), set };
}

function memoryLimit(member: keyof typeof none, name: string, help: string): Word {
  return plain(`${name}=SIZE|none`, help, (draft, value, { what, present }) => {
    draft.memoryLimits = {
      ...(draft.memoryLimits ?? present.memoryLimits ?? none),
      [member]: orNone(kibibytes)(value, what),
    };
  });
}

function cpuLimit(member: keyof typeof noShares, name: string, help: string): Word {
  return plain(`${name}=NUMBER|none`, help, (draft, value, { what, present }) => {
    draft.cpuLimits = {
      ...(draft.cpuLimits ?? present.cpuLimits ?? noShares),
      [member]: orNone(readCount)(value, what),
    };
  });
}

function diskLimit(member: keyof DiskLimits, name: string, help: string): Word {
  return {
    form: `disk.TARGET.${name}=${name.endsWith("bytes") ? "SIZE" : "NUMBER"}|none`,
    help,
    pattern: new RegExp(`^disk\\.([a-z]{2,8})\\.${name}$`),
    set(draft, value, { what, names: [target = ""], present }) {
      const disks = new Map(draft.disks);
      disks.set(target, {
        ...(disks.get(target) ?? present.disks?.get(target) ?? noDiskLimits),
        [member]: orNone(readSize)(value, what),
      });
      draft.disks = disks;
    },
  };
}

function direction(member: keyof InterfaceLimits, name: string, help: string): Word {
  return {
    form: `nic.MAC.${name}=AVERAGE[,PEAK[,BURST]]|none`,
    help,
    pattern: new RegExp(`^nic\\.((?:[0-9a-f]{2}:){5}[0-9a-f]{2})\\.${name}$`, "i"),
    set(draft, value, { what, names: [named = ""], present }) {
      const interfaces = new Map(draft.interfaces);
      const mac = named.toLowerCase();
      const held = interfaces.get(mac) ?? present.interfaces?.get(mac) ?? noBandwidth;
      interfaces.set(mac, { ...held, [member]: orNone(bandwidth)(value, what) });
      draft.interfaces = interfaces;
    },
  };
}

function bandwidth(value: string, what: string): Bandwidth {
  const [average = "", peak, burst, ...more] = value.split(",");
  if (more.length > 0) throw new Fault("invalid", `${what}: write AVERAGE, AVERAGE,PEAK or AVERAGE,PEAK,BURST`);
  const read = (part: string | undefined) => (part === undefined ? undefined : readCount(part, what));
  return { averageKiBPerS: readCount(average, what), peakKiBPerS: read(peak), burstKiB: read(burst) };
}

/** Everything that can be set, in the order in which help tells it. */
export const tuningWords: readonly Word[] = [
  plain("memory=SIZE", "what it has", (draft, value, { what }) => {
    draft.memoryKiB = kibibytes(value, what);
  }),
  plain("memory-maximum=SIZE", "what it can have at most, from its next start on", (draft, value, { what }) => {
    draft.memoryMaximumKiB = kibibytes(value, what);
  }),
  plain("vcpus=NUMBER", "virtual CPUs", (draft, value, { what }) => {
    draft.vcpuCount = readCount(value, what);
  }),
  plain("vcpus-maximum=NUMBER", "at most, from its next start on", (draft, value, { what }) => {
    draft.vcpuMaximum = readCount(value, what);
  }),
  memoryLimit("hardKiB", "memory-hard", "what it may never exceed on its host"),
  memoryLimit("softKiB", "memory-soft", "what it is held to when memory is short"),
  memoryLimit("swapHardKiB", "memory-swap", "memory and swap together"),
  cpuLimit("shares", "cpu-shares", "weight against other machines"),
  cpuLimit("periodUs", "cpu-period", "microseconds that the quota is counted in"),
  cpuLimit("quotaUs", "cpu-quota", "microseconds of each period, per virtual CPU"),
  plain("block-weight=NUMBER", "weight of its block I/O", (draft, value, { what }) => {
    draft.blockWeight = readCount(value, what);
  }),
  diskLimit("totalBytesPerS", "total-bytes", "per second, both ways"),
  diskLimit("readBytesPerS", "read-bytes", "per second"),
  diskLimit("writeBytesPerS", "write-bytes", "per second"),
  diskLimit("totalRequestsPerS", "total-requests", "per second, both ways"),
  diskLimit("readRequestsPerS", "read-requests", "per second"),
  diskLimit("writeRequestsPerS", "write-requests", "per second"),
  direction("inbound", "in", "to the guest, KiB per second and KiB"),
  direction("outbound", "out", "from the guest"),
  {
    form: "pin.VCPU=CPUS",
    help: "physical CPUs of one virtual CPU: 0-3,^2",
    pattern: /^pin\.(\d{1,5})$/,
    set(draft, value, { names: [vcpu = ""] }) {
      draft.vcpuPinning = new Map([...(draft.vcpuPinning ?? []), [Number(vcpu), value]]);
    },
  },
  plain("emulator-pin=CPUS", "physical CPUs of what is done for it", (draft, value) => {
    draft.emulatorPinning = value;
  }),
  plain("numa-nodes=NODES", "that its memory comes from", (draft, value) => {
    draft.numaNodes = value;
  }),
];

/**
 * What `KEY=VALUE` words ask for.
 * @param present of the machine, for the rest of what can only be set together
 * @throws {Fault} `invalid` for a word that is none, with those that are
 */
export function readTuning(words: readonly string[], present: MachineTuning): MachineTuning {
  const draft: Draft = {};
  for (const text of words) {
    const at = text.indexOf("=");
    const [key, value] = at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
    const word = tuningWords.find(({ pattern }) => pattern.test(key));
    if (!word || value === "") {
      const forms = tuningWords.map(({ form }) => `  ${form}`).join("\n");
      throw new Fault("invalid", `${text.slice(0, 60)} is nothing that can be set; there is:\n${forms}`);
    }
    word.set(draft, value, { what: key, names: word.pattern.exec(key)?.slice(1) ?? [], present });
  }
  return draft;
}
