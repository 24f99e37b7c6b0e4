/**
 * What a manager sees of an object: the base type that goes over the wire. `Gauge32` is the same type as `Unsigned32`, and
 * `BITS` travel as octets.
 */
export type BaseType =
  | "Integer32"
  | "Unsigned32"
  | "Counter32"
  | "Counter64"
  | "TimeTicks"
  | "OctetString"
  | "ObjectIdentifier"
  | "IpAddress";

/** A column or scalar, made from its MIB module; `generated` has them as literals, so that tables can be checked by type. */
export interface ObjectShape {
  /** Its last sub-identifier: for a column, the column's number. */
  readonly id: number;
  readonly syntax: BaseType;
  /** The textual convention, where there is one. */
  readonly type?: string;
  /** Octets that are text for people. */
  readonly text?: "utf8" | "ascii";
  readonly access: "not-accessible" | "accessible-for-notify" | "read-only" | "read-write" | "read-create";
  readonly units?: string;
  /** Values that have names: no others are allowed. */
  readonly named?: Readonly<Record<string, number>>;
  /** Allowed values, from and to, both included. */
  readonly range?: readonly (readonly [number, number])[];
  /** Allowed lengths in octets. */
  readonly size?: readonly (readonly [number, number])[];
  readonly description: string;
}

/** One part of what numbers a row. */
export interface IndexShape {
  readonly name: string;
  readonly syntax: BaseType;
  readonly text?: "utf8" | "ascii";
  /** Octets of varying number whose count is left out; only the last part can be. */
  readonly implied?: true;
  /** Values that have names: no others are allowed. */
  readonly named?: Readonly<Record<string, number>>;
  /** Allowed values, from and to, both included. */
  readonly range?: readonly (readonly [number, number])[];
  /** Allowed lengths in octets; one length alone leaves the count out of the instance. */
  readonly size?: readonly (readonly [number, number])[];
}

/** A table, by its row. */
export interface TableShape {
  readonly name: string;
  readonly oid: readonly number[];
  readonly index: readonly IndexShape[];
  readonly columns: Readonly<Record<string, ObjectShape>>;
}

/** The scalars directly below one node. */
export interface ScalarsShape {
  readonly name: string;
  readonly oid: readonly number[];
  readonly scalars: Readonly<Record<string, ObjectShape>>;
}

/** The notifications directly below one node. */
export interface NotificationsShape {
  readonly name: string;
  readonly oid: readonly number[];
  readonly notifications: Readonly<Record<string, NotificationShape>>;
}

export interface NotificationShape {
  readonly id: number;
  /** Names of the objects it carries, in order. */
  readonly objects: readonly string[];
  readonly description: string;
}
