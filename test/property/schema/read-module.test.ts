import fc from "fast-check";
import { expect, test } from "vitest";
import { DecodeError } from "../../../src/base/fault.js";
import { readModule } from "../../../src/schema/smi/read-module.js";
import { moduleNames, moduleText } from "../../support/mibs.js";

const texts = moduleNames.map(moduleText);
const someText = fc.constantFrom(...texts);

/** Reads, and fails on anything but a module or a refusal. */
function readOrRefuse(text: string): void {
  try {
    readModule(text);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    expect(error.message).toMatch(/^(line \d+, column \d+: |longer than)/);
    expect(error.offset).toBeLessThanOrEqual(text.length);
  }
}

test("readModule() refuses a module that is cut anywhere", () => {
  fc.assert(
    fc.property(someText, fc.double({ min: 0, max: 1, noNaN: true }), (text, part) => {
      const end = text.lastIndexOf("END");
      const cut = text.slice(0, Math.floor(part * end));
      expect(() => readModule(cut)).toThrow(DecodeError);
    }),
  );
});

test("readModule() reads or refuses, with a place, a module with words exchanged, doubled or left out", () => {
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom("exchange", "double", "drop")), { maxLength: 4 });
  fc.assert(
    fc.property(someText, edits, (text, changes) => {
      const words = text.split(/(\s+)/);
      for (const [from, to, kind] of changes) {
        const [a, b] = [from % words.length, to % words.length];
        if (kind === "exchange") [words[a], words[b]] = [words[b] ?? "", words[a] ?? ""];
        else words.splice(a, kind === "drop" ? 1 : 0, ...(kind === "double" ? [words[b] ?? ""] : []));
      }
      readOrRefuse(words.join(""));
    }),
  );
});

test("readModule() reads or refuses any text", () => {
  const word = fc.oneof(
    fc.constantFrom(
      "A",
      "DEFINITIONS",
      "::=",
      "BEGIN",
      "END",
      "OBJECT",
      "IDENTIFIER",
      "{",
      "}",
      "(",
      ")",
      ",",
      ";",
      "..",
      "|",
    ),
    fc.constantFrom("OBJECT-TYPE", "SYNTAX", "INTEGER", "SIZE", "MACRO", "--", '"', "'", "IMPORTS", "FROM", "DEFVAL"),
    fc.string({ maxLength: 8 }),
    fc.bigInt().map(String),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 60 }), (words) => {
      readOrRefuse(words.join(" "));
      readOrRefuse(`A DEFINITIONS ::= BEGIN ${words.join(" ")} END`);
    }),
  );
});

test("readModule() gives back what a generated module declares", () => {
  const name = fc.stringMatching(/^[a-z][a-zA-Z0-9]{0,10}$/).map((text) => `v${text}`);
  const nodes = fc.uniqueArray(fc.tuple(name, fc.nat({ max: 0xffffffff })), {
    maxLength: 20,
    selector: ([symbol]) => symbol,
  });
  fc.assert(
    fc.property(nodes, (declared) => {
      const lines = declared.map(([symbol, id]) => `${symbol} OBJECT IDENTIFIER ::= { iso org(3) ${id} } -- ${id}`);
      const module = readModule(`M DEFINITIONS ::= BEGIN\n${lines.join("\n")}\nEND\n`);
      expect([...module.values.values()].map((value) => [value.name, value.oid])).toEqual(
        declared.map(([symbol, id]) => [symbol, { parent: "iso", parts: [3, id] }]),
      );
    }),
  );
});
