import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import type { Dialer } from "../base/channel.js";
import { Fault, reasonOf } from "../base/fault.js";
import { socketChannel } from "./socket-channel.js";

export interface TlsServer {
  /** A name or an address; the server's certificate must be for it. */
  readonly host: string;
  readonly port: number;
  /** PEM files, read for each connection, so that renewed ones are used at once. */
  readonly files: { readonly ca: string; readonly certificate: string; readonly key: string };
}

const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";

/**
 * Opens channels to a TLS server that wants to know its clients by certificate. Both sides are verified, always.
 *
 * The dialer throws `Fault` "unreachable" when nobody answers, "denied" when either side does not trust the other, "invalid"
 * when our own files are missing or not for this, "timeout".
 */
export function tlsDialer({ host, port, files }: TlsServer): Dialer {
  const address = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  return {
    address,
    async dial(timeoutMs) {
      const [ca, cert, key] = await Promise.all([readPem(files.ca), readPem(files.certificate), readPem(files.key)]);
      requireForClients(cert, files.certificate);
      const servername = isIP(host) === 0 ? { servername: host } : {};
      return new Promise((resolve, reject) => {
        const socket = openSocket({ host, port, ca, cert, key, ...servername }, files);
        const fail = (fault: Fault): void => {
          clearTimeout(timer);
          socket.destroy();
          reject(fault);
        };
        const timer = setTimeout(
          () => fail(new Fault("timeout", `${address} did not complete a TLS handshake within ${timeoutMs} ms`)),
          timeoutMs,
        );
        const failed = (error: Error): void => fail(faultFor(address, error));
        const ended = (): void => fail(new Fault("unreachable", `${address} ended the connection in the handshake`));
        socket.once("error", failed);
        socket.once("close", ended);
        socket.once("secureConnect", () => {
          clearTimeout(timer);
          socket.off("error", failed);
          socket.off("close", ended);
          socket.setNoDelay(true);
          resolve(socketChannel(socket, address));
        });
      });
    },
  };
}

interface Settings {
  readonly host: string;
  readonly port: number;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly servername?: string;
}

function openSocket(settings: Settings, files: TlsServer["files"]): TLSSocket {
  try {
    return connect({ ...settings, minVersion: "TLSv1.2", rejectUnauthorized: true });
  } catch (error) {
    // A key that does not fit, or octets that are no PEM: Node says so before anything is sent.
    const what = `${files.ca}, ${files.certificate} and ${files.key} cannot be used`;
    throw new Fault("invalid", `${what}: ${reasonOf(error)}`, { cause: error });
  }
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") throw new Fault("invalid", `${path} does not exist; TLS to a libvirt daemon needs it`);
    throw new Fault("invalid", `${path} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

/** A server would end the connection without a word about a certificate that is no client's, or too old. */
function requireForClients(pem: string, path: string): void {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch (error) {
    throw new Fault("invalid", `${path} is no certificate in PEM form`, { cause: error });
  }
  // Absent means any use. Node's types do not know that.
  const usage = certificate.keyUsage as readonly string[] | undefined;
  if (usage && !usage.includes(CLIENT_AUTHENTICATION)) {
    throw new Fault("invalid", `${path} is not for TLS clients: its extended key usage lacks clientAuth`);
  }
  if (Date.parse(certificate.validTo) < Date.now()) {
    throw new Fault("invalid", `${path} was valid until ${certificate.validTo}: renew it`);
  }
}

function faultFor(address: string, error: Error): Fault {
  const code = "code" in error ? String(error.code) : "";
  if (code === "ECONNREFUSED") {
    return new Fault("unreachable", `nobody listens on ${address}: is the daemon running and listening for TLS?`, {
      cause: error,
    });
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return new Fault("unreachable", `the name of ${address} cannot be resolved`, { cause: error });
  }
  if (code.startsWith("ERR_SSL_") && code.includes("ALERT")) {
    return new Fault("denied", `${address} does not accept our certificate: ${reasonOf(error)}`, { cause: error });
  }
  if (/CERT|SIGNATURE|CRL|ISSUER|HOSTNAME|CA_|PATH_LENGTH|INVALID_PURPOSE/.test(code)) {
    return new Fault("denied", `the certificate of ${address} is not trusted: ${reasonOf(error)}`, { cause: error });
  }
  return new Fault("unreachable", `${address}: ${reasonOf(error)}`, { cause: error });
}
