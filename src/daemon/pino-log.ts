import type { DestinationStream } from "pino";
import pino from "pino";
import type { Log, LogFields } from "../base/log.js";

export const logLevels = ["debug", "info", "warn", "error"] as const;

export type LogLevel = (typeof logLevels)[number];

/** A log whose level can change while it is in use. */
export interface LevelledLog extends Log {
  setLevel(level: LogLevel): void;
  /** Writes out what is buffered; for the last lines before an exit. */
  flush(): void;
}

const LONGEST_TEXT = 1_000;
const MOST_ENTRIES = 50;
const DEEPEST = 4;

/**
 * The program's log: one JSON object per line, or one readable line each for a terminal. What comes from the network is bounded in
 * length and depth and cannot move the cursor of whoever reads it; a `Secret` prints as its placeholder.
 * @param terminal whether a person reads it
 */
export function createLog(
  destination: DestinationStream,
  options: { level: LogLevel; terminal: boolean },
): LevelledLog {
  const log = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      messageKey: "event",
    },
    options.terminal ? { write: (line: string) => destination.write(readable(line)) } : destination,
  );
  const at = (level: LogLevel) => (event: string, fields?: LogFields) => {
    if (log.isLevelEnabled(level)) log[level](fields === undefined ? {} : (tame(fields, 0) as object), tameText(event));
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    setLevel(level) {
      log.level = level;
    },
    flush: () => log.flush(),
  };
}

/** `2026-11-05T10:00:00.000Z warn  host.link.down host="kvm1" reason="refused"` */
function readable(line: string): string {
  const { level, time, event, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  return `${String(time)} ${String(level).padEnd(5)} ${String(event)}${rest.join("")}\n`;
}

function tame(value: unknown, depth: number): unknown {
  if (typeof value === "string") return tameText(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "function" || typeof value === "symbol") return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Error) return tameError(value, depth);
  if (Buffer.isBuffer(value)) return tameText(value.toString("hex", 0, LONGEST_TEXT));
  if ("toJSON" in value && typeof value.toJSON === "function") return tame(value.toJSON(), depth + 1);
  if (depth >= DEEPEST) return "…";
  if (Array.isArray(value)) return value.slice(0, MOST_ENTRIES).map((entry) => tame(entry, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MOST_ENTRIES)
      .map(([name, entry]) => [tameText(name), tame(entry, depth + 1)]),
  );
}

function tameError(error: Error, depth: number): unknown {
  return {
    name: error.name,
    message: tameText(error.message),
    stack: error.stack?.split("\n").slice(0, MOST_ENTRIES).map(tameText),
    ...("code" in error && { code: tame(error.code, DEEPEST) }),
    ...(error.cause !== undefined && depth < DEEPEST && { cause: tame(error.cause, depth + 1) }),
  };
}

/** Control characters, also those of Unicode that reorder or break lines, become visible escapes. */
function tameText(text: string): string {
  const bounded = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
  return bounded.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
