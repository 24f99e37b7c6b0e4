import type { Hypervisor, HypervisorOperation } from "../../inventory/hypervisor.js";
import type { CallLimit, DocumentPreview, Progress } from "../../inventory/hypervisor-call.js";
import type { NodeAgent } from "../../inventory/node-agent.js";
import type { TuningScope } from "../../inventory/tuning.js";
import type { AccessOperation } from "../access/access-rules.js";
import type { Action } from "./action.js";
import type { Ports } from "./ports.js";
import type { World } from "./world.js";

/** What one call of a port is given. */
export interface Call {
  readonly ports: Ports;
  readonly limit: CallLimit;
  readonly onProgress: (progress: Progress) => void;
}

/** What planning an action found. */
export type Planned =
  /** It is already so. */
  | { readonly needed: false }
  | {
      readonly needed: true;
      /** What takes it back; absent when nothing has to, as after a refresh. */
      readonly undo?: Action;
      /** It cannot be taken back: what it removes is gone, or somebody else has noticed. Such actions come last. */
      readonly final?: true;
      readonly preview?: DocumentPreview;
    };

/** Everything the engine knows of one kind of action. */
export interface Operation<Of extends Action> {
  /** What it does, for people: `start machine web1`. */
  title(action: Of): string;
  /** What access rules call it. */
  readonly access: AccessOperation;
  /** Takes minutes or hours: it holds its objects, but not their host, against other changes. */
  readonly long?: true;
  /** It is done in several calls: what a host refuses in the middle may be done in part. */
  readonly piecemeal?: true;
  /** Once it was begun, what it replaces is lost, even when it fails; said of what is final. */
  readonly spoils?: true;
  /** What the hypervisor must be able to do; nothing for a node. */
  needs?(action: Of): readonly (readonly [operation: HypervisorOperation, scope?: TuningScope])[];
  /**
   * Whether it is possible and needed as the world is, and how to take it back; tells the world what it will be. Reads only.
   * @throws {Fault} why it is not possible
   */
  plan(action: Of, world: World): Promise<Planned>;
  /** @throws {Fault} as the port's operation */
  perform(action: Of, call: Call): Promise<void>;
  /**
   * Whether the world is as after the action, however that came; `undefined` when nobody can tell, as after a reset.
   * @throws {Fault} as the port's reading operations
   */
  isDone(action: Of, call: Call): Promise<boolean | undefined>;
}

/** One row for each word of a union of actions. */
export type OperationsOf<Some extends Action> = {
  readonly [Do in Some["do"]]: Operation<Extract<Some, { readonly do: Do }>>;
};

/** The hypervisor an action is about. */
export function hypervisorOf(action: { readonly host: string }, { ports }: Pick<Call, "ports">): Hypervisor {
  return ports.hypervisorOf(action.host);
}

/** The agent an action is about. */
export function nodeAgentOf(action: { readonly node: string }, { ports }: Pick<Call, "ports">): NodeAgent {
  return ports.nodeAgentOf(action.node);
}
