import { Fault } from "../base/fault.js";
import { type Hypervisor, hypervisors } from "./hypervisor.js";

/** A unix socket to try. */
export interface SocketCandidate {
  readonly path: string;
  /** Whether the connection is opened read-only on it. */
  readonly readOnly: boolean;
}

/** What a libvirt URI asks for. */
export interface LibvirtTarget {
  readonly hypervisor: Hypervisor;
  /** What to give to the daemon: the URI without the transport and what belongs to it. */
  readonly name: string;
  /** In the order in which to try them. */
  readonly sockets: readonly SocketCandidate[];
}

/** What decides where a user's own daemon listens, as the environment has it. */
export interface UserDirectories {
  /** `XDG_RUNTIME_DIR` */
  readonly runtime?: string | undefined;
  /** `XDG_CACHE_HOME` */
  readonly cache?: string | undefined;
  /** `HOME` */
  readonly home?: string | undefined;
}

/** Parameters that say how to reach the daemon; the rest is the driver's business. */
const transportParameters = new Set(
  "name command socket auth netcat keyfile pkipath known_hosts sshauth mode proxy no_sanity no_tty tls_priority".split(
    " ",
  ),
);

const advice = 'write a URI such as "qemu:///system", "lxc:///system" or "qemu+unix:///system?socket=/path"';

/**
 * Reads a libvirt URI. Unix sockets are the only transport so far. A read-only connection tries the read-only sockets
 * first, then opens the others read-only, since a user's own daemon has no others.
 * @throws {Fault} `invalid` for what is no such URI or has a password in it, `unsupported` for a transport or driver
 *   that the gateway does not have; messages do not repeat what may be secret
 */
export function parseLibvirtUri(uri: string, allowWrite: boolean, directories: UserDirectories = {}): LibvirtTarget {
  const match = /^([a-z][a-z0-9]*)(?:\+([a-z0-9]+))?:\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?$/i.exec(uri);
  if (!match) throw new Fault("invalid", `this is not a libvirt URI: ${advice}`);
  const [, scheme = "", transport, authority = "", path = "", query = ""] = match;
  const hypervisor = hypervisors.find((row) => row.scheme === scheme.toLowerCase());
  if (!hypervisor)
    throw new Fault("unsupported", `libvirt has no driver "${scheme}" that the gateway knows: ${advice}`);
  if (/^[^@]*:[^@]*@/.test(authority)) {
    throw new Fault("invalid", "a password does not belong in a URI; put it in the libvirt daemon's auth.conf");
  }
  const remote = authority !== "" && !hypervisor.foreign;
  if ((transport !== undefined && transport.toLowerCase() !== "unix") || (remote && transport === undefined)) {
    const what = transport?.toLowerCase() ?? "tls";
    throw new Fault(
      "unsupported",
      `the transport ${what} is not supported yet: run the gateway on that host and use unix`,
    );
  }
  if (remote) throw new Fault("invalid", `a unix socket is on this computer, leave out the server's name: ${advice}`);
  if (path === "/embed") throw new Fault("unsupported", "an embedded driver lives in one program only; use /system");

  const parameters = new URLSearchParams(query);
  const kept = new URLSearchParams([...parameters].filter(([name]) => !transportParameters.has(name)));
  const name = `${hypervisor.scheme}://${authority}${path}${kept.size > 0 ? `?${kept}` : ""}`;
  const socket = parameters.get("socket");
  const mode = parameters.get("mode") ?? "auto";
  if (!["auto", "direct", "legacy"].includes(mode)) throw new Fault("invalid", 'mode is "auto", "direct" or "legacy"');
  return {
    hypervisor,
    name: parameters.get("name") ?? name,
    sockets: socket
      ? [{ path: socket, readOnly: !allowWrite }]
      : defaultSockets(hypervisor, path, mode, allowWrite, directories),
  };
}

function defaultSockets(
  hypervisor: Hypervisor,
  path: string,
  mode: string,
  allowWrite: boolean,
  directories: UserDirectories,
): readonly SocketCandidate[] {
  const session = path === "/session";
  const directory = session ? sessionDirectory(directories) : "/run/libvirt";
  const names: string[] = [];
  if (hypervisor.daemon !== undefined && mode !== "legacy") names.push(`virt${hypervisor.daemon}d-sock`);
  if (hypervisor.daemon === undefined || mode !== "direct") names.push("libvirt-sock");
  const writable = names.map((name) => ({ path: `${directory}/${name}`, readOnly: !allowWrite }));
  if (allowWrite || session) return writable;
  return [...names.map((name) => ({ path: `${directory}/${name}-ro`, readOnly: true })), ...writable];
}

function sessionDirectory({ runtime, cache, home }: UserDirectories): string {
  if (runtime) return `${runtime}/libvirt`;
  if (cache) return `${cache}/libvirt`;
  if (home) return `${home}/.cache/libvirt`;
  throw new Fault("invalid", "the socket of /session cannot be found without XDG_RUNTIME_DIR; add ?socket=/path");
}
