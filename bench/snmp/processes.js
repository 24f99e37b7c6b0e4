import { execFile, spawn } from "node:child_process";
import { accessSync, closeSync, constants, openSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

const exec = promisify(execFile);

/** A program in the background, ended by its pid. @typedef {{ pid: number, log: string, stop: () => Promise<void> }} Program */

/** @param {string} program @param {readonly string[]} args @param {NodeJS.ProcessEnv} env @param {string} log @returns {Program} */
export function startProgram(program, args, env, log) {
  const output = openSync(log, "w");
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", output, output] });
  closeSync(output);
  const gone = new Promise((resolve) => {
    child.once("exit", resolve);
    child.once("error", resolve);
  });
  return {
    pid: child.pid ?? -1,
    log,
    async stop() {
      child.kill("SIGTERM");
      await gone;
    },
  };
}

/** Waits until `look` gives true. @param {string} what @param {() => Promise<boolean> | boolean} look @param {Program} [of] */
export async function waitFor(what, look, of) {
  for (let tries = 0; tries < 3000; tries++) {
    if (await look()) return;
    if (of !== undefined && !isAlive(of.pid)) break;
    await pause(100);
  }
  throw new Error(`waited in vain for ${what}${of === undefined ? "" : `:\n${readFileSync(of.log, "utf8")}`}`);
}

/** @param {string} program @param {readonly string[]} args @param {NodeJS.ProcessEnv} [env] @returns {Promise<string>} */
export async function run(program, args, env = {}) {
  const { stdout } = await exec(program, args, { env: { ...process.env, ...env }, maxBuffer: 1 << 28 });
  return stdout;
}

/** Whether a program is on the path; it is not run, for `snmpd` would stay. @param {string} program */
export function isInstalled(program) {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Processor time that a process has used, user and system, in seconds; the kernel counts hundredths. @param {number} pid */
export function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const [, , , , , , , , , , , user = "0", system = "0"] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(user) + Number(system)) / 100;
}

/** Memory that a process holds, in mebibytes. @param {number} pid */
export function residentMiB(pid) {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Math.round(Number(kib) / 1024);
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
