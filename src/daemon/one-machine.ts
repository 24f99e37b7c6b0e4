import type { MachineAnswer } from "../agent/console/control-routes.js";
import { Fault } from "../base/fault.js";
import { askGateway } from "./ask-gateway.js";
import { programWords } from "./program.js";
import { printable } from "./terminal.js";

/**
 * The one machine that somebody means.
 * @param text name or UUID, or HOST/ before either
 * @throws {Fault} `absent` when there is none, `invalid` when there are several, naming them; and as `askGateway`
 */
export async function findOneMachine(stateDirectory: string, text: string): Promise<MachineAnswer["machines"][number]> {
  const { machines } = await askGateway<MachineAnswer>(stateDirectory, `/v1/machine?name=${encodeURIComponent(text)}`);
  const machine = machines[0];
  if (machine === undefined)
    throw new Fault("absent", `there is no machine ${printable(text)}; ${programWords()} machines lists them`);
  if (machines.length > 1) {
    const choices = machines.map(({ host, name, uuid }) => `  ${host}/${printable(name)}  ${uuid}`).join("\n");
    throw new Fault("invalid", `${printable(text)} is the name of several machines; say which:\n${choices}`);
  }
  return machine;
}
