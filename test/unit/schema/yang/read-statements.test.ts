import { describe, expect, test } from "vitest";
import { DecodeError } from "../../../../src/base/fault.js";
import { readStatements } from "../../../../src/schema/yang/read-statements.js";
import type { Statement } from "../../../../src/schema/yang/statement.js";
import { YangError } from "../../../../src/schema/yang/yang-error.js";

const read = (text: string): Statement => readStatements({ name: "t.yang", text });

/** Keyword, argument and substatements, without places. */
function plain({ prefix, keyword, argument, children }: Statement): unknown {
  const name = prefix === "" ? keyword : `${prefix}:${keyword}`;
  return children.length === 0 ? [name, argument] : [name, argument, children.map(plain)];
}

function refusal(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (!(error instanceof YangError)) throw error;
    expect(error.message).toBe(`t.yang:${error.line}:${error.column}: ${error.reason}`);
    return `${error.line}:${error.column} ${error.reason}`;
  }
  throw new Error("the text is read");
}

describe("readStatements()", () => {
  test("reads statements with and without arguments and blocks", () => {
    expect(plain(read('a { b; c d; e "f" { g:h i; } }'))).toEqual([
      "a",
      undefined,
      [
        ["b", undefined],
        ["c", "d"],
        ["e", "f", [["g:h", "i"]]],
      ],
    ]);
  });

  test("takes comments for white space, except inside of quotes (RFC 7950, section 6.1.1)", () => {
    const text = `// first\na/* x */b { // rest of the line ; }\n c "/* no */" ; d '// no'; e f//g\n; }`;
    expect(plain(read(text))).toEqual([
      "a",
      "b",
      [
        ["c", "/* no */"],
        ["d", "// no"],
        ["e", "f"],
      ],
    ]);
  });

  test("joins quoted pieces at the plus sign (RFC 7950, section 6.1.3)", () => {
    expect(read(`a "b" + 'c'\n + /* x */ "d";`).argument).toBe("bcd");
    expect(read("a b+c;").argument).toBe("b+c");
  });

  test("replaces escapes in double quotes only", () => {
    expect(read(String.raw`a "1\n2\t3\"4\\n";`).argument).toBe('1\n2\t3"4\\n');
    expect(read(String.raw`a '1\n2\\';`).argument).toBe("1\\n2\\\\");
  });

  test("lets other escapes stand in YANG 1 and refuses them in YANG 1.1", () => {
    expect(read(String.raw`module m { x "\d"; }`).children[0]?.argument).toBe("\\d");
    expect(refusal(String.raw`module m { yang-version 1.1; x "\d"; }`)).toMatch(/^1:32 a backslash/);
  });

  test("takes away indentation below the quote, and blanks at the ends of lines", () => {
    expect(read('a "one  \n   two\n     three\n four";').argument).toBe("one\ntwo\n  three\nfour");
    expect(read('a "one\r\n   two";').argument).toBe("one\ntwo");
    expect(read('a "one\n\ttwo";').argument, "a tab is eight columns").toBe("one\n     two");
    expect(read('\ta "one\n           \ttwo";').argument, "before the quote too").toBe("one\n\ttwo");
    expect(read("a 'one  \n   two';").argument, "single quotes keep all").toBe("one  \n   two");
  });

  test("gives every statement its place", () => {
    const module = read("\uFEFFa {\n  b c;\n}");
    expect(module.place.offset).toBe(1);
    expect(module.children[0]?.place.offset).toBe(7);
  });

  test.each([
    ["", "1:1 expected a keyword, found the end of the text"],
    ["a", '1:2 the text ends inside of "a"'],
    ["a b", '1:4 expected ";" or "{" after "a", found the end of the text'],
    ['a"b";', '1:2 expected white space after "a", found ""b";"'],
    ["a { b; ", '1:3 this "{" is never closed'],
    ["a; b;", "1:4 text after the end of the module"],
    ["a\n  'b", "2:3 this quote is never closed"],
    ['a "b\\', "1:3 this quote is never closed"],
    ["a /* b", "1:3 this comment is never closed"],
    ['a b"c";', "1:4 a quote inside of a string without quotes"],
    ["a b*/;", "1:4 the end of a comment inside of a string without quotes"],
    ['a "b" + c;', '1:9 expected a quoted string after "+", found "c;"'],
    ["a\rb;", "1:2 a carriage return without a line feed"],
    ['a "\u0001";', "1:4 the character U+0001 may not stand in a module"],
    ['a "\u{2FFFE}";', "1:4 the character U+2FFFE may not stand in a module"],
    ['a "\uD800";', "1:4 the character U+D800 may not stand in a module"],
    ["1a;", '1:1 expected a keyword, found "1a;"'],
    ["a {};", "1:5 text after the end of the module"],
  ])("refuses %j", (text, expected) => {
    expect(refusal(text)).toBe(expected);
  });

  test("keeps to its limits", () => {
    const source = { name: "t", text: `a { ${"b { ".repeat(9)}${"} ".repeat(9)}}` };
    expect(readStatements(source, { depth: 10 }).children).toHaveLength(1);
    expect(() => readStatements(source, { depth: 9 })).toThrow("nested deeper than 9");
    expect(() => readStatements(source, { length: 20 })).toThrow("longer than 20 characters");
    expect(() => readStatements(source, { statements: 9 })).toThrow("more than 9 statements");
    expect(() => read(`a ${"{ b ".repeat(50_000)}`)).toThrow(DecodeError);
  });

  test("joins very many pieces in time linear in their number", () => {
    expect(read(`a "x"${' + "x"'.repeat(100_000)};`).argument).toHaveLength(100_001);
  });
});
