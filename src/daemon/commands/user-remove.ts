import { findStateDirectory, orderGateway } from "../ask-gateway.js";
import type { ClientOptions, CommandContext, ExitCode } from "../command.js";
import { json } from "../terminal.js";
import { removeUserPath, type UserAnswer } from "../user-orders.js";

export interface UserRemoveOptions extends ClientOptions {
  readonly dryRun?: true;
}

/** Removes a user. */
export async function userRemove(
  name: string,
  options: UserRemoveOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const order = { name, dryRun: options.dryRun === true };
  const answer = await orderGateway<UserAnswer>(await findStateDirectory(options, env), removeUserPath, order);
  if (options.json) terminal.out(json(answer));
  else terminal.out(`user ${answer.user.name} ${answer.dryRun ? "would be removed" : "removed"}\n`);
  return 0;
}
