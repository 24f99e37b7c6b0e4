import type { Terminal } from "../../src/daemon/terminal.js";

/** A terminal whose output can be read. */
export interface CapturedTerminal extends Terminal {
  readonly outText: () => string;
  readonly errText: () => string;
}

export interface CapturedTerminalOptions {
  readonly colour?: boolean;
  /** What whoever sits there answers, one after the other; nobody sits there without them. */
  readonly answers?: string[];
  /** The first line of standard input. */
  readonly input?: string;
}

export function capturedTerminal(options: CapturedTerminalOptions = {}): CapturedTerminal {
  let out = "";
  let err = "";
  return {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    colour: options.colour ?? false,
    interactive: false,
    ask: async (question) => {
      err += question;
      return options.answers?.shift();
    },
    firstLine: async () => options.input ?? "",
    size: () => ({ columns: 120, rows: 40 }),
    outText: () => out,
    errText: () => err,
  };
}
