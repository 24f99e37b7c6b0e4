import { Fault } from "../../../base/fault.js";
import { readData } from "../../../engine/change/data-text.js";
import type { MachineTuning } from "../../../inventory/tuning.js";
import { findStateDirectory, orderGateway } from "../../ask-gateway.js";
import { type TuningAnswer, tuningPath } from "../../change-orders.js";
import type { CommandContext, ExitCode } from "../../command.js";
import { findOneMachine } from "../../one-machine.js";
import { type ChangeOptions, carryOut } from "./carry-out.js";
import { type ScopeChoice, scopesOf } from "./scope.js";
import { readTuning } from "./tuning-words.js";

export interface TuneOptions extends ChangeOptions {
  readonly scope?: ScopeChoice;
}

/** Sets what a machine has and may use. @param words `KEY=VALUE` */
export async function tuneMachine(
  text: string,
  words: readonly string[],
  options: TuneOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  readTuning(words, {}); // what is written wrongly is said before anything is asked
  const machine = await findOneMachine(state, text);
  const { host, uuid, name } = machine;
  const scopes = scopesOf(machine, options.scope);
  const actions = [];
  for (const scope of scopes) {
    const order = { host, machine: uuid, scope };
    const { tuning } = await orderGateway<TuningAnswer>(state, tuningPath, order, ASKING_MS);
    const wanted = readTuning(words, readData(tuning) as MachineTuning);
    const { memoryMaximumKiB: _memory, vcpuMaximum: _vcpus, ...now } = wanted;
    // Without a word about it, what only the next start can take is left to that.
    const possible = scope === "live" && options.scope === undefined ? now : wanted;
    if (Object.keys(possible).length > 0) actions.push({ do: "tune", ...order, tuning: possible } as const);
  }
  if (actions.length === 0)
    throw new Fault("invalid", `${name} is not defined, so it has no next start to set this for`);
  const when = actions.map(({ scope }) => (scope === "live" ? "as it runs" : "for its next start")).join(" and ");
  const told = {
    name,
    object: () => ({ machine: { host, name, uuid } }),
    outcome: () => `${words.join(" ")} ${when}`,
  };
  return carryOut(state, actions, told, options, terminal);
}

const ASKING_MS = 120_000;
