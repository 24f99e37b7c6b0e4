import { describe, expect, test } from "vitest";
import { Fault } from "../../../../src/base/fault.js";
import type { LeafListNode, LeafNode, ListNode } from "../../../../src/schema/yang/schema-node.js";
import { compileBody, compileTexts, moduleOf, nodeAt, refusalOf } from "../../../support/yang-text.js";

const names = (nodes: readonly { name: string }[]): string[] => nodes.map(({ name }) => name);

describe("imports and submodules", () => {
  const submodule = `submodule s { yang-version 1.1; belongs-to m { prefix x; } typedef t { type int8; }
    feature f; container c { leaf a { type x:t; } } }`;

  test("a submodule's definitions are the module's", () => {
    const schema = compileTexts([
      submodule,
      moduleOf("include s; leaf b { type t; } leaf d { if-feature f; type m:t; }"),
    ]);
    expect(names(schema.root.children)).toEqual(["b", "d", "c"]);
    expect(schema.module("m")?.submodules).toEqual([{ name: "s", revision: undefined }]);
    expect(nodeAt(schema, "c/a")).toMatchObject({ type: { base: "int8", writtenAs: "x:t" } });
  });

  test("an import names a revision, or gets the newest", () => {
    const [old, young] = ["2020-01-01", "2021-01-01"].map((date, i) =>
      moduleOf(`revision ${date}; typedef t { type ${i === 0 ? "int8" : "int16"}; }`, "a"),
    );
    const texts = [old as string, young as string];
    const typeOf = (statement: string) =>
      (nodeAt(compileTexts([...texts, moduleOf(`${statement} leaf l { type a:t; }`)]), "l") as LeafNode).type.base;
    expect(typeOf("import a { prefix a; revision-date 2020-01-01; }")).toBe("int8");
    expect(typeOf("import a { prefix a; }")).toBe("int16");
  });

  test.each([
    ["a module that is not there", [], "import a { prefix a; }", "the module a is not there"],
    [
      "a revision that is not there",
      [moduleOf("", "a")],
      "import a { prefix a; revision-date 2020-01-01; }",
      "a@2020-01-01 is not there",
    ],
    ["a submodule", ["submodule a { belongs-to m { prefix m; } }"], "import a { prefix a; }", "a is a submodule"],
    ["a circle", [moduleOf("import m { prefix m; }", "a")], "import a { prefix a; }", "the imports lead back to m"],
    ["a submodule that is not there", [], "include a;", "the submodule a is not there"],
    ["a module as submodule", [moduleOf("", "a")], "include a;", "a is no submodule"],
    ["another's submodule", ["submodule a { belongs-to b { prefix b; } }"], "include a;", "a belongs to b"],
    ["a submodule of another version", ["submodule a { belongs-to m { prefix m; } }"], "include a;", "another version"],
    ["a prefix that is not imported", [], "leaf l { type a:t; }", "the prefix a is not imported"],
  ])("refuses %s", (_, others, body, reason) => {
    expect(refusalOf(...others, moduleOf(body)).reason).toContain(reason);
  });

  test("refuses two modules with one namespace", () => {
    const other = moduleOf("", "a").replace("urn:a", "urn:m");
    expect(refusalOf(other, moduleOf("import a { prefix a; }")).reason).toContain("has the same namespace");
  });

  test("refuses requests for what is not there, as faults", () => {
    const texts = ["submodule s { belongs-to m { prefix m; } }", moduleOf("feature f;")];
    for (const request of [
      { name: "x" },
      { name: "s" },
      { name: "m", features: ["g"] },
      { name: "m", revision: "2020-01-01" },
    ]) {
      expect(() => compileTexts(texts, [request])).toThrow(Fault);
    }
    expect(() => compileTexts(texts, [{ name: "m" }, { name: "m" }])).toThrow("asked for twice");
  });

  test("serves an imported module whose nodes are extended or pointed to, and no other (RFC 7950, section 5.6.5)", () => {
    const imported = moduleOf(
      "container c { leaf l { type string; } } typedef t { type leafref { path /a:c/a:l; } }",
      "a",
    );
    const served = (body: string) =>
      compileTexts([imported, moduleOf(`import a { prefix a; } ${body}`)]).module("a")?.implemented;
    expect(served("leaf x { type string; }")).toBe(false);
    expect(served("augment /a:c { leaf x { type string; } }")).toBe(true);
    expect(served("leaf x { type leafref { path /a:c/a:l; } }")).toBe(true);
    expect(served("leaf x { type a:t; }"), "through a typedef").toBe(true);
  });
});

