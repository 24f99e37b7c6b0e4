import { type AccessSubtree, accessSubtrees } from "../../mapping/snmp/access-subtrees.js";
import { type AccessOperation, type AccessRules, type AccessSubject, decideAccess } from "./access-rules.js";
import { readDataPath } from "./data-path.js";

/** A row of a view. @see RFC 3415, object vacmViewTreeFamilyTable */
export interface ViewPart {
  readonly subtree: readonly number[];
  readonly included: boolean;
}

/** What somebody may see, and be told of, and what he may set. */
export interface SnmpViews {
  readonly read: readonly ViewPart[];
  readonly write: readonly ViewPart[];
}

/** The views that follow from the rules that all worlds share; what no row has is in neither. */
export function snmpViews(rules: AccessRules, subject: AccessSubject): SnmpViews {
  const may = (path: string, operation: AccessOperation, { defaultDeny }: AccessSubtree): boolean => {
    const request = { kind: "data", path: readDataPath(path), operation, ...(defaultDeny && { defaultDeny }) } as const;
    return decideAccess(rules, subject, request).effect === "permit";
  };
  return {
    read: accessSubtrees.map((row) => ({
      subtree: row.subtree,
      included: row.path === undefined || may(row.path, "read", row),
    })),
    write: accessSubtrees.map((row) => {
      const path = row.writePath ?? row.path;
      return { subtree: row.subtree, included: path !== undefined && may(path, "update", row) };
    }),
  };
}
