import { readFileSync } from "node:fs";
import type { Subject } from "./subject.js";

/** Processor time that the subject has used, milliseconds; NaN where it cannot be known. The kernel counts in tens. */
export function cpuMs({ pid }: Subject): number {
  if (pid === undefined) return Number.NaN;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
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
