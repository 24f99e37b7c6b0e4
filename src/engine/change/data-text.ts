import { Fault, reasonOf } from "../../base/fault.js";

/** Marks a value that JSON has no form for; objects of ours have no member of this name. */
const MARK = "$";

/** The text of plain data with whole numbers of any size, maps and octets, as the journal keeps it. */
export function dataText(data: unknown): string {
  return JSON.stringify(data, function replace(this: Record<string, unknown>, key, value: unknown) {
    // What has a toJSON, as buffers do, comes here converted; the holder has it as it was.
    const original = this[key];
    if (typeof original === "bigint") return { [MARK]: "integer", text: original.toString() };
    if (original instanceof Map) return { [MARK]: "map", entries: [...original] };
    if (original instanceof Uint8Array) return { [MARK]: "octets", text: Buffer.from(original).toString("base64") };
    return value;
  });
}

/**
 * Reads what `dataText` wrote, of ourselves.
 * @throws {Fault} `storage-failed` for anything else
 */
export function readData(text: string): unknown {
  try {
    return parsed(text);
  } catch (cause) {
    throw new Fault("storage-failed", `a record of a change is damaged: ${reasonOf(cause)}`, { cause });
  }
}

/**
 * As `readData`, of what somebody else sent.
 * @throws {Fault} `invalid`
 */
export function dataOf(text: string): unknown {
  try {
    return parsed(text);
  } catch (cause) {
    throw new Fault("invalid", `the order cannot be read: ${reasonOf(cause)}`, { cause });
  }
}

function parsed(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== "object" || value === null || !(MARK in value)) return value;
    return marked(value as Readonly<Record<string, unknown>>);
  });
}

function marked(value: Readonly<Record<string, unknown>>): unknown {
  const { text, entries } = value;
  switch (value[MARK]) {
    case "integer":
      return BigInt(String(text));
    case "map":
      return new Map(entries as [unknown, unknown][]);
    case "octets":
      return Uint8Array.from(Buffer.from(String(text), "base64"));
    default:
      throw new Error("an unknown kind of value");
  }
}
