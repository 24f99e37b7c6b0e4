import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { DataError } from "../../src/schema/yang/data/data-error.js";
import { readJsonData } from "../../src/schema/yang/data/read-json-data.js";
import { readXmlData } from "../../src/schema/yang/data/read-xml-data.js";
import type { InnerData } from "../../src/schema/yang/data/tree.js";
import { writeJsonData } from "../../src/schema/yang/data/write-json-data.js";
import { writeXmlData } from "../../src/schema/yang/data/write-xml-data.js";
import type { DataParent } from "../../src/schema/yang/schema-node.js";
import { Validator } from "../../src/schema/yang/validate/validator.js";
import { isInstalled } from "../support/installed.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { yangModule, yangSchema } from "../support/yang-schema.js";

/** Two modules, of which one adds to the other, changes it and derives from its identity. */
const base = yangModule(
  "base",
  `identity kind; identity one { base kind; }
  container top {
    list item { key id; leaf id { type string; } leaf n { type uint8; } }
    leaf where { type instance-identifier; } leaf maybe { type instance-identifier { require-instance false; } }
    leaf what { type identityref { base kind; } } anydata any; anyxml raw;
    leaf gone { type string; } leaf big { type uint64; } leaf-list v { type string; }
    leaf-list marks { type instance-identifier { require-instance false; } }
  }
  rpc ask {
    input { leaf q { type string; mandatory true; } leaf r { type leafref { path "/b:top/b:item/b:id"; } } }
    output { leaf a { type uint8; } }
  }
  notification told { leaf m { type string; must ". != 'no'"; } }`,
);
const more = yangModule(
  "more",
  `import base { prefix b; } identity two { base b:kind; }
  augment "/b:top" { leaf extra { type int8; must ". > 0"; } container deep { leaf x { type string; } } }
  augment "/b:top/b:item" { when "b:n > 3"; leaf high { type string; } }
  augment "/b:ask/b:input" { leaf also { type string; } }
  deviation "/b:top/b:gone" { deviate not-supported; }
  deviation "/b:top/b:big" { deviate replace { type uint8; } }
  deviation "/b:top/b:v" { deviate add { max-elements 2; } }`,
);
const schema = yangSchema(base, more);
const validator = new Validator(schema);

const stored = '<top xmlns="urn:base"><item><id>a</id></item></top>';
const datastore = readXmlData(schema, schema.root, `<data>${stored}</data>`).tree;

/** What is judged: data of `top`, or what an operation or a notification has inside. */
type Kind = "top" | "ask" | "a reply to ask" | "told";
type Row = readonly [kind: Kind, verdict: "right" | "wrong", inside: string];

