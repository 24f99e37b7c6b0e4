import { describe, expect, test } from "vitest";
import { DecodeError } from "../../../src/base/fault.js";
import { readModule } from "../../../src/schema/smi/read-module.js";
import { moduleNames, moduleText } from "../../support/mibs.js";

const small = `-- a comment -- SMALL-MIB DEFINITIONS ::= BEGIN
IMPORTS MODULE-IDENTITY, OBJECT-TYPE, Integer32, enterprises FROM SNMPv2-SMI
        TEXTUAL-CONVENTION FROM SNMPv2-TC;

small MODULE-IDENTITY
    LAST-UPDATED "202601010000Z" ORGANIZATION "o" CONTACT-INFO "c"
    DESCRIPTION "Small, with a ""quoted"" word
                 on two lines."
    REVISION "202601010000Z" DESCRIPTION "first"
    ::= { enterprises 99999 }

Colour ::= TEXTUAL-CONVENTION
    STATUS current DESCRIPTION "A colour." SYNTAX INTEGER { red(1), dark-blue(-2) }

smallTable OBJECT-TYPE
    SYNTAX SEQUENCE OF SmallEntry MAX-ACCESS not-accessible STATUS current DESCRIPTION "t" ::= { small 1 }
smallEntry OBJECT-TYPE
    SYNTAX SmallEntry MAX-ACCESS not-accessible STATUS current DESCRIPTION "e"
    INDEX { smallIndex, IMPLIED smallName } ::= { smallTable 1 }
SmallEntry ::= SEQUENCE { smallIndex Integer32, smallName OCTET STRING, smallColour Colour }
smallIndex OBJECT-TYPE
    SYNTAX Integer32 (-1 | 1..'7FFFFFFF'H) MAX-ACCESS not-accessible STATUS current DESCRIPTION "i"
    ::= { smallEntry 1 }
smallName OBJECT-TYPE
    SYNTAX OCTET STRING (SIZE (0 | 16)) MAX-ACCESS not-accessible STATUS current DESCRIPTION "n" ::= { smallEntry 2 }
smallColour OBJECT-TYPE
    SYNTAX Colour UNITS "hue" MAX-ACCESS read-create STATUS deprecated DESCRIPTION "c" DEFVAL { { red } }
    ::= { smallEntry 3 }
END`.replace("-- a comment -- ", "-- a comment\n");

describe("readModule()", () => {
  test.each(moduleNames)("reads our %s", (name) => {
    expect(readModule(moduleText(name)).name).toBe(name);
  });

  const module = readModule(small);

  test("knows where imported symbols come from", () => {
    expect(Object.fromEntries(module.imports)).toEqual({
      "MODULE-IDENTITY": "SNMPv2-SMI",
      "OBJECT-TYPE": "SNMPv2-SMI",
      Integer32: "SNMPv2-SMI",
      enterprises: "SNMPv2-SMI",
      "TEXTUAL-CONVENTION": "SNMPv2-TC",
    });
  });

  test("takes line breaks in a description as blanks and doubled quotes as quotes", () => {
    expect(module.values.get("small")).toEqual({
      kind: "module",
      name: "small",
      lastUpdated: "202601010000Z",
      revisions: ["202601010000Z"],
      description: 'Small, with a "quoted" word on two lines.',
      oid: { parent: "enterprises", parts: [99999] },
    });
  });

  test("reads ranges, sizes, named numbers and defaults", () => {
    expect(module.values.get("smallIndex")).toMatchObject({
      syntax: {
        base: "Integer32",
        range: [
          [-1n, -1n],
          [1n, 2147483647n],
        ],
      },
    });
    expect(module.values.get("smallName")).toMatchObject({
      syntax: {
        base: "OCTET STRING",
        size: [
          [0n, 0n],
          [16n, 16n],
        ],
      },
    });
    expect(module.types.get("Colour")?.syntax?.named).toEqual(
      new Map([
        ["red", 1],
        ["dark-blue", -2],
      ]),
    );
    expect(module.values.get("smallColour")).toMatchObject({
      access: "read-create",
      status: "deprecated",
      units: "hue",
      defaultValue: "{ red }",
    });
  });

  test("reads an index with its implied part", () => {
    expect(module.values.get("smallEntry")).toMatchObject({
      index: [
        { name: "smallIndex", implied: false },
        { name: "smallName", implied: true },
      ],
    });
  });

  const broken: readonly (readonly [what: string, from: string, to: string, message: RegExp])[] = [
    ["an unknown character", 'STATUS current DESCRIPTION "A', 'STATUS @ DESCRIPTION "A', /^line 14, column 12: /],
    ["an unknown status", "STATUS deprecated", "STATUS retired", /current, deprecated or obsolete, found retired/],
    ["an unknown access", "read-create", "read-sometimes", /an access such as read-only, found read-sometimes/],
    ["an unknown macro", "small MODULE-IDENTITY", "small MODULE-IDENTIFY", /MODULE-IDENTIFY is no macro/],
    ["a range that is empty", "0 | 16", "16..0", /16\.\.0 is empty/],
    ["a sub-identifier above 2^32-1", "enterprises 99999", "enterprises 4294967296", /not between 0 and 4294967295/],
    ["a named number twice", "dark-blue(-2)", "red(2)", /red is there twice/],
    ["a symbol twice", "smallName OBJECT-TYPE", "smallIndex OBJECT-TYPE", /smallIndex is declared twice/],
    ["a string without end", '"hue"', '"hue', /begins no word|expected/],
    ["text after END", "END", "END more", /nothing after END/],
    ["an end too early", "END", "", /expected a name, found the end of the text/],
    ["an enumeration beyond 31 bits", "red(1)", "red(2147483648)", /too large/],
  ];

  test.each(broken)("refuses %s with line and column", (_what, from, to, message) => {
    expect(small).toContain(from);
    const read = (): unknown => readModule(small.replace(from, to));
    expect(read).toThrow(DecodeError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^line \d+, column \d+: /);
  });

  test("refuses a text of more than four million characters without reading it", () => {
    expect(() => readModule(" ".repeat(5_000_000))).toThrow(DecodeError);
  });

  test("reads a string of a million characters and doubled quotes", () => {
    const long = small.replace('"hue"', `"${'""x'.repeat(300_000)}"`);
    expect(readModule(long).values.get("smallColour")).toMatchObject({ units: '"x'.repeat(300_000) });
  });
});
