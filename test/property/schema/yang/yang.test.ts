import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DecodeError, Fault } from "../../../../src/base/fault.js";
import { seededRandom } from "../../../../src/base/random.js";
import { compileSchema } from "../../../../src/schema/yang/compile-schema.js";
import { ModuleLibrary } from "../../../../src/schema/yang/module-library.js";
import { readModuleText } from "../../../../src/schema/yang/module-text.js";
import { compilePattern } from "../../../../src/schema/yang/pattern.js";
import { readStatements } from "../../../../src/schema/yang/read-statements.js";
import { readYin } from "../../../../src/schema/yang/read-yin.js";
import type { Statement } from "../../../../src/schema/yang/statement.js";
import { writeStatements } from "../../../../src/schema/yang/write-statements.js";
import { writeYin } from "../../../../src/schema/yang/write-yin.js";
import { disturb, textOf, YangGenerator } from "../../../support/yang-generator.js";
import { ourModules } from "../../../support/yang-modules.js";

const { texts } = ourModules();

/** Without places. */
function plain({ prefix, keyword, argument, children }: Statement): unknown {
  return [prefix, keyword, argument, children.map(plain)];
}

const place = { source: { name: "", text: "" }, offset: 0 };
const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,8}$/);
/** What may stand in a module; a carriage return before a line feed is read as the line feed alone. */
const words = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom(..."ab \t\n\\\"'+;{}/*"),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
    ),
  })
  .filter((text) => /^[\t\n\x20-\uD7FF\uE000-\uFDCF\uFDF0-\uFFFD]*$/.test(text));
const statement: fc.Memo<Statement> = fc.memo((depth) =>
  fc.record({
    prefix: fc.oneof(fc.constant(""), name),
    keyword: name,
    argument: fc.option(words, { nil: undefined }),
    children: depth > 1 ? fc.array(statement(depth - 1), { maxLength: 4 }) : fc.constant([]),
    place: fc.constant(place),
  }),
);

/** Compiles, and fails on anything but a schema or a refusal with a place. */
function compileOrRefuse(...modules: readonly string[]): string {
  try {
    const read = modules.map((text, i) => readModuleText({ name: `${i}.yang`, text }));
    return compileSchema(new ModuleLibrary(read), [{ name: read.at(-1)?.name ?? "" }]).contentId;
  } catch (error) {
    if (!(error instanceof DecodeError || error instanceof Fault)) throw error;
    if (error instanceof DecodeError) expect(error.message).toMatch(/^\d\.yang:\d+:\d+: /);
    return error.message;
  }
}

describe("statements", () => {
  test("that were written are read as the same again", () => {
    fc.assert(
      fc.property(statement(4), (written) => {
        expect(plain(readStatements({ name: "t", text: writeStatements(written) }))).toEqual(plain(written));
      }),
    );
  });

  test("of our modules survive YANG and YIN", () => {
    for (const { statement: module } of texts) {
      expect(plain(readStatements({ name: "t", text: writeStatements(module) }))).toEqual(plain(module));
      const extensions = {
        namespaceOf: (prefix: string) => `urn:${prefix}`,
        argumentOf: () => undefined,
      };
      // Arguments of extensions are left out of YIN that does not know them.
      const known = (one: Statement): Statement => ({
        ...one,
        argument: one.prefix === "" ? one.argument : undefined,
        children: one.children.map(known),
      });
      const yin = writeYin(module, extensions);
      expect(plain(readYin({ name: "t", text: yin }, extensions))).toEqual(plain(known(module)));
    }
  });

  test("of any text are read or refused with a place", () => {
    const token = fc.oneof(
      fc.constantFrom("{", "}", ";", '"', "'", "+", "//", "/*", "*/", "\\", "\n", " ", "a", "p:k"),
      fc.string({ maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 40 }), (tokens) => {
        try {
          readStatements({ name: "t", text: tokens.join("") });
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
          expect(error.message).toMatch(/^t:\d+:\d+: /);
        }
      }),
    );
  });
});

describe("compileSchema()", () => {
  test("accepts generated modules, and gives the same schema for what was written and read again", () => {
    fc.assert(
      fc.property(fc.nat({ max: 0x7fffffff }), (seed) => {
        const generator = new YangGenerator(seededRandom(seed));
        const first = generator.module("a");
        const modules = [textOf(first.module), textOf(generator.module("b", first).module)];
        const again = modules.map((text) => writeStatements(readStatements({ name: "t", text })));
        expect(again).toEqual(modules);
        expect(compileOrRefuse(...modules)).toBe(compileOrRefuse(...again));
      }),
    );
  });

  test("compiles or refuses disturbed modules", () => {
    fc.assert(
      fc.property(fc.nat({ max: 0x7fffffff }), fc.integer({ min: 1, max: 8 }), (seed, changes) => {
        const random = seededRandom(seed);
        const generator = new YangGenerator(random);
        const first = generator.module("a");
        const { module } = generator.module("b", first);
        for (let i = 0; i < changes; i++) disturb(module, random);
        compileOrRefuse(textOf(first.module), textOf(module));
      }),
    );
  });

  test("compiles or refuses our modules with a word exchanged", () => {
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.nat(), fc.nat(), (text, from, to) => {
        const parts = text.statement.place.source.text.split(/(\s+)/);
        const [a, b] = [from % parts.length, to % parts.length];
        [parts[a], parts[b]] = [parts[b] ?? "", parts[a] ?? ""];
        const others = texts.filter((other) => other !== text);
        try {
          const changed = readModuleText({ name: "t.yang", text: parts.join("") });
          compileSchema(new ModuleLibrary([...others.filter((other) => other.name !== changed.name), changed]), [
            { name: changed.belongsTo ?? changed.name },
          ]);
        } catch (error) {
          if (!(error instanceof DecodeError || error instanceof Fault)) throw error;
        }
      }),
    );
  });
});

describe("compilePattern()", () => {
  /** What XML Schema and JavaScript write in the same way. */
  const atom = fc.oneof(fc.constantFrom("a", "b", "c", ".", "[ab]", "[^a]", "[b-c]", "\\d", "x"));
  const expression = fc.letrec<{ whole: string }>((tie) => ({
    whole: fc.oneof(
      { depthSize: "small" },
      atom,
      fc.tuple(tie("whole"), tie("whole")).map(([left, right]) => left + right),
      fc.tuple(tie("whole"), tie("whole")).map(([left, right]) => `(${left}|${right})`),
      fc
        .tuple(tie("whole"), fc.constantFrom("*", "+", "?", "{2}", "{1,2}", "{0}", "{2,}"))
        .map(([inner, count]) => `(${inner})${count}`),
    ),
  })).whole;

  test("agrees with JavaScript's expressions where both mean the same", () => {
    fc.assert(
      fc.property(
        expression,
        fc.array(fc.constantFrom("a", "b", "c", "x", "1"), { maxLength: 8 }),
        (source, letters) => {
          const text = letters.join("");
          expect(compilePattern(source).matches(text)).toBe(new RegExp(`^(?:${source})$`, "u").test(text));
        },
      ),
      { numRuns: 500 },
    );
  });

  test("compiles or refuses any text", () => {
    const part = fc.oneof(fc.constantFrom(..."()[]{}|*+?\\^-.,12ab", "\\p{", "[^", "-["), fc.string({ maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), fc.string(), (parts, text) => {
        try {
          expect(typeof compilePattern(parts.join("")).matches(text)).toBe("boolean");
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});