describe("features", () => {
  const body = `feature a; feature b { if-feature a; } feature c;
    leaf la { if-feature a; type string; } leaf lb { if-feature "b and not c"; type string; }
    leaf lc { if-feature "(a or b) and c"; type enumeration { enum x; enum y { if-feature b; } } }`;
  const compiled = (...features: string[]) => compileTexts([moduleOf(body)], [{ name: "m", features }]);

  test("take nodes and values away", () => {
    expect(names(compiled().root.children)).toEqual([]);
    expect(names(compiled("a", "b").root.children)).toEqual(["la", "lb"]);
    const schema = compiled("a", "c");
    expect(names(schema.root.children)).toEqual(["la", "lc"]);
    expect((nodeAt(schema, "lc") as LeafNode).type).toMatchObject({ enums: [{ name: "x" }] });
  });

  test("need what they depend on", () => {
    expect(compiled("b").module("m")?.features.get("b")?.enabled).toBe(false);
    expect(compiled("a", "b").module("m")?.features.get("b")?.enabled).toBe(true);
  });

  test("are never there in a module that is only imported", () => {
    const imported = moduleOf("feature f;", "a");
    const schema = compileTexts([imported, moduleOf("import a { prefix a; } leaf l { if-feature a:f; type string; }")]);
    expect(schema.root.children).toEqual([]);
  });

  test.each([
    ["feature a { if-feature b; } feature b { if-feature a; }", "the feature a depends on itself"],
    ["leaf l { if-feature x; type string; }", "there is no feature x"],
    ["feature a; leaf l { if-feature 'a or'; type string; }", '"a or" is no expression of features'],
    ["feature a; leaf l { if-feature '(a'; type string; }", '"(a" is no expression of features'],
    ["feature a; leaf l { if-feature 'a a'; type string; }", '"a a" is no expression of features'],
    [`feature a; leaf l { if-feature '${"(".repeat(500)}a'; type string; }`, "nested deeper"],
    [`feature a; leaf l { if-feature '${"not ".repeat(500)}a'; type string; }`, "nested deeper"],
    [
      "yang-version 1; feature a; feature b; leaf l { if-feature 'a or b'; type string; }",
      "no expressions of features",
    ],
  ])("refuses %s", (text, reason) => {
    expect(refusalOf(moduleOf(text)).reason).toContain(reason);
  });
});

describe("identities", () => {
  test("are derived from all above them", () => {
    const schema = compileBody("identity a; identity b { base a; } identity c { base b; base d; } identity d;");
    const derived = (name: string) =>
      [...(schema.identity("m", name)?.derived ?? [])].map((identity) => identity.name).sort();
    expect(derived("a")).toEqual(["b", "c"]);
    expect(derived("d")).toEqual(["c"]);
    expect(derived("c")).toEqual([]);
  });

  test("may not be derived from themselves", () => {
    expect(refusalOf(moduleOf("identity a { base b; } identity b { base a; }")).reason).toMatch(
      /identity \w is derived from itself/,
    );
  });
});

