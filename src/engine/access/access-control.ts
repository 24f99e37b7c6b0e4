import {
  type AccessRequest,
  type AccessRules,
  type AccessSubject,
  type Decision,
  decideAccess,
} from "./access-rules.js";
import { OWNERS } from "./first-rules.js";

/** How often each kind of request was denied. @see RFC 8341, container nacm */
export interface DenialCounters {
  deniedOperations: number;
  deniedDataWrites: number;
  deniedNotifications: number;
}

/** Decides by the rules as they are at the moment of each request, and counts what it denies. */
export class AccessControl {
  readonly counters: DenialCounters = { deniedOperations: 0, deniedDataWrites: 0, deniedNotifications: 0 };
  #rules: AccessRules;

  constructor(rules: AccessRules) {
    this.#rules = rules;
  }

  get rules(): AccessRules {
    return this.#rules;
  }

  /** From the next request on. */
  configure(rules: AccessRules): void {
    this.#rules = rules;
  }

  /** @param owner of what the request is about, if anybody is */
  decide(subject: AccessSubject, request: AccessRequest, owner?: string): Decision {
    const decision = this.trace(subject, request, owner);
    if (decision.effect === "deny") this.#count(request);
    return decision;
  }

  /** As `decide`, for those who want to know: counts nothing. */
  trace(subject: AccessSubject, request: AccessRequest, owner?: string): Decision {
    const isOwner = owner !== undefined && owner === subject.name;
    return decideAccess(this.#rules, isOwner ? { ...subject, groups: [...subject.groups, OWNERS] } : subject, request);
  }

  #count(request: AccessRequest): void {
    if (request.kind === "notification") this.counters.deniedNotifications += 1;
    else if (request.kind === "rpc" || request.operation === "exec") this.counters.deniedOperations += 1;
    else if (request.operation !== "read") this.counters.deniedDataWrites += 1;
  }
}
