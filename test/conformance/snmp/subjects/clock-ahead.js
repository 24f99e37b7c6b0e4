import { readFileSync, rmSync } from "node:fs";

// Loaded into a program before its own code: on SIGUSR2 its clocks go ahead by as many milliseconds as the file that
// CLOCK_AHEAD_FILE names says, and the file is removed. Nothing else of the program is changed.

const file = process.env["CLOCK_AHEAD_FILE"] ?? "";
const [now, monotonic] = [Date.now.bind(Date), performance.now.bind(performance)];
let aheadMs = 0;
Date.now = () => now() + aheadMs;
performance.now = () => monotonic() + aheadMs;
process.on("SIGUSR2", () => {
  aheadMs = Number(readFileSync(file, "utf8"));
  rmSync(file);
});
