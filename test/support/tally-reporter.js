import { appendFileSync } from "node:fs";

/**
 * Counts what really happened: a file that did not load and an unhandled rejection are failures, a skip has its reason printed.
 * Prints `N passed, N failed, N skipped` as the very last line, or, when VIRTGATE_TALLY names a file, appends the numbers there
 * as one line of JSON for a caller that adds up several runs.
 */
export default class TallyReporter {
  /**
   * @param {ReadonlyArray<import("vitest/node").TestModule>} modules
   * @param {ReadonlyArray<unknown>} errors
   */
  onTestRunEnd(modules, errors) {
    const tally = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      const before = tally.failed;
      for (const test of module.children.allTests()) {
        const result = test.result();
        tally[result.state === "pending" ? "failed" : result.state] += 1;
        if (result.state === "skipped") {
          process.stdout.write(`skipped: ${test.fullName}: ${result.note ?? "no reason given"}\n`);
        }
      }
      if (module.state() === "failed" && tally.failed === before) tally.failed += 1;
    }
    process.once("exit", () => {
      const file = process.env["VIRTGATE_TALLY"];
      if (file) appendFileSync(file, `${JSON.stringify(tally)}\n`);
      else process.stdout.write(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped\n`);
    });
  }
}
