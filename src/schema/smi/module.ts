/** One module as its text declares it; nothing is looked up in other modules yet. */
export interface SmiModule {
  readonly name: string;
  /** By symbol, the module it comes from. */
  readonly imports: ReadonlyMap<string, string>;
  /** Values (objects, identities, notifications, groups, …) by name, in the order of the text. */
  readonly values: ReadonlyMap<string, SmiValue>;
  readonly types: ReadonlyMap<string, SmiType>;
}

export type Status = "current" | "deprecated" | "obsolete";

export type MaxAccess = "not-accessible" | "accessible-for-notify" | "read-only" | "read-write" | "read-create";

/** Where a value lies in the tree: below a parent named here or imported, or below the root. */
export interface OidReference {
  /** `undefined` when the first part is a number. */
  readonly parent: string | undefined;
  readonly parts: readonly number[];
}

/** Everything that has an object identifier. */
export type SmiValue = { readonly name: string; readonly oid: OidReference; readonly description: string } & (
  | { readonly kind: "identifier" }
  | { readonly kind: "module"; readonly lastUpdated: string; readonly revisions: readonly string[] }
  | { readonly kind: "identity"; readonly status: Status }
  | SmiObject
  | { readonly kind: "notification"; readonly status: Status; readonly objects: readonly string[] }
  | {
      readonly kind: "group";
      readonly status: Status;
      readonly of: "objects" | "notifications";
      readonly members: readonly string[];
    }
  | { readonly kind: "compliance"; readonly status: Status; readonly modules: readonly ComplianceModule[] }
);

/** An OBJECT-TYPE: a table, a row, a column or a scalar; which, its syntax and place tell. */
export interface SmiObject {
  readonly kind: "object";
  readonly syntax: SmiSyntax;
  readonly units: string | undefined;
  readonly access: MaxAccess;
  readonly status: Status;
  /** Of a row: the objects that number it. */
  readonly index: readonly IndexPart[] | undefined;
  /** Of a row: the row of another table that it extends. */
  readonly augments: string | undefined;
  readonly defaultValue: string | undefined;
}

export interface IndexPart {
  readonly name: string;
  /** Whether the length of this last, variable part is left out of the instance. */
  readonly implied: boolean;
}

/** What one compliance statement says about one module. */
export interface ComplianceModule {
  /** `undefined` for the module that the statement is in. */
  readonly module: string | undefined;
  readonly mandatory: readonly string[];
  readonly conditional: readonly string[];
  /** Objects for which less is enough. */
  readonly refined: readonly { readonly name: string; readonly minAccess: MaxAccess | undefined }[];
}

/** A type by name, perhaps restricted. */
export interface SmiSyntax {
  /** `INTEGER`, `OCTET STRING`, `OBJECT IDENTIFIER`, `BITS`, `SEQUENCE OF …`, or the name of a type. */
  readonly base: string;
  readonly named: ReadonlyMap<string, number> | undefined;
  readonly range: readonly NumberRange[] | undefined;
  readonly size: readonly NumberRange[] | undefined;
}

/** From and to, both included. */
export type NumberRange = readonly [bigint, bigint];

/** A type assignment or textual convention. A SEQUENCE or CHOICE has neither syntax nor hint. */
export interface SmiType {
  readonly name: string;
  readonly syntax: SmiSyntax | undefined;
  readonly displayHint: string | undefined;
  readonly status: Status;
  readonly description: string;
}
