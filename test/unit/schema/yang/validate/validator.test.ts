import { describe, expect, test } from "vitest";
import { Located } from "../../../../../src/schema/yang/data/located.js";
import { pathText } from "../../../../../src/schema/yang/data/path.js";
import { readXmlData } from "../../../../../src/schema/yang/data/read-xml-data.js";
import { emptyInner } from "../../../../../src/schema/yang/data/tree.js";
import { PrefixTable, pathXml } from "../../../../../src/schema/yang/data/xml-text.js";
import { Validator } from "../../../../../src/schema/yang/validate/validator.js";
import { constrainedModule } from "../../../../support/constrained-yang.js";
import { yangModule, yangSchema } from "../../../../support/yang-schema.js";

const schema = yangSchema(constrainedModule);
const read = (inside: string) => {
  const { tree, errors } = readXmlData(
    schema,
    schema.root,
    `<data><top xmlns="urn:c" xmlns:c="urn:c">${inside}</top></data>`,
  );
  expect(errors).toEqual([]);
  return tree;
};
const slice = (name: string, rest = "") => `<slice><name>${name}</name>${rest}</slice>`;
const machine = (id: string, rest = "") => `<machine><id>${id}</id><slice>a</slice>${rest}</machine>`;

describe("Validator.validate() tells what RFC 7950, section 15 asks for", () => {
  // biome-ignore format: read as a table
  const rows: readonly [name: string, data: string, tag: string, appTag: string | undefined, path: string, info?: object][] = [
    ["unique (15.1)",          slice("a") + machine("a", "<port>1</port>") + machine("b", "<port>1</port>"), "operation-failed", "data-not-unique", "/c:top/machine[id='b']"],
    ["max-elements (15.2)",    [1, 2, 3, 4].map((at) => `<many><k>${at}</k></many>`).join(""), "operation-failed", "too-many-elements", "/c:top/many"],
    ["min-elements (15.3)",    slice("a") + machine("a", "<fast>1</fast><turbo>a</turbo>"), "operation-failed", "too-few-elements", "/c:top/machine[id='a']/turbo"],
    ["must (15.4)",            slice("a") + machine("a", "<size>5</size>"), "operation-failed", "must-violation", "/c:top/machine[id='a']/size"],
    ["must with its own tag (15.4)", slice("a", "<most>0</most>") + machine("a"), "operation-failed", "quota", "/c:top/slice[name='a']"],
    ["leafref (15.5)",         slice("b") + machine("a"), "data-missing", "instance-required", "/c:top/machine[id='a']/slice"],
    ["instance-identifier (15.5)", slice("a") + machine("a", "<via>/c:top/c:slice[c:name='b']</via>"), "data-missing", "instance-required", "/c:top/machine[id='a']/via"],
    ["mandatory choice (15.6)", "<total>9</total>", "data-missing", "missing-choice", "/c:top", { missingChoice: "must-have" }],
    ["mandatory leaf",         "<machine><id>a</id></machine>", "missing-element", undefined, "/c:top/machine[id='a']", { badElement: "slice" }],
    ["mandatory below a container that is not there", slice("a") + machine("a", "<box><in-box>1</in-box></box><net><host>a</host></net>"), "missing-element", undefined, "/c:top/machine[id='a']/net", { badElement: "needed" }],
    ["two cases",              slice("a") + machine("a", "<slow>7</slow><box><in-box>1</in-box></box>"), "bad-element", undefined, "/c:top/machine[id='a']", { badElement: "box" }],
    ["a when that is false",   "<settings><mode>c</mode></settings>", "unknown-element", undefined, "/c:top/settings", { badElement: "settings" }],
  ];
  for (const [name, data, tag, appTag, path, info] of rows) {
    test(name, () => {
      const errors = new Validator(schema).validate(read(data));
      expect(errors.map((error) => [error.tag, error.appTag, pathText(error.path)])).toEqual([[tag, appTag, path]]);
      if (info) expect(errors[0]?.info).toEqual(info);
    });
  }
  test("an instance-identifier is looked at again when the entry beside its own that it names goes", () => {
    const naming = machine("a", "<via>/c:top/c:machine[c:id='b']</via>");
    const [before, after] = [read(slice("a") + naming + machine("b")), read(slice("a") + naming)];
    const validator = new Validator(schema);
    expect(validator.validate(before)).toEqual([]);
    const { errors } = validator.update(before, after);
    expect(errors.map(({ appTag, path }) => [appTag, pathText(path)])).toEqual([
      ["instance-required", "/c:top/machine[id='a']/via"],
    ]);
  });
  test("the leafs in conflict are named, and the message of the module is used", () => {
    const validator = new Validator(schema);
    const [unique] = validator.validate(
      read(slice("a") + machine("a", "<port>1</port>") + machine("b", "<port>1</port>")),
    );
    expect(unique?.info.nonUnique?.map(pathText)).toEqual([
      "/c:top/machine[id='a']/port",
      "/c:top/machine[id='b']/port",
    ]);
    expect(validator.validate(read(slice("a", "<most>0</most>") + machine("a")))[0]?.message).toBe("too many machines");
  });
  test("all errors are told, up to the limit", () => {
    const tree = read(slice("a") + ["a", "b", "c"].map((id) => machine(id, "<size>9</size>")).join(""));
    expect(new Validator(schema).validate(tree).length).toBe(4);
    expect(new Validator(schema, { mostErrors: 2 }).validate(tree).length).toBe(2);
  });
});