describe("groupings", () => {
  test("are expanded with refinements and additions, in the namespace of who uses them", () => {
    const other = moduleOf(
      "grouping g { container c { leaf a { type t; } } typedef t { type int8; } leaf-list l { type string; } }",
      "a",
    );
    const schema = compileTexts([
      other,
      moduleOf(`import a { prefix a; } uses a:g { refine c { presence p; } refine c/a { default 5; }
        refine l { min-elements 1; max-elements 2; } augment c { leaf b { type string; } } }`),
    ]);
    expect(names(schema.root.children)).toEqual(["c", "l"]);
    expect(nodeAt(schema, "c")).toMatchObject({ presence: "p", module: { name: "m" } });
    expect(nodeAt(schema, "c/a")).toMatchObject({ default: { text: "5" }, module: { name: "m" } });
    expect(nodeAt(schema, "c/b").module.name).toBe("m");
    expect(nodeAt(schema, "l")).toMatchObject({ minElements: 1, maxElements: 2 });
  });

  test("may use each other, and are independent each time", () => {
    const schema = compileBody(`grouping g { leaf a { type string; } } grouping h { container c { uses g; } }
      container x { uses h { refine c/a { mandatory true; } } } container y { uses h; }`);
    expect(nodeAt(schema, "x/c/a")).toMatchObject({ mandatory: true });
    expect(nodeAt(schema, "y/c/a")).toMatchObject({ mandatory: false });
    expect(nodeAt(schema, "x")).toMatchObject({ mandatory: true });
  });

  test.each([
    ["uses g;", "there is no grouping g"],
    ["grouping g { uses g; }", "the grouping g uses itself"],
    ["grouping g { container c { uses h; } } grouping h { uses g; } uses g;", "uses itself"],
    [
      "grouping g { leaf a { type string; } } grouping g { leaf b { type string; } }",
      "the grouping g is there already",
    ],
    [
      "grouping g { leaf a { type string; } } container c { grouping g { leaf a { type string; } } }",
      "the grouping g is there already",
    ],
    ["grouping g { leaf a { type string; } } uses g { refine b { default x; } }", "the grouping has no node b"],
    [
      "grouping g { leaf a { type string; } } uses g { refine a { presence x; } }",
      "presence cannot be refined in a leaf",
    ],
    [
      "grouping g { leaf a { type string; } } uses g { augment a { leaf b { type string; } } }",
      "nothing can be added to a leaf",
    ],
    ["grouping g { leaf a { type string; } } leaf a { type int8; } uses g;", "there are two nodes /a"],
    ["grouping g { leaf a { type strong; } }", "there is no typedef strong"],
    ["grouping g { status deprecated; leaf a { type string; } } uses g;", "may not use g"],
  ])("refuses %s", (text, reason) => {
    expect(refusalOf(moduleOf(text)).reason).toContain(reason);
  });

  test("cannot be used to make very many nodes of few words", () => {
    const bomb = Array.from(
      { length: 40 },
      (_, i) => `grouping g${i} { container a { uses g${i + 1}; } container b { uses g${i + 1}; } }`,
    );
    expect(refusalOf(moduleOf(`${bomb.join(" ")} grouping g40 { leaf l { type string; } } uses g0;`)).reason).toContain(
      "expand to more than",
    );
  });
});

describe("augments", () => {
  const target = moduleOf(
    "container c { choice x { case y { leaf a { type string; } } } } rpc r { input { leaf i { type string; } } }",
    "a",
  );
  const compiled = (body: string) => compileTexts([target, moduleOf(`import a { prefix a; } ${body}`)]);

  test("add nodes to containers, choices, cases and operations, in the namespace of who adds them", () => {
    const schema =
      compiled(`augment /a:c { leaf b { type string; } } augment /a:c/a:x { leaf d { type string; } case e; }
      augment /a:c/a:x/a:y { leaf f { type string; } } augment /a:r/a:output { leaf o { type string; } }`);
    const c = nodeAt(schema, "c");
    expect(c).toMatchObject({
      children: [
        { name: "x", children: [{ name: "y" }, { name: "d", isShorthand: true }, { name: "e" }] },
        { name: "b" },
      ],
    });
    expect(names("dataChildren" in c ? c.dataChildren : [])).toEqual(["a", "f", "d", "b"]);
    expect(nodeAt(schema, "c/b").module.name).toBe("m");
    expect(names(schema.root.operations[0]?.output.children ?? [])).toEqual(["o"]);
  });

  test("may add to what other augments add, in whatever order they stand", () => {
    expect(
      nodeAt(compiled("augment /a:c/m:k { leaf l { type string; } } augment /a:c { container k; }"), "c/k/l").kind,
    ).toBe("leaf");
  });

  test("carry their condition over to every node, seen from their target", () => {
    const schema = compiled("augment /a:c { when 'a:a'; leaf b { when '../a:a'; type string; } }");
    expect(nodeAt(schema, "c/b").when.map(({ xpath, from }) => [xpath, from])).toEqual([
      ["../a:a", "node"],
      ["a:a", "parent"],
    ]);
  });

  test.each([
    ["augment /a:d { leaf b { type string; } }", "there is no node /a:d"],
    ["augment /a:c/a:a { leaf b { type string; } }", "there is no node /a:c/a:a"],
    ["augment /a:c/a:x/a:y/a:a { leaf b { type string; } }", "nothing can be added to a leaf"],
    ["augment /a:c { case b { leaf b { type string; } } }", "a case can be added to a choice only"],
    ["augment /a:c { leaf b { type string; mandatory true; } }", "the mandatory node b is added without a condition"],
    [
      "augment /a:c { container k { list l { key i; min-elements 1; leaf i { type string; } } } }",
      "is added without a condition",
    ],
    ["augment /a:c { leaf b { type string; } leaf b { type string; } }", "there are two nodes /c/b"],
    ["augment /a:c { leaf b { type string; } } augment /a:c { leaf b { type string; } }", "there are two nodes /c/b"],
  ])("are refused: %s", (body, reason) => {
    expect(refusalOf(target, moduleOf(`import a { prefix a; } ${body}`)).reason).toContain(reason);
  });

  test("may add mandatory nodes under a condition, to state, or with presence", () => {
    expect(() =>
      compiled(`augment /a:c { when 'true()'; leaf b { type string; mandatory true; } }
        augment /a:c { leaf s { type string; config false; mandatory true; }
          container p { presence x; leaf q { type string; mandatory true; } } }`),
    ).not.toThrow();
  });
});

