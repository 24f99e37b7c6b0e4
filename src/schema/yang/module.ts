import type { Statement } from "./statement.js";

export type YangStatus = "current" | "deprecated" | "obsolete";

export interface YangFeature {
  readonly name: string;
  readonly status: YangStatus;
  /** Whether the server supports it: it was asked for and its own `if-feature` holds. */
  readonly enabled: boolean;
}

export interface YangIdentity {
  readonly module: YangModule;
  readonly name: string;
  readonly status: YangStatus;
  readonly bases: readonly YangIdentity[];
  /** Every identity that is derived from this one, directly or through others; itself is not among them. */
  readonly derived: ReadonlySet<YangIdentity>;
  /** False when an `if-feature` takes it away as a value. It still serves as a base. */
  readonly enabled: boolean;
}

export interface ModuleReference {
  readonly name: string;
  readonly revision: string | undefined;
}

/** One module with its submodules. */
export interface YangModule {
  readonly name: string;
  /** The newest, as `YYYY-MM-DD`. */
  readonly revision: string | undefined;
  readonly namespace: string;
  readonly prefix: string;
  readonly yangVersion: "1" | "1.1";
  /** Whether its data nodes, operations and notifications are served; else only its types and other definitions are used. */
  readonly implemented: boolean;
  readonly submodules: readonly ModuleReference[];
  readonly features: ReadonlyMap<string, YangFeature>;
  readonly identities: ReadonlyMap<string, YangIdentity>;
  /** Modules with deviations that were applied to this one. */
  readonly deviatedBy: readonly YangModule[];
  /** The module's own text, then those of its submodules. */
  readonly texts: readonly Statement[];
}

/**
 * How names inside of an XPath expression, a path or an instance-identifier are meant.
 * @see RFC 7950, section 6.4.1
 */
export interface XPathContext {
  /** Owner of names without a prefix: the module that the node is in, for a grouping the one that uses it. */
  readonly module: YangModule;
  /** By the prefixes of the module that has the text. */
  readonly prefixes: ReadonlyMap<string, YangModule>;
}
