import type { Lifecycle } from "../inventory/lifecycle.js";
import { isActive, type MachineState } from "../inventory/machine.js";
import type { DomainView } from "./domain-view.js";
import type { DomainName } from "./driver-event.js";
import { type DomainNumbers, type StateWords, stateWords } from "./state.js";

/** An announced change that is not reported yet, and when it came. */
export interface HeldEvent extends StateWords {
  readonly lifecycle: Lifecycle;
  readonly at: number;
}

/** What a watch remembers of one machine, to interpret what comes next. Instants are of the monotonic clock. */
export interface Watched {
  domain: DomainName;
  /** As last reported; `undefined` before the first look was delivered. */
  words: StateWords | undefined;
  /** A state that was read but not announced, and when; it counts when a later read confirms it. */
  doubt: { readonly state: MachineState; readonly at: number } | undefined;
  /** An event whose outcome the next read or the next event tells, see `Roster`. */
  held: HeldEvent | undefined;
  /** Its processors were announced to run before its start was. */
  ran: boolean;
  /** This run went on from an image, and nothing else was announced since. */
  restored: boolean;
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
  /** Of the document that `view` was read from. */
  documentDigest: string | undefined;
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
    doubt: undefined,
    held: undefined,
    ran: false,
    restored: false,
    lastEvent: 0,
    lifecycle: undefined,
    persistent: undefined,
    autostart: undefined,
    managedSave: undefined,
    migrating: false,
    view: undefined,
    documentDigest: undefined,
    documentMark: 0,
    documentDueAt: Number.NEGATIVE_INFINITY,
    statisticsAsked: false,
  };
}

/** How long an unannounced change waits to be confirmed, for its event tells more and may be on its way. */
export const DOUBT_MS = 100;

/**
 * Whether a state that was read counts: it is the one already reported, or nobody announces changes, or an earlier read
 * showed it long enough ago. Otherwise it is in doubt from now on.
 */
export function isBelievable(machine: Watched, state: MachineState, announced: boolean, now: number): boolean {
  const expected = machine.words === undefined || machine.words.state === state || !announced;
  const confirmed = machine.doubt?.state === state && now - machine.doubt.at >= DOUBT_MS;
  if (expected || confirmed) machine.doubt = undefined;
  else if (machine.doubt?.state !== state) machine.doubt = { state, at: now };
  return expected || confirmed;
}

/**
 * What a machine is doing, by numbers that were read. QEMU's driver restores by the ways of migration and leaves its reason
 * behind, for as long as a machine stays paused that was paused when it was saved.
 */
export function wordsOf(machine: Watched, { state, reason }: DomainNumbers): StateWords {
  const words = stateWords(state, reason, machine);
  if (words.state !== "migrating" || words.reason !== "migration" || machine.migrating) return words;
  if (machine.restored) return { state: "paused", reason: "unknown" };
  return machine.words?.state === "restoring" ? machine.words : words;
}

/** Whether it has a running instance, as far as was reported. */
export function isRunning(machine: Watched): boolean {
  return machine.words !== undefined && isActive(machine.words.state);
}
