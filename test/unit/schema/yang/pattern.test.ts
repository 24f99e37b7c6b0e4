import { describe, expect, test } from "vitest";
import { DecodeError } from "../../../../src/base/fault.js";
import { seededRandom } from "../../../../src/base/random.js";
import { compilePattern } from "../../../../src/schema/yang/pattern.js";

describe("compilePattern()", () => {
  test.each<[pattern: string, yes: readonly string[], no: readonly string[]]>([
    ["", [""], ["a"]],
    ["abc", ["abc"], ["", "ab", "abcd", "xabc"]],
    ["a|b|", ["a", "b", ""], ["ab"]],
    ["(a|bc)*d?", ["", "d", "abcad", "bcbc"], ["b", "dd"]],
    ["a+b{2}c{1,3}d{2,}", ["abbcdd", "aabbcccddd"], ["abcdd", "abbccccdd", "abbcd"]],
    ["a{0}b", ["b"], ["ab"]],
    ["(a{0,2}){2}", ["", "a", "aaaa"], ["aaaaa"]],
    ["(a*)*", ["", "aaa"], ["b"]],
    ["[a-c]x[^a-c]", ["axz", "cx "], ["axa", "dxz"]],
    ["[-a][a-]", ["--", "aa"], ["b-"]],
    ["[\\-\\]\\\\]", ["-", "]", "\\"], ["a"]],
    ["[a-z-[aeiou]]+", ["xyz"], ["xay", ""]],
    ["[\\w-[\\d-[5]]]+", ["ab5"], ["4", "a4"]],
    ["[^a-z-[x]]", ["A"], ["a", "x"]],
    [".", ["a", "\u{1F600}", "\t"], ["\n", "\r", "ab"]],
    ["^a$", ["^a$"], ["a"]],
    ["\\^\\$\\.\\/", ["^$./"], ["^$a/"]],
    ["\\d+\\D", ["12a", "\u0663-"], ["123"]],
    ["\\s\\S", [" a", "\ta"], ["a ", "  "]],
    ["\\i\\c*", ["a-1", "_", "é:b"], ["1a", "-"]],
    ["\\p{Lu}\\P{Lu}", ["Aa", "É1"], ["aA", "AA"]],
    ["\\p{IsBasicLatin}+", ["az~"], ["é"]],
    ["\\p{IsGreek}", ["λ"], ["l"]],
    ["[\\p{L}\\d]+", ["aλ4"], ["-"]],
    ["\\n\\r\\t", ["\n\r\t"], ["nrt"]],
    ["\u{1F600}{2}", ["\u{1F600}\u{1F600}"], ["\u{1F600}"]],
    ["[\u{1F600}-\u{1F610}]", ["\u{1F605}"], ["\u{1F620}"]],
  ])("matches %j", (pattern, yes, no) => {
    const { matches } = { matches: (text: string) => compilePattern(pattern).matches(text) };
    for (const text of yes) expect([text, matches(text)]).toEqual([text, true]);
    for (const text of no) expect([text, matches(text)]).toEqual([text, false]);
  });

  test.each([
    ["(", "this parenthesis is never closed"],
    [")", "a closing parenthesis"],
    ["a**b{", "must stand after a backslash"],
    ["*", "must stand after a backslash"],
    ["[a", "this bracket is never closed"],
    ["[]", "a bracket that must stand after a backslash"],
    ["[b-a]", "a range that runs backwards"],
    ["[a-\\d]", "a range must end with one character"],
    ["[a-[b]c]", "only the end may follow"],
    ["a{2,1}", "more least than most"],
    ["a{x}", "a brace that begins no repetition"],
    ["\\", "a backslash at the end"],
    ["\\q", "\\q stands for nothing"],
    ["\\p{Xx}", "no such category"],
    ["\\p{IsKlingon}", "no such category"],
    ["a{9999999}", "more than 1000000 repetitions"],
  ])("refuses %j", (pattern, reason) => {
    expect(() => compilePattern(pattern)).toThrow(DecodeError);
    expect(() => compilePattern(pattern)).toThrow(reason);
  });

  test.each([
    "(((a{100}){100}){100}){100}",
    `(${"a|".repeat(20_000)}a){9}`,
    "(".repeat(60_000),
    "[a-[".repeat(15_000),
    `a{1000}{1000}`,
    `${"(a?){999}".repeat(100)}`,
  ])("refuses a bomb before it goes off: %#", (pattern) => {
    expect(() => compilePattern(pattern)).toThrow(DecodeError);
  });

  test.each<[pattern: string, text: string]>([
    ["(a*)*b", "a".repeat(60_000)],
    ["(a|a)*b", "a".repeat(60_000)],
    ["(a|aa)+$", "a".repeat(60_000)],
    ["([a-z]+)+[0-9]", "abcdefghijklmnopqrstuvwxyz".repeat(2000)],
    ["(.*,){11}P", "1,2,3,4,5,6,7,8,9,10,11,12,13".repeat(2000)],
  ])("answers what holds a backtracking engine for ever: %j", (pattern, text) => {
    expect(compilePattern(pattern).matches(text)).toBe(false);
  });

  test("gives up when a value needs too much work, and works again afterwards", () => {
    const pattern = compilePattern("([ab]*a[ab]{2000}c)?");
    const random = seededRandom(1);
    const hard = Array.from({ length: 60_000 }, () => (random() < 0.5 ? "a" : "b")).join("");
    expect(() => pattern.matches(hard)).toThrow(DecodeError);
    expect(pattern.matches("")).toBe(true);
    expect(pattern.matches("ab")).toBe(false);
  });
});