// biome-ignore format: read as a table
const xml: readonly Row[] = [
  ["top", "right", `<item><id>a</id></item><where xmlns:b="urn:base">/b:top/b:item[b:id='a']</where>`],
  ["top", "right", `<item><id>a</id><n>1</n></item><where xmlns:b="urn:base">/b:top/b:item[b:id="a"]/b:n</where>`],
  ["top", "right", `<item><id>a]'b</id></item><where xmlns:b="urn:base">/b:top/b:item[b:id="a]'b"]</where>`],
  ["top", "wrong", `<item><id>a</id></item><where xmlns:b="urn:base">/b:top/b:item[b:id='b']</where>`],
  ["top", "wrong", `<where xmlns:b="urn:base">/b:top/b:none</where>`],
  ["top", "wrong", `<where xmlns:b="urn:none">/b:top</where>`],
  ["top", "wrong", `<where xmlns:b="urn:base">b:top</where>`],
  ["top", "wrong", `<maybe xmlns:b="urn:base">/b:top/b:item[b:n='1']/b:id</maybe>`],
  ["top", "wrong", `<maybe xmlns:b="urn:base">/b:top[</maybe>`],
  ["top", "right", `<maybe xmlns:b="urn:base" xmlns:m="urn:more">/b:top/m:deep/m:x</maybe>`],
  ["top", "right", `<maybe xmlns:b="urn:base">/b:top/b:v[.='x']</maybe>`],
  ["top", "right", `<marks xmlns:b="urn:base">/b:top</marks><marks xmlns:b="urn:base">/b:top/b:big</marks>`],
  ["top", "wrong", `<marks xmlns:b="urn:base">/b:top</marks><marks xmlns:x="urn:base">/x:top</marks>`],
  ["top", "right", `<any><a xmlns="urn:unknown"><b>1</b></a></any>`],
  ["top", "right", `<any/>`],
  ["top", "right", `<raw>text</raw>`],
  ["top", "right", `<raw><x xmlns="">1</x></raw>`],
  ["top", "right", `<extra xmlns="urn:more">3</extra>`],
  ["top", "wrong", `<extra>3</extra>`],
  ["top", "wrong", `<extra xmlns="urn:more">-3</extra>`],
  ["top", "right", `<deep xmlns="urn:more"><x>1</x></deep>`],
  ["top", "wrong", `<deep xmlns="urn:more"><x xmlns="urn:base">1</x></deep>`],
  ["top", "right", `<item><id>a</id><n>4</n><high xmlns="urn:more">x</high></item>`],
  ["top", "wrong", `<item><id>a</id><n>3</n><high xmlns="urn:more">x</high></item>`],
  ["top", "wrong", `<gone>x</gone>`],
  ["top", "right", `<big>255</big>`],
  ["top", "wrong", `<big>256</big>`],
  ["top", "right", `<v>1</v><v>2</v>`],
  ["top", "wrong", `<v>1</v><v>2</v><v>3</v>`],
  ["top", "right", `<what>one</what>`],
  ["top", "right", `<what xmlns:m="urn:more">m:two</what>`],
  ["top", "wrong", `<what>two</what>`],
  ["top", "wrong", `<what>kind</what>`],
  ["ask", "right", `<q>x</q>`],
  ["ask", "wrong", `<r>a</r>`],
  ["ask", "right", `<q>x</q><r>a</r><also xmlns="urn:more">y</also>`],
  ["ask", "wrong", `<q>x</q><r>b</r>`],
  ["ask", "wrong", `<q>x</q><a>1</a>`],
  ["a reply to ask", "right", `<a>1</a>`],
  ["a reply to ask", "wrong", `<a>256</a>`],
  ["a reply to ask", "wrong", `<q>x</q>`],
  ["told", "right", `<m>yes</m>`],
  ["told", "wrong", `<m>no</m>`],
  ["told", "wrong", `<n>1</n>`],
];

// biome-ignore format: read as a table
const json: readonly Row[] = [
  ["top", "right", `"item":[{"id":"a"}],"where":"/base:top/item[id='a']"`],
  ["top", "wrong", `"item":[{"id":"a"}],"where":"/base:top/item[id='b']"`],
  ["top", "wrong", `"where":"/top"`],
  ["top", "right", `"maybe":"/base:top/more:deep/x"`],
  ["top", "right", `"any":{"x":[1,"2",null,{"y":true}]}`],
  ["top", "wrong", `"any":"x"`],
  ["top", "right", `"raw":[1,{"x":null}]`],
  ["top", "right", `"more:extra":3`],
  ["top", "wrong", `"extra":3`],
  ["top", "wrong", `"more:extra":"3"`],
  ["top", "right", `"more:deep":{"x":"1"}`],
  ["top", "right", `"what":"more:two"`],
  ["top", "right", `"what":"one"`],
  ["top", "wrong", `"what":"two"`],
  ["top", "right", `"item":[{"id":"a","n":4,"more:high":"x"}]`],
  ["top", "wrong", `"item":[{"id":"a","n":3,"more:high":"x"}]`],
  ["top", "wrong", `"item":[{"id":"a"},{"id":"a"}]`],
  ["top", "wrong", `"item":{"id":"a"}`],
  ["top", "wrong", `"v":["1","2","3"]`],
  ["top", "wrong", `"big":"1"`],
  ["ask", "right", `"q":"x","more:also":"y"`],
  ["ask", "wrong", `"q":"x","r":"b"`],
  ["a reply to ask", "right", `"a":1`],
  ["told", "right", `"m":"yes"`],
  ["told", "wrong", `"m":"no"`],
];

/** In which element or member it stands, and what yanglint calls its type. */
const types: Readonly<Record<Kind, readonly [name: string, type: string]>> = {
  top: ["top", "config"],
  ask: ["ask", "rpc"],
  "a reply to ask": ["ask", "reply"],
  told: ["told", "notif"],
};

