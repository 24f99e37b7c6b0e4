import type { Host } from "../../inventory/host.js";
import type { host as shape } from "../../schema/generated/virtgate-host.js";
import type { LeafRows, LeafValue } from "../bind-leaves.js";
import { technologyIdentity } from "./technology.js";

/** What the entry of a host is read from. */
export interface HostRow {
  readonly host: Host;
  readonly machineCount: number;
  /** Where it was named. */
  readonly origin: LeafValue<typeof shape.children.origin>;
}

/** /hosts/host, without its machines. `uri` and `allow-write` are the values in use. */
export const hostRows: LeafRows<typeof shape, HostRow> = {
  name: ({ host }) => host.name,
  uri: ({ host }) => host.uri,
  "allow-write": ({ host }) => host.allowWrite,
  origin: ({ origin }) => origin,
  simulated: ({ host }) => host.simulated,
  link: ({ host }) => host.link,
  "link-reason": ({ host }) => host.linkReason,
  "link-since": ({ host }) => host.linkSince,
  complete: ({ host }) => host.complete,
  driver: ({ host }) => host.facts?.driver,
  technology: ({ host }) => host.facts && technologyIdentity[host.facts.technology],
  "hypervisor-version": ({ host }) => host.facts?.hypervisorVersion,
  "libvirt-version": ({ host }) => host.facts?.libvirtVersion,
  "up-since": ({ host }) => host.facts?.upSince,
  node: ({ host }) => host.facts?.nodeUuid ?? host.name,
  "machine-count": ({ machineCount }) => machineCount,
};
