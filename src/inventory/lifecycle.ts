/**
 * What happened to a machine, as the hypervisor announced it, or as the gateway concluded from two looks (`observed-…`).
 * `mapping/lifecycle.ts` has what each world sends for it.
 */
export const lifecycles = [
  "defined",
  "redefined",
  "undefined",
  "booted",
  "started-migrated",
  "started-restored",
  "started-snapshot",
  "woken",
  "paused",
  "paused-migrating",
  "paused-error",
  "paused-restored",
  "paused-snapshot",
  "resumed",
  "resumed-migrated",
  "resumed-snapshot",
  "shutting-down",
  "shut-down",
  "destroyed",
  "stopped-crashed",
  "stopped-migrated",
  "saved",
  "failed",
  "stopped-snapshot",
  "pm-suspended",
  "pm-suspended-disk",
  "crashed",
  "observed",
] as const;

export type Lifecycle = (typeof lifecycles)[number];
