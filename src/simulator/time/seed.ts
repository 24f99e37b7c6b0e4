import { type Random, seededRandom } from "../../base/random.js";
import { uuidText } from "../../base/uuid.js";

/** What a simulation is reproducible by: the same seed and path give the same numbers, whatever else was drawn before. */
export interface Seed {
  /** A seed for one part of what this one stands for. */
  part(name: string | number): Seed;
  /** A fresh stream of numbers. */
  random(): Random;
}

/** The seed that `number` and, for instance, a host's name stand for. */
export function seedOf(number: number, name = ""): Seed {
  return seedFrom(mixed(mixed(0x811c9dc5, String(number)), name));
}

function seedFrom(state: number): Seed {
  return {
    part: (name) => seedFrom(mixed(state, String(name))),
    random: () => seededRandom(state),
  };
}

/** FNV-1a over `text` and a separator, then MurmurHash3's finish, so that neighbouring names differ in all bits. */
function mixed(state: number, text: string): number {
  let hash = state;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ 0xff, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A number from `low` up to, not including, `high`. */
export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}

/** A whole number from `low` to `high`, both included. */
export function wholeBetween(random: Random, low: number, high: number): number {
  return low + Math.floor((high - low + 1) * random());
}

/** One of `choices`, which must not be empty. */
export function pick<T>(random: Random, choices: readonly [T, ...T[]]): T {
  return choices[Math.floor(random() * choices.length)] ?? choices[0];
}

/** A random UUID (version 4), canonical text. */
export function seededUuid(random: Random): string {
  const octets = Buffer.alloc(16);
  for (let i = 0; i < 16; i += 4) octets.writeUInt32BE(Math.floor(random() * 0x1_0000_0000), i);
  octets[6] = 0x40 | ((octets[6] ?? 0) & 0x0f);
  octets[8] = 0x80 | ((octets[8] ?? 0) & 0x3f);
  return uuidText(octets);
}

/** A MAC address of the range that libvirt's drivers draw from. */
export function seededMac(random: Random, prefix: string): string {
  const tail = Array.from({ length: 3 }, () => wholeBetween(random, 0, 255).toString(16).padStart(2, "0"));
  return `${prefix}:${tail.join(":")}`;
}
