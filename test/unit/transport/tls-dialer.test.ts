import { writeFileSync } from "node:fs";
import type { AddressInfo, Socket } from "node:net";
import { createServer as createPlainServer } from "node:net";
import { join } from "node:path";
import { createServer, type TLSSocket } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Channel } from "../../../src/base/channel.js";
import { tlsDialer } from "../../../src/transport/tls-dialer.js";
import { type MadeCertificate, makeCertificate, writeCertificate } from "../../support/certificates.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const authority = await makeCertificate("authority", { usage: "authority" });
const stranger = await makeCertificate("stranger", { usage: "authority" });
const server = await makeCertificate("server", {
  issuer: authority,
  usage: "server",
  names: ["localhost", "127.0.0.1"],
});
const client = await makeCertificate("client", { issuer: authority, usage: "client" });

interface Setup {
  readonly server?: MadeCertificate;
  readonly client?: MadeCertificate;
  readonly ca?: MadeCertificate;
  readonly onSocket?: (socket: TLSSocket) => void;
}

/** A server on loopback and a dialer to it. */
async function open(setup: Setup = {}) {
  const folder = temporaryFolder();
  const identity = setup.server ?? server;
  const listening = createServer(
    { cert: identity.certificate, key: identity.key, ca: authority.certificate, requestCert: true },
    setup.onSocket,
  );
  listening.on("tlsClientError", () => {});
  const sockets = new Set<{ destroy(): void }>();
  listening.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    listening.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = listening.address() as AddressInfo;
  const ca = writeCertificate(folder, setup.ca ?? authority).certificate;
  return { port, files: { ca, ...writeCertificate(folder, setup.client ?? client) }, folder };
}

function nextOctets(channel: Channel): Promise<string> {
  return new Promise((resolve, reject) => {
    channel.listen({ onData: (octets) => resolve(octets.toString()), onClose: reject });
  });
}

describe("tlsDialer().dial()", () => {
  test("opens a channel in both directions, to a name and to an address", async () => {
    for (const host of ["localhost", "127.0.0.1"]) {
      const { port, files } = await open({ onSocket: (socket) => socket.on("data", (octets) => socket.write(octets)) });
      const channel = await tlsDialer({ host, port, files }).dial(20_000);
      channel.write(Buffer.from("hello"));
      expect(await nextOctets(channel)).toBe("hello");
      channel.close();
    }
  });

  test("refuses a server of another authority, of another name, for clients, or too old", async () => {
    const bad = [
      await makeCertificate("server", { issuer: stranger, usage: "server", names: ["127.0.0.1"] }),
      await makeCertificate("server", { issuer: authority, usage: "server", names: ["127.0.0.2", "localhost"] }),
      await makeCertificate("server", { issuer: authority, usage: "client", names: ["127.0.0.1"] }),
      await makeCertificate("server", { issuer: authority, usage: "server", names: ["127.0.0.1"], days: -1 }),
    ];
    for (const identity of bad) {
      const { port, files } = await open({ server: identity });
      await expect(tlsDialer({ host: "127.0.0.1", port, files }).dial(20_000)).rejects.toMatchObject({
        code: "denied",
        message: expect.stringContaining("is not trusted"),
      });
    }
  });

  test("refuses to begin with a certificate of our own that no server would accept", async () => {
    const forServers = await makeCertificate("client", { issuer: authority, usage: "server" });
    const old = await makeCertificate("client", { issuer: authority, usage: "client", days: -1 });
    for (const [made, words] of [
      [forServers, "clientAuth"],
      [old, "renew"],
    ] as const) {
      const { port, files } = await open({ client: made });
      await expect(tlsDialer({ host: "127.0.0.1", port, files }).dial(20_000)).rejects.toMatchObject({
        code: "invalid",
        message: expect.stringContaining(words),
      });
    }
  });

  test("names the file that is missing, or is not what it should be", async () => {
    const { port, files, folder } = await open();
    const rubbish = join(folder, "rubbish.pem");
    writeFileSync(rubbish, "rubbish");
    for (const [wrong, words] of [
      [{ ca: "/absent/ca.pem" }, "/absent/ca.pem does not exist"],
      [{ ca: folder }, "cannot be read"],
      [{ certificate: rubbish }, "no certificate"],
      [{ key: rubbish }, "cannot be used"],
    ] as const) {
      const dialer = tlsDialer({ host: "127.0.0.1", port, files: { ...files, ...wrong } });
      await expect(dialer.dial(20_000)).rejects.toMatchObject({
        code: "invalid",
        message: expect.stringContaining(words),
      });
    }
  });

  test("tells who does not answer, who is no TLS server and who stays silent", async () => {
    const { files } = await open();
    const plain = createPlainServer((socket) => {
      socket.on("error", () => {});
      socket.end("SSH-2.0-no\r\n");
    });
    const silent = createPlainServer((socket) => void socket.on("error", () => {}).resume());
    const ports: number[] = [];
    const sockets: Socket[] = [];
    for (const listening of [plain, silent]) {
      listening.on("connection", (socket) => sockets.push(socket));
      await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
      ports.push((listening.address() as AddressInfo).port);
    }
    const [plainPort = 0, silentPort = 0] = ports;
    const dial = (port: number, timeoutMs: number) => tlsDialer({ host: "127.0.0.1", port, files }).dial(timeoutMs);
    await expect(dial(plainPort, 20_000)).rejects.toMatchObject({ code: "unreachable" });
    await expect(dial(silentPort, 100)).rejects.toMatchObject({ code: "timeout" });
    for (const socket of sockets) socket.destroy();
    for (const listening of [plain, silent]) await new Promise((resolve) => listening.close(resolve));
    await expect(dial(plainPort, 20_000)).rejects.toMatchObject({ code: "unreachable" });
  });
});
