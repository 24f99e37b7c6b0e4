import { DecodeError } from "../../src/base/fault.js";
import { compilePattern } from "../../src/schema/yang/pattern.js";

const seeds = [
  "[a-zA-Z_][a-zA-Z0-9\\-_.]*\n_a-1",
  "((([0-1](\\.[1-3]?[0-9]))|(2\\.(0|([1-9]\\d*))))(\\.(0|([1-9]\\d*)))*)?\n1.3.6.1",
  "[\\p{L}-[\\p{IsGreek}a-f]]{2,5}|\\i\\c*\ngh",
  "\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[\\+\\-]\\d{2}:\\d{2})\n2026-01-01T00:00:00Z",
  "(a|b)*a[ab]{20}\nabababababababababababab",
].map((text) => Buffer.from(text));

export const target = {
  name: "yang-pattern",
  seeds,
  /** The first line is a pattern, the rest a value: the answer is yes, no, or a refusal, and the same when asked again. */
  run(input: Buffer): void {
    const text = input.toString("utf8");
    const end = text.indexOf("\n");
    const [source, value] = end < 0 ? [text, ""] : [text.slice(0, end), text.slice(end + 1)];
    try {
      const pattern = compilePattern(source);
      const first = pattern.matches(value);
      pattern.matches(source);
      if (pattern.matches(value) !== first) throw new Error("two answers to one question");
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  },
};