test("pathXml() gives every name a prefix and declares it (RFC 7950, section 9.13.2)", () => {
  const [error] = new Validator(schema).validate(read(slice("b") + machine("a")));
  const prefixes = new PrefixTable();
  expect(pathXml(error?.path ?? [], schema, prefixes.prefixOf)).toBe("/c:top/c:machine[c:id='a']/c:slice");
  expect([...prefixes.namespaces]).toEqual([["c", "urn:c"]]);
});

test("a must that costs too much is an error, not a hang", () => {
  const errors = new Validator(schema, { mostSteps: 3 }).validate(read(slice("a") + machine("a") + machine("b")));
  expect(errors.map(({ tag }) => tag)).toContain("resource-denied");
});

describe("Validator.validateInstance() checks operations against the datastore", () => {
  const withRpc = yangSchema(
    yangModule(
      "rpcs",
      `list box { key "n"; leaf n { type string; } leaf size { type uint8; }
         action fill { input { leaf by { type uint8; must ". <= ../../size"; } } } }
       rpc go { input { leaf to { type leafref { path "/box/n"; } mandatory true; } leaf by { type uint8; default 1; } must "by < 5"; } }`,
    ),
  );
  const datastore = readXmlData(
    withRpc,
    withRpc.root,
    '<d><box xmlns="urn:rpcs"><n>x</n><size>3</size></box></d>',
  ).tree;
  const operation = withRpc.root.operations[0];
  if (!operation) throw new Error("no operation");
  const judged = (inside: string) => {
    const { tree } = readXmlData(withRpc, operation.input, `<go xmlns="urn:rpcs">${inside}</go>`);
    return new Validator(withRpc).validateInstance(tree, datastore).map(({ tag, path }) => [tag, pathText(path)]);
  };
  test("an input that is right", () => expect(judged("<to>x</to><by>4</by>")).toEqual([]));
  test("a leafref into the datastore", () => expect(judged("<to>y</to>")[0]?.[0]).toBe("data-missing"));
  test("a must of the input", () => expect(judged("<to>x</to><by>5</by>")[0]?.[0]).toBe("operation-failed"));
  test("a mandatory parameter", () => expect(judged("")[0]?.[0]).toBe("missing-element"));
  test("an action sees the entry it belongs to", () => {
    const box = withRpc.root.dataChildren[0];
    const action = box?.kind === "list" ? box.operations[0] : undefined;
    const entries = datastore.slots[0];
    const entry = entries?.kind === "entries" ? entries.get("x") : undefined;
    if (!action || !entry || entry.kind !== "inner") throw new Error("no action");
    const judge = (by: number) => {
      const { tree } = readXmlData(withRpc, action.input, `<fill xmlns="urn:rpcs"><by>${by}</by></fill>`);
      return new Validator(withRpc).validateInstance(tree, datastore, (root) => new Located(entry, root, 1)).length;
    };
    expect([judge(3), judge(4)]).toEqual([0, 1]);
  });
});

test("an empty tree of a schema with nothing mandatory is valid", () => {
  expect(new Validator(schema).validate(emptyInner(schema.root))).toEqual([]);
});
