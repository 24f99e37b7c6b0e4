import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { OperationalData } from "../../../../src/engine/operational/operational-data.js";
import { RowReader } from "../../../../src/engine/operational/row-reader.js";
import type { InventoryReader } from "../../../../src/inventory/generation.js";
import { compileSchema } from "../../../../src/schema/yang/compile-schema.js";
import { readXmlData } from "../../../../src/schema/yang/data/read-xml-data.js";
import { writeJsonData } from "../../../../src/schema/yang/data/write-json-data.js";
import { writeXmlData } from "../../../../src/schema/yang/data/write-xml-data.js";
import { ModuleLibrary } from "../../../../src/schema/yang/module-library.js";
import { Validator } from "../../../../src/schema/yang/validate/validator.js";
import * as generations from "../../../support/generations.js";
import { isInstalled } from "../../../support/installed.js";
import { hostFacts, hostSettings, inventoryWith, listing, look, uuidOf } from "../../../support/inventory-builder.js";
import { ManualClock } from "../../../support/manual-clock.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { modelFolder, textsIn, yangFolder } from "../../../support/yang-modules.js";

const schema = compileSchema(
  new ModuleLibrary(textsIn(modelFolder, yangFolder)),
  ["virtgate-types", "virtgate-host", "virtgate-machine"].map((name) => ({ name })),
);

function operational(inventory: InventoryReader): OperationalData {
  return new OperationalData({ schema, inventory, clock: new ManualClock(), originOf: () => "configuration-file" });
}

function xmlOf(data: OperationalData): string {
  return [...writeXmlData(schema, data.tree())].join("");
}

const rich = generations.stillInventory(
  generations.generation(
    generations.hostGeneration("h", [
      generations.machine(1, { disks: [generations.disk(1)], nics: [generations.nic(1)], title: "a\u0000b" }),
      generations.machine(2, { reachable: false, state: "running" }),
    ]),
  ),
);

describe("OperationalData", () => {
  test("has the machines of a host by UUID, with what is known of them", () => {
    const text = xmlOf(operational(inventoryWith(listing(0, look(1), look(2, { state: "stopped", reason: "user" })))));
    expect(text).toContain(`<uuid>${uuidOf(1)}</uuid>`);
    expect(text).toContain("<oper-state>running</oper-state>");
    expect(text).toContain("<oper-state>stopped</oper-state>");
    expect(text).toContain("<machine-count>2</machine-count>");
    expect(text).toContain(`<node>${hostFacts.nodeUuid}</node>`);
    expect(text).not.toContain("<os-type>");
  });

  test("what it gives is valid, and comes back the same", () => {
    expect(new Validator(schema).validate(operational(rich).tree())).toEqual([]);
    const document = `<data>${xmlOf(operational(rich))}</data>`;
    const read = readXmlData(schema, schema.root, document, { state: true });
    expect(read.errors).toEqual([]);
    expect([...writeXmlData(schema, read.tree)].join("")).toBe(xmlOf(operational(rich)));
  });

  test("says unknown of a machine whose host cannot be reached, and replaces what cannot be carried", () => {
    const text = xmlOf(operational(rich));
    expect(text).toMatch(/<oper-state>unknown<\/oper-state>/);
    expect(text).toContain("<title>a\uFFFDb</title>");
  });

  test("shares what did not change", () => {
    const inventory = inventoryWith(listing(0, look(1), look(2)));
    const data = operational(inventory);
    const before = data.tree();
    expect(data.tree()).toBe(before);
    inventory.publish(
      inventory.apply(
        "h",
        [{ kind: "looks", at: 1, looks: [look(2, { state: "paused", reason: "user" })], complete: false }],
        1_000_001,
        1,
      ),
    );
    const after = data.tree();
    expect(after).not.toBe(before);
    const machine = (tree: typeof before, uuid: string): unknown => {
      const json = [...writeJsonData(schema, tree)].join("");
      expect(json).toContain(uuid);
      return entry(tree, uuid);
    };
    expect(machine(after, uuidOf(1))).toBe(machine(before, uuidOf(1)));
    expect(machine(after, uuidOf(2))).not.toBe(machine(before, uuidOf(2)));
  });

  test("an inventory that changes its hosts is followed", () => {
    const inventory = inventoryWith(listing(0, look(1)));
    const data = operational(inventory);
    expect(xmlOf(data)).toContain("<name>h</name>");
    inventory.publish(inventory.configure([hostSettings("other")], 2_000_000));
    expect(xmlOf(data)).not.toContain("<name>h</name>");
    expect(xmlOf(data)).toContain("<name>other</name>");
  });

  test.skipIf(!isInstalled("yanglint"))("yanglint finds it valid", () => {
    const file = join(temporaryFolder(), "data.xml");
    writeFileSync(file, xmlOf(operational(rich)));
    const modules = ["virtgate-types", "virtgate-host", "virtgate-machine"].map((name) =>
      join(modelFolder, `${name}.yang`),
    );
    const args = ["-p", yangFolder, "-p", modelFolder, "-t", "get", ...modules, file];
    const { stderr, status } = spawnSync("yanglint", args, { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });
});

test("RowReader refuses rows that the schema has no node for", () => {
  const host = schema.root.byName.get("hosts")?.[0];
  expect(() => new RowReader(schema, host as never, { nothing: () => 1 })).toThrow("no nothing");
});

function entry(tree: ReturnType<OperationalData["tree"]>, uuid: string): unknown {
  for (const hosts of tree.slots) {
    if (hosts?.kind !== "inner") continue;
    for (const list of hosts.slots) {
      const host = list?.kind === "entries" ? list.get("h") : undefined;
      if (host?.kind !== "inner") continue;
      for (const content of host.slots) {
        const found = content?.kind === "entries" ? content.get(uuid) : undefined;
        if (found) return found;
      }
    }
  }
  return undefined;
}
