import { Fault } from "../base/fault.js";
import { type AskAgent, createNodeAgent } from "../driver/node-agent.js";
import type { NodeAgent } from "../inventory/node-agent.js";
import { runProgram } from "../transport/run-program.js";

/** Where a package puts the agent's program; what sudo allows is this file and nothing else. */
export const INSTALLED = "/usr/lib/virtgate/node-agent/virtgate-node-agent.js";
const MOST_OUTPUT = 16 * 1024 * 1024;

/** The agent of the gateway's own computer, run through sudo, or by itself when the gateway runs as root. */
export function localNodeAgent(node: string, program: readonly string[] = [INSTALLED]): NodeAgent {
  const [file = INSTALLED, ...args] = process.getuid?.() === 0 ? program : ["sudo", "-n", ...program];
  const ask: AskAgent = async (request, { deadlineMs, signal }) => {
    const run = { input: request, timeoutMs: deadlineMs, signal, mostOutput: MOST_OUTPUT };
    const { code, stdout, stderr } = await runProgram(file, args, run);
    if (code === 0) return stdout;
    const advice = "install it and allow it in sudoers, as packaging/node-agent/README.md says";
    throw new Fault(
      "denied",
      `the node's agent may not be used (${stderr.trim().slice(0, 200) || `exit ${code}`}): ${advice}`,
    );
  };
  return createNodeAgent(node, ask);
}
