/** Texts that are shared: shorter than most that are of one machine alone, such as its name, its UUID and its images' paths. */
const LONGEST_SHARED = 40;
const MOST_SHARED = 4096;

/** Thousands of machines have the same few models, buses and formats. */
const shared = new Map<string, string>();

/** What is read from a text may be slices of it, each of which would keep the whole document in memory. */
export function detached<T>(value: T): T {
  if (typeof value === "string") return (value.length > LONGEST_SHARED ? copyOf(value) : sharedCopyOf(value)) as T;
  if (Array.isArray(value)) return value.map(detached) as T;
  if (typeof value !== "object" || value === null) return value;
  // A copy that is filled in place has the shape of the original; one made from entries would have a shape of its own.
  const copy = { ...value } as Record<string, unknown>;
  for (const name of Object.keys(copy)) copy[name] = detached(copy[name]);
  return copy as T;
}

function copyOf(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}

function sharedCopyOf(text: string): string {
  const known = shared.get(text);
  if (known !== undefined) return known;
  // Rather forget all now and then than find out which are needed again.
  if (shared.size >= MOST_SHARED) shared.clear();
  const copy = copyOf(text);
  shared.set(copy, copy);
  return copy;
}
