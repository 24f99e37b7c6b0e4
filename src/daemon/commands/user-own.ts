import { findStateDirectory, orderGateway } from "../ask-gateway.js";
import type { ClientOptions, CommandContext, ExitCode } from "../command.js";
import { findOneMachine } from "../one-machine.js";
import { json, printable } from "../terminal.js";
import { type OwnerAnswer, ownMachinePath } from "../user-orders.js";

export interface UserOwnOptions extends ClientOptions {
  readonly dryRun?: true;
}

/** Gives a machine to a user, who then may see it and let it live; or to nobody. */
export async function userOwn(
  text: string,
  user: string | undefined,
  options: UserOwnOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  const { host, uuid, name } = await findOneMachine(state, text);
  const order = { host, machine: uuid, user, dryRun: options.dryRun === true };
  const answer = await orderGateway<OwnerAnswer>(state, ownMachinePath, order);
  if (options.json) terminal.out(json({ machine: { host, name, uuid }, ...answer }));
  else {
    const whose = answer.owner === undefined ? "nobody's" : `${answer.owner}'s`;
    const before = answer.before === undefined ? "" : `, ${answer.before}'s before`;
    terminal.out(`${printable(name)} ${answer.dryRun ? "would be" : "is"} ${whose}${before}\n`);
  }
  return 0;
}
