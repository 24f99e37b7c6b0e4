import { randomUUID } from "node:crypto";
import type { MachineAnswer } from "../../../agent/console/control-routes.js";
import { DecodeError, Fault } from "../../../base/fault.js";
import { readDomain } from "../../../protocol/libvirt/document/domain.js";
import { changeDomain } from "../../../protocol/libvirt/document/domain-edit.js";
import { askGateway, findStateDirectory } from "../../ask-gateway.js";
import type { CommandContext, ExitCode } from "../../command.js";
import { findOneMachine } from "../../one-machine.js";
import { type ChangeOptions, carryOut } from "./carry-out.js";
import { findHost } from "./find-place.js";
import { readDescription } from "./read-file.js";

export interface DefineOptions extends ChangeOptions {
  readonly host?: string;
  readonly autostart?: true;
  readonly start?: true;
}

/** Defines a machine, or defines it anew, as a file describes it. */
export async function defineMachine(
  file: string,
  options: DefineOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  const given = await readDescription(file);
  const { name, uuid: named } = understood(() => readDomain(given), file);
  const { name: host } = await findHost(state, options.host);
  const uuid = named ?? (await uuidOf(state, host, name)) ?? randomUUID();
  const document = named === undefined ? changeDomain(given, { uuid }) : given;
  const machine = { host, machine: uuid };
  const told = {
    name,
    object: () => ({ machine: { host, name, uuid } }),
    outcome: () => `defined on host ${host}${options.start ? " and started" : ""}, ${uuid}`,
  };
  return carryOut(
    state,
    [
      { do: "define", ...machine, document },
      ...(options.autostart ? [{ do: "set-autostart", ...machine, autostart: true } as const] : []),
      ...(options.start ? [{ do: "start", ...machine } as const] : []),
    ],
    told,
    options,
    terminal,
  );
}

export interface UndefineOptions extends ChangeOptions {
  readonly withState?: true;
}

/** Forgets a machine. Its disks stay. */
export async function undefineMachine(
  text: string,
  options: UndefineOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  const { host, uuid, name } = await findOneMachine(state, text);
  const withState = options.withState === true ? { withState: true } : {};
  const told = {
    name,
    object: () => ({ machine: { host, name, uuid } }),
    outcome: () => "no longer defined; its disks are still there",
  };
  return carryOut(state, [{ do: "undefine", host, machine: uuid, ...withState }], told, options, terminal);
}

export interface AutostartOptions extends ChangeOptions {
  readonly off?: true;
}

/** Has a machine started with its host, or no longer. */
export async function autostartMachine(
  text: string,
  options: AutostartOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  const { host, uuid, name } = await findOneMachine(state, text);
  const autostart = options.off !== true;
  const told = {
    name,
    object: () => ({ machine: { host, name, uuid } }),
    outcome: () => `${autostart ? "starts" : "does not start"} with its host`,
  };
  return carryOut(state, [{ do: "set-autostart", host, machine: uuid, autostart }], told, options, terminal);
}

/** The identity of the machine that a description without one is about, if there is one of its name. */
async function uuidOf(state: string, host: string, name: string): Promise<string | undefined> {
  const { machines } = await askGateway<MachineAnswer>(
    state,
    `/v1/machine?name=${encodeURIComponent(`${host}/${name}`)}`,
  );
  return machines.find((one) => one.host === host && one.name === name)?.uuid;
}

/** What `read` makes of a file. @throws {Fault} `invalid` when it is nothing of the kind */
export function understood<T>(read: () => T, file: string): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new Fault("invalid", `${file}: ${error.message}; virsh dumpxml shows what such a description looks like`, {
      cause: error,
    });
  }
}
