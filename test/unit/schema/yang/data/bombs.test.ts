import { expect, test } from "vitest";
import { DecodeError } from "../../../../../src/base/fault.js";
import { readJsonData } from "../../../../../src/schema/yang/data/read-json-data.js";
import { readXmlData } from "../../../../../src/schema/yang/data/read-xml-data.js";
import { yangModule, yangSchema } from "../../../../support/yang-schema.js";

const schema = yangSchema(
  yangModule("b", "container c { anydata any; leaf-list v { type string; } leaf s { type string; } }"),
);
const inside = (text: string) => `<d><c xmlns="urn:b">${text}</c></d>`;
const xml = (text: string) => readXmlData(schema, schema.root, text);
const json = (text: string) => readJsonData(schema, schema.root, text);

test("readXmlData() refuses what is too deep, also inside of anydata", () => {
  expect(() => xml(inside(`<any>${"<a>".repeat(10_000)}${"</a>".repeat(10_000)}</any>`))).toThrow(DecodeError);
  expect(() => xml(inside(`<nope>${"<a>".repeat(10_000)}`))).toThrow(DecodeError);
  expect(() => xml("<a>".repeat(20_000))).toThrow(DecodeError);
});

test("readXmlData() keeps a limited number of errors, however many there are", () => {
  expect(xml(inside("<nope/>".repeat(8000))).errors.length).toBe(50);
});

test("readXmlData() expands nothing", () => {
  const bomb = '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>';
  expect(() => xml(`${bomb}${inside("<s>&b;</s>")}`)).toThrow(DecodeError);
  expect(() => xml(inside("<s>&b;</s>"))).toThrow(DecodeError);
});

test("readJsonData() refuses what is too deep, also inside of anydata and of unknown members", () => {
  for (const name of ["any", "nope", "v"]) {
    expect(() => json(`{"b:c":{"${name}":${'{"a":['.repeat(10_000)}`)).toThrow(DecodeError);
  }
  expect(() => json("[".repeat(60_000))).toThrow(DecodeError);
});

test("readJsonData() refuses a member that stands twice (RFC 8259, section 4)", () => {
  expect(() => json('{"b:c":{"s":"a","s":"b"}}')).toThrow(DecodeError);
  expect(() => json('{"b:c":{"any":{"x":1,"x":2}}}')).toThrow(DecodeError);
});

test("readJsonData() refuses what only looks like JSON", () => {
  for (const text of [
    "",
    "{",
    "{'a':1}",
    '{"a":01}',
    '{"a":1,}',
    '{"a":.5}',
    '{"a":nul}',
    '{"a":"\\x"}',
    '{"a":"\n"}',
    "{} {}",
    '{"a":NaN}',
  ]) {
    expect(() => json(text), text).toThrow(DecodeError);
  }
});
