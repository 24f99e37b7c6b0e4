import { Fault } from "../base/fault.js";
import { type SshWay, sshWays } from "../transport/ssh-identity.js";
import { hypervisors, type LibvirtDriver } from "./hypervisor.js";

/** A unix socket of this computer to try. */
export interface UnixSocket {
  readonly via: "unix";
  readonly path: string;
  /** Whether the connection is opened read-only on it. */
  readonly readOnly: boolean;
}

/** A daemon that listens for TLS. */
export interface TlsSocket {
  readonly via: "tls";
  /** A name or an address, which the daemon's certificate must have. */
  readonly host: string;
  readonly port: number;
  /** The folder of `cacert.pem`, `clientcert.pem` and `clientkey.pem`; undefined for the usual places. */
  readonly pkiPath: string | undefined;
  readonly readOnly: boolean;
}

/** A unix socket of a server that is reached by SSH. */
export interface SshSocket {
  readonly via: "ssh";
  readonly host: string;
  readonly port: number;
  /** undefined for the name that the gateway's own user has. */
  readonly user: string | undefined;
  /** The socket there. */
  readonly path: string;
  /** A private key; undefined for the usual ones. */
  readonly keyFile: string | undefined;
  /** The only file of known hosts to believe; undefined for the usual ones. */
  readonly knownHosts: string | undefined;
  /** Ways to log in, in their order; undefined for all that there is something for. */
  readonly ways: readonly SshWay[] | undefined;
  readonly readOnly: boolean;
}

/** Where a daemon may listen. */
export type SocketCandidate = UnixSocket | TlsSocket | SshSocket;

