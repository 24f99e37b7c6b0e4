import { execFile, spawn } from "node:child_process";

/** How a program ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** After which the program is killed and the outcome is a failure; generous, it is a guard and no assertion. */
  readonly timeoutMs?: number;
}

/** Runs a program to its end, whatever its exit code. 124 is a program that had to be killed, 127 one that does not exist. */
export function attempt(program: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { env, timeoutMs = 120_000 } = options;
  return new Promise((resolve) => {
    execFile(
      program,
      [...args],
      {
        env: { ...process.env, LC_ALL: "C.UTF-8", ...env },
        timeout: timeoutMs,
        killSignal: "SIGKILL",
        maxBuffer: 1 << 28,
      },
      (error, stdout, stderr) => {
        const code =
          error === null ? 0 : error.code === "ENOENT" ? 127 : typeof error.code === "number" ? error.code : 124;
        resolve({ code, stdout, stderr });
      },
    );
  });
}

/** Runs a program that must succeed. @returns its standard output */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await attempt(program, args, options);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}

/** A program that reads its standard input from us. */
export interface Fed {
  write(octets: Buffer): void;
  /** There is no more. */
  end(): void;
  readonly ended: Promise<Outcome>;
}

/** Starts a program that is fed; it is killed like one of `attempt`. */
export function feed(program: string, args: readonly string[], { env, timeoutMs = 120_000 }: RunOptions = {}): Fed {
  const child = spawn(program, [...args], {
    env: { ...process.env, LC_ALL: "C.UTF-8", ...env },
    timeout: timeoutMs,
    killSignal: "SIGKILL",
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text) => {
    stdout += text;
  });
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  child.stdin.on("error", () => {}); // it ended: its outcome tells why
  return {
    write: (octets) => void child.stdin.write(octets),
    end: () => void child.stdin.end(),
    ended: new Promise((resolve) => child.once("close", (code) => resolve({ code: code ?? 124, stdout, stderr }))),
  };
}
