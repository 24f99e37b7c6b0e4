import { execFileSync } from "node:child_process";

/** Leaves a unix socket at `path` that nobody listens on any more, as a process that was killed does. */
export function abandonSocket(path: string): void {
  const script = `require("node:net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))`;
  try {
    execFileSync(process.execPath, ["-e", script, path], { stdio: "ignore" });
  } catch {
    // killed by itself, as it should be
  }
}
