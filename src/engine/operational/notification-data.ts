import { Fault } from "../../base/fault.js";
import type { InventoryEvent } from "../../inventory/event.js";
import { notificationOf } from "../../mapping/yang/notification-rows.js";
import type { InnerData } from "../../schema/yang/data/tree.js";
import type { YangSchema } from "../../schema/yang/schema-node.js";
import { RowReader } from "./row-reader.js";

/** Makes the notifications that tell of changes of the inventory. */
export class NotificationData {
  readonly #readers = new Map<string, RowReader<InventoryEvent>>();

  /** @throws {Fault} `absent` when the schema lacks a notification that has a row */
  constructor(schema: YangSchema) {
    for (const bound of Object.values(notificationOf)) {
      if (!bound) continue;
      const node = schema.root.notifications.find(
        ({ module, name }) => module.name === bound.module && name === bound.name,
      );
      if (!node) throw new Fault("absent", `the schema has no notification ${bound.name}`);
      this.#readers.set(bound.name, new RowReader(schema, node, bound.rows));
    }
  }

  /** What tells of an event, by its schema node; nothing for an event that is seen in the data only. */
  read(event: InventoryEvent): InnerData | undefined {
    const bound = notificationOf[event.kind];
    return bound && this.#readers.get(bound.name)?.read(event);
  }
}
