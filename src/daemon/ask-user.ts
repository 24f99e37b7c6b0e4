import { createInterface } from "node:readline";
import { Writable } from "node:stream";

const LONGEST_LINE = 4096;

/**
 * Asks on standard error, so that results stay alone on standard output.
 * @returns `undefined` when standard input or error is no terminal, or when the answer is an end of input or Ctrl-C
 */
export async function askUser(
  question: string,
  { hidden = false }: { readonly hidden?: boolean } = {},
): Promise<string | undefined> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) return undefined;
  const nowhere = new Writable({ write: (_octets, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: hidden ? nowhere : stderr, terminal: true });
  if (hidden) stderr.write(question);
  try {
    return await new Promise((resolve) => {
      lines.once("close", () => resolve(undefined));
      lines.question(hidden ? "" : question, resolve);
    });
  } finally {
    lines.close();
    if (hidden) stderr.write("\n");
  }
}

/** The first line of standard input, at most 4096 characters of it. */
export async function readFirstLine(): Promise<string> {
  let text = "";
  for await (const piece of process.stdin) {
    text += String(piece);
    if (text.includes("\n") || text.length > LONGEST_LINE) break;
  }
  return text.slice(0, LONGEST_LINE).split(/\r?\n/, 1)[0] ?? "";
}
