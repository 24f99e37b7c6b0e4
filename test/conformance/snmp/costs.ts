import { readdirSync, readFileSync } from "node:fs";
import type { Subject } from "./subject.js";

/** Processor time that all threads of the subject have used, milliseconds; NaN where it cannot be known. */
export function cpuMs({ pid }: Subject): number {
  if (pid === undefined) return Number.NaN;
  try {
    const tasks = `/proc/${pid}/task`;
    // Unlike stat, which counts hundredths of a second, this is exact.
    return readdirSync(tasks)
      .map((task) => Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]) / 1e6)
      .reduce((sum, one) => sum + one, 0);
  } catch {
    return Number.NaN;
  }
}

/** Memory that the subject holds, mebibytes; NaN where it cannot be known. */
export function residentMiB({ pid }: Subject): number {
  if (pid === undefined) return Number.NaN;
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
