/** Whether the program inside that answers questions is there; `none`: the machine has no channel for one. */
export type AgentState = "connected" | "disconnected" | "none";

/** A file system as the guest sees it. */
export interface GuestFilesystem {
  readonly mountPoint: string;
  readonly type: string | undefined;
  readonly totalBytes: bigint | undefined;
  readonly usedBytes: bigint | undefined;
}

/** What only the guest itself can tell, by its agent. */
export interface GuestFacts {
  readonly hostname: string | undefined;
  /** As the system calls itself: `Debian GNU/Linux 12 (bookworm)`. */
  readonly osName: string | undefined;
  readonly kernel: string | undefined;
  readonly timezone: string | undefined;
  readonly filesystems: readonly GuestFilesystem[];
}

/** The facts, or why there are none, in words. */
export type GuestView =
  | { readonly known: true; readonly facts: GuestFacts }
  | { readonly known: false; readonly why: string };

/** Of a machine that nobody looked into yet. */
export const unseenGuest: GuestView = { known: false, why: "not looked at yet" };
