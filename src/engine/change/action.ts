import type { MigrationRequest, SnapshotRequest } from "../../inventory/hypervisor-machines.js";
import type { ForwardTable, NodePath, OverlayMount, PlacedFile } from "../../inventory/node-agent.js";
import type { MachineTuning, TuningScope } from "../../inventory/tuning.js";

/** About a machine, which `machine` names by its UUID. */
interface OnMachine {
  readonly host: string;
  readonly machine: string;
}

interface OnVolume {
  readonly host: string;
  readonly pool: string;
  readonly volume: string;
}

interface OnPool {
  readonly host: string;
  readonly pool: string;
}

interface OnNetwork {
  readonly host: string;
  readonly network: string;
}

interface OnNode {
  readonly node: string;
}

/** One member of the union for each of the words. */
type Plain<Do extends string, On> = Do extends string ? On & { readonly do: Do } : never;

export const lifecycleActions = [
  "start",
  "shutdown",
  "reboot",
  "reset",
  "suspend",
  "resume",
  "save",
  "restore",
  "destroy",
] as const;

/** What people ask a machine for. "Suspend" pauses it. */
export type LifecycleAction = (typeof lifecycleActions)[number];

export type MachineLifeAction =
  | Plain<Exclude<LifecycleAction, "start"> | "discard-saved", OnMachine>
  | (OnMachine & { readonly do: "start"; readonly paused?: boolean; readonly discardSaved?: boolean });

export type MachineSettingsAction =
  | (OnMachine & { readonly do: "set-autostart"; readonly autostart: boolean })
  /** `machine` is the UUID in the document. With `autostart` it starts with its host, too. */
  | (OnMachine & { readonly do: "define"; readonly document: string; readonly autostart?: true })
  /** With `withState`, what would forbid it goes too: saved memory, snapshots' descriptions. */
  | (OnMachine & { readonly do: "undefine"; readonly withState?: boolean })
  | (OnMachine & { readonly do: "tune"; readonly scope: TuningScope; readonly tuning: MachineTuning })
  | (Plain<"attach-device" | "detach-device" | "update-device", OnMachine> & {
      readonly scope: TuningScope;
      readonly device: string;
    });

export type SnapshotAction =
  | (OnMachine & { readonly do: "create-snapshot" } & SnapshotRequest)
  | (Plain<"revert-snapshot" | "delete-snapshot", OnMachine> & { readonly name: string });

/** `destination` is the name of the host it goes to. */
export type MigrateAction = OnMachine & {
  readonly do: "migrate";
  readonly destination: string;
  readonly request: MigrationRequest;
};

export type VolumeAction =
  | (OnVolume & { readonly do: "create-volume"; readonly document: string })
  | (OnVolume & {
      readonly do: "clone-volume";
      readonly document: string;
      readonly source: { readonly pool: string; readonly name: string };
    })
  | (OnVolume & { readonly do: "resize-volume"; readonly capacityBytes: bigint; readonly shrink?: boolean })
  /** `transfer` is the identity of one that somebody feeds. */
  | (OnVolume & {
      readonly do: "upload-volume";
      readonly transfer: string;
      readonly lengthBytes?: bigint;
      readonly sparse?: boolean;
    })
  /** `transfer` is the identity of one that somebody empties. */
  | (OnVolume & { readonly do: "download-volume"; readonly transfer: string; readonly sparse?: boolean })
  | Plain<"delete-volume", OnVolume>;

export type PoolAction =
  | (OnPool & { readonly do: "define-pool"; readonly document: string; readonly autostart?: true })
  | Plain<"build-pool" | "start-pool" | "stop-pool" | "refresh-pool" | "undefine-pool", OnPool>
  | (OnPool & { readonly do: "set-pool-autostart"; readonly autostart: boolean });

export type NetworkAction =
  | (OnNetwork & { readonly do: "define-network"; readonly document: string; readonly autostart?: true })
  | Plain<"start-network" | "stop-network" | "undefine-network", OnNetwork>
  | (OnNetwork & { readonly do: "set-network-autostart"; readonly autostart: boolean });

export type NodeAction =
  | (OnNode & { readonly do: "apply-forwards"; readonly table: ForwardTable })
  | (OnNode & { readonly do: "remove-forwards"; readonly table: string })
  | (OnNode & { readonly do: "make-folder"; readonly path: NodePath; readonly subvolume?: boolean })
  | (OnNode & { readonly do: "snapshot-subvolume"; readonly source: NodePath; readonly path: NodePath })
  | (OnNode & { readonly do: "limit-subvolume"; readonly path: NodePath; readonly bytes: bigint | undefined })
  | (OnNode & { readonly do: "mount-overlay"; readonly mount: OverlayMount })
  | (OnNode & { readonly do: "unmount-overlay"; readonly mount: OverlayMount })
  | (OnNode & { readonly do: "unpack-root"; readonly archive: NodePath; readonly path: NodePath })
  | (OnNode & { readonly do: "place-files"; readonly path: NodePath; readonly files: readonly PlacedFile[] })
  | (OnNode & { readonly do: "remove-tree"; readonly path: NodePath });

/**
 * One thing that is to be done to one object: what every world asks for, and what a plan consists of. Plain data, so that it can be
 * journaled and repeated. `operations` has a row for each.
 */
export type Action =
  | MachineLifeAction
  | MachineSettingsAction
  | SnapshotAction
  | MigrateAction
  | VolumeAction
  | PoolAction
  | NetworkAction
  | NodeAction;

export type ActionWord = Action["do"];

/** Those of a union of actions that have this word. */
export type ActionOf<Do extends ActionWord> = Extract<Action, { readonly do: Do }>;
