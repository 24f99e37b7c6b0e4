import fc from "fast-check";
import { expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.js";
import { ContentBudget, SparseContent } from "../../../src/simulator/storage/sparse-content.js";

const BLOCK = 65_536;

const acts = fc.array(
  fc.oneof(
    fc.record({ act: fc.constant("write"), at: fc.nat(4 * BLOCK), size: fc.nat(2 * BLOCK), value: fc.nat(255) }),
    fc.record({ act: fc.constant("zero"), at: fc.nat(4 * BLOCK), size: fc.nat(3 * BLOCK), value: fc.constant(0) }),
    fc.record({ act: fc.constant("resize"), at: fc.nat(6 * BLOCK), size: fc.constant(0), value: fc.constant(0) }),
  ),
  { maxLength: 12 },
);

function contentOf(content: SparseContent): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (let stretch = content.read(at, 100_000); stretch; stretch = content.read(at, 100_000)) {
    const part = "octets" in stretch ? stretch.octets : Buffer.alloc(stretch.zeros);
    parts.push(Buffer.from(part));
    at += part.length;
  }
  return Buffer.concat(parts);
}

test("SparseContent is what a file would be, whatever is done to it", () => {
  fc.assert(
    fc.property(acts, (sequence) => {
      const content = new SparseContent(new ContentBudget(100 * BLOCK), BLOCK);
      let file = Buffer.alloc(BLOCK);
      const grown = (length: number) => Buffer.concat([file, Buffer.alloc(Math.max(0, length - file.length))]);
      for (const { act, at, size, value } of sequence) {
        if (act === "resize") {
          content.resize(at);
          file = grown(at).subarray(0, at) as typeof file;
        } else {
          // Writing nothing makes no file longer.
          if (size > 0) file = grown(at + size).fill(value, at, at + size);
          if (act === "zero") content.zero(at, size);
          else content.write(at, Buffer.alloc(size, value));
        }
      }
      expect(content.length).toBe(file.length);
      expect(contentOf(content).equals(file)).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test("SparseContent keeps no zeros, and gives back what is cut off", () => {
  const budget = new ContentBudget(2 * BLOCK);
  const content = new SparseContent(budget, 0);
  content.write(0, Buffer.alloc(10 * BLOCK));
  expect(content.allocatedBytes).toBe(0);
  content.write(BLOCK - 1, Buffer.from([1, 2]));
  expect(content.allocatedBytes).toBe(2 * BLOCK);
  expect(() => content.write(3 * BLOCK, Buffer.from([1]))).toThrow(Fault);
  content.resize(BLOCK);
  content.write(3 * BLOCK, Buffer.from([1]));
  expect(content.allocatedBytes).toBe(2 * BLOCK);
  content.free();
  new SparseContent(budget, 0).write(0, Buffer.alloc(2 * BLOCK, 7));
});