describe("deviations", () => {
  const target = moduleOf(
    `container c { leaf a { type string; default x; units u; must "true()"; } leaf b { type int8; } leaf-list l { type string; } }
     list k { key i; unique "j"; leaf i { type string; } leaf j { type string; } }`,
    "a",
  );
  const compiled = (body: string) => compileTexts([target, moduleOf(`import a { prefix a; } ${body}`)]);

  test("take away, add, replace and delete", () => {
    const schema = compiled(`deviation /a:c/a:b { deviate not-supported; }
      deviation /a:c/a:a { deviate delete { default x; units u; must "true()"; } deviate add { mandatory true; must "1 = 1"; } deviate replace { type int16; } }
      deviation /a:c/a:l { deviate add { min-elements 1; config false; } }
      deviation /a:k { deviate delete { unique "j"; } }`);
    const c = nodeAt(schema, "c");
    expect(names("children" in c ? c.children : [])).toEqual(["a", "l"]);
    expect(nodeAt(schema, "c/a")).toMatchObject({
      mandatory: true,
      default: undefined,
      units: undefined,
      type: { base: "int16" },
      must: [{ xpath: "1 = 1" }],
    });
    expect(nodeAt(schema, "c/l")).toMatchObject({ minElements: 1, config: false });
    expect((nodeAt(schema, "k") as ListNode).unique).toEqual([]);
    expect(names(schema.module("a")?.deviatedBy ?? [])).toEqual(["m"]);
    expect(schema.contentId).not.toBe(compiled("").contentId);
  });

  test.each([
    ["deviation /a:x { deviate not-supported; }", "there is no node /a:x"],
    ["deviation /a:c/a:a { deviate add { default y; } }", "has a default already"],
    ["deviation /a:c/a:a { deviate add { units y; } }", "has a units already"],
    ["deviation /a:c/a:b { deviate replace { default 5; } }", "has no default to replace"],
    ["deviation /a:c/a:b { deviate delete { units x; } }", 'has no units "x" to delete'],
    ["deviation /a:c/a:a { deviate delete { must '2'; } }", 'has no must "2" to delete'],
    ["deviation /a:c { deviate add { default y; } }", "a container has no default"],
    ["deviation /a:c/a:b { deviate not-supported; deviate add { units m; } }", "not-supported stands alone"],
    [
      "deviation /a:c/a:b { deviate not-supported; } deviation /a:c/a:b { deviate add { units m; } }",
      "another deviation says",
    ],
    ["deviation /a:k/a:i { deviate not-supported; }", "the key i is no leaf of the list"],
    ["deviation /a:c/a:a { deviate replace { type int8; } }", '"x" is no value'],
  ])("are refused: %s", (body, reason) => {
    expect(refusalOf(target, moduleOf(`import a { prefix a; } ${body}`)).reason).toContain(reason);
  });
});

