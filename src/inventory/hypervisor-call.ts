/** How long somebody waits for one operation. */
export interface CallLimit {
  /** From now; the operation fails with `timeout` then. What it began may still happen. */
  readonly deadlineMs: number;
  /** Ends the wait early, with `timeout` as well; a migration or a transfer is cancelled on the host. */
  readonly signal?: AbortSignal | undefined;
}

/** How far a long operation is; `total` is absent while it is not known. */
export interface Progress {
  readonly done: bigint;
  readonly total: bigint | undefined;
}

/** One place where two documents differ: an element or attribute in XPath-like notation, `/domain/memory`. */
export interface DocumentDifference {
  readonly path: string;
  /** `undefined` where it was not there. */
  readonly before: string | undefined;
  /** `undefined` where it is no longer there. */
  readonly after: string | undefined;
}

/**
 * What a change does to a document, before it is done. The texts are those of somebody who defines one of them again, with their
 * secrets; `differences` can be shown.
 */
export interface DocumentPreview {
  /** `undefined` when there was none. */
  readonly before: string | undefined;
  /** `undefined` when there will be none. */
  readonly after: string | undefined;
  /** Nothing that libvirt fills in or orders by itself. */
  readonly differences: readonly DocumentDifference[];
}
