import type { CallLimit, DocumentPreview, Progress } from "./hypervisor-call.js";
import type { MachineState } from "./machine.js";
import type { MachineTuning, TuningScope } from "./tuning.js";

/** What a hypervisor says of a machine right now, asked for the purpose. */
export interface MachineStatus {
  readonly uuid: string;
  readonly name: string;
  /** `saved` when it is off with a managed save image. */
  readonly state: MachineState;
  readonly reason: string;
  /** Of the present run; another number is another run. `undefined` while inactive. */
  readonly domainId: number | undefined;
  readonly persistent: boolean;
  /** `undefined` where the technology has none. */
  readonly autostart: boolean | undefined;
  /** Whether it has a managed save image. */
  readonly saved: boolean;
}

export interface StartOptions {
  /** Started, but not running until it is resumed. */
  readonly paused?: boolean;
  /** Starts anew although there is a saved state, which is discarded. */
  readonly discardSaved?: boolean;
}

export interface UndefineOptions {
  /** Removes what would forbid it: managed save image, snapshots' metadata, the firmware's variables. */
  readonly withState?: boolean;
}

export interface SnapshotStatus {
  readonly name: string;
  readonly parent: string | undefined;
  readonly current: boolean;
}

export interface SnapshotRequest {
  readonly name: string;
  readonly description?: string;
  /** Without the memory: of the disks, in files beside them. */
  readonly diskOnly?: boolean;
}

export interface MigrationRequest {
  /** libvirt's URI of the other hypervisor, as the source's daemon reaches it. */
  readonly destinationUri: string;
  /** While running; else it must be off. */
  readonly live: boolean;
  /** Where the data goes, when not where the daemon tells: `tcp://10.0.0.2`. */
  readonly dataUri?: string;
  /** Stays defined there, and no longer is here. */
  readonly persist: boolean;
  readonly bandwidthMiBPerS?: bigint;
  /** Copies disks that are not shared. */
  readonly copyStorage?: boolean;
}

/** What can be done to machines. Machines are named by their UUID. */
export interface HypervisorMachines {
  /** @returns undefined when there is no such machine */
  machineStatus(uuid: string, limit: CallLimit): Promise<MachineStatus | undefined>;

  /** From `stopped` and `crashed`; a saved machine goes on where it was unless `discardSaved`. */
  start(uuid: string, options: StartOptions, limit: CallLimit): Promise<void>;
  /** Asks the guest to shut down; resolves when it was asked. */
  shutdown(uuid: string, limit: CallLimit): Promise<void>;
  /** Asks the guest to restart; resolves when it was asked. */
  reboot(uuid: string, limit: CallLimit): Promise<void>;
  reset(uuid: string, limit: CallLimit): Promise<void>;
  suspend(uuid: string, limit: CallLimit): Promise<void>;
  resume(uuid: string, limit: CallLimit): Promise<void>;
  /** Its memory to disk, where libvirt manages it. */
  save(uuid: string, limit: CallLimit): Promise<void>;
  /** Goes on from what `save` left. @throws {Fault} `invalid` when there is nothing saved */
  restore(uuid: string, limit: CallLimit): Promise<void>;
  discardSaved(uuid: string, limit: CallLimit): Promise<void>;
  /** Pulls the plug. */
  destroy(uuid: string, limit: CallLimit): Promise<void>;
  setAutostart(uuid: string, autostart: boolean, limit: CallLimit): Promise<void>;

  /** Defines or redefines. @returns the machine's UUID */
  defineMachine(document: string, limit: CallLimit): Promise<string>;
  undefineMachine(uuid: string, options: UndefineOptions, limit: CallLimit): Promise<void>;

  /** Present settings; members that the technology cannot tell are absent. */
  readTuning(uuid: string, scope: TuningScope, limit: CallLimit): Promise<MachineTuning>;
  /** Changes what is given, in the order of the members of `MachineTuning`. */
  tune(uuid: string, tuning: MachineTuning, scope: TuningScope, limit: CallLimit): Promise<void>;
  /** What `tune` would make of the machine's document. Reads only. */
  previewTuning(uuid: string, tuning: MachineTuning, limit: CallLimit): Promise<DocumentPreview>;

  /**
   * The device as it is described at present, found by what identifies it in `device` (a disk's target, an interface's MAC
   * address, else its alias or all it says).
   * @returns undefined when the machine has no such device
   */
  readDevice(uuid: string, device: string, scope: TuningScope, limit: CallLimit): Promise<string | undefined>;
  /** @param device its element of the domain's document */
  attachDevice(uuid: string, device: string, scope: TuningScope, limit: CallLimit): Promise<void>;
  /** Resolves when the guest let go of it. */
  detachDevice(uuid: string, device: string, scope: TuningScope, limit: CallLimit): Promise<void>;
  updateDevice(uuid: string, device: string, scope: TuningScope, limit: CallLimit): Promise<void>;
  /** What attaching, detaching or updating would make of the machine's document. Reads only. */
  previewDevice(
    uuid: string,
    action: "attach" | "detach" | "update",
    device: string,
    limit: CallLimit,
  ): Promise<DocumentPreview>;

  listSnapshots(uuid: string, limit: CallLimit): Promise<readonly SnapshotStatus[]>;
  createSnapshot(uuid: string, request: SnapshotRequest, limit: CallLimit): Promise<void>;
  revertSnapshot(uuid: string, name: string, limit: CallLimit): Promise<void>;
  deleteSnapshot(uuid: string, name: string, limit: CallLimit): Promise<void>;

  /** From daemon to daemon. When `limit` ends it, the machine stays where it was. */
  migrate(
    uuid: string,
    request: MigrationRequest,
    limit: CallLimit,
    onProgress?: (progress: Progress) => void,
  ): Promise<void>;
}
