import type { InventoryEvent } from "../inventory/event.js";

/** How many of the latest events are kept on disk. */
export const keptEvents = 1000;

const PREFIX = "event/";
const DIGITS = 16;

/** The part of an event that outlives the process: enough to replay it to a manager that was away. */
export interface StoredEvent {
  readonly sequence: number;
  readonly at: number;
  readonly host: string;
  readonly kind: InventoryEvent["kind"];
  readonly lifecycle?: string;
  readonly reason?: string;
  readonly uuid?: string;
  readonly name?: string;
  readonly index?: number;
  readonly state?: string;
  readonly stateBefore?: string;
}

/** Where the event with this number lies; keys sort as their numbers do. */
export function eventKey(sequence: number): string {
  return PREFIX + String(sequence).padStart(DIGITS, "0");
}

export const eventPrefix = PREFIX;

/** Cuts an event down to what is stored. */
export function storedEvent(event: InventoryEvent): StoredEvent {
  const { sequence, at, host, kind } = event;
  const common = { sequence, at, host, kind };
  if (event.kind === "host-down") return { ...common, reason: event.reason };
  if (!("machine" in event)) return common;
  const { uuid, name, index, state } = event.machine;
  return {
    ...common,
    uuid,
    name,
    index,
    state,
    ...("lifecycle" in event ? { lifecycle: event.lifecycle } : {}),
    ...("before" in event ? { stateBefore: event.before.state } : {}),
  };
}
