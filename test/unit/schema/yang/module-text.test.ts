import { describe, expect, test } from "vitest";
import { ModuleLibrary } from "../../../../src/schema/yang/module-library.js";
import { readModuleText } from "../../../../src/schema/yang/module-text.js";
import { moduleOf, refusalOf } from "../../../support/yang-text.js";

const read = (text: string) => readModuleText({ name: "m.yang", text });

describe("readModuleText()", () => {
  test("tells name, version, newest revision, imports and includes", () => {
    const text = read(
      moduleOf(`import a { prefix x; revision-date 2020-01-02; } import b { prefix y; } include s;
        revision 2019-01-01; revision 2021-03-04; revision 2020-01-01;`),
    );
    expect(text).toMatchObject({ name: "m", yangVersion: "1.1", revision: "2021-03-04", prefix: "m" });
    expect(text.imports.map(({ name, prefix, revision }) => [name, prefix, revision])).toEqual([
      ["a", "x", "2020-01-02"],
      ["b", "y", undefined],
    ]);
    expect(text.includes.map(({ name }) => name)).toEqual(["s"]);
  });

  test("tells the module that a submodule belongs to", () => {
    expect(read("submodule s { belongs-to m { prefix p; } }")).toMatchObject({
      name: "s",
      belongsTo: "m",
      prefix: "p",
    });
  });

  test.each([
    ["container c;", "expected a module or a submodule"],
    ["module m { prefix m; }", "module needs a namespace"],
    ["module m { namespace 'a'; }", "module needs a prefix"],
    ["module m { namespace 'a'; prefix p; prefix q; }", "a second prefix"],
    [moduleOf("description d; import a { prefix b; }"), "import stands too late"],
    [moduleOf("leaf a { type string; } revision 2020-01-01;"), "revision stands too late"],
    [moduleOf("import a { prefix m; }"), "the prefix m is given twice"],
    [moduleOf("import a { prefix a; } import a { prefix b; }"), "a is imported twice"],
    [moduleOf("import m { prefix a; }"), "may not import itself"],
    [moduleOf("leef a;"), '"leef" is no statement of YANG'],
    [moduleOf("leaf a { type string; leaf b; }"), "leaf may not stand in leaf"],
    [moduleOf("leaf a;"), "leaf needs a type"],
    [moduleOf("leaf { type string; }"), "leaf needs an argument"],
    [moduleOf("rpc r { input x; }"), "input takes no argument"],
    [moduleOf("leaf 1a { type string; }"), 'the argument "1a" of leaf'],
    [moduleOf("leaf a { type string; config maybe; }"), 'the argument "maybe" of config'],
    [moduleOf("revision 2020-13-01;"), 'the argument "2020-13-01" of revision'],
    [moduleOf("leaf-list a { type string; max-elements 0; }"), 'the argument "0" of max-elements'],
    [
      moduleOf("yang-version 1; anydata a;").replace("yang-version 1.1; ", ""),
      "anydata may not stand in module in YANG version 1",
    ],
    [moduleOf("yang-version 1; identity a { base b; base c; }"), "a second base"],
    [moduleOf("deviation /m:a { deviate add { type string; } }"), "type may not stand in deviate"],
  ])("refuses %j", (text, reason) => {
    expect(() => read(text)).toThrow(reason);
  });

  test("lets an argument be a bomb of any kind", () => {
    const long = "a/".repeat(30_000);
    expect(() => read(moduleOf(`augment "${long}" { leaf a { type string; } }`))).toThrow("the argument");
    expect(() => read(moduleOf(`leaf a { type int8 { range "${"1..2 ".repeat(12_000)}"; } }`))).toThrow("the argument");
    expect(() => read(moduleOf(`list a { key "${"a ".repeat(30_000)}!"; }`))).toThrow("the argument");
  });
});

describe("ModuleLibrary", () => {
  const revisions = ["2020-01-01", "2022-01-01", "2021-01-01"].map((date) => read(moduleOf(`revision ${date};`)));

  test("gives the newest, or exactly the revision that is asked for", () => {
    const library = new ModuleLibrary([...revisions, read(moduleOf("", "a"))]);
    expect(library.find("m")?.revision).toBe("2022-01-01");
    expect(library.find("m", "2020-01-01")?.revision).toBe("2020-01-01");
    expect(library.find("m", "2019-01-01")).toBeUndefined();
    expect(library.find("x")).toBeUndefined();
    expect(library.names()).toEqual(["a", "m"]);
  });

  test("refuses a second text of one name and revision", () => {
    expect(() => new ModuleLibrary([read(moduleOf("")), read(moduleOf(""))])).toThrow("two modules are called m");
  });
});

test("YangError names file, line and column of the statement", () => {
  const { reason, at } = refusalOf(moduleOf("container a {\n  leaf b { type strong; }\n}"));
  expect(reason).toBe("there is no typedef strong");
  expect(at).toMatch(/^type strong;/);
});
