import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";

/** Long enough for a loaded computer; nothing waits for it when all is well. */
const PATIENCE_MS = 90_000;
const LOOK_AGAIN_MS = 25;

/** A program that a subject consists of. */
export interface Program {
  readonly pid: number;
  out(): string;
  err(): string;
  isOver(): boolean;
  /** Ends it and waits for its end; does nothing when it has ended. */
  end(signal: NodeJS.Signals): Promise<void>;
}

const running = new Set<ChildProcess>();
let isGuarded = false;

/** What this process has started ends with it, however it ends itself. */
function guard(): void {
  if (isGuarded) return;
  isGuarded = true;
  const killAll = (): void => {
    for (const child of running) child.kill("SIGKILL");
  };
  process.once("exit", killAll);
  process.once("disconnect", () => {
    killAll();
    process.exit(1);
  });
}

export function startProgram(command: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
  guard();
  const child = spawn(command, words, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  running.add(child);
  let [out, err, isOver] = ["", "", false];
  child.stdout.on("data", (text) => {
    out += text;
  });
  child.stderr.on("data", (text) => {
    err += text;
  });
  const ended = new Promise<void>((resolve) => {
    const over = (): void => {
      isOver = true;
      running.delete(child);
      resolve();
    };
    child.once("error", (error) => {
      err += error.message;
      over();
    });
    child.once("exit", over);
  });
  return {
    pid: child.pid ?? -1,
    out: () => out,
    err: () => err,
    isOver: () => isOver,
    async end(signal) {
      if (!isOver) child.kill(signal);
      await ended;
    },
  };
}

/** Waits until `look` gives something. @throws with what the program said when it ends before, or takes too long */
export async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>, of?: Program) {
  for (const end = performance.now() + PATIENCE_MS; ; ) {
    const found = await look();
    if (found !== undefined) return found;
    if (of?.isOver() || performance.now() > end) throw new Error(`waited in vain for ${what}\n${of?.err() ?? ""}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** A UDP port that nobody has at the moment. */
export function freePort(address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
    socket.once("error", reject);
    socket.bind(0, address, () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}
