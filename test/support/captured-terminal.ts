import type { Terminal } from "../../src/daemon/terminal.js";

/** A terminal whose output can be read. */
export interface CapturedTerminal extends Terminal {
  readonly outText: () => string;
  readonly errText: () => string;
}

export function capturedTerminal(options: { colour?: boolean } = {}): CapturedTerminal {
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
    size: () => ({ columns: 120, rows: 40 }),
    outText: () => out,
    errText: () => err,
  };
}
