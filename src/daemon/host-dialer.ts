import { join } from "node:path";
import type { Dialer } from "../base/channel.js";
import type { SocketCandidate, TlsSocket } from "../driver/uri.js";
import { tlsDialer } from "../transport/tls-dialer.js";
import { unixDialer } from "../transport/unix.js";

/** PEM files for TLS; what is missing is at its usual place. */
export interface TlsFiles {
  readonly ca: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

/** How one host is reached, beyond what its URI says. */
export interface HostAccess {
  readonly tls?: TlsFiles;
}

/** Where libvirt's own clients look. */
const usual = {
  ca: "/etc/pki/CA/cacert.pem",
  certificate: "/etc/pki/libvirt/clientcert.pem",
  key: "/etc/pki/libvirt/private/clientkey.pem",
};

/** How the gateway reaches the sockets of one host. */
export function hostDialer({ tls }: HostAccess): (socket: SocketCandidate) => Dialer {
  return (socket) => {
    if (socket.via === "unix") return unixDialer(socket.path);
    const { host, port } = socket;
    return tlsDialer({ host, port, files: filesFor(socket, tls) });
  };
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
