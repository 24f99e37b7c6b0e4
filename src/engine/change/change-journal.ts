import type { Store, StoreWrite } from "../../base/store.js";
import { dataText, readData } from "./data-text.js";
import type { Step } from "./plan.js";

/** Who asked for a change, and for what: what is told about it later. */
export interface ChangeOrder {
  readonly id: string;
  /** Name of the principal. */
  readonly principal: string;
  /** Through what he asked: `cli`, `netconf`, … */
  readonly via: string;
  /** Wall time, milliseconds. */
  readonly at: number;
  readonly title: string;
  readonly slice?: string;
}

/** How far a change is. */
export type ChangePlace =
  /** `begun` steps were begun, all but the last of them are done, that one perhaps. */
  | { readonly phase: "doing"; readonly begun: number }
  /** Of the first `left` steps, all but the last are still to be taken back, that one perhaps. */
  | { readonly phase: "undoing"; readonly left: number; readonly reason: string }
  /** It is over, but for telling so. `done` steps of it stay done. */
  | {
      readonly phase: "ended";
      readonly result: "done" | "undone" | "partial";
      readonly done: number;
      readonly reason: string;
    };

/** A change that was begun and has not ended. */
export interface OpenChange {
  readonly order: ChangeOrder;
  readonly steps: readonly Step[];
  readonly place: ChangePlace;
}

const PREFIX = "change/";
const PLAN = "/plan";
const PLACE = "/place";

/**
 * The changes that are being carried out, on disk before each of their steps: whatever happens to the gateway, the next one knows
 * what was begun and how to end it.
 */
export class ChangeJournal {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** In the order in which they were begun. @throws {Fault} `storage-failed` when a record is damaged */
  async open(): Promise<readonly OpenChange[]> {
    const entries = new Map((await this.#store.list(PREFIX)).map(({ key, value }) => [key, value]));
    const changes: OpenChange[] = [];
    for (const [key, value] of entries) {
      if (!key.endsWith(PLAN)) continue;
      const { order, steps } = readData(value) as Omit<OpenChange, "place">;
      const place = readData(entries.get(PREFIX + order.id + PLACE) ?? "") as ChangePlace;
      changes.push({ order, steps, place });
    }
    return changes.sort((a, b) => a.order.at - b.order.at);
  }

  async begin({ order, steps, place }: OpenChange): Promise<void> {
    await this.#store.write([
      { key: PREFIX + order.id + PLAN, value: dataText({ order, steps }) },
      { key: PREFIX + order.id + PLACE, value: dataText(place) },
    ]);
  }

  async reach(id: string, place: ChangePlace): Promise<void> {
    await this.#store.write([{ key: PREFIX + id + PLACE, value: dataText(place) }]);
  }

  /** @param others what is to be on disk with the change's end */
  async end(id: string, others: readonly StoreWrite[]): Promise<void> {
    await this.#store.write([
      { key: PREFIX + id + PLAN, value: undefined },
      { key: PREFIX + id + PLACE, value: undefined },
      ...others,
    ]);
  }
}
