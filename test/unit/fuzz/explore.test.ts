import { expect, test } from "vitest";
import { Coverage } from "../../fuzz/explorer/coverage.js";
import { explore } from "../../fuzz/explorer/explore.js";

/** A parser that breaks for inputs which begin with three certain octets: by chance one in 2^24. */
function fragile(input: Buffer): void {
  if (input[0] === 0x56) {
    if (input[1] === 0x47) {
      if (input[2] === 0xe7) throw new Error("broken");
    }
  }
}

test("explore() finds an input that only coverage can lead to, and tells it before it runs", async () => {
  const coverage = new Coverage((url) => url === import.meta.url);
  let told: Buffer = Buffer.alloc(0);
  const findings = await explore({
    target: { name: "fragile", seeds: [Buffer.from("hey")], run: fragile },
    coverage,
    seed: 1,
    goOn: ({ executions }) => executions < 1_000_000,
    onInput: (input) => {
      told = input;
    },
  });
  coverage.close();
  expect(findings.failure?.error).toEqual(new Error("broken"));
  expect(findings.failure?.input.toString("hex", 0, 3)).toBe("5647e7");
  expect(told).toBe(findings.failure?.input);
  expect(findings.corpus).toBeGreaterThan(3);
});

test("explore() waits for targets that work asynchronously", async () => {
  const coverage = new Coverage((url) => url === import.meta.url);
  let running = 0;
  const findings = await explore({
    target: {
      name: "slow",
      seeds: [],
      async run(input) {
        running += 1;
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        expect(running).toBe(0);
        if (input.length > 20) throw new Error("late");
      },
    },
    coverage,
    seed: 2,
    goOn: ({ executions }) => executions < 100_000,
    onInput: () => {},
  });
  coverage.close();
  expect(findings.failure?.error).toEqual(new Error("late"));
});
