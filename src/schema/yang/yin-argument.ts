/** Where YIN puts a statement's argument: an attribute, or an element of its own. */
export interface YinArgument {
  readonly name: string;
  readonly isElement: boolean;
}

const byName = [
  ["name", "action anydata anyxml argument base bit case choice container enum extension feature grouping identity"],
  ["name", "if-feature leaf leaf-list list module notification rpc submodule type typedef units uses"],
  ["module", "belongs-to import include"],
  ["date", "revision revision-date"],
  ["uri", "namespace"],
  ["condition", "must when"],
  ["tag", "unique"],
  ["target-node", "augment deviation refine"],
  ["value", "config default deviate error-app-tag fraction-digits key length mandatory max-elements min-elements"],
  ["value", "modifier ordered-by path pattern position prefix presence range require-instance status value"],
  ["value", "yang-version yin-element"],
] as const;

const inElements = [
  ["text", "contact description organization reference"],
  ["value", "error-message"],
] as const;

/** By keyword; `input` and `output` have none. @see RFC 7950, section 13.1 */
export const yinArguments: ReadonlyMap<string, YinArgument> = new Map([
  ...byName.flatMap(([name, keywords]) => entries(name, keywords, false)),
  ...inElements.flatMap(([name, keywords]) => entries(name, keywords, true)),
]);

function entries(name: string, keywords: string, isElement: boolean): readonly [string, YinArgument][] {
  return keywords.split(" ").map((keyword) => [keyword, { name, isElement }]);
}

/** The namespace of YIN's own elements. */
export const yinNamespace = "urn:ietf:params:xml:ns:yang:yin:1";

/** What has to be known of other modules to write or read the statements of their extensions. */
export interface YinExtensions {
  /** The namespace of the module that a prefix stands for. */
  namespaceOf(prefix: string): string | undefined;
  /** Where an extension's argument goes; nothing when it has none. */
  argumentOf(prefix: string, keyword: string): YinArgument | undefined;
}
