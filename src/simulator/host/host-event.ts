import type { TypedParameter } from "../../protocol/libvirt/typed-parameter.js";
import type { Lifecycle } from "../life/domain-state.js";
import type { DomainReference } from "../machine/simulated-machine.js";

/** What a host announces of its machines. `dom` is the domain as it was named at that moment. */
export type HostEvent = { readonly dom: DomainReference } & (
  | { readonly kind: "lifecycle"; readonly lifecycle: Lifecycle }
  | { readonly kind: "reboot" }
  | { readonly kind: "balloon-change"; readonly actualKiB: number }
  | { readonly kind: "metadata-change"; readonly type: number; readonly uri: string | undefined }
  | { readonly kind: "agent-lifecycle"; readonly state: number; readonly reason: number }
  | { readonly kind: "job-completed"; readonly params: readonly TypedParameter[] }
  | { readonly kind: "tunable"; readonly params: readonly TypedParameter[] }
  | { readonly kind: "device-added"; readonly alias: string }
  | { readonly kind: "device-removed"; readonly alias: string }
);

export type HostEventKind = HostEvent["kind"];