/** What a libvirt URI asks for. */
export interface LibvirtTarget {
  readonly hypervisor: LibvirtDriver;
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

const TLS_PORT = 16_514;
const SSH_PORT = 22;
/** What a URI with SSH may say beside what goes to the daemon. */
const sshParameters = ["socket", "mode", "name", "keyfile", "known_hosts", "sshauth"];

const advice = 'write a URI such as "qemu:///system", "lxc:///system" or "qemu+unix:///system?socket=/path"';

/**
 * Reads a libvirt URI: unix sockets of this computer or, by SSH, of another, or TLS. A read-only connection tries the read-only sockets first, then opens
 * the others read-only, since a user's own daemon has no others.
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
  const way = transport?.toLowerCase() ?? (remote ? "tls" : "unix");
  if (way !== "unix" && way !== "tls" && way !== "ssh") {
    throw new Fault(
      "unsupported",
      `the transport ${way} is not supported: use ssh or tls, or run the gateway on that host and use unix`,
    );
  }
  if (remote && way === "unix")
    throw new Fault("invalid", `a unix socket is on this computer, leave out the server's name: ${advice}`);
  if (path === "/embed") throw new Fault("unsupported", "an embedded driver lives in one program only; use /system");

  const parameters = new URLSearchParams(query);
  const kept = new URLSearchParams([...parameters].filter(([name]) => !transportParameters.has(name)));
  if (!hypervisor.foreign) kept.delete("no_verify");
  const name = `${hypervisor.scheme}://${hypervisor.foreign ? authority : ""}${path}${kept.size > 0 ? `?${kept}` : ""}`;
  const socket = parameters.get("socket");
  const mode = parameters.get("mode") ?? "auto";
  if (!["auto", "direct", "legacy"].includes(mode)) throw new Fault("invalid", 'mode is "auto", "direct" or "legacy"');
  const target = { hypervisor, name: parameters.get("name") ?? name };
  if (way === "tls") return { ...target, sockets: [tlsSocket(authority, parameters, allowWrite)] };
  if (way === "ssh") {
    const found = parameters.get("socket");
    const there =
      found === null ? remoteSockets(hypervisor, path, mode, allowWrite) : [unix(requirePath(found), !allowWrite)];
    const server = sshServer(authority, parameters);
    return { ...target, sockets: there.map((socket) => ({ ...socket, ...server, via: "ssh" })) };
  }
  const sockets: readonly SocketCandidate[] = socket
    ? [{ via: "unix", path: socket, readOnly: !allowWrite }]
    : defaultSockets(hypervisor, path, mode, allowWrite, directories);
  return { ...target, sockets };
}

function tlsSocket(authority: string, parameters: URLSearchParams, allowWrite: boolean): TlsSocket {
  if (/^[1-9]/.test(parameters.get("no_verify") ?? "")) {
    throw new Fault("invalid", "the daemon's certificate is always verified: leave out no_verify");
  }
  const { host, port } = serverOf(authority, TLS_PORT) ?? noServer("TLS", "qemu+tls://kvm1.example.net/system");
  return { via: "tls", host, port, pkiPath: parameters.get("pkipath") ?? undefined, readOnly: !allowWrite };
}

interface Server {
  readonly user: string | undefined;
  readonly host: string;
  readonly port: number;
}

function serverOf(authority: string, usualPort: number): Server | undefined {
  const server = /^(?:([^@]*)@)?(?:\[([0-9a-f:.]+)\]|([^[\]:@]+))(?::(\d{1,5}))?$/i.exec(authority);
  const host = server?.[2] ?? server?.[3];
  const port = Number(server?.[4] ?? usualPort);
  return host === undefined || port === 0 || port > 65_535 ? undefined : { user: server?.[1], host, port };
}

function noServer(way: string, example: string): never {
  throw new Fault("invalid", `${way} needs a server, as in ${example}: write "host" or "host:port"`);
}

function sshServer(authority: string, parameters: URLSearchParams): Omit<SshSocket, "via" | "path" | "readOnly"> {
  const { user, host, port } = serverOf(authority, SSH_PORT) ?? noServer("SSH", "qemu+ssh://root@kvm1/system");
  if (/^[1-9]/.test(parameters.get("no_verify") ?? "")) {
    throw new Fault("invalid", "the server's key is always verified: leave out no_verify");
  }
  for (const [name, value] of parameters) {
    const harmless = (name === "no_verify" || name === "no_tty") && value !== "";
    if (harmless || sshParameters.includes(name)) continue;
    throw new Fault(
      "unsupported",
      `a URI with SSH cannot have the parameter ${JSON.stringify(name.slice(0, 32))}: leave it out, there are ${sshParameters.join(", ")}`,
    );
  }
  const ways = parameters.get("sshauth")?.split(",");
  const known = (way: string): way is SshWay => sshWays.some((one) => one === way);
  if (ways && !ways.every(known)) throw new Fault("invalid", `sshauth is a list: write some of ${sshWays.join(",")}`);
  const file = (name: string): string | undefined => {
    const path = parameters.get(name);
    return path === null ? undefined : requirePath(path);
  };
  const name = decoded(user);
  return { user: name, host, port, keyFile: file("keyfile"), knownHosts: file("known_hosts"), ways };
}

/** A user's name, in which `%` stands for what a URI cannot hold. */
function decoded(user: string | undefined): string | undefined {
  if (user === undefined) return undefined;
  try {
    const name = decodeURIComponent(user);
    if (name !== "") return name;
  } catch {}
  throw new Fault("invalid", "the user's name is not as URIs have it: write user@host");
}

/** The gateway may be started in any folder, and the daemon's computer has none at all. */
function requirePath(path: string): string {
  // A NUL would end it early.
  if (path.startsWith("/") && !path.includes("\0")) return path;
  throw new Fault("invalid", "a file in a URI with SSH is not absolute: write the whole path, beginning with /");
}

function remoteSockets(hypervisor: LibvirtDriver, path: string, mode: string, allowWrite: boolean) {
  if (path === "/session") {
    const example = "?socket=/run/user/1000/libvirt/libvirt-sock";
    throw new Fault("invalid", `where a user's own daemon listens there is not known: write it as in ${example}`);
  }
  return defaultSockets(hypervisor, path, mode, allowWrite, {});
}

function defaultSockets(
  hypervisor: LibvirtDriver,
  path: string,
  mode: string,
  allowWrite: boolean,
  directories: UserDirectories,
): readonly UnixSocket[] {
  const session = path === "/session";
  const directory = session ? sessionDirectory(directories) : "/run/libvirt";
  const names: string[] = [];
  if (hypervisor.daemon !== undefined && mode !== "legacy") names.push(`virt${hypervisor.daemon}d-sock`);
  if (hypervisor.daemon === undefined || mode !== "direct") names.push("libvirt-sock");
  const writable = names.map((name) => unix(`${directory}/${name}`, !allowWrite));
  if (allowWrite || session) return writable;
  return [...names.map((name) => unix(`${directory}/${name}-ro`, true)), ...writable];
}

function unix(path: string, readOnly: boolean): UnixSocket {
  return { via: "unix", path, readOnly };
}

function sessionDirectory({ runtime, cache, home }: UserDirectories): string {
  if (runtime) return `${runtime}/libvirt`;
  if (cache) return `${cache}/libvirt`;
  if (home) return `${home}/.cache/libvirt`;
  throw new Fault("invalid", "the socket of /session cannot be found without XDG_RUNTIME_DIR; add ?socket=/path");
}
