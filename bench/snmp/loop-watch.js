import { renameSync, writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

// Loaded into the gateway before its program: on SIGUSR2 it tells how late its event loop was since the last time, as JSON in
// the file that LOOP_WATCH_FILE names.

const RESOLUTION_MS = 1;
const file = process.env["LOOP_WATCH_FILE"] ?? "";
const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();

process.on("SIGUSR2", () => {
  const late = (/** @type {number} */ nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  const told = { p50Ms: late(delays.percentile(50)), p99Ms: late(delays.percentile(99)), maxMs: late(delays.max) };
  delays.reset();
  writeFileSync(`${file}.draft`, JSON.stringify(told));
  renameSync(`${file}.draft`, file);
});
