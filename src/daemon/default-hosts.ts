import { type LibvirtTarget, parseLibvirtUri, type UserDirectories } from "../driver/uri.js";
import type { HostConfiguration } from "./options.js";
import { hostConfiguration } from "./read-configuration.js";

/** How to look at the libvirt daemons of this computer. */
export interface LibvirtProbe {
  /** Whether there is a socket at `path` that this user may open. */
  canOpen(path: string): Promise<boolean>;
  /** Whether the daemon behind one of the target's sockets opens this driver for this user; `undefined` when it did not say in time. */
  offers(target: LibvirtTarget): Promise<boolean | undefined>;
}

/** Hosts that may be there without having been configured; the second list counts only when the first has none. */
const candidates = [
  [
    { name: "qemu", uri: "qemu:///system" },
    { name: "lxc", uri: "lxc:///system" },
    { name: "xen", uri: "xen:///system" },
    { name: "openvz", uri: "openvz:///system" },
  ],
  [{ name: "qemu", uri: "qemu:///session" }],
] as const;

/**
 * The hosts of this computer's libvirt, read-only, for a gateway without configured hosts: through the monolithic daemon's socket or
 * the modular ones, else those of the user's own daemon.
 * @returns nothing when this user can open no libvirt socket
 */
export async function findLocalHosts(
  probe: LibvirtProbe,
  directories: UserDirectories,
): Promise<readonly HostConfiguration[]> {
  for (const group of candidates) {
    const found = await Promise.all(group.map((candidate) => find(candidate, probe, directories)));
    const hosts = found.filter((host) => host !== undefined);
    if (hosts.length > 0) return hosts;
  }
  return [];
}

async function find(
  { name, uri }: { readonly name: string; readonly uri: string },
  probe: LibvirtProbe,
  directories: UserDirectories,
): Promise<HostConfiguration | undefined> {
  const sessionless = uri.endsWith("/session") && !directories.runtime && !directories.cache && !directories.home;
  if (sessionless) return undefined;
  const target = parseLibvirtUri(uri, false, directories);
  const openable = await Promise.all(
    target.sockets.map((socket) => socket.via === "unix" && probe.canOpen(socket.path)),
  );
  const sockets = target.sockets.filter((_, index) => openable[index]);
  if (sockets.length === 0) return undefined;
  // A daemon that takes long to answer is there all the same; its host shows up as connecting.
  if ((await probe.offers({ ...target, sockets })) === false) return undefined;
  return hostConfiguration({ name, uri });
}
