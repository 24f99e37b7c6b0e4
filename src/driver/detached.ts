/** What is read from a text may be slices of it, each of which would keep the whole document in memory. */
export function detached<T>(value: T): T {
  if (typeof value === "string") return Buffer.from(value, "utf8").toString("utf8") as T;
  if (Array.isArray(value)) return value.map(detached) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, detached(member)])) as T;
}
