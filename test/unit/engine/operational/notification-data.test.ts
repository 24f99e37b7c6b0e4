import { expect, test } from "vitest";
import { NotificationData } from "../../../../src/engine/operational/notification-data.js";
import type { InventoryEvent } from "../../../../src/inventory/event.js";
import { compileSchema } from "../../../../src/schema/yang/compile-schema.js";
import { writeXmlData } from "../../../../src/schema/yang/data/write-xml-data.js";
import { ModuleLibrary } from "../../../../src/schema/yang/module-library.js";
import { machine } from "../../../support/generations.js";
import { modelFolder, textsIn, yangFolder } from "../../../support/yang-modules.js";

const library = new ModuleLibrary(textsIn(modelFolder, yangFolder));
const schema = compileSchema(library, [{ name: "virtgate-machine" }, { name: "virtgate-host" }]);
const notifications = new NotificationData(schema);
const one = machine(1, { state: "paused", reason: "user" });
const when = { sequence: 7, at: 1_000_000, host: "h" };

function told(event: InventoryEvent): string | undefined {
  const inner = notifications.read(event);
  if (inner?.schema.kind !== "notification") return undefined;
  return `${inner.schema.name} ${[...writeXmlData(schema, inner)].join("").replaceAll(/ xmlns="[^"]*"/g, "")}`;
}

const about = `<sequence>7</sequence><host>h</host><uuid>${one.uuid}</uuid><name>${one.name}</name>`;
const state = "<oper-state>paused</oper-state><reason>user</reason><lifecycle>paused</lifecycle>";

test.each<[InventoryEvent, string | undefined]>([
  [{ ...when, kind: "host-up" }, "host-up <sequence>7</sequence><host>h</host>"],
  [
    { ...when, kind: "host-down", reason: "gone" },
    "host-down <sequence>7</sequence><host>h</host><reason>gone</reason>",
  ],
  [{ ...when, kind: "machine-added", machine: one, lifecycle: "paused" }, `machine-added ${about}${state}`],
  [{ ...when, kind: "machine-removed", machine: one, lifecycle: "paused" }, `machine-removed ${about}${state}`],
  [
    { ...when, kind: "machine-state", machine: one, before: machine(1, { state: "running" }), lifecycle: "paused" },
    `machine-state-changed ${about}${state}<previous-state>running</previous-state>`,
  ],
  [{ ...when, kind: "machine-changed", machine: one, before: one }, `machine-changed ${about}`],
  [{ ...when, kind: "machine-stuck", machine: one }, `machine-stuck ${about}`],
  [{ ...when, kind: "machine-unstuck", machine: one }, `machine-recovered ${about}`],
  [{ ...when, kind: "host-added" }, undefined],
])("NotificationData tells of %o", (event, expected) => {
  expect(told(event)).toBe(expected);
});

test("NotificationData refuses a schema without them", () => {
  const less = compileSchema(library, [{ name: "virtgate-host" }]);
  expect(() => new NotificationData(less)).toThrow("machine-added");
});
