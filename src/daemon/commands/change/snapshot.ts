import type { SnapshotView } from "../../../agent/console/machine-view.js";
import { findStateDirectory } from "../../ask-gateway.js";
import type { ClientOptions, CommandContext, ExitCode } from "../../command.js";
import { findOneMachine } from "../../one-machine.js";
import { type Column, json, table } from "../../terminal.js";
import { type ChangeOptions, carryOut } from "./carry-out.js";

export interface SnapshotOptions extends ChangeOptions {
  readonly description?: string;
  readonly diskOnly?: true;
}

const outcomes = { create: "made", revert: "is what it goes on from", delete: "deleted" } as const;

/** Makes a snapshot of a machine, brings the machine back to one, or deletes one. */
export async function changeSnapshot(
  verb: keyof typeof outcomes,
  text: string,
  snapshot: string,
  options: SnapshotOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  const { host, uuid, name } = await findOneMachine(state, text);
  const { description, diskOnly } = options;
  const common = { host, machine: uuid, name: snapshot };
  const action =
    verb === "create"
      ? { do: "create-snapshot", ...common, ...(description && { description }), ...(diskOnly && { diskOnly }) }
      : { do: `${verb}-snapshot`, ...common };
  const told = {
    name,
    object: () => ({ machine: { host, name, uuid }, snapshot }),
    outcome: () => `snapshot ${snapshot} ${outcomes[verb]}`,
  };
  return carryOut(state, [action as Parameters<typeof carryOut>[1][number]], told, options, terminal);
}

const columns: readonly Column<SnapshotView>[] = [
  { title: "NAME", text: ({ name, current }) => `${name}${current ? " (current)" : ""}` },
  { title: "MADE", text: ({ createdAt }) => createdAt ?? "-" },
  { title: "STATE", text: ({ state }) => state ?? "-" },
  { title: "AFTER", text: ({ parent }) => parent ?? "-" },
  { title: "DESCRIPTION", text: ({ description }) => description ?? "" },
];

/** Shows the snapshots of a machine. */
export async function listSnapshots(
  text: string,
  options: ClientOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  const { host, uuid, name, snapshots } = await findOneMachine(state, text);
  if (options.json) terminal.out(json({ machine: { host, name, uuid }, snapshots: snapshots ?? [] }));
  else terminal.out(table(terminal, columns, snapshots ?? []));
  return 0;
}
