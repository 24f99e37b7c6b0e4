import { Fault } from "../../base/fault.js";
import type { LifecycleAction } from "../../engine/change/action.js";
import { findStateDirectory } from "../ask-gateway.js";
import type { CommandContext, ExitCode } from "../command.js";
import { findOneMachine } from "../one-machine.js";
import { type ChangeOptions, carryOut } from "./change/carry-out.js";

/** Asks a machine for something, and waits until it is so. */
export async function lifecycle(
  action: LifecycleAction,
  text: string,
  options: ChangeOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  const { host, uuid, name } = await findOneMachine(state, text);
  const stateNow = async (): Promise<string | undefined> => {
    const after = await findOneMachine(state, `${host}/${uuid}`).catch((error: unknown) => {
      if (error instanceof Fault && error.code === "absent") return undefined; // one that nobody defined ends with its run
      throw error;
    });
    return after?.state;
  };
  const told = {
    name,
    object: async () => ({ machine: { host, name, uuid, ...(!options.dryRun && { state: await stateNow() }) } }),
    outcome: async () => outcome(action, await stateNow()),
  };
  return carryOut(state, [{ do: action, host, machine: uuid }], told, options, terminal);
}

function outcome(action: LifecycleAction, state: string | undefined): string {
  const now = state ?? "gone";
  return action === "shutdown" || action === "reboot"
    ? `asked to ${action === "reboot" ? "restart" : "shut down"}, now ${now}`
    : now;
}
