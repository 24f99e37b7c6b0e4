import type { Technology } from "./machine.js";
import type { Network } from "./network.js";
import type { NodeFacts, NodeNic, NodeUse } from "./node.js";
import type { Pool } from "./pool.js";
import type { HostResources } from "./resources.js";

/** What a host's driver tells about itself and the computer it runs on; `undefined` where the driver cannot say. */
export interface HostFacts {
  /** libvirt's driver name as `connect_get_type` gives it: `QEMU`, `LXC`, `Xen`, … */
  readonly driver: string;
  /** Whether KVM is offered beside plain emulation. */
  readonly kvm: boolean;
  readonly technology: Technology;
  /** Version of the hypervisor, `7.2.19`. */
  readonly hypervisorVersion: string | undefined;
  readonly libvirtVersion: string;
  /** The computer's own name. */
  readonly hostname: string;
  /** The computer's UUID: hosts with the same one share a node. */
  readonly nodeUuid: string | undefined;
  readonly architecture: string | undefined;
  readonly cpuModel: string | undefined;
  /** Physical CPUs that are online. */
  readonly cpuCount: number | undefined;
  /** Physical CPUs, online or not: their numbers go from 0 up to this. */
  readonly physicalCpuCount: number | undefined;
  readonly memoryKiB: number | undefined;
  /** Whether the gateway runs on that computer. */
  readonly local: boolean;
  /** Wall time, milliseconds, since which the hypervisor is up: the kernel's start when local, else this connection's. */
  readonly upSince: number;
}

export type LinkState = "connecting" | "up" | "down";

/** One libvirt connection: a hypervisor or container driver, named in the configuration. */
export interface Host {
  readonly name: string;
  /** As configured, never with credentials. */
  readonly uri: string;
  readonly simulated: boolean;
  readonly allowWrite: boolean;
  readonly link: LinkState;
  /** Why the link is down, in words. */
  readonly linkReason: string | undefined;
  /** Wall time of the last change of `link`, milliseconds. */
  readonly linkSince: number;
  /** From the first contact on; kept while the link is down. */
  readonly facts: HostFacts | undefined;
  /** True once all machines have been listed since the gateway started. */
  readonly complete: boolean;
  /** Wall time of the last machine that came or went, milliseconds; `undefined` before the first listing. */
  readonly membershipChangedAt: number | undefined;
  /** Monotonic time of the last complete listing. */
  readonly listedAt: number | undefined;
  /** The computer under it, as this host tells of it; `nodesOf` puts together what several tell. */
  readonly resources: HostResources;
}

/** The computer under one or more hosts; derived, see `nodesOf`. */
export interface Node {
  /** The computer's UUID, or the host's name where the driver tells none. */
  readonly id: string;
  readonly hostname: string;
  readonly hosts: readonly string[];
  readonly build: NodeFacts | undefined;
  readonly use: NodeUse | undefined;
  readonly nics: readonly NodeNic[] | undefined;
  /** Each once, however many hosts tell of it, in the order of their names. */
  readonly pools: readonly Pool[];
  readonly networks: readonly Network[];
}
