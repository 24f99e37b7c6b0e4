import type { HypervisorOf } from "../../inventory/hypervisor.js";
import type { NodeAgentOf } from "../../inventory/node-agent.js";
import type { Transfer } from "../transfers.js";

/** Whom changes are carried out by, and who has the content that they write, or wants what they read. */
export interface Ports {
  readonly hypervisorOf: HypervisorOf;
  readonly nodeAgentOf: NodeAgentOf;
  /** @throws {Fault} `absent` when there is no such transfer, or no longer */
  readonly transferOf: (id: string) => Transfer;
}
