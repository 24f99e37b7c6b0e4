import { stat } from "node:fs/promises";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import { Fault } from "../../base/fault.js";
import type { NodeAbilities } from "../../inventory/node-agent.js";
import { INSTALLED, localNodeAgent } from "../local-node-agent.js";
import { type Check, type Examination, failed, note, type Outcome, ok, warning } from "./finding.js";

const ANSWER_MS = 10_000;
const FOLDER = dirname(INSTALLED);
const INSTALL = `mkdir -p ${FOLDER} && cp packaging/node-agent/*.js packaging/node-agent/package.json ${FOLDER}/ && chmod 0755 ${INSTALLED}`;
const WRITABLE_BY_OTHERS = 0o022;

/** What does for the gateway as root what libvirt does not do. */
export const nodeAgentChecks: readonly Check[] = [
  { name: "node-agent", run: (examination) => checkNodeAgent(examination, INSTALLED) },
];

/** @param program the agent's, where it is installed */
export async function checkNodeAgent({ version }: Examination, program: string): Promise<Outcome> {
  const status = await stat(program).catch(() => undefined);
  if (status === undefined) {
    const lacks = "ports cannot be forwarded, and no overlays, snapshots or root file systems made on this computer";
    return note(`the node's agent is not installed: ${lacks}`, `as root, in the checkout: ${INSTALL}`, program);
  }
  if (status.uid !== 0 || (status.mode & WRITABLE_BY_OTHERS) !== 0) {
    const danger = "others than root may change the node's agent, which runs as root";
    return failed(danger, `chown -R root:root ${FOLDER} && chmod -R go-w ${FOLDER}`, program);
  }
  try {
    const can = await localNodeAgent("here", [program]).abilities({ deadlineMs: ANSWER_MS });
    if (can.version === version) return ok(`version ${version}; ${described(can)}`, program);
    const which = can.version === undefined ? "an old version" : `version ${can.version}`;
    return warning(
      `the node's agent is ${which}, the gateway ${version}`,
      `as root, in the checkout: ${INSTALL}`,
      program,
    );
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return failed(error.message, remedyFor(error, program), program);
  }
}

function described(can: NodeAbilities): string {
  const able = (["nftables", "btrfs", "overlay"] as const).filter((what) => can[what]);
  const lacking = (["nftables", "btrfs", "overlay"] as const).filter((what) => !can[what]);
  const has = [...able, ...can.archives].join(", ");
  return `can use ${has}${lacking.length > 0 ? `; not ${lacking.join(", ")}` : ""}`;
}

function remedyFor({ code }: Fault, program: string): string {
  if (code === "unsupported") return "apt-get install sudo";
  const { username } = userInfo();
  if (code === "denied" && process.getuid?.() !== 0) {
    return `as root: echo '${username} ALL=(root) NOPASSWD: ${program} ""' >/etc/sudoers.d/virtgate && chmod 0440 /etc/sudoers.d/virtgate`;
  }
  return `as root, in the checkout: ${INSTALL}; then try it: echo '{"verb":"abilities"}' | ${program}`;
}
