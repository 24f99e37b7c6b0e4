import type { SimulatedDriver } from "../host/driver-profile.js";
import { Lifecycle, RunningReason, ShutoffReason } from "./domain-state.js";

/** How a driver tells what happens to its machines: the events in their order, and what the states are called afterwards. */
export interface LifeRules {
  readonly booted: readonly Lifecycle[];
  readonly bootedPaused: readonly Lifecycle[];
  readonly restored: readonly Lifecycle[];
  readonly restoredPaused: readonly Lifecycle[];
  /** Why a restored machine runs. */
  readonly restoredReason: number;
  /** A machine that is saved is seen paused first, and its job is told of. */
  readonly savesInSteps: boolean;
  /** A guest that powers off is seen shutting down before it is off, and only then. */
  readonly showsShutdown: boolean;
  /** Being asked to shut down or to reboot, it does so before the call is answered. */
  readonly obeysAtOnce: boolean;
  readonly destroyed: readonly Lifecycle[];
  /** Why a destroyed machine is off. */
  readonly destroyedReason: number;
  /** A guest that reboots gets a new run, with a new id and new counters. */
  readonly rebootIsNewRun: boolean;
  readonly tellsReboot: boolean;
  /** Told after a reboot. */
  readonly rebooted: readonly Lifecycle[];
  /** Of a machine whose process died. */
  readonly failed: readonly Lifecycle[];
  readonly failedReason: number;
  /** Of a guest whose kernel panicked. */
  readonly panicked: readonly Lifecycle[];
}

/** One row per driver: as recorded from libvirt 9.0's, Xen's as its source has it, OpenVZ's without events. */
export const lifeRules: Readonly<Record<SimulatedDriver, LifeRules>> = {
  qemu: {
    booted: [Lifecycle.resumedUnpaused, Lifecycle.startedBooted],
    bootedPaused: [Lifecycle.startedBooted, Lifecycle.suspendedPaused],
    restored: [Lifecycle.startedRestored, Lifecycle.resumedFromSnapshot],
    restoredPaused: [Lifecycle.startedRestored, Lifecycle.suspendedRestored],
    restoredReason: RunningReason.restored,
    savesInSteps: true,
    showsShutdown: true,
    obeysAtOnce: false,
    destroyed: [Lifecycle.shutdownHost, Lifecycle.stoppedDestroyed],
    destroyedReason: ShutoffReason.destroyed,
    rebootIsNewRun: false,
    tellsReboot: true,
    rebooted: [],
    failed: [Lifecycle.stoppedFailed],
    failedReason: ShutoffReason.crashed,
    panicked: [Lifecycle.crashedPanicked, Lifecycle.stoppedCrashed],
  },
  lxc: {
    booted: [Lifecycle.startedBooted],
    bootedPaused: [Lifecycle.startedBooted, Lifecycle.suspendedPaused],
    restored: [],
    restoredPaused: [],
    restoredReason: RunningReason.restored,
    savesInSteps: false,
    showsShutdown: false,
    obeysAtOnce: false,
    destroyed: [Lifecycle.stoppedDestroyed],
    destroyedReason: ShutoffReason.destroyed,
    rebootIsNewRun: true,
    tellsReboot: true,
    rebooted: [],
    failed: [Lifecycle.stoppedFailed],
    failedReason: ShutoffReason.shutdown,
    panicked: [Lifecycle.crashedPanicked, Lifecycle.stoppedCrashed],
  },
  xen: {
    booted: [Lifecycle.startedBooted],
    bootedPaused: [Lifecycle.startedBooted],
    restored: [Lifecycle.startedRestored],
    restoredPaused: [Lifecycle.startedRestored],
    restoredReason: RunningReason.booted,
    savesInSteps: false,
    showsShutdown: false,
    obeysAtOnce: false,
    destroyed: [Lifecycle.stoppedDestroyed],
    destroyedReason: ShutoffReason.destroyed,
    rebootIsNewRun: true,
    tellsReboot: false,
    // The new run is announced first: the driver tells of the end of the old one when it is done with everything else.
    rebooted: [Lifecycle.startedBooted, Lifecycle.stoppedShutdown],
    failed: [Lifecycle.stoppedDestroyed],
    failedReason: ShutoffReason.destroyed,
    panicked: [Lifecycle.stoppedCrashed],
  },
  openvz: {
    booted: [],
    bootedPaused: [],
    restored: [],
    restoredPaused: [],
    restoredReason: RunningReason.unknown,
    savesInSteps: false,
    showsShutdown: false,
    obeysAtOnce: true,
    destroyed: [],
    destroyedReason: ShutoffReason.shutdown,
    rebootIsNewRun: true,
    tellsReboot: false,
    rebooted: [],
    failed: [],
    failedReason: ShutoffReason.unknown,
    panicked: [],
  },
};
