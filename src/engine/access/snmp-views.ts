import { isDeepStrictEqual } from "node:util";
import { type AccessSubtree, accessSubtrees } from "../../mapping/snmp/access-subtrees.js";
import { type AccessOperation, type AccessRules, type AccessSubject, decideAccess } from "./access-rules.js";
import { type DataPath, isCovered, readDataPath } from "./data-path.js";
import { hostPath, hostsPath, NAMELESS, namedIn } from "./inventory-path.js";

/** A row of a view. @see RFC 3415, object vacmViewTreeFamilyTable */
export interface ViewPart {
  readonly subtree: readonly number[];
  readonly included: boolean;
}

/** What somebody may see, and be told of, and what he may set. Of machines it says nothing: their rows are there or not. */
export interface SnmpViews {
  readonly read: readonly ViewPart[];
  readonly write: readonly ViewPart[];
  /** What he may set in the contexts of certain hosts, by their names, where it is something else. */
  readonly writeOf: ReadonlyMap<string, readonly ViewPart[]>;
}

/** The views that follow from the rules that all worlds share; what no row has is in neither. */
export function snmpViews(rules: AccessRules, subject: AccessSubject): SnmpViews {
  const may = (path: DataPath, operation: AccessOperation, { defaultDeny }: AccessSubtree): boolean => {
    const request = { kind: "data", path, operation, ...(defaultDeny && { defaultDeny }) } as const;
    return decideAccess(rules, subject, request).effect === "permit";
  };
  /** Without a host: in the default context, and in those of hosts that no rule names. */
  const mayWrite = (row: AccessSubtree, host: string | undefined): boolean => {
    if (row.inventory) {
      const paths = host === undefined ? [hostsPath, hostPath(NAMELESS)] : [hostPath(host)];
      return paths.every((path) => may(path, "update", row));
    }
    const path = row.writePath ?? row.path;
    return path !== undefined && may(readDataPath(path), "update", row);
  };
  const writeIn = (host: string | undefined): readonly ViewPart[] =>
    accessSubtrees.map((row) => ({ subtree: row.subtree, included: mayWrite(row, host) }));
  const write = writeIn(undefined);
  return {
    read: accessSubtrees.map((row) => ({
      subtree: row.subtree,
      included: row.path === undefined || may(readDataPath(row.path), "read", row),
    })),
    write,
    writeOf: new Map(
      [...hostsNamedIn(rules)]
        .map((host) => [host, writeIn(host)] as const)
        .filter(([, view]) => !isDeepStrictEqual(view, write)),
    ),
  };
}

function hostsNamedIn({ lists }: AccessRules): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { target } of lists.flatMap(({ rules }) => rules)) {
    const host = target && "path" in target && isCovered(target.path, hostsPath) && namedIn(target.path).host;
    if (host) names.add(host);
  }
  return names;
}
