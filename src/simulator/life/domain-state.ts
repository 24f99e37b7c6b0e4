/** libvirt's numbers for domain states. */
export const DomainState = {
  running: 1,
  paused: 3,
  shutdown: 4,
  shutoff: 5,
  crashed: 6,
  pmsuspended: 7,
} as const;

export type DomainState = (typeof DomainState)[keyof typeof DomainState];

export const RunningReason = {
  unknown: 0,
  booted: 1,
  migrated: 2,
  restored: 3,
  fromSnapshot: 4,
  unpaused: 5,
  migrationCancelled: 6,
  wakeup: 8,
  crashed: 9,
} as const;
export const PausedReason = {
  user: 1,
  migration: 2,
  ioError: 5,
  watchdog: 6,
  fromSnapshot: 7,
  startingUp: 11,
} as const;
export const ShutdownReason = { unknown: 0, user: 1 } as const;
export const ShutoffReason = {
  unknown: 0,
  shutdown: 1,
  destroyed: 2,
  crashed: 3,
  migrated: 4,
  saved: 5,
  failed: 6,
  fromSnapshot: 7,
} as const;

/** A state with its reason; the reason's meaning depends on the state. */
export interface Condition {
  readonly state: DomainState;
  readonly reason: number;
}

/** libvirt's numbers for lifecycle events, each with its details. Not the numbers of states. */
export const Lifecycle = {
  definedAdded: [0, 0],
  definedUpdated: [0, 1],
  definedRenamed: [0, 2],
  definedFromSnapshot: [0, 3],
  undefinedRemoved: [1, 0],
  undefinedRenamed: [1, 1],
  startedBooted: [2, 0],
  startedMigrated: [2, 1],
  startedRestored: [2, 2],
  startedFromSnapshot: [2, 3],
  startedWakeup: [2, 4],
  suspendedPaused: [3, 0],
  suspendedMigrated: [3, 1],
  suspendedIoError: [3, 2],
  suspendedRestored: [3, 4],
  suspendedFromSnapshot: [3, 5],
  resumedUnpaused: [4, 0],
  resumedMigrated: [4, 1],
  resumedFromSnapshot: [4, 2],
  stoppedShutdown: [5, 0],
  stoppedDestroyed: [5, 1],
  stoppedCrashed: [5, 2],
  stoppedMigrated: [5, 3],
  stoppedSaved: [5, 4],
  stoppedFailed: [5, 5],
  stoppedFromSnapshot: [5, 6],
  shutdownFinished: [6, 0],
  shutdownGuest: [6, 1],
  shutdownHost: [6, 2],
  pmSuspendedMemory: [7, 0],
  crashedPanicked: [8, 0],
} as const;

export type Lifecycle = (typeof Lifecycle)[keyof typeof Lifecycle];
