import { expect, test } from "vitest";
import { nearest } from "../../../src/daemon/nearest-word.js";

const words = ["name", "uri", "allow_write", "state_interval_ms", "v1", "v2c", "log"];

for (const [written, meant] of [
  ["nmae", "name"],
  ["NAME", "name"],
  ["allow-write", "allow_write"],
  ["allowwrite", "allow_write"],
  ["alow_wirte", "allow_write"],
  ["state_interval", "state_interval_ms"],
  ["v2", "v2c"],
  ["logging", "log"],
  ["url", "uri"],
] as const) {
  test(`nearest() takes ${written} for ${meant}`, () => {
    expect(nearest(written, words)).toBe(meant);
  });
}

test("nearest() does not guess when nothing is near", () => {
  for (const word of ["colour", "", "x", "z".repeat(100_000)]) expect(nearest(word, words)).toBeUndefined();
});
