/** Whether a value that came from outside is of one kind. */
export type Check = (value: unknown) => boolean;

const LONGEST_TEXT = 4096;
const LONGEST_DOCUMENT = 768 * 1024;
const MOST_ENTRIES = 4096;
const UINT64 = 1n << 64n;

export const flag: Check = (value) => typeof value === "boolean";

/** A name, an address, some words: on one line. */
export const text: Check = (value) =>
  typeof value === "string" && value !== "" && value.length <= LONGEST_TEXT && !/\p{Cc}/u.test(value);

export const documentText: Check = (value) =>
  typeof value === "string" && value !== "" && value.length <= LONGEST_DOCUMENT;

export const uuid: Check = (value) =>
  typeof value === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);

export const scope: Check = (value) => value === "live" || value === "config";

/** A count of octets and the like: 64 bits. */
export const whole: Check = (value) => typeof value === "bigint" && value >= 0n && value < UINT64;

export function count(least: number, most: number): Check {
  return (value) => typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}

export function optional(check: Check): Check {
  return (value) => value === undefined || check(value);
}

/** An object with these members and no others. */
export function shape(members: Readonly<Record<string, Check>>): Check {
  return (value) =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).every((member) => Object.hasOwn(members, member)) &&
    Object.entries(members).every(([member, check]) => check((value as Record<string, unknown>)[member]));
}

function mapOf(key: Check, member: Check): Check {
  return (value) =>
    value instanceof Map && value.size <= MOST_ENTRIES && [...value].every(([at, one]) => key(at) && member(one));
}

const number = count(0, 2 ** 32 - 1);
const limit = optional(whole);
const bandwidth = shape({ averageKiBPerS: number, peakKiBPerS: optional(number), burstKiB: optional(number) });
const processors: Check = (value) => text(value) && /^[\d,^-]+$/.test(value as string);

/** Settings of a machine. */
export const tuning: Check = shape({
  memoryKiB: limit,
  memoryMaximumKiB: limit,
  vcpuCount: optional(count(1, 65_535)),
  vcpuMaximum: optional(count(1, 65_535)),
  memoryLimits: optional(shape({ hardKiB: limit, softKiB: limit, swapHardKiB: limit })),
  cpuLimits: optional(shape({ shares: optional(number), periodUs: optional(number), quotaUs: optional(number) })),
  blockWeight: optional(number),
  disks: optional(
    mapOf(
      text,
      shape({
        totalBytesPerS: limit,
        readBytesPerS: limit,
        writeBytesPerS: limit,
        totalRequestsPerS: limit,
        readRequestsPerS: limit,
        writeRequestsPerS: limit,
      }),
    ),
  ),
  interfaces: optional(mapOf(text, shape({ inbound: optional(bandwidth), outbound: optional(bandwidth) }))),
  vcpuPinning: optional(mapOf(count(0, 65_535), processors)),
  emulatorPinning: optional(processors),
  numaNodes: optional(processors),
});
