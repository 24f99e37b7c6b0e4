import { expect, test } from "vitest";
import { placeOf, tokensOf } from "../../../src/schema/smi/tokens.js";

const words = (text: string): readonly string[] => tokensOf(text).map(({ kind, text: word }) => `${kind}:${word}`);

test("tokensOf() tells names, numbers, strings, octets and marks apart", () => {
  expect(words(`if-gsn ::= { a.b -12 "x" '0fF'h '01'B }`)).toEqual([
    "name:if-gsn",
    "mark:::=",
    "mark:{",
    "name:a",
    "mark:.",
    "name:b",
    "number:-12",
    "string:x",
    "octets:0fF'H",
    "octets:01'B",
    "mark:}",
    "end:the end of the text",
  ]);
});

test("tokensOf() ends a comment at the next two hyphens or at the end of its line (X.680, section 12.6)", () => {
  expect(words("a -- one -- b -- two\nc--three\nd")).toEqual([
    "name:a",
    "name:b",
    "name:c",
    "name:d",
    "end:the end of the text",
  ]);
});

test("tokensOf() takes no hyphen at the end of a name", () => {
  expect(() => tokensOf("a- b")).toThrow(/line 1, column 2/);
});

test("placeOf() counts lines and columns from one", () => {
  expect(placeOf("ab\ncd", 0)).toBe("line 1, column 1");
  expect(placeOf("ab\ncd", 4)).toBe("line 2, column 2");
});