describe("nodes", () => {
  test("inherit configuration and status, which mean nothing below operations", () => {
    const schema = compileBody(`container c { config false; status deprecated; leaf a { type string; } }
      rpc r { input { leaf i { config true; type string; } } } notification n { leaf x { type string; } }`);
    expect(nodeAt(schema, "c/a")).toMatchObject({ config: false, status: "deprecated" });
    expect(schema.root.operations[0]?.input.children[0]?.config).toBe(false);
    expect(schema.root.notifications[0]?.children[0]?.config).toBe(false);
  });

  test("know their place: slot, parents and id", () => {
    const schema = compileBody(
      "container c { choice x { leaf a { type string; } case y { leaf b { type string; } } } leaf d { type string; } }",
    );
    const c = nodeAt(schema, "c");
    const b = nodeAt(schema, "c/b");
    expect([b.slot, nodeAt(schema, "c/d").slot]).toEqual([1, 2]);
    expect(b.dataParent).toBe(c);
    expect(b.parent).toMatchObject({ kind: "case", name: "y", parent: { kind: "choice", name: "x" } });
    expect(schema.nodes.map(({ id }) => id)).toEqual(schema.nodes.map((_, i) => i));
    expect(schema.nodes[b.id]).toBe(b);
  });

  test("take the default of their type unless they must be there", () => {
    const schema =
      compileBody(`typedef t { type int8; default 5; units m; } leaf a { type t; } leaf b { type t; mandatory true; }
      leaf c { type t; default 6; units k; } leaf-list l { type t; } list k { key i; leaf i { type t; } }`);
    expect(nodeAt(schema, "a")).toMatchObject({ default: { text: "5" }, units: "m" });
    expect(nodeAt(schema, "b")).toMatchObject({ default: undefined });
    expect(nodeAt(schema, "c")).toMatchObject({ default: { text: "6" }, units: "k" });
    expect((nodeAt(schema, "l") as LeafListNode).defaults.map(({ text }) => text)).toEqual(["5"]);
    expect(nodeAt(schema, "k/i")).toMatchObject({ isKey: true, default: undefined });
  });

  test("are frozen, with everything they hold", () => {
    const schema = compileBody(
      "list k { key i; unique u; leaf i { type string { length 1..4; } } leaf u { type string; must '.'; } action a; }",
    );
    for (const node of schema.nodes) {
      expect(Object.isFrozen(node)).toBe(true);
      for (const value of Object.values(node))
        if (typeof value === "object" && !(value instanceof Map)) expect(Object.isFrozen(value)).toBe(true);
    }
    expect(Object.isFrozen(schema.root)).toBe(true);
    expect(Object.isFrozen(schema.modules[0])).toBe(true);
  });

  test("keep statements of extensions", () => {
    const schema = compileBody("extension e { argument x; } extension f; leaf a { type string; m:e 'v'; m:f; }");
    expect(nodeAt(schema, "a").extensions.map(({ module, name, argument }) => [module.name, name, argument])).toEqual([
      ["m", "e", "v"],
      ["m", "f", undefined],
    ]);
  });

  test.each([
    ["container c { config false; leaf a { config true; type string; } }", "a is configuration below what is not"],
    ["container c { status obsolete; leaf a { status current; type string; } }", "a is current below what is obsolete"],
    ["leaf a { type string; default x; mandatory true; }", "the mandatory leaf a has a default"],
    ["leaf a { type int8; default x; }", '"x" is no value'],
    ["leaf-list a { type string; default x; min-elements 1; }", "a has a default though there must be values"],
    ["leaf-list a { type string; default x; default x; }", "the default x is given twice"],
    [
      "typedef t { status deprecated; type int8; } leaf a { type t; }",
      "what is current may not use t, which is deprecated",
    ],
    [
      "typedef t { status obsolete; type int8; } typedef u { status deprecated; type t; }",
      "may not use t, which is obsolete",
    ],
    ["identity a { status deprecated; } identity b { base a; }", "may not use a, which is deprecated"],
    ["yang-version 1; leaf-list a { type empty; }", "a leaf-list is not empty in YANG version 1"],
    ["leaf-list a { type string; min-elements 3; max-elements 2; }", "a has more least than most elements"],
    ["list l { leaf a { type string; } }", "the list l needs a key"],
    ["list l { key b; leaf a { type string; } }", "the key b is no leaf of the list"],
    ["list l { key c; container c; }", "the key c is no leaf of the list"],
    ["list l { key 'a a'; leaf a { type string; } }", "the key a is named twice"],
    ["list l { key a; leaf a { type string; config false; } }", "must both be configuration or both be state"],
    ["list l { key a; leaf a { type string; when 'true()'; } }", "the key a depends on a condition"],
    ["yang-version 1; list l { key a; leaf a { type empty; } }", "the key a is empty"],
    ["list l { key a; unique b; leaf a { type string; } }", "there is no node b in the list"],
    ["list l { key a; unique c; leaf a { type string; } container c; }", "c is no leaf"],
    ["list l { key a; unique 'b b'; leaf a { type string; } leaf b { type string; } }", "b is named twice"],
    [
      "list l { key a; unique 'b c'; leaf a { type string; } leaf b { type string; } leaf c { type string; config false; } }",
      "all be state",
    ],
    [
      "list l { key a; unique 'k/b'; leaf a { type string; } list k { key b; leaf b { type string; } } }",
      "there is no node k/b",
    ],
    ["choice c { default b; leaf a { type string; } }", "the choice has no case b"],
    ["choice c { default a; mandatory true; leaf a { type string; } }", "the mandatory choice c has a default"],
    ["choice c { default a; leaf a { type string; mandatory true; } }", "the default case a has a mandatory node"],
    ["leaf a { type string; } leaf a { type string; }", "there are two nodes /a"],
    ["leaf a { type string; } choice c { case d { leaf a { type string; } } }", "there are two nodes /c/d/a"],
    ["choice c { case a; case a; }", "there are two nodes /c/a"],
    ["rpc r { input; }", "input needs a node inside"],
    ["rpc r { input { action a; } }", "action may not stand in input"],
    ["grouping g { action a; } rpc r { input { uses g; } }", "action may not stand below a rpc"],
    ["container c { config false; list l { action a; leaf x { type string; } } }", "below a list without keys"],
    ["leaf a { type string; m:e; }", "there is no extension m:e"],
    ["extension e; leaf a { type string; m:e x; }", "m:e takes no argument"],
    ["extension e { argument a; } leaf a { type string; m:e; }", "m:e needs an argument"],
    ["leaf a { type string; must '(' ; }", "XPath"],
    ["leaf a { type string; when 'x:y'; }", "x"],
    [`${"container c { ".repeat(99)}leaf a { type string; }${" }".repeat(99)}`, "nested deeper"],
  ])("are refused: %s", (body, reason) => {
    expect(refusalOf(moduleOf(body)).reason).toContain(reason);
  });
});

