import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import type { Dialer } from "../base/channel.js";
import type { SocketCandidate, SshSocket, TlsSocket } from "../driver/uri.js";
import { SshClient } from "../transport/ssh-client.js";
import { sshWays } from "../transport/ssh-identity.js";
import { tlsDialer } from "../transport/tls-dialer.js";
import { unixDialer } from "../transport/unix.js";
import { readSecret } from "./secret-file.js";

/** PEM files for TLS; what is missing is at its usual place. */
export interface TlsFiles {
  readonly ca: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

/** Files with what SSH asks for. */
export interface SshFiles {
  readonly password: string | undefined;
  /** Opens the key. */
  readonly passphrase: string | undefined;
}

/** How one host is reached, beyond what its URI says. */
export interface HostAccess {
  readonly tls?: TlsFiles;
  readonly ssh?: SshFiles;
  /** The keys of SSH servers that were accepted, a file in OpenSSH's format; there may be none yet. */
  readonly pins?: string;
}

/** Where libvirt's own clients look. */
const usual = {
  ca: "/etc/pki/CA/cacert.pem",
  certificate: "/etc/pki/libvirt/clientcert.pem",
  key: "/etc/pki/libvirt/private/clientkey.pem",
};

/** How the gateway reaches the sockets of one host. All channels to one server share one SSH connection. */
export function hostDialer(access: HostAccess): (socket: SocketCandidate) => Dialer {
  const clients = new Map<string, SshClient>();
  return (socket) => {
    switch (socket.via) {
      case "unix":
        return unixDialer(socket.path);
      case "tls": {
        const { host, port } = socket;
        return tlsDialer({ host, port, files: filesFor(socket, access.tls) });
      }
      case "ssh": {
        const { user, host, port } = socket;
        const server = JSON.stringify([user, host, port]);
        const client = clients.get(server) ?? sshClient(socket, access);
        clients.set(server, client);
        return client.dialer(socket.path);
      }
    }
  };
}

/** Where OpenSSH's own client looks. */
const sshKeys = ["id_ed25519", "id_ecdsa", "id_rsa"];

function sshClient(socket: SshSocket, { ssh, pins }: HostAccess): SshClient {
  const { host, port, user = userInfo().username, keyFile, ways = sshWays } = socket;
  const folder = join(homedir(), ".ssh");
  const chosen = keyFile !== undefined;
  const agent = chosen ? undefined : process.env["SSH_AUTH_SOCK"] || undefined;
  return new SshClient({
    server: { host, port },
    identity: {
      user,
      keyFiles: chosen ? [keyFile] : sshKeys.map((name) => join(folder, name)),
      chosen,
      agent,
      passphrase: secretIn(ssh?.passphrase),
      password: secretIn(ssh?.password),
      ways,
    },
    knownHosts: knownHostsFiles(socket, pins),
  });
}

/** A file that the URI names is believed alone. */
function knownHostsFiles({ knownHosts }: SshSocket, pins: string | undefined): readonly string[] {
  if (knownHosts !== undefined) return [knownHosts];
  const usualFiles = [join(homedir(), ".ssh", "known_hosts"), "/etc/ssh/ssh_known_hosts"];
  return pins === undefined ? usualFiles : [pins, ...usualFiles];
}

function secretIn(file: string | undefined) {
  return file === undefined ? undefined : () => readSecret(file);
}

/** The configuration's files come before the URI's folder, and that before the usual places. */
function filesFor({ pkiPath }: TlsSocket, given: TlsFiles | undefined) {
  const folder =
    pkiPath === undefined
      ? usual
      : {
          ca: join(pkiPath, "cacert.pem"),
          certificate: join(pkiPath, "clientcert.pem"),
          key: join(pkiPath, "clientkey.pem"),
        };
  return {
    ca: given?.ca ?? folder.ca,
    certificate: given?.certificate ?? folder.certificate,
    key: given?.key ?? folder.key,
  };
}
