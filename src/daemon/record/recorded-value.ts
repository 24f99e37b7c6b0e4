/** Whatever JSON can carry. */
export type Recorded =
  | string
  | number
  | boolean
  | null
  | readonly Recorded[]
  | { readonly [name: string]: Recorded | undefined };

/** What the next word in its place is: `{"$big": "18446744073709551615"}`, `{"$octets": "AAEC"}`. */
const BIG = "$big";
const OCTETS = "$octets";

/** A value of libvirt's protocol as JSON can carry it: 64-bit numbers as their digits, octets in base64. */
export function recordedValue(value: unknown): Recorded {
  if (typeof value === "bigint") return { [BIG]: String(value) };
  if (value instanceof Uint8Array) return { [OCTETS]: Buffer.from(value).toString("base64") };
  if (Array.isArray(value)) return value.map(recordedValue);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, recordedValue(one)]));
  }
  return (value ?? null) as Recorded;
}

/** What a recorded value was. */
export function playedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(playedValue);
  if (typeof value !== "object" || value === null) return value ?? undefined;
  const { [BIG]: digits, [OCTETS]: octets } = value as Readonly<Record<string, unknown>>;
  if (typeof digits === "string") return BigInt(digits);
  if (typeof octets === "string") return Buffer.from(octets, "base64");
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, playedValue(one)]));
}
