import type { SecurityModel } from "./security.js";

/** Sub-identifiers, each 0 to 2^32-1. */
export type Oid = readonly number[];

/** A value with its SMI type. 64-bit counters are `bigint`; TimeTicks are hundredths of a second. */
export type ObjectValue =
  | { readonly type: "Integer32"; readonly value: number }
  | { readonly type: "Unsigned32"; readonly value: number }
  | { readonly type: "Counter32"; readonly value: number }
  | { readonly type: "TimeTicks"; readonly value: number }
  | { readonly type: "Counter64"; readonly value: bigint }
  | { readonly type: "OctetString"; readonly value: Uint8Array }
  | { readonly type: "ObjectIdentifier"; readonly value: Oid }
  | { readonly type: "IpAddress"; readonly value: Uint8Array };

/** One instance and its value. */
export interface VarBind {
  readonly oid: Oid;
  readonly value: ObjectValue;
}

/** An ordered position in the objects; each call of `next` goes one instance forward and costs the same at any size. */
export interface ObjectCursor {
  /** @returns `undefined` at the end of all objects */
  next(): VarBind | undefined;
}

/**
 * Everything an agent answers from, at one moment: implementations hold one inventory generation for as long as one request
 * takes. Knows nothing of views; `get-next` and `get-bulk` skip what the requester may not see.
 */
export interface ObjectSource {
  /** @returns a value, or which of RFC 3416's two exceptions describes its absence */
  get(oid: Oid): ObjectValue | "noSuchObject" | "noSuchInstance";
  /** A cursor whose first `next` gives the first instance that follows `oid` in lexicographic order. */
  after(oid: Oid): ObjectCursor;
}

/** On whose behalf objects are read. */
export interface Principal {
  readonly securityModel: SecurityModel;
  readonly securityName: string;
}

/** Opens the objects of a context for one request. */
export interface ObjectSources {
  /**
   * What `principal` may know of: instances that are not for him are absent, whatever his views say.
   * @returns `undefined` for a context that does not exist
   */
  open(contextName: string, principal: Principal): ObjectSource | undefined;
}
