import { closeSync, openSync } from "node:fs";

export interface SignalActions {
  /** Called once, however often the process is asked to end: npm forwards what the whole process group has received already. */
  stop(signal: NodeJS.Signals): void;
  reload(): void;
}

/**
 * Listens to SIGTERM and SIGINT, which stop, and to SIGHUP, which reloads; but a program that was started from a terminal which is
 * gone by now was not asked to reload: it was left behind, and stops. It goes on listening to the very end of the process, as a
 * second signal that meets no listener would cut the stop short.
 */
export function listenToSignals(actions: SignalActions): void {
  const hadTerminal = process.stdin.isTTY === true || process.stdout.isTTY === true;
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    actions.stop(signal);
  };
  const hangUp = (): void => {
    if (hadTerminal && !hasTerminal()) stop("SIGHUP");
    else if (!stopping) actions.reload();
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGHUP", hangUp);
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
