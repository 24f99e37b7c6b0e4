import type { InstancePath } from "./path.js";

/** @see RFC 6241, appendix A */
export type ErrorTag =
  | "in-use"
  | "invalid-value"
  | "too-big"
  | "missing-attribute"
  | "bad-attribute"
  | "unknown-attribute"
  | "missing-element"
  | "bad-element"
  | "unknown-element"
  | "unknown-namespace"
  | "access-denied"
  | "resource-denied"
  | "data-exists"
  | "data-missing"
  | "operation-not-supported"
  | "operation-failed";

/** Members of error-info. */
export interface ErrorInfo {
  readonly badAttribute?: string;
  readonly badElement?: string;
  readonly badNamespace?: string;
  /** @see RFC 7950, section 15.6 */
  readonly missingChoice?: string;
  /** Every leaf of the entries in conflict. @see RFC 7950, section 15.1 */
  readonly nonUnique?: readonly InstancePath[];
}

/** One thing that is wrong with instance data. @see RFC 6241, section 4.3 */
export interface DataError {
  readonly type: "protocol" | "application";
  readonly tag: ErrorTag;
  readonly appTag: string | undefined;
  /** Of the node concerned; of a missing or unknown one that of its parent. */
  readonly path: InstancePath;
  /** For people. */
  readonly message: string;
  readonly info: ErrorInfo;
  /** Where in the document, in octets for XML and JSON; nothing for what no place is to blame for. */
  readonly offset: number | undefined;
}

const MOST_ERRORS = 50;

/** Collects errors: all of them, up to a limit. */
export class ErrorList {
  readonly errors: DataError[] = [];
  readonly most: number;

  constructor(most = MOST_ERRORS) {
    this.most = most;
  }

  /** Whether more would not be kept, so that looking for them is of no use. */
  get isFull(): boolean {
    return this.errors.length >= this.most;
  }

  add(
    tag: ErrorTag,
    path: InstancePath,
    message: string,
    more: { appTag?: string | undefined; info?: ErrorInfo; offset?: number | undefined; type?: DataError["type"] } = {},
  ): void {
    if (this.isFull) return;
    const { appTag, info = {}, offset, type = "application" } = more;
    this.errors.push({ type, tag, appTag, path, message, info, offset });
  }
}
