import type { Lifecycle } from "./lifecycle.js";
import type { AdminState, MachineState } from "./machine.js";

/** What each lifecycle shows somebody wanted; absent where it happened by itself. @see RFC 7666, object vmAdminState */
const wanted: Readonly<Partial<Record<Lifecycle, AdminState>>> = {
  booted: "running",
  "started-migrated": "running",
  "started-restored": "running",
  "started-snapshot": "running",
  woken: "running",
  resumed: "running",
  "resumed-snapshot": "running",
  paused: "paused",
  "paused-snapshot": "paused",
  saved: "saved",
  "shutting-down": "stopped",
  "shut-down": "stopped",
  destroyed: "stopped",
  "stopped-snapshot": "stopped",
};

/** Reasons for which a machine pauses although nobody asked for it. */
const unasked = new Set(["io-error", "watchdog", "crashed", "migration", "post-copy", "post-copy-failed", "dump"]);

/** The admin state that a state implies when nobody was seen asking. */
export function impliedAdminState(state: MachineState, reason: string): AdminState {
  switch (state) {
    case "running":
    case "migrating":
    case "restoring":
    case "preparing":
      return "running";
    case "paused":
    case "pm-suspended":
      return unasked.has(reason) ? "running" : "paused";
    case "saving":
    case "saved":
      return "saved";
    case "stopping":
    case "stopped":
    case "crashed":
    case "unknown":
    case "other":
      return "stopped";
  }
}

/** The admin state after a change of state by `lifecycle`. */
export function nextAdminState(
  before: AdminState,
  lifecycle: Lifecycle,
  state: MachineState,
  reason: string,
): AdminState {
  const startsPaused = wanted[lifecycle] === "running" && state === "paused";
  if (lifecycle === "observed" || startsPaused) return impliedAdminState(state, reason);
  return wanted[lifecycle] ?? before;
}
