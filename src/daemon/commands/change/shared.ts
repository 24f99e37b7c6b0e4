import type { HostsAnswer } from "../../../agent/console/control-routes.js";
import type { ResourcesView } from "../../../agent/console/resources-view.js";
import type { OrderedAction } from "../../../engine/change/read-actions.js";
import { changeNetwork, readNetwork } from "../../../protocol/libvirt/document/network.js";
import { changePool, readPool } from "../../../protocol/libvirt/document/storage-pool.js";
import { askGateway, findStateDirectory } from "../../ask-gateway.js";
import type { ClientOptions, CommandContext, ExitCode } from "../../command.js";
import { bytes, type Column, json, table } from "../../terminal.js";
import { type ChangeOptions, carryOut } from "./carry-out.js";
import { findHost, findShared, resourcesOf } from "./find-place.js";
import { understood } from "./machine.js";
import { readDescription } from "./read-file.js";
import { type SharedKind, type SharedVerb, sharedActions } from "./shared-actions.js";

export interface SharedOptions extends ChangeOptions {
  readonly off?: true;
}

export interface DefineSharedOptions extends ChangeOptions {
  readonly host?: string;
  readonly autostart?: true;
  readonly start?: true;
  readonly build?: true;
}

const outcomes: Readonly<Record<SharedVerb, string>> = {
  start: "started",
  stop: "stopped",
  undefine: "no longer defined",
};

/** Starts, stops or undefines a pool or a network. */
export async function changeShared(
  kind: SharedKind,
  verb: SharedVerb,
  text: string,
  options: ChangeOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const act = (host: string, name: string) => sharedActions[kind].act(verb, host, name);
  return changeOne(kind, text, act, outcomes[verb], options, context);
}

/** Has a pool or a network started with its computer, or no longer. */
export async function autostartShared(
  kind: SharedKind,
  text: string,
  options: SharedOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const autostart = options.off !== true;
  const act = (host: string, name: string) => sharedActions[kind].autostart(host, name, autostart);
  const outcome = `${autostart ? "starts" : "does not start"} with its computer`;
  return changeOne(kind, text, act, outcome, options, context);
}

/** Makes what a pool lies on, or looks anew at what it has. */
export async function tendPool(
  verb: "build" | "refresh",
  text: string,
  options: ChangeOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const act = (host: string, pool: string) => ({ do: `${verb}-pool`, host, pool }) as const;
  return changeOne("pool", text, act, verb === "build" ? "built" : "looked at anew", options, context);
}

async function changeOne(
  kind: SharedKind,
  text: string,
  act: (host: string, name: string) => OrderedAction,
  outcome: string,
  options: ChangeOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  const { host, name } = await findShared(state, `${kind}s`, text);
  const told = { name, object: () => ({ [kind]: { host, name } }), outcome: () => outcome };
  return carryOut(state, [act(host, name)], told, options, terminal);
}

/** Defines a pool or a network, or defines it anew, as a file describes it. */
export async function defineShared(
  kind: SharedKind,
  file: string,
  options: DefineSharedOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  const given = await readDescription(file);
  const { name, uuid } = understood(() => (kind === "pool" ? readPool(given) : readNetwork(given)), file);
  const { name: host } = await findHost(state, options.host);
  // One that is there is meant by its name, and libvirt wants to be told that it is the same.
  const known = uuid === undefined ? await uuidOf(state, kind, host, name) : undefined;
  const change = kind === "pool" ? changePool : changeNetwork;
  const document = known === undefined ? given : change(given, { uuid: known });
  const { define, autostart, act } = sharedActions[kind];
  const told = {
    name,
    object: () => ({ [kind]: { host, name } }),
    outcome: () => `defined on host ${host}${options.start ? " and started" : ""}`,
  };
  const actions: OrderedAction[] = [define(host, name, document)];
  if (options.build) actions.push({ do: "build-pool", host, pool: name });
  if (options.autostart) actions.push(autostart(host, name, true));
  if (options.start) actions.push(act("start", host, name));
  return carryOut(state, actions, told, options, terminal);
}

async function uuidOf(state: string, kind: SharedKind, host: string, name: string): Promise<string | undefined> {
  const resources = await resourcesOf(state, host);
  return (kind === "pool" ? resources?.pools : resources?.networks)?.find((one) => one.name === name)?.uuid;
}

type PoolLine = { readonly host: string } & NonNullable<ResourcesView["pools"]>[number];
type NetworkLine = { readonly host: string } & NonNullable<ResourcesView["networks"]>[number];

const poolColumns: readonly Column<PoolLine>[] = [
  { title: "HOST", text: ({ host }) => host },
  { title: "NAME", text: ({ name }) => name },
  { title: "TYPE", text: ({ type }) => type },
  { title: "STATE", text: ({ state }) => state },
  { title: "AUTOSTART", text: ({ autostart }) => yesNo(autostart) },
  { title: "CAPACITY", align: "right", text: ({ capacityBytes }) => size(capacityBytes) },
  { title: "AVAILABLE", align: "right", text: ({ availableBytes }) => size(availableBytes) },
  { title: "VOLUMES", align: "right", text: ({ volumes }) => String(volumes?.length ?? "-") },
];

const networkColumns: readonly Column<NetworkLine>[] = [
  { title: "HOST", text: ({ host }) => host },
  { title: "NAME", text: ({ name }) => name },
  { title: "STATE", text: ({ active }) => (active ? "active" : "inactive") },
  { title: "AUTOSTART", text: ({ autostart }) => yesNo(autostart) },
  { title: "FORWARD", text: ({ forwardMode }) => forwardMode ?? "isolated" },
  { title: "BRIDGE", text: ({ bridge }) => bridge ?? "-" },
];

/** Shows the pools or networks of all computers, each once. */
export async function listShared(
  kind: SharedKind,
  options: ClientOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  const { hosts } = await askGateway<HostsAnswer>(state, "/v1/hosts");
  const seen = new Set<string>();
  const lines: (PoolLine | NetworkLine)[] = [];
  for (const host of hosts) {
    const resources = await resourcesOf(state, host.name);
    for (const one of (kind === "pool" ? resources?.pools : resources?.networks) ?? []) {
      const key = `${host.node ?? host.name}/${one.name}`;
      if (seen.has(key)) continue;
      seen.add(key);
      lines.push({ host: host.name, ...one });
    }
  }
  if (options.json) terminal.out(json({ [`${kind}s`]: lines }));
  else if (kind === "pool") terminal.out(table(terminal, poolColumns, lines as readonly PoolLine[]));
  else terminal.out(table(terminal, networkColumns, lines as readonly NetworkLine[]));
  return 0;
}

/** Counts of octets come as decimal strings. */
export function size(text: string | undefined): string {
  return bytes(text === undefined ? undefined : Number(text));
}

function yesNo(flag: boolean | undefined): string {
  return flag === undefined ? "-" : flag ? "yes" : "no";
}
