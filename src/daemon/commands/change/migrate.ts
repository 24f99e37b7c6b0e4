import { isActive } from "../../../inventory/machine.js";
import { findStateDirectory } from "../../ask-gateway.js";
import type { CommandContext, ExitCode } from "../../command.js";
import { findOneMachine } from "../../one-machine.js";
import { type ChangeOptions, carryOut } from "./carry-out.js";
import { findHost } from "./find-place.js";

export interface MigrateOptions extends ChangeOptions {
  readonly destinationUri?: string;
  readonly dataUri?: string;
  readonly transient?: true;
  readonly bandwidth?: number;
  readonly copyStorage?: true;
}

/** Moves a machine to another host, while it runs or while it is off. */
export async function migrate(
  text: string,
  destination: string,
  options: MigrateOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  const machine = await findOneMachine(state, text);
  const { host, uuid, name } = machine;
  const there = await findHost(state, destination);
  const { destinationUri = there.uri, dataUri, bandwidth, copyStorage } = options;
  const request = {
    destinationUri,
    live: isActive(machine.state),
    persist: options.transient !== true,
    ...(dataUri !== undefined && { dataUri }),
    ...(bandwidth !== undefined && { bandwidthMiBPerS: BigInt(bandwidth) }),
    ...(copyStorage && { copyStorage }),
  };
  const told = {
    name,
    object: () => ({ machine: { host: there.name, name, uuid }, from: host }),
    outcome: () => `on host ${there.name}`,
  };
  const action = { do: "migrate", host, machine: uuid, destination: there.name, request } as const;
  return carryOut(state, [action], told, options, terminal);
}
