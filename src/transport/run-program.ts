import { spawn } from "node:child_process";
import { Fault } from "../base/fault.js";

/** How a program is run. */
export interface ProgramRun {
  /** What it reads, whole. */
  readonly input: string;
  /** It is killed after that. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Octets of its output; with more it is killed. */
  readonly mostOutput: number;
}

/** How it ended. */
export interface ProgramEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end, without a shell.
 * @throws {Fault} `unsupported` when it is not there, `timeout` when its time is over or nobody wants it any more, `driver-failed`
 *   when it writes too much
 */
export function runProgram(file: string, args: readonly string[], run: ProgramRun): Promise<ProgramEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ["pipe", "pipe", "pipe"] });
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let length = 0;
    let failure: Fault | undefined;
    const kill = (fault: Fault): void => {
      failure ??= fault;
      child.kill("SIGKILL");
    };
    const late = (): void => kill(new Fault("timeout", `${file} was given up; what it began may still happen`));
    const timer = setTimeout(late, Math.min(run.timeoutMs, 2 ** 31 - 1));
    run.signal?.addEventListener("abort", late, { once: true });
    if (run.signal?.aborted) late();
    for (const name of ["stdout", "stderr"] as const) {
      child[name].on("data", (part: Buffer) => {
        length += part.length;
        if (length > run.mostOutput)
          kill(new Fault("driver-failed", `${file} wrote more than ${run.mostOutput} octets`));
        else output[name].push(part);
      });
    }
    child.stdin.on("error", () => {}); // it may end without having read everything
    child.stdin.end(run.input);
    child.on("error", (error) => {
      failure ??= new Fault("unsupported", `${file} cannot be run: ${error.message}`, { cause: error });
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      run.signal?.removeEventListener("abort", late);
      const [stdout, stderr] = [output.stdout, output.stderr].map((parts) => Buffer.concat(parts).toString("utf8"));
      if (failure) reject(failure);
      else resolve({ code: code ?? 255, stdout: stdout ?? "", stderr: stderr ?? "" });
    });
  });
}
