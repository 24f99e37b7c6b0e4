import type { Lifecycle } from "../inventory/lifecycle.js";
import { isActive } from "../inventory/machine.js";
import type { DomainView } from "./domain-view.js";
import type { DomainName } from "./driver-event.js";
import type { StateWords } from "./state.js";

/** What a watch remembers of one machine, to interpret what comes next. Instants are of the monotonic clock. */
export interface Watched {
  domain: DomainName;
  /** As last reported; `undefined` before the first look was delivered. */
  words: StateWords | undefined;
  /** The place of its latest event in the order of events: what a call read that was sent before it does not count. */
  lastEvent: number;
  /** The latest announced change, for the case that the machine then disappears. */
  lifecycle: Lifecycle | undefined;
  /** `undefined` when it must be asked. */
  persistent: boolean | undefined;
  autostart: boolean | undefined;
  managedSave: boolean | undefined;
  migrating: boolean;
  view: DomainView | undefined;
  /** The mark at which the call for `view` was sent. */
  documentMark: number;
  documentDueAt: number;
  /** Whether its monitor was asked for statistics in this run. */
  statisticsAsked: boolean;
}

export function newlyWatched(domain: DomainName): Watched {
  return {
    domain,
    words: undefined,
    lastEvent: 0,
    lifecycle: undefined,
    persistent: undefined,
    autostart: undefined,
    managedSave: undefined,
    migrating: false,
    view: undefined,
    documentMark: 0,
    documentDueAt: Number.NEGATIVE_INFINITY,
    statisticsAsked: false,
  };
}

/** Whether it has a running instance, as far as was reported. */
export function isRunning(machine: Watched): boolean {
  return machine.words !== undefined && isActive(machine.words.state);
}
