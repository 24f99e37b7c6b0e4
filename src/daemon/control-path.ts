import { join } from "node:path";

/** The socket on which the gateway of a state directory takes its owner's commands. */
export function controlPath(stateDirectory: string): string {
  return join(stateDirectory, "control.sock");
}
