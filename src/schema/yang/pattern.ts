/** A regular expression of XML Schema, ready to match whole values in time linear in their length. */
export interface Pattern {
  readonly source: string;
  /** Whether all of `text` is in the language. */
  matches(text: string): boolean;
}
