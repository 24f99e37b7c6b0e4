/** One stored value with the revision of its last change. Revisions grow over the whole store and are never reused. */
export interface StoreEntry {
  readonly key: string;
  readonly value: string;
  readonly revision: number;
}

/** One change of a transaction: a value, or `undefined` to delete. */
export interface StoreWrite {
  readonly key: string;
  readonly value: string | undefined;
  /** The revision the key must have for the transaction to happen: 0 for "absent"; not given: any. */
  readonly expectedRevision?: number;
}

/** One committed change, as watchers see it. */
export interface StoreChange {
  readonly key: string;
  readonly value: string | undefined;
  readonly revision: number;
}

/** A claim on a name that lasts while it is renewed; `token` grows with each new holder and fences off earlier ones. */
export interface StoreLease {
  readonly name: string;
  readonly token: number;
  /** @returns false when the lease is lost */
  renew(): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * Everything that must survive. Keys are paths (`snmp/engine-boots`), values are text, usually JSON.
 *
 * The embedded store is a checksummed journal; a fleet of gateways will use etcd behind the same interface, which is why
 * everything is asynchronous and has revisions, watches and leases.
 */
export interface Store {
  get(key: string): Promise<StoreEntry | undefined>;
  /** All entries whose key begins with `prefix`, in key order. */
  list(prefix: string): Promise<readonly StoreEntry[]>;
  /**
   * All of `writes`, or none. Resolves once the change is on disk.
   * @returns the new revision
   * @throws {Fault} `exists` or `absent` when an expected revision does not match, `storage-failed` when the disk refuses;
   *   nothing has changed then
   */
  write(writes: readonly StoreWrite[]): Promise<number>;
  /**
   * Calls `onChange` for changes under `prefix` after `afterRevision`, in order, until the returned function is called; never
   * before this returns. Changes from before what the store remembers arrive as the entries they left, without deletions.
   */
  watch(prefix: string, afterRevision: number, onChange: (change: StoreChange) => void): () => void;
  /** @returns undefined while somebody else holds the lease */
  lease(name: string, ttlMs: number): Promise<StoreLease | undefined>;
  close(): Promise<void>;
}
