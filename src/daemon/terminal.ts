import { askUser, readFirstLine } from "./ask-user.js";

/** Where a command writes: results to `out`, everything else to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether `out` is a person's screen that shows colours. */
  readonly colour: boolean;
  /** Whether `out` is a screen that can be redrawn. */
  readonly interactive: boolean;
  /** Asks whoever sits there for one line; `undefined` when nobody does, or when he ends it. */
  ask(question: string, options?: { readonly hidden?: boolean }): Promise<string | undefined>;
  /** The first line of standard input, when that is no terminal. */
  firstLine(): Promise<string>;
  /** Present size of the screen; a pipe, and a screen that does not tell its size, take whatever comes. */
  size(): { readonly columns: number; readonly rows: number };
}

/** The process's own terminal. @see no-color.org */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    colour: stdout.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb",
    interactive: stdout.isTTY === true && env["TERM"] !== "dumb",
    ask: askUser,
    firstLine: readFirstLine,
    size: () => ({
      columns: stdout.columns || Number.POSITIVE_INFINITY,
      rows: stdout.rows || Number.POSITIVE_INFINITY,
    }),
  };
}

export type Colour = "red" | "green" | "yellow" | "blue" | "dim" | "bold";

// biome-ignore format: read as a table
const codes: Readonly<Record<Colour, string>> = {
  red: "31", green: "32", yellow: "33", blue: "34", dim: "2", bold: "1",
};

/** `text` in a colour, where the terminal shows any. */
export function paint(terminal: Pick<Terminal, "colour">, colour: Colour, text: string): string {
  return terminal.colour ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text;
}

/**
 * Text from elsewhere, made safe to print: a machine's name must not be able to move the cursor or reorder a line.
 * Each control character becomes `?`.
 */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "?");
}

export interface Column<Row> {
  readonly title: string;
  readonly align?: "right";
  text(row: Row): string;
  colour?(row: Row): Colour | undefined;
}

/** Rows under titles, each column as wide as its widest text; lines end without blanks. */
export function table<Row>(terminal: Terminal, columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = rows.map((row) => columns.map((column) => printable(column.text(row))));
  const widths = columns.map((column, at) =>
    cells.reduce((widest, row) => Math.max(widest, row[at]?.length ?? 0), column.title.length),
  );
  const pad = (text: string, at: number) => {
    const last = at === columns.length - 1;
    if (columns[at]?.align === "right") return text.padStart(widths[at] ?? 0);
    return last ? text : text.padEnd(widths[at] ?? 0);
  };
  const heading = paint(terminal, "bold", columns.map((column, at) => pad(column.title, at)).join("  "));
  const lines = cells.map((row, line) =>
    row
      .map((text, at) => {
        const colour = columns[at]?.colour?.(rows[line] as Row);
        return colour === undefined ? pad(text, at) : paint(terminal, colour, pad(text, at));
      })
      .join("  "),
  );
  return `${[heading, ...lines].join("\n")}\n`;
}

/** A document for programs, indented for people. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** `3 s`, `12 min`, `5 h`, `9 d`: the two digits that matter. */
export function duration(ms: number | undefined): string {
  if (ms === undefined) return "-";
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} d`;
}

const binaryUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** `512 MiB`, `1.5 GiB`. */
export function bytes(count: number | undefined): string {
  if (count === undefined) return "-";
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < binaryUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 || Number.isInteger(value) ? Math.round(value) : value.toFixed(1)} ${binaryUnits[unit]}`;
}
