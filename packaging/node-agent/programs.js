import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { Refusal } from "./refusal.js";

const folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
const MOST_OUTPUT = 64 * 1024 * 1024;

/** @param {string} name @returns {string | undefined} where a program is, looked for in the system's own folders only */
export function whereIs(name) {
  return folders
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * Runs a program of the system to its end, without a shell.
 * @param {string} name @param {readonly string[]} args @param {string} [input]
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>}
 */
export function run(name, args, input = "") {
  const file = whereIs(name);
  if (file === undefined) throw new Refusal("unsupported", `${name} is not installed on this node`);
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env: { PATH: folders.join(":"), LC_ALL: "C" }, stdio: ["pipe", "pipe", "pipe"] });
    const output = { stdout: "", stderr: "" };
    for (const stream of /** @type {const} */ (["stdout", "stderr"])) {
      child[stream].setEncoding("utf8").on("data", (/** @type {string} */ part) => {
        if (output[stream].length < MOST_OUTPUT) output[stream] += part;
      });
    }
    child.stdin.on("error", () => {}); // a program that does not read its input
    child.stdin.end(input);
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 255, ...output }));
  });
}

/** As `run`, of what must succeed. @param {string} name @param {readonly string[]} args @param {string} [input] */
export async function must(name, args, input) {
  const { code, stdout, stderr } = await run(name, args, input);
  if (code !== 0) throw new Refusal("driver-failed", `${name}: ${stderr.trim().slice(0, 400) || `ended with ${code}`}`);
  return { stdout, stderr };
}
