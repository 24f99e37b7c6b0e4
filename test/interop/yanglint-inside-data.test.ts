import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { EntryMap } from "../../src/schema/yang/data/entry-map.js";
import { Located } from "../../src/schema/yang/data/located.js";
import { readXmlData } from "../../src/schema/yang/data/read-xml-data.js";
import type { InnerData } from "../../src/schema/yang/data/tree.js";
import type { ContainerNode, DataParent, ListNode } from "../../src/schema/yang/schema-node.js";
import { Validator } from "../../src/schema/yang/validate/validator.js";
import { isInstalled } from "../support/installed.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { yangModule, yangSchema } from "../support/yang-schema.js";

const module = yangModule(
  "inside",
  `container top { list item { key id; leaf id { type string; } leaf n { type uint8; }
    action reset {
      input { leaf after { type uint8; must "../../n > 3"; } leaf other { type leafref { path "/i:top/i:item/i:id"; } }
        container how { when "../after > 5"; leaf slow { type boolean; mandatory true; } } }
      output { leaf done { type boolean; mandatory true; } leaf left { type uint8; must ". < ../../n"; } }
    }
    notification died { leaf why { type string; must "../../n < 9"; } leaf-list last { type string; min-elements 1; } }
  } }`,
);
const schema = yangSchema(module);
const top = schema.root.byName.get("top")?.[0] as ContainerNode;
const item = top.byName.get("item")?.[0] as ListNode;
const entry = (id: string, n: number) => `<item><id>${id}</id><n>${n}</n></item>`;
const stored = `<top xmlns="urn:inside">${entry("a", 5)}${entry("b", 1)}${entry("c", 9)}</top>`;
const datastore = readXmlData(schema, schema.root, `<data>${stored}</data>`).tree;

type Kind = "rpc" | "reply" | "notif";
const holders: Readonly<Record<Kind, DataParent>> = {
  rpc: item.operations[0]?.input as DataParent,
  reply: item.operations[0]?.output as DataParent,
  notif: item.notifications[0] as DataParent,
};

// biome-ignore format: read as a table
const rows: readonly (readonly [kind: Kind, verdict: "right" | "wrong", of: string, inside: string])[] = [
  ["rpc", "right", "a", ""],
  ["rpc", "right", "a", "<after>1</after>"],
  ["rpc", "wrong", "b", "<after>1</after>"],
  ["rpc", "wrong", "a", "<after>x</after>"],
  ["rpc", "wrong", "a", "<done>true</done>"],
  ["rpc", "right", "b", "<other>c</other>"],
  ["rpc", "wrong", "b", "<other>d</other>"],
  ["rpc", "wrong", "a", "<after>6</after>"],
  ["rpc", "right", "a", "<after>6</after><how><slow>true</slow></how>"],
  ["rpc", "wrong", "a", "<after>5</after><how><slow>true</slow></how>"],
  ["reply", "right", "a", "<done>true</done>"],
  ["reply", "wrong", "a", ""],
  ["reply", "right", "a", "<done>true</done><left>4</left>"],
  ["reply", "wrong", "a", "<done>true</done><left>5</left>"],
  ["reply", "wrong", "a", "<after>1</after>"],
  ["notif", "right", "a", "<why>x</why><last>y</last>"],
  ["notif", "wrong", "c", "<why>x</why><last>y</last>"],
  ["notif", "wrong", "a", "<why>x</why>"],
  ["notif", "wrong", "a", "<who>x</who><last>y</last>"],
];

/** The entry that an action or notification is of. */
function entryOf(root: Located, id: string): Located {
  const above = new Located((root.node as InnerData).slots[top.slot] as InnerData, root);
  const entries = (above.node as InnerData).slots[item.slot] as EntryMap<InnerData>;
  return new Located(entries.get(id) as InnerData, above, entries.labelOf(id));
}

describe("actions and notifications inside of data", () => {
  test.each(rows)("by us: %s, %s, of %s: %s", (kind, verdict, of, inside) => {
    const { tree, errors } = readXmlData(schema, holders[kind], `<any xmlns="urn:inside">${inside}</any>`);
    const validator = new Validator(schema);
    const all = errors.length > 0 ? errors : validator.validateInstance(tree, datastore, (root) => entryOf(root, of));
    const told = all.map(({ message }) => message).join("; ");
    expect(all.length === 0, told).toBe(verdict === "right");
  });

  test.for(rows)("by yanglint: %s, %s, of %s: %s", ([kind, verdict, of, inside], context) => {
    if (!isInstalled("yanglint")) context.skip("yanglint is not installed");
    const folder = temporaryFolder();
    const name = kind === "notif" ? "died" : "reset";
    const document = `<top xmlns="urn:inside"><item><id>${of}</id><${name}>${inside}</${name}></item></top>`;
    writeFileSync(join(folder, "inside.yang"), module);
    writeFileSync(join(folder, "stored.xml"), stored);
    writeFileSync(join(folder, "in.xml"), document);
    const words = ["-t", kind, "-O", "stored.xml", "inside.yang", "in.xml"];
    const { status, stderr, error } = spawnSync("yanglint", words, { cwd: folder, encoding: "utf8" });
    if (error) throw error;
    expect(status === 0, stderr).toBe(verdict === "right");
  });
});
