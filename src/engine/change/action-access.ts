import { Fault } from "../../base/fault.js";
import type { AccessControl } from "../access/access-control.js";
import type { AccessSubject } from "../access/access-rules.js";
import { type DataPath, dataPath } from "../access/data-path.js";
import type { Action } from "./action.js";
import { objectOf, operationOf } from "./operations.js";
import { actionPath } from "./plan.js";
import { absentHost, absentObject } from "./refusals.js";

const HOST_MODULE = "virtgate-host";
const MACHINE_MODULE = "virtgate-machine";

/** The identity of the node that a host is on. */
export type NodeOf = (host: string) => string;

/** What an action is about, as a path into the gateway's data. Pools and networks are those of the host's node. */
function pathOfAction(action: Action, nodeOf: NodeOf): DataPath {
  if ("machine" in action) {
    const snapshot = "name" in action ? (["snapshots", ["snapshot", { name: action.name }]] as const) : [];
    return [
      ...dataPath(HOST_MODULE, "hosts", ["host", { name: action.host }]),
      ...dataPath(MACHINE_MODULE, ["machine", { uuid: action.machine }], ...snapshot),
    ];
  }
  const node = dataPath(HOST_MODULE, "nodes", ["node", { id: "node" in action ? action.node : nodeOf(action.host) }]);
  if ("node" in action) return node;
  if ("network" in action) return [...node, ...dataPath(HOST_MODULE, ["network", { name: action.network }])];
  const pool = [...node, ...dataPath(HOST_MODULE, ["pool", { name: action.pool }])];
  return "volume" in action ? [...pool, ...dataPath(HOST_MODULE, ["volume", { name: action.volume }])] : pool;
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
  nodeOf: NodeOf,
): void {
  const path = pathOfAction(action, nodeOf);
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
    operation === "exec"
      ? [...path, { module: path.at(-1)?.module ?? "", name: action.do, keys: new Map<string, string>() }]
      : path;
  const decision = access.decide(subject, { kind: "data", path: target, operation }, owner);
  if (decision.effect === "permit") return;
  throw new Fault("denied", `user ${subject.name} may not ${action.do.replaceAll("-", " ")} it (${decision.by})`, {
    path: actionPath(action),
  });
}
