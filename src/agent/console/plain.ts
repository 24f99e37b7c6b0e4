/** A value as JSON carries it: 64-bit numbers are decimal strings, as JSON readers round them otherwise. */
export type Plain<T> = T extends bigint
  ? string
  : T extends readonly (infer Item)[]
    ? readonly Plain<Item>[]
    : T extends object
      ? { readonly [Member in keyof T]: Plain<T[Member]> }
      : T;

export function plain<T>(value: T): Plain<T> {
  if (typeof value === "bigint") return String(value) as Plain<T>;
  if (Array.isArray(value)) return value.map(plain) as Plain<T>;
  if (typeof value !== "object" || value === null) return value as Plain<T>;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)])) as Plain<T>;
}
