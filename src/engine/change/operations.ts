import type { ManagedObject } from "../../inventory/managed-object.js";
import type { Action } from "./action.js";
import { migrateOperations, snapshotOperations } from "./machine-copies.js";
import { machineLifeOperations } from "./machine-life.js";
import { machineSettingsOperations } from "./machine-settings.js";
import { networkOperations } from "./network-operations.js";
import { nodeOperations } from "./node-operations.js";
import type { Operation, OperationsOf } from "./operation.js";
import { poolOperations, volumeOperations } from "./storage-operations.js";

/** One row for each kind of action; the compiler refuses a missing one. */
const operations: OperationsOf<Action> = {
  ...machineLifeOperations,
  ...machineSettingsOperations,
  ...snapshotOperations,
  ...migrateOperations,
  ...volumeOperations,
  ...poolOperations,
  ...networkOperations,
  ...nodeOperations,
};

/** What the engine knows of an action. */
export function operationOf(action: Action): Operation<Action> {
  return operations[action.do] as Operation<Action>;
}

/** What an action is about, on a host; `undefined` for a node. */
export function objectOf(action: Action): ManagedObject | undefined {
  if ("machine" in action) return { kind: "machine", uuid: action.machine };
  if ("volume" in action) return { kind: "volume", pool: action.pool, name: action.volume };
  if ("pool" in action) return { kind: "pool", name: action.pool };
  if ("network" in action) return { kind: "network", name: action.network };
  return undefined;
}
