import type { Random } from "../../../src/base/random.js";

/** Inputs do not grow beyond this; many lengths of protocols end before. */
export const LONGEST_INPUT = 64 * 1024;

const octetsOfInterest = [0, 1, 0x7f, 0x80, 0xff, 0x30, 0x0a, 0x20, 0x22, 0x3c, 0x5b, 0x7b];
const numbersOfInterest = [0, 1, -1, 127, 128, 255, 256, 32_767, 32_768, 65_535, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];

type Mutation = (input: Buffer, random: Random, others: readonly Buffer[]) => Buffer;

const mutations: readonly Mutation[] = [
  function flipBit(input, random) {
    return changed(input, random, (octet) => octet ^ (1 << below(random, 8)));
  },
  function setOctet(input, random) {
    return changed(input, random, () => below(random, 256));
  },
  function setOctetOfInterest(input, random) {
    return changed(input, random, () => pick(random, octetsOfInterest));
  },
  function nudgeOctet(input, random) {
    return changed(input, random, (octet) => octet + below(random, 9) - 4);
  },
  function setNumber(input, random) {
    const width = pick(random, [2, 4]);
    if (input.length < width) return input;
    const copy = Buffer.from(input);
    const at = below(random, input.length - width + 1);
    const value = BigInt.asUintN(width * 8, BigInt(pick(random, numbersOfInterest)));
    copy.writeUIntBE(Number(value), at, width);
    return copy;
  },
  function insert(input, random) {
    const octets = Buffer.from(Array.from({ length: 1 + below(random, 8) }, () => below(random, 256)));
    return spliced(input, below(random, input.length + 1), 0, octets);
  },
  function remove(input, random) {
    const { at, length } = part(input, random);
    return spliced(input, at, length, Buffer.alloc(0));
  },
  function repeat(input, random) {
    const { at, length } = part(input, random);
    const times = 1 + below(random, random() < 0.1 ? 200 : 4);
    return spliced(input, at, 0, Buffer.concat(Array(times).fill(input.subarray(at, at + length))));
  },
  function move(input, random) {
    const { at, length } = part(input, random);
    const rest = spliced(input, at, length, Buffer.alloc(0));
    return spliced(rest, below(random, rest.length + 1), 0, input.subarray(at, at + length));
  },
  function truncate(input, random) {
    return input.subarray(0, below(random, input.length + 1));
  },
  function takeFromAnother(input, random, others) {
    const other = pick(random, others);
    const { at, length } = part(other, random);
    const over = random() < 0.5 ? length : 0;
    return spliced(input, below(random, input.length + 1), over, other.subarray(at, at + length));
  },
  function joinWithAnother(input, random, others) {
    const other = pick(random, others);
    const cut = below(random, input.length + 1);
    return Buffer.concat([input.subarray(0, cut), other.subarray(below(random, other.length + 1))]);
  },
  function changeDecimal(input, random) {
    const text = input.toString("latin1");
    const numbers = [...text.matchAll(/\d+/g)];
    if (numbers.length === 0) return input;
    const chosen = pick(random, numbers);
    const number = String(pick(random, numbersOfInterest));
    return spliced(input, chosen.index, chosen[0].length, Buffer.from(number));
  },
];

/** An input made from another by a few random changes. Reproducible: the same `random` and arguments, the same result. */
export function mutate(input: Buffer, others: readonly Buffer[], random: Random): Buffer {
  let result = input;
  for (let rounds = 1 + below(random, random() < 0.2 ? 12 : 3); rounds > 0; rounds--) {
    result = pick(random, mutations)(result, random, others);
  }
  return Buffer.from(result.subarray(0, LONGEST_INPUT));
}

/** A whole number from 0 to `limit` - 1. */
function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

export function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[below(random, choices.length)] as T;
}

function changed(input: Buffer, random: Random, change: (octet: number) => number): Buffer {
  if (input.length === 0) return input;
  const copy = Buffer.from(input);
  const at = below(random, copy.length);
  copy[at] = change(copy[at] as number);
  return copy;
}

/** A random part of the input, mostly a short one. */
function part(input: Buffer, random: Random): { at: number; length: number } {
  const at = below(random, input.length + 1);
  const most = Math.min(input.length - at, random() < 0.8 ? 16 : input.length);
  return { at, length: most === 0 ? 0 : 1 + below(random, most) };
}

function spliced(input: Buffer, at: number, removed: number, added: Uint8Array): Buffer {
  return Buffer.concat([input.subarray(0, at), added, input.subarray(at + removed)]);
}
