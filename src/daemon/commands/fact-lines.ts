import { bytes, paint, printable, type Terminal } from "../terminal.js";

/** A line, or nothing where there is nothing to say. */
export function fact(title: string, text: string | undefined): string {
  return text === undefined || text === "" ? "" : `${printable(title).padEnd(19)} ${printable(text)}\n`;
}

export function heading(terminal: Pick<Terminal, "colour">, text: string): string {
  return `\n${paint(terminal, "bold", printable(text))}\n`;
}

export function yesNo(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : value ? "yes" : "no";
}

export function kib(value: number | string | undefined): string | undefined {
  return value === undefined ? undefined : bytes(Number(value) * 1024);
}

/** `capacity 5 GiB`; `undefined` where the size is not known. */
export function size(word: string, octets: string | undefined): string | undefined {
  return octets === undefined ? undefined : `${word} ${bytes(Number(octets))}`;
}

/** What is known of several things, one after another. */
export function listed(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join(", ");
}
