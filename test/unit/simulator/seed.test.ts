import { expect, test } from "vitest";
import { pick, seededMac, seededUuid, seedOf, wholeBetween } from "../../../src/simulator/time/seed.js";

test("seedOf() gives the same numbers for the same number, name and path, in whatever order parts are drawn", () => {
  const first = seedOf(7, "kvm1");
  first.part("other").random()();
  const again = seedOf(7, "kvm1");
  expect(first.part("machine").part(3).random()()).toBe(again.part("machine").part(3).random()());
});

test("seedOf() tells apart numbers, names and parts, also where their texts run together", () => {
  const draws = [
    seedOf(1, "a"),
    seedOf(2, "a"),
    seedOf(1, "b"),
    seedOf(1, "a").part("b"),
    seedOf(1, "ab"),
    seedOf(11, ""),
    seedOf(1, "1"),
    seedOf(1, "").part(1),
    seedOf(1, "").part(11),
  ].map((seed) => seed.random()());
  expect(new Set(draws).size).toBe(draws.length);
});

test("seededUuid() gives version 4 of variant 1, each time another", () => {
  const random = seedOf(1).random();
  const uuids = Array.from({ length: 50 }, () => seededUuid(random));
  for (const uuid of uuids)
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(uuids).size).toBe(50);
});

test("seededMac() keeps the prefix", () => {
  expect(seededMac(seedOf(1).random(), "52:54:00")).toMatch(/^52:54:00(:[0-9a-f]{2}){3}$/);
});

test("wholeBetween() reaches both ends and nothing beyond; pick() stays among the choices", () => {
  const random = seedOf(3).random();
  const numbers = Array.from({ length: 400 }, () => wholeBetween(random, -1, 2));
  expect(new Set(numbers)).toEqual(new Set([-1, 0, 1, 2]));
  expect(pick(() => 0.999999999, ["a", "b"])).toBe("b");
});
