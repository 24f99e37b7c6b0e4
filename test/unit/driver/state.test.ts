import { describe, expect, test } from "vitest";
import { lifecycleWords, stateWords } from "../../../src/driver/state.js";
import { lifecycles } from "../../../src/inventory/lifecycle.js";

// biome-ignore format: read as a table
const states: [number, number, string, string][] = [
  [0, 0,  "other",        "unknown"],
  [1, 0,  "running",      "unknown"],
  [1, 1,  "running",      "booted"],
  [1, 3,  "running",      "restored"],
  [1, 8,  "running",      "wakeup"],
  [1, 9,  "running",      "crashed"],
  [1, 10, "migrating",    "post-copy"],
  [1, 11, "migrating",    "post-copy-failed"],
  [2, 0,  "running",      "unknown"],
  [3, 1,  "paused",       "user"],
  [3, 2,  "migrating",    "migration"],
  [3, 3,  "saving",       "save"],
  [3, 4,  "paused",       "dump"],
  [3, 5,  "paused",       "io-error"],
  [3, 6,  "paused",       "watchdog"],
  [3, 8,  "stopping",     "shutting-down"],
  [3, 10, "crashed",      "crashed"],
  [3, 11, "preparing",    "starting-up"],
  [3, 12, "migrating",    "post-copy"],
  [3, 13, "migrating",    "post-copy-failed"],
  [4, 1,  "stopping",     "user"],
  [5, 1,  "stopped",      "shutdown"],
  [5, 2,  "stopped",      "destroyed"],
  [5, 3,  "crashed",      "crashed"],
  [5, 4,  "stopped",      "migrated"],
  [5, 5,  "saved",        "saved"],
  [5, 6,  "stopped",      "failed"],
  [5, 7,  "stopped",      "from-snapshot"],
  [5, 8,  "stopped",      "daemon"],
  [6, 1,  "crashed",      "panicked"],
  [7, 0,  "pm-suspended", "unknown"],
  [1, 99, "running",      "unknown"],
  [99, 0, "unknown",      "unknown"],
  [-1, -1, "unknown",     "unknown"],
];

describe("stateWords()", () => {
  for (const [state, reason, word, why] of states) {
    test(`${state}, ${reason} is ${word}, ${why}`, () => {
      expect(stateWords(state, reason)).toEqual({ state: word, reason: why });
    });
  }

  test("with an image of its memory, what is off is saved and what starts is restoring", () => {
    expect(stateWords(5, 1, { managedSave: true })).toEqual({ state: "saved", reason: "saved" });
    expect(stateWords(5, 3, { managedSave: true }).state).toBe("saved");
    expect(stateWords(3, 11, { managedSave: true }).state).toBe("restoring");
    expect(stateWords(1, 1, { managedSave: true }).state).toBe("running");
  });

  test("what runs while it is moved is migrating", () => {
    expect(stateWords(1, 1, { migrating: true })).toEqual({ state: "migrating", reason: "booted" });
    expect(stateWords(3, 1, { migrating: true }).state).toBe("paused");
    expect(stateWords(5, 4, { migrating: true }).state).toBe("stopped");
  });
});

// biome-ignore format: read as a table
const events: [number, number, string, string | undefined, string | undefined][] = [
  [0, 0, "defined",           undefined,      undefined],
  [0, 1, "redefined",         undefined,      undefined],
  [1, 0, "undefined",         undefined,      undefined],
  [1, 1, "redefined",         undefined,      undefined],
  [2, 0, "booted",            "running",      "booted"],
  [2, 1, "started-migrated",  "running",      "migrated"],
  [2, 2, "started-restored",  "running",      "restored"],
  [2, 3, "started-snapshot",  "running",      "from-snapshot"],
  [2, 4, "woken",             "running",      "wakeup"],
  [3, 0, "paused",            "paused",       "user"],
  [3, 1, "paused-migrating",  "migrating",    "migration"],
  [3, 2, "paused-error",      "paused",       "io-error"],
  [3, 3, "paused-error",      "paused",       "watchdog"],
  [3, 4, "paused-restored",   "paused",       "unknown"],
  [3, 5, "paused-snapshot",   "paused",       "from-snapshot"],
  [3, 6, "paused-error",      "paused",       "api-error"],
  [3, 7, "paused-migrating",  "migrating",    "post-copy"],
  [3, 8, "paused-migrating",  "migrating",    "post-copy-failed"],
  [4, 0, "resumed",           "running",      "unpaused"],
  [4, 1, "resumed-migrated",  "running",      "migrated"],
  [4, 2, "resumed-snapshot",  "running",      "from-snapshot"],
  [4, 3, "resumed-migrated",  "migrating",    "post-copy"],
  [5, 0, "shut-down",         "stopped",      "shutdown"],
  [5, 1, "destroyed",         "stopped",      "destroyed"],
  [5, 2, "stopped-crashed",   "crashed",      "crashed"],
  [5, 3, "stopped-migrated",  "stopped",      "migrated"],
  [5, 4, "saved",             "saved",        "saved"],
  [5, 5, "failed",            "stopped",      "failed"],
  [5, 6, "stopped-snapshot",  "stopped",      "from-snapshot"],
  [6, 0, "shutting-down",     "stopping",     "unknown"],
  [6, 1, "shutting-down",     "stopping",     "unknown"],
  [6, 2, "shutting-down",     "stopping",     "user"],
  [7, 0, "pm-suspended",      "pm-suspended", "unknown"],
  [7, 1, "pm-suspended-disk", "pm-suspended", "disk"],
  [8, 0, "crashed",           "crashed",      "panicked"],
  [8, 1, "crashed",           undefined,      undefined],
];

describe("lifecycleWords()", () => {
  for (const [event, detail, lifecycle, state, reason] of events) {
    test(`${event}, ${detail} is ${lifecycle}`, () => {
      expect(lifecycleWords(event, detail)).toEqual({ lifecycle, ...(state ? { state, reason } : {}) });
      expect(lifecycles).toContain(lifecycle);
    });
  }

  test("a detail of later times counts as the first, an event of later times as none", () => {
    expect(lifecycleWords(3, 99)?.lifecycle).toBe("paused");
    expect(lifecycleWords(99, 0)).toBeUndefined();
    expect(lifecycleWords(-1, 0)).toBeUndefined();
  });
});
