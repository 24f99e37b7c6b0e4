import type { CallLimit } from "./hypervisor-call.js";

/**
 * A place below the agent's own folder on the node (`/var/lib/virtgate/node` unless the node's root said otherwise), relative to it:
 * components of letters, digits and `._-`, joined by `/`, none of them `.` or `..`. Nothing that an agent is told leads out of that
 * folder, not by links either.
 */
export type NodePath = string;

/** One forwarded port of the node. */
export interface PortForward {
  readonly protocol: "tcp" | "udp";
  readonly hostPort: number;
  /** IPv4. */
  readonly address: string;
  readonly port: number;
}

/**
 * A packet filter table that belongs to the gateway as a whole: forwards for those who come from outside and for the node's own
 * clients, and masquerading of the subnets. It replaces the earlier table of that name at once.
 */
export interface ForwardTable {
  /** The part after `virtgate_`: up to 16 lower-case letters, digits and `_`. */
  readonly name: string;
  /** IPv4 in CIDR notation. */
  readonly subnets: readonly string[];
  readonly forwards: readonly PortForward[];
}

export interface OverlayMount {
  readonly target: NodePath;
  /** Read-only, the uppermost first. */
  readonly lower: readonly NodePath[];
  /** Takes the changes. */
  readonly upper: NodePath;
  /** Empty, on the file system of `upper`. */
  readonly work: NodePath;
}

/** A file that is put into a sliver's root file system. */
export interface PlacedFile {
  /** Inside the root file system, `etc/hostname`; its folders are made, links on the way are not followed. */
  readonly path: string;
  readonly content: Uint8Array;
  /** Permission bits, `0o644`. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface TreeUsage {
  readonly bytes: bigint;
  readonly files: bigint;
}

export type NodePathKind = "absent" | "file" | "folder" | "subvolume" | "overlay";

/** What agents can do beyond the plain file system; depends on the node. */
export interface NodeAbilities {
  /** Of the agent; that of the gateway it came with. Older ones do not say. */
  readonly version: string | undefined;
  readonly nftables: boolean;
  /** Whether the agent's folder lies on btrfs. */
  readonly btrfs: boolean;
  readonly overlay: boolean;
  /** Archives that can be unpacked. */
  readonly archives: readonly ("tar" | "tar.gz" | "tar.xz" | "tar.zst")[];
}

/**
 * What must be done on a node as root and libvirt does not do: a fixed list of verbs with checked arguments. Only the engine's
 * steps call what changes anything. Each verb is idempotent: what is as wanted stays so and is no error.
 *
 * Throws a `Fault`: `invalid` for arguments that are not what is described here, `absent` for a source that is not there, `exists`
 * for a target that is something else, `unsupported` when the node lacks the means, `denied` when the gateway may not use the
 * agent, `unreachable`, `timeout`, else `driver-failed`.
 */
export interface NodeAgent {
  readonly node: string;
  abilities(limit: CallLimit): Promise<NodeAbilities>;
  /** What lies at a path; reads only. */
  inspect(path: NodePath, limit: CallLimit): Promise<NodePathKind>;
  /** Octets and files below a path, each hard-linked file once, without following links; reads only. */
  diskUsage(path: NodePath, limit: CallLimit): Promise<TreeUsage>;
  /** @returns the table as it was last applied, or undefined when there is none; reads only */
  readForwards(name: string, limit: CallLimit): Promise<ForwardTable | undefined>;

  applyForwards(table: ForwardTable, limit: CallLimit): Promise<void>;
  removeForwards(name: string, limit: CallLimit): Promise<void>;

  /** A folder, with those above it; on btrfs a sub-volume when asked for. */
  makeFolder(path: NodePath, options: { readonly subvolume?: boolean }, limit: CallLimit): Promise<void>;
  /** Makes `target` a btrfs snapshot of the sub-volume `source`. */
  snapshotSubvolume(
    source: NodePath,
    target: NodePath,
    options: { readOnly?: boolean },
    limit: CallLimit,
  ): Promise<void>;
  /** Caps a sub-volume; `undefined` lifts the cap. */
  limitSubvolume(path: NodePath, bytes: bigint | undefined, limit: CallLimit): Promise<void>;

  mountOverlay(mount: OverlayMount, limit: CallLimit): Promise<void>;
  unmountOverlay(target: NodePath, limit: CallLimit): Promise<void>;

  /**
   * Unpacks an archive of a root file system into a folder, which must be empty or absent; entries that would lie outside it, and
   * device nodes, are refused. All of it or nothing.
   */
  unpackRoot(archive: NodePath, target: NodePath, limit: CallLimit): Promise<void>;
  /** Puts files into a root file system, each at once. */
  placeFiles(root: NodePath, files: readonly PlacedFile[], limit: CallLimit): Promise<void>;
  /** Removes a folder and all in it, sub-volumes too, but never what is mounted there. */
  removeTree(path: NodePath, limit: CallLimit): Promise<void>;
}

/** The agent of a node. @throws {Fault} `unsupported` for a node without one, saying how to install it */
export type NodeAgentOf = (node: string) => NodeAgent;
