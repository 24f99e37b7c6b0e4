import { Fault } from "../../base/fault.js";
import type { DocumentPreview } from "../../inventory/hypervisor-call.js";
import { objectPath } from "../../inventory/managed-object.js";
import type { Action } from "./action.js";
import { objectOf, operationOf } from "./operations.js";
import type { World } from "./world.js";

/** One action of a plan, and what takes it back. Plain data: the journal keeps it. */
export interface Step {
  readonly action: Action;
  /** Absent when nothing has to. */
  readonly undo?: Action;
  /** It cannot be taken back. */
  readonly final?: true;
}

/** A step with what people see of it beforehand. */
export interface PlannedStep extends Step {
  readonly title: string;
  readonly preview?: DocumentPreview;
}

/** What a change will do, in order. */
export interface Plan {
  readonly steps: readonly PlannedStep[];
  /** What was asked for and is so already. */
  readonly unneeded: readonly string[];
}

/**
 * Works out the steps of a change. Reads only.
 * @throws {Fault} for the first action that is not possible, `path` saying where; `invalid` when something that can be taken back
 *   comes after something that cannot
 */
export async function planActions(actions: readonly Action[], world: World): Promise<Plan> {
  const steps: PlannedStep[] = [];
  const unneeded: string[] = [];
  for (const action of actions) {
    const operation = operationOf(action);
    const planned = await about(action, async () => {
      checkAbility(action, world);
      return operation.plan(action, world);
    });
    const title = titleOf(action, world.nameOf);
    if (!planned.needed) {
      unneeded.push(title);
      continue;
    }
    const { needed: _, ...rest } = planned;
    const last = steps.at(-1);
    if (last?.final && !rest.final) {
      throw new Fault(
        "invalid",
        `"${last.title}" cannot be taken back; "${title}" must come before it, or in a change of its own`,
      );
    }
    steps.push({ action, title, ...rest });
  }
  return { steps, unneeded };
}

/** The name of a machine, as far as it is known. */
export type NameOf = (host: string, uuid: string) => string | undefined;

/** What an action does, in words; people know machines by their names. */
export function titleOf(action: Action, nameOf: NameOf): string {
  const title = operationOf(action).title(action);
  const name = "machine" in action ? nameOf(action.host, action.machine) : undefined;
  return "machine" in action && name !== undefined ? title.replace(action.machine, () => name) : title;
}

/** What a change holds while it is done: its hosts, except for what takes long, and each object. */
export function lockNames(actions: readonly Action[], slice: string | undefined): readonly string[] {
  const names = slice === undefined ? [] : [`slice/${slice}`];
  for (const action of actions) {
    const object = objectOf(action);
    if (!("host" in action)) {
      names.push(`node/${action.node}`);
      continue;
    }
    const hosts = action.do === "migrate" ? [action.host, action.destination] : [action.host];
    for (const host of hosts) {
      if (!operationOf(action).long) names.push(`host/${host}`);
      if (object) names.push(`host/${host}/${objectPath(object)}`);
    }
  }
  return [...new Set(names)];
}

/** Where an action is, in inventory terms. */
export function actionPath(action: Action): string {
  if (!("host" in action)) return `node/${action.node}`;
  const object = objectOf(action);
  return object ? `host/${action.host}/${objectPath(object)}` : `host/${action.host}`;
}

function checkAbility(action: Action, world: World): void {
  if (!("host" in action)) return;
  for (const [needed, scope] of operationOf(action).needs?.(action) ?? []) {
    const reason = world.hypervisor(action.host).lacks(needed, scope);
    if (reason !== undefined) throw new Fault("unsupported", reason);
  }
}

/** Says of a fault what it is about. */
async function about<Result>(action: Action, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Fault) || error.path !== undefined) throw error;
    throw new Fault(error.code, error.message, { path: actionPath(action), cause: error });
  }
}
