import { Fault } from "../../base/fault.js";
import type { AccessControl } from "../access/access-control.js";
import type { AccessSubject } from "../access/access-rules.js";
import { type DataPath, dataPath } from "../access/data-path.js";
import type { Action } from "./action.js";
import { objectOf, operationOf } from "./operations.js";
import { actionPath } from "./plan.js";
import { absentHost, absentObject } from "./refusals.js";

const MODULE = "virtgate";

/** What an action is about, as a path into the gateway's data. */
export function pathOfAction(action: Action): DataPath {
  if (!("host" in action)) return dataPath(MODULE, "nodes", ["node", { id: action.node }]);
  const host = ["host", { name: action.host }] as const;
  if ("machine" in action) {
    const machine = ["machine", { uuid: action.machine }] as const;
    const below = "name" in action ? [["snapshot", { name: action.name }] as const] : [];
    return dataPath(MODULE, "hosts", host, machine, ...below);
  }
  if ("volume" in action) {
    return dataPath(MODULE, "hosts", host, ["pool", { name: action.pool }], ["volume", { name: action.volume }]);
  }
  if ("pool" in action) return dataPath(MODULE, "hosts", host, ["pool", { name: action.pool }]);
  return dataPath(MODULE, "hosts", host, ["network", { name: action.network }]);
}

/**
 * Lets an action pass if the rules do. Who may not see an object is told that there is none.
 * @param owner of the object, if anybody is
 * @throws {Fault} `absent` or `denied`
 */
export function authorise(
  action: Action,
  subject: AccessSubject,
  access: AccessControl,
  owner: string | undefined,
): void {
  const path = pathOfAction(action);
  const object = objectOf(action);
  const isVisible = (data: DataPath): boolean =>
    access.decide(subject, { kind: "data", path: data, operation: "read" }, owner).effect === "permit";
  if (!isVisible(path)) {
    if (!("host" in action)) throw new Fault("absent", `there is no node ${action.node}`);
    throw object ? absentObject(action.host, object) : absentHost(action.host);
  }
  const operation = operationOf(action).access;
  // What is done, and not written, is a node of its own below the object.
  const target =
    operation === "exec" ? [...path, { module: MODULE, name: action.do, keys: new Map<string, string>() }] : path;
  const decision = access.decide(subject, { kind: "data", path: target, operation }, owner);
  if (decision.effect === "permit") return;
  throw new Fault("denied", `user ${subject.name} may not ${action.do.replaceAll("-", " ")} it (${decision.by})`, {
    path: actionPath(action),
  });
}
