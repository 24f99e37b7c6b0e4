import { type DataPath, isCovered } from "./data-path.js";

/** What somebody wants to do. @see RFC 8341, typedef access-operations-type */
export type AccessOperation = "create" | "read" | "update" | "delete" | "exec";

export type Effect = "permit" | "deny";

/** What a rule is about; a rule without is about everything of its module. */
export type RuleTarget =
  /** `*` for all. */
  | { readonly rpc: string }
  /** `*` for all. */
  | { readonly notification: string }
  /** What it names, and what is below. */
  | { readonly path: DataPath };

/** @see RFC 8341, list rule */
export interface AccessRule {
  readonly name: string;
  /** A module's name, or `*`. */
  readonly module: string;
  readonly target?: RuleTarget;
  readonly operations: "*" | readonly AccessOperation[];
  readonly effect: Effect;
}

/** @see RFC 8341, list rule-list */
export interface RuleList {
  readonly name: string;
  /** `*` for everybody. */
  readonly groups: readonly string[];
  readonly rules: readonly AccessRule[];
}

/** Who may do what, in all worlds. @see RFC 8341, container nacm */
export interface AccessRules {
  readonly enabled: boolean;
  readonly readDefault: Effect;
  readonly writeDefault: Effect;
  readonly execDefault: Effect;
  readonly lists: readonly RuleList[];
}

/** Somebody's part in a decision. */
export interface AccessSubject {
  readonly name: string;
  /** Configured ones and those that his credentials brought. */
  readonly groups: readonly string[];
  /** He may do everything, whatever the rules say: the gateway's own operator on the control socket. */
  readonly isRecovery?: boolean;
}

/** What a schema says of a node by itself. @see RFC 8341, section 7 */
export type DefaultDeny = "all" | "write";

/** One thing that somebody wants to do to one thing. */
export type AccessRequest =
  | { readonly kind: "rpc"; readonly module: string; readonly name: string; readonly defaultDeny?: DefaultDeny }
  | {
      readonly kind: "notification";
      readonly module: string;
      readonly name: string;
      /** Of one that is defined below a data node. */
      readonly path?: DataPath;
      readonly defaultDeny?: DefaultDeny;
    }
  /** A data node; an action, with `exec`. The path is the whole one, each list entry with its keys. */
  | {
      readonly kind: "data";
      readonly path: DataPath;
      readonly operation: AccessOperation;
      readonly defaultDeny?: DefaultDeny;
    };

/** What was decided, and by what. */
export interface Decision {
  readonly effect: Effect;
  /** For the trace: `rule admin/all`, `write-default`. */
  readonly by: string;
}

const permittedAlways = new Set(["close-session"]);
/** These stay with the administrators unless a rule says otherwise. */
const deniedByDefault = new Set(["kill-session", "delete-config"]);
const notificationsForAll = new Set(["replayComplete", "notificationComplete"]);

/**
 * The one decision for all protocols.
 * @see RFC 8341, sections 3.4.4 to 3.4.6
 */
export function decideAccess(rules: AccessRules, subject: AccessSubject, request: AccessRequest): Decision {
  if (subject.isRecovery) return { effect: "permit", by: "recovery session" };
  if (!rules.enabled) return { effect: "permit", by: "access control is off" };
  if (request.kind === "rpc" && permittedAlways.has(request.name)) return { effect: "permit", by: "always permitted" };
  if (request.kind === "notification" && notificationsForAll.has(request.name))
    return { effect: "permit", by: "always permitted" };
  for (const list of rules.lists) {
    if (!list.groups.some((group) => group === "*" || subject.groups.includes(group))) continue;
    const rule = list.rules.find((one) => isMatch(one, request));
    if (rule) return { effect: rule.effect, by: `rule ${list.name}/${rule.name}` };
  }
  return byDefault(rules, request);
}

function operationOf(request: AccessRequest): AccessOperation {
  return request.kind === "data" ? request.operation : request.kind === "rpc" ? "exec" : "read";
}

function moduleOf(request: AccessRequest): string {
  return request.kind === "data" ? (request.path.at(-1)?.module ?? "") : request.module;
}

function isMatch({ module, target, operations }: AccessRule, request: AccessRequest): boolean {
  if (module !== "*" && module !== moduleOf(request)) return false;
  if (operations !== "*" && !operations.includes(operationOf(request))) return false;
  if (target === undefined) return true;
  if ("rpc" in target) return request.kind === "rpc" && (target.rpc === "*" || target.rpc === request.name);
  if ("notification" in target) {
    return request.kind === "notification" && (target.notification === "*" || target.notification === request.name);
  }
  const path = request.kind === "rpc" ? undefined : request.path;
  return path !== undefined && isCovered(path, target.path);
}

function byDefault(rules: AccessRules, request: AccessRequest): Decision {
  const operation = operationOf(request);
  const isWrite = operation !== "read" && operation !== "exec";
  if (request.defaultDeny === "all") return { effect: "deny", by: "default-deny-all" };
  if (request.defaultDeny === "write" && isWrite) return { effect: "deny", by: "default-deny-write" };
  if (request.kind === "rpc" && deniedByDefault.has(request.name))
    return { effect: "deny", by: "denied unless permitted" };
  if (operation === "exec") return { effect: rules.execDefault, by: "exec-default" };
  return isWrite
    ? { effect: rules.writeDefault, by: "write-default" }
    : { effect: rules.readDefault, by: "read-default" };
}
