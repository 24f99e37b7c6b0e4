import { type SecurityLevel, type SecurityModel, securityLevelRank, securityModel } from "./security.js";
import { View, type ViewFamily } from "./view.js";

/** A row of vacmSecurityToGroupTable. */
export interface VacmGroup {
  readonly securityModel: Exclude<SecurityModel, 0>;
  readonly securityName: string;
  readonly groupName: string;
}

/** A row of vacmAccessTable. An empty view name means no access. */
export interface VacmAccess {
  readonly groupName: string;
  readonly contextPrefix: string;
  readonly contextMatch: "exact" | "prefix";
  readonly securityModel: SecurityModel;
  readonly securityLevel: SecurityLevel;
  readonly readViewName: string;
  readonly writeViewName: string;
  readonly notifyViewName: string;
}

/** A row of vacmViewTreeFamilyTable. */
export interface VacmViewFamily extends ViewFamily {
  readonly viewName: string;
}

/** Who may see what. */
export interface VacmTables {
  readonly groups: readonly VacmGroup[];
  readonly access: readonly VacmAccess[];
  readonly views: readonly VacmViewFamily[];
}

/** Who asks for what kind of access, where. */
export interface VacmRequest {
  readonly securityModel: Exclude<SecurityModel, 0>;
  readonly securityName: string;
  readonly securityLevel: SecurityLevel;
  readonly contextName: string;
  readonly viewType: "read" | "write" | "notify";
}

const viewNameOf = { read: "readViewName", write: "writeViewName", notify: "notifyViewName" } as const;

/** The View-based Access Control Model, compiled from its tables. @see RFC 3415 */
export class Vacm {
  /** By security model, then by security name. */
  readonly #groups: readonly ReadonlyMap<string, string>[];
  readonly #access: ReadonlyMap<string, readonly VacmAccess[]>;
  readonly #views: ReadonlyMap<string, View>;

  constructor(tables: VacmTables) {
    this.#groups = Object.values(securityModel).map(
      (model) =>
        new Map(
          tables.groups.filter((row) => row.securityModel === model).map((row) => [row.securityName, row.groupName]),
        ),
    );
    this.#access = groupBy([...tables.access].sort(byPreference), (row) => row.groupName);
    const families = groupBy(tables.views, (row) => row.viewName);
    this.#views = new Map([...families].map(([name, rows]) => [name, new View(rows)]));
  }

  /**
   * The view that rules a request in a context that exists; whether it has an object is the view's to say.
   * @returns the standard's error indication when there is none
   * @see RFC 3415, section 3.2
   */
  view(request: VacmRequest): View | "noGroupName" | "noAccessEntry" | "noSuchView" {
    const group = this.#groups[request.securityModel]?.get(request.securityName);
    if (group === undefined) return "noGroupName";
    const row = this.#access.get(group)?.find((candidate) => applies(candidate, request));
    if (row === undefined) return "noAccessEntry";
    return this.#views.get(row[viewNameOf[request.viewType]]) ?? "noSuchView";
  }
}

function groupBy<Row>(rows: readonly Row[], key: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
}

function applies(row: VacmAccess, request: VacmRequest): boolean {
  return (
    (row.securityModel === securityModel.any || row.securityModel === request.securityModel) &&
    securityLevelRank[row.securityLevel] <= securityLevelRank[request.securityLevel] &&
    (row.contextMatch === "exact"
      ? row.contextPrefix === request.contextName
      : request.contextName.startsWith(row.contextPrefix))
  );
}

/** The order in which rows that apply win. @see RFC 3415, object vacmAccessTable */
function byPreference(a: VacmAccess, b: VacmAccess): number {
  return (
    Number(a.securityModel === securityModel.any) - Number(b.securityModel === securityModel.any) ||
    Number(a.contextMatch === "prefix") - Number(b.contextMatch === "prefix") ||
    b.contextPrefix.length - a.contextPrefix.length ||
    securityLevelRank[b.securityLevel] - securityLevelRank[a.securityLevel]
  );
}
