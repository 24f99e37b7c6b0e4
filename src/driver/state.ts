import type { Lifecycle } from "../inventory/lifecycle.js";
import type { MachineState } from "../inventory/machine.js";

/** libvirt's numbers of a domain's states. */
export const DomainState = {
  none: 0,
  running: 1,
  blocked: 2,
  paused: 3,
  shuttingDown: 4,
  shutOff: 5,
  crashed: 6,
  pmSuspended: 7,
} as const;

/** A domain's state and the reason for it, as libvirt numbers them. */
export interface DomainNumbers {
  readonly state: number;
  readonly reason: number;
}

/** What a machine is doing, in the inventory's words. */
export interface StateWords {
  readonly state: MachineState;
  readonly reason: string;
}

/** What is known beside the numbers. */
export interface StateContext {
  /** An image of the machine's memory waits on disk. */
  readonly managedSave?: boolean | undefined;
  /** It is being moved to another host while it runs. */
  readonly migrating?: boolean | undefined;
}

type Row = Readonly<Record<string, MachineState>>;

/** By libvirt's state, then by reason in the order of its numbers; a number beyond the row is read as `unknown`. */
// biome-ignore format: read as a table
const rows = ([
  /* none         */ { unknown: "other" },
  /* running      */ { unknown: "running", booted: "running", migrated: "running", restored: "running",
                       "from-snapshot": "running", unpaused: "running", "migration-cancelled": "running",
                       "save-cancelled": "running", wakeup: "running", crashed: "running", "post-copy": "migrating",
                       "post-copy-failed": "migrating" },
  /* blocked      */ { unknown: "running" },
  /* paused       */ { unknown: "paused", user: "paused", migration: "migrating", save: "saving", dump: "paused",
                       "io-error": "paused", watchdog: "paused", "from-snapshot": "paused", "shutting-down": "stopping",
                       snapshot: "paused", crashed: "crashed", "starting-up": "preparing", "post-copy": "migrating",
                       "post-copy-failed": "migrating", "api-error": "paused" },
  /* shuttingDown */ { unknown: "stopping", user: "stopping" },
  /* shutOff      */ { unknown: "stopped", shutdown: "stopped", destroyed: "stopped", crashed: "crashed",
                       migrated: "stopped", saved: "saved", failed: "stopped", "from-snapshot": "stopped",
                       daemon: "stopped" },
  /* crashed      */ { unknown: "crashed", panicked: "crashed" },
  /* pmSuspended  */ { unknown: "pm-suspended", disk: "pm-suspended" },
] satisfies Row[]).map((row) => Object.entries<MachineState>(row));

/**
 * A machine's state from libvirt's two numbers. Special cases live here and nowhere above:
 * a machine that is off with an image of its memory is `saved`, whatever the reason says; one that starts up with such an
 * image is `restoring`; one that runs while it is being moved is `migrating`.
 */
export function stateWords(state: number, reason: number, { managedSave, migrating }: StateContext = {}): StateWords {
  const row = rows[state];
  if (!row) return { state: "unknown", reason: "unknown" };
  const [word, meaning] = row[reason] ?? row[0] ?? ["unknown", "unknown"];
  if (state === DomainState.shutOff && managedSave) return { state: "saved", reason: "saved" };
  if (meaning === "preparing" && managedSave) return { state: "restoring", reason: word };
  if (meaning === "running" && migrating) return { state: "migrating", reason: word };
  return { state: meaning, reason: word };
}

/** What an announced change means: `state` is what it leads to as a rule. Without `state` the machine must be asked. */
export interface LifecycleWords extends Partial<StateWords> {
  readonly lifecycle: Lifecycle;
}

/** By libvirt's event, then by detail. */
// biome-ignore format: read as a table
const lifecycleRows: readonly (readonly LifecycleWords[])[] = [
  /* defined */ [
    { lifecycle: "defined" },
    { lifecycle: "redefined" }, // updated
    { lifecycle: "redefined" }, // renamed
    { lifecycle: "redefined" }, // from snapshot
  ],
  /* undefined */ [
    { lifecycle: "undefined" },
    { lifecycle: "redefined" }, // renamed
  ],
  /* started */ [
    { lifecycle: "booted",            state: "running",      reason: "booted" },
    { lifecycle: "started-migrated",  state: "running",      reason: "migrated" },
    { lifecycle: "started-restored",  state: "running",      reason: "restored" },
    { lifecycle: "started-snapshot",  state: "running",      reason: "from-snapshot" },
    { lifecycle: "woken",             state: "running",      reason: "wakeup" },
  ],
  /* suspended */ [
    { lifecycle: "paused",            state: "paused",       reason: "user" },
    { lifecycle: "paused-migrating",  state: "migrating",    reason: "migration" },
    { lifecycle: "paused-error",      state: "paused",       reason: "io-error" },
    { lifecycle: "paused-error",      state: "paused",       reason: "watchdog" },
    { lifecycle: "paused-restored",   state: "paused",       reason: "unknown" },
    { lifecycle: "paused-snapshot",   state: "paused",       reason: "from-snapshot" },
    { lifecycle: "paused-error",      state: "paused",       reason: "api-error" },
    { lifecycle: "paused-migrating",  state: "migrating",    reason: "post-copy" },
    { lifecycle: "paused-migrating",  state: "migrating",    reason: "post-copy-failed" },
  ],
  /* resumed */ [
    { lifecycle: "resumed",           state: "running",      reason: "unpaused" },
    { lifecycle: "resumed-migrated",  state: "running",      reason: "migrated" },
    { lifecycle: "resumed-snapshot",  state: "running",      reason: "from-snapshot" },
    { lifecycle: "resumed-migrated",  state: "migrating",    reason: "post-copy" },
    { lifecycle: "resumed-migrated",  state: "migrating",    reason: "post-copy-failed" },
  ],
  /* stopped */ [
    { lifecycle: "shut-down",         state: "stopped",      reason: "shutdown" },
    { lifecycle: "destroyed",         state: "stopped",      reason: "destroyed" },
    { lifecycle: "stopped-crashed",   state: "crashed",      reason: "crashed" },
    { lifecycle: "stopped-migrated",  state: "stopped",      reason: "migrated" },
    { lifecycle: "saved",             state: "saved",        reason: "saved" },
    { lifecycle: "failed",            state: "stopped",      reason: "failed" },
    { lifecycle: "stopped-snapshot",  state: "stopped",      reason: "from-snapshot" },
  ],
  /* shutdown: finished, by the guest, by the host */ [
    { lifecycle: "shutting-down",     state: "stopping",     reason: "unknown" },
    { lifecycle: "shutting-down",     state: "stopping",     reason: "unknown" },
    { lifecycle: "shutting-down",     state: "stopping",     reason: "user" },
  ],
  /* pm-suspended */ [
    { lifecycle: "pm-suspended",      state: "pm-suspended", reason: "unknown" },
    { lifecycle: "pm-suspended-disk", state: "pm-suspended", reason: "disk" },
  ],
  /* crashed */ [
    { lifecycle: "crashed",           state: "crashed",      reason: "panicked" },
    { lifecycle: "crashed" }, // its crash kernel runs
  ],
];

/** What a lifecycle event says; a detail of later times counts as the first, an event of later times says nothing. */
export function lifecycleWords(event: number, detail: number): LifecycleWords | undefined {
  const details = lifecycleRows[event];
  return details?.[detail] ?? details?.[0];
}