describe("data outside of datastores", () => {
  const restconf = moduleOf("extension yang-data { argument name; }", "ietf-restconf");
  const structures = moduleOf(
    "extension structure { argument name; } extension augment-structure { argument path; }",
    "ietf-yang-structure-ext",
  );
  const metadata = moduleOf("extension annotation { argument name; }", "ietf-yang-metadata");

  test("rc:yang-data makes a structure (RFC 8040, section 8)", () => {
    const schema = compileTexts([
      restconf,
      moduleOf(
        "import ietf-restconf { prefix rc; } rc:yang-data d { container c { leaf a { type string; mandatory true; } } }",
      ),
    ]);
    expect(schema.root.children).toEqual([]);
    expect(schema.structures).toMatchObject([
      { name: "d", of: "yang-data", children: [{ name: "c", children: [{ name: "a" }] }] },
    ]);
  });

  test("sx:structure makes one that sx:augment-structure adds to (RFC 8791, section 3)", () => {
    const own = moduleOf(
      "import ietf-yang-structure-ext { prefix sx; } sx:structure s { must 'a'; leaf a { type string; } list l { leaf x { type string; } } }",
      "a",
    );
    const schema = compileTexts(
      [
        structures,
        own,
        moduleOf(
          "import ietf-yang-structure-ext { prefix sx; } import a { prefix a; } sx:augment-structure /a:s { leaf b { type string; } }",
        ),
      ],
      [{ name: "a" }, { name: "m" }],
    );
    expect(schema.structures).toMatchObject([{ name: "s", of: "structure", must: [{ xpath: "a" }] }]);
    expect(names(schema.structures[0]?.children ?? [])).toEqual(["a", "l", "b"]);
  });

  test("md:annotation declares metadata (RFC 7952, section 3)", () => {
    const schema = compileTexts([
      metadata,
      moduleOf("import ietf-yang-metadata { prefix md; } md:annotation seen { type int8; units s; }"),
    ]);
    expect(schema.annotations).toMatchObject([
      { name: "seen", units: "s", type: { base: "int8" }, module: { name: "m" } },
    ]);
  });

  test.each([
    [restconf, "import ietf-restconf { prefix x; } x:yang-data d { leef a; }", '"leef" is no statement'],
    [
      structures,
      "import ietf-yang-structure-ext { prefix x; } x:structure d { rpc a; }",
      "rpc may not stand in structure",
    ],
    [metadata, "import ietf-yang-metadata { prefix x; } x:annotation d;", "annotation needs a type"],
  ])("is refused when it is wrong inside: %#", (other, body, reason) => {
    expect(refusalOf(other, moduleOf(body)).reason).toContain(reason);
  });
});