function holderOf(kind: Kind): DataParent {
  if (kind === "top") return schema.root;
  if (kind === "told") return schema.root.notifications[0] as DataParent;
  const ask = schema.root.operations[0];
  return (kind === "ask" ? ask?.input : ask?.output) as DataParent;
}

type Format = "xml" | "json";

function wrapped(format: Format, kind: Kind, inside: string): string {
  const [name] = types[kind];
  return format === "xml" ? `<${name} xmlns="urn:base">${inside}</${name}>` : `{"base:${name}":{${inside}}}`;
}

function read(format: Format, kind: Kind, inside: string): { tree: InnerData; errors: readonly DataError[] } {
  const whole = wrapped(format, kind, inside);
  const holder = holderOf(kind);
  if (format === "xml") return readXmlData(schema, holder, kind === "top" ? `<data>${whole}</data>` : whole);
  return readJsonData(
    schema,
    holder,
    kind === "top" ? whole : `{${inside.replace(/(^|,)"(?=[a-z]+":)/g, '$1"base:')}}`,
  );
}

function errorsOf(format: Format, kind: Kind, inside: string): readonly string[] {
  const { tree, errors } = read(format, kind, inside);
  const all = errors.length > 0 || kind !== "top" ? errors : validator.validate(tree);
  const found = all.length > 0 || kind === "top" ? all : validator.validateInstance(tree, datastore);
  return found.map(({ message }) => message);
}

const rows = [...xml.map((row) => ["xml", ...row] as const), ...json.map((row) => ["json", ...row] as const)];

describe("what must be right or wrong", () => {
  test.each(rows)("by us: %s of %s is %s: %s", (format, kind, verdict, inside) => {
    const errors = errorsOf(format, kind, inside);
    expect(errors.length === 0, errors.join("; ")).toBe(verdict === "right");
  });

  test.for(rows)("by yanglint: %s of %s is %s: %s", ([format, kind, verdict, inside], context) => {
    if (!isInstalled("yanglint")) context.skip("yanglint is not installed");
    const { status, stderr } = askYanglint(format, kind, inside);
    expect(status === 0, stderr).toBe(verdict === "right");
  });
});

describe("what we write", () => {
  const right = rows.filter(([, kind, verdict]) => kind === "top" && verdict === "right");

  test.for(right)("is read by yanglint, and is the same in both formats: %s of %s is %s: %s", (row, context) => {
    const [format, kind, , inside] = row;
    const { tree } = read(format, kind, inside);
    const asXml = [...writeXmlData(schema, tree)].join("");
    const asJson = [...writeJsonData(schema, tree)].join("");
    const again = readXmlData(schema, schema.root, `<data>${asXml}</data>`);
    expect(again.errors).toEqual([]);
    // What is of no module has no name in JSON, so that it cannot come back.
    if (!/xmlns="(?:urn:unknown)?"/.test(inside)) {
      expect([...writeXmlData(schema, readJsonData(schema, schema.root, asJson).tree)].join("")).toBe(
        [...writeXmlData(schema, again.tree)].join(""),
      );
    }
    if (!isInstalled("yanglint")) context.skip("yanglint is not installed");
    for (const [name, text] of [
      ["out.xml", asXml],
      ["out.json", asJson],
    ] as const) {
      const folder = modulesIn(temporaryFolder());
      writeFileSync(join(folder, name), text);
      const { status, stderr } = yanglint(folder, "-t", "config", "base.yang", "more.yang", name);
      expect(status, `${text}\n${stderr}`).toBe(0);
    }
  });
});

function modulesIn(folder: string): string {
  writeFileSync(join(folder, "base.yang"), base);
  writeFileSync(join(folder, "more.yang"), more);
  writeFileSync(join(folder, "stored.xml"), stored);
  return folder;
}

function yanglint(folder: string, ...words: readonly string[]) {
  const { status, stderr, error } = spawnSync("yanglint", words, { cwd: folder, encoding: "utf8" });
  if (error) throw error;
  return { status, stderr };
}

function askYanglint(format: Format, kind: Kind, inside: string) {
  const folder = modulesIn(temporaryFolder());
  const name = `in.${format}`;
  writeFileSync(join(folder, name), wrapped(format, kind, inside));
  const [, type] = types[kind];
  const operational = type === "config" ? [] : ["-O", "stored.xml"];
  return yanglint(folder, "-t", type, ...operational, "base.yang", "more.yang", name);
}
