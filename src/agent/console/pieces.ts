import { setImmediate as turn } from "node:timers/promises";

const PIECE_CHARACTERS = 32 * 1024;

const SLICE = 250;

/** Calls `work` for each item, and gives the event loop a turn after every few hundred. */
export async function inSlices<Item>(items: Iterable<Item>, work: (item: Item) => void): Promise<void> {
  let done = 0;
  for (const item of items) {
    work(item);
    done += 1;
    if (done % SLICE === 0) await turn();
  }
}

/**
 * Joins many short texts to pieces of some 32 KiB and gives the event loop a turn after each, so that a long answer delays nobody.
 * At most one piece is held at a time.
 */
export async function* pieces(texts: Iterable<string>): AsyncGenerator<string> {
  let piece: string[] = [];
  let size = 0;
  for (const text of texts) {
    piece.push(text);
    size += text.length;
    if (size < PIECE_CHARACTERS) continue;
    yield piece.join("");
    piece = [];
    size = 0;
    await turn();
  }
  if (size > 0) yield piece.join("");
}

/** The texts of a JSON object whose last member is a long list. */
export function* jsonWithList(head: object, name: string, entries: Iterable<unknown>): Generator<string> {
  const opening = JSON.stringify(head).slice(0, -1);
  yield `${opening}${opening.length > 1 ? "," : ""}${JSON.stringify(name)}:[`;
  let separator = "";
  for (const entry of entries) {
    yield `${separator}${JSON.stringify(entry)}`;
    separator = ",";
  }
  yield "]}\n";
}
