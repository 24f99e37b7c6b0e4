import type { HypervisorOf } from "../../inventory/hypervisor.js";
import type { NodeAgentOf } from "../../inventory/node-agent.js";

/** Whom changes are carried out by. */
export interface Ports {
  readonly hypervisorOf: HypervisorOf;
  readonly nodeAgentOf: NodeAgentOf;
}
