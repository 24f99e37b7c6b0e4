import { DecodeError, Fault } from "../../../base/fault.js";
import { element } from "../../../codec/xml/element.js";
import { parseXml } from "../../../codec/xml/parse.js";
import { writeXml } from "../../../codec/xml/write.js";
import { findStateDirectory } from "../../ask-gateway.js";
import type { CommandContext, ExitCode } from "../../command.js";
import { findOneMachine } from "../../one-machine.js";
import { type ChangeOptions, carryOut } from "./carry-out.js";
import { readDescription } from "./read-file.js";
import { type ScopeChoice, scopesOf } from "./scope.js";

export interface DeviceOptions extends ChangeOptions {
  readonly scope?: ScopeChoice;
}

const outcomes = { attach: "plugged in", detach: "taken out", update: "changed" } as const;

/**
 * Plugs devices in, takes them out or changes them, all or none.
 * @param devices files, or for taking out a disk's target or an interface's MAC address
 */
export async function changeDevices(
  verb: keyof typeof outcomes,
  text: string,
  devices: readonly string[],
  options: DeviceOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  const machine = await findOneMachine(state, text);
  const { host, uuid, name } = machine;
  const described = await Promise.all(
    devices.map((device) => (verb === "detach" ? named(device) : undefined) ?? readDevice(device)),
  );
  const scopes = scopesOf(machine, options.scope);
  const actions = scopes.flatMap((scope) =>
    described.map((device) => ({ do: `${verb}-device`, host, machine: uuid, scope, device }) as const),
  );
  const told = {
    name,
    object: () => ({ machine: { host, name, uuid } }),
    outcome: () => `${devices.length === 1 ? "the device is" : `${devices.length} devices are`} ${outcomes[verb]}`,
  };
  return carryOut(state, actions, told, options, terminal);
}

/** What a device is known by, as a description. */
function named(device: string): string | undefined {
  if (/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(device)) {
    return writeXml(element("interface", {}, [element("mac", { address: device.toLowerCase() })]));
  }
  if (/^[a-z]{2,4}$/.test(device)) return writeXml(element("disk", {}, [element("target", { dev: device })]));
  return undefined;
}

async function readDevice(file: string): Promise<string> {
  const text = await readDescription(file);
  try {
    parseXml(text);
    return text;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new Fault("invalid", `${file}: ${error.message}; it has to be one element, such as <disk>…</disk>`);
  }
}
