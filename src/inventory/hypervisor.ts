import type { CallLimit, DocumentPreview } from "./hypervisor-call.js";
import type { HypervisorMachines } from "./hypervisor-machines.js";
import type { HypervisorNetworks } from "./hypervisor-networks.js";
import type { HypervisorStorage } from "./hypervisor-storage.js";
import type { ManagedObject } from "./managed-object.js";
import type { TuningScope } from "./tuning.js";

/** What may be asked of a hypervisor; a technology's capability table has an answer to each. */
export const hypervisorOperations = [
  "start",
  "shutdown",
  "reboot",
  "reset",
  "suspend",
  "resume",
  "save",
  "restore",
  "discard-saved",
  "destroy",
  "set-autostart",
  "define",
  "undefine",
  "set-memory",
  "set-vcpus",
  "limit-memory",
  "limit-cpu",
  "limit-block",
  "limit-disk",
  "limit-interface",
  "pin-vcpu",
  "pin-emulator",
  "set-numa",
  "attach-device",
  "detach-device",
  "update-device",
  "create-snapshot",
  "revert-snapshot",
  "delete-snapshot",
  "migrate",
  "create-volume",
  "clone-volume",
  "resize-volume",
  "delete-volume",
  "upload-volume",
  "download-volume",
  "define-pool",
  "build-pool",
  "start-pool",
  "stop-pool",
  "refresh-pool",
  "set-pool-autostart",
  "undefine-pool",
  "define-network",
  "start-network",
  "stop-network",
  "set-network-autostart",
  "undefine-network",
] as const;

export type HypervisorOperation = (typeof hypervisorOperations)[number];

/**
 * One host's hypervisor, to be written to. Only the engine's steps call what changes anything; an architecture test holds it.
 *
 * Every operation resolves when the hypervisor did it. It throws a `Fault`: `absent` when the object is not there, `exists` when
 * its name or UUID is taken, `invalid` for documents and values that the hypervisor refuses and for states in which the operation
 * makes no sense, `unsupported` before anything is sent when the technology lacks it, `busy` while another job holds the machine,
 * `denied`, `unreachable`, `timeout`, else `driver-failed`. After `unreachable` and `timeout` it is not known whether it happened;
 * the reading operations tell.
 */
export interface Hypervisor extends HypervisorMachines, HypervisorStorage, HypervisorNetworks {
  readonly host: string;
  /**
   * Why the technology cannot do this, in words for people; `undefined` when it can. Known without asking the host, from its
   * technology; for what can be changed live or in the configuration, `scope` says which.
   */
  lacks(operation: HypervisorOperation, scope?: TuningScope): string | undefined;
  /**
   * The object's document in libvirt's XML, as it will be at the next start for what has two.
   * @returns undefined when there is no such object
   */
  readDocument(object: ManagedObject, limit: CallLimit): Promise<string | undefined>;
  /**
   * What defining `document` would change, compared without what libvirt fills in or orders by itself; `undefined` to
   * undefine. Reads only. @throws {Fault} `invalid` for a document that does not parse
   */
  previewDocument(object: ManagedObject, document: string | undefined, limit: CallLimit): Promise<DocumentPreview>;
}

/** The hypervisor of a host. @throws {Fault} `absent` for a host that is not served, `denied` for one without `allow_write` */
export type HypervisorOf = (host: string) => Hypervisor;
