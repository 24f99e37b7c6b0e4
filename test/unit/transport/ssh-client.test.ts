import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Channel } from "../../../src/base/channel.js";
import { Secret } from "../../../src/base/secret.js";
import { fingerprint, knownHostLine } from "../../../src/transport/known-hosts.js";
import { askHostKey, isSocketRefusal, SshClient, UnknownHostKey } from "../../../src/transport/ssh-client.js";
import { type SshIdentity, sshWays } from "../../../src/transport/ssh-identity.js";
import { makeSshKey, type SshKeyPair, type SshServerOptions, startSshServer } from "../../support/ssh-server.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const key = makeSshKey();
const PATIENCE_MS = 20_000;

const hostKeyOf = ({ parsed }: SshKeyPair) => ({ type: parsed.type, blob: parsed.getPublicSSH() });

async function listenOn(path: string, onSocket: (socket: Socket) => void): Promise<void> {
  const server = createServer(onSocket);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
}

interface Setup extends SshServerOptions {
  readonly identity?: Partial<SshIdentity>;
  /** The key that is known of the server; the right one unless said otherwise. */
  readonly known?: SshKeyPair | "none";
  readonly onSocket?: (socket: Socket) => void;
}

/** A server with a unix socket behind it that gives back what it gets, and a client of it. */
async function open({ identity, known, onSocket, ...options }: Setup = {}) {
  const folder = temporaryFolder();
  const server = await startSshServer({ keys: [key], ...options });
  const socket = join(folder, "sock");
  await listenOn(socket, onSocket ?? ((peer) => peer.on("error", () => {}).pipe(peer)));
  const keyFile = join(folder, "key");
  writeFileSync(keyFile, key.private);
  const knownHosts = join(folder, "known_hosts");
  if (known !== "none") {
    writeFileSync(knownHosts, `${knownHostLine("127.0.0.1", server.port, hostKeyOf(known ?? server.hostKey))}\n`);
  }
  const client = new SshClient({
    server: { host: "127.0.0.1", port: server.port },
    identity: { user: "ops", keyFiles: [keyFile], chosen: true, ways: sshWays, ...identity },
    knownHosts: [knownHosts],
  });
  return { server, socket, client, keyFile, folder, dial: () => client.dialer(socket).dial(PATIENCE_MS) };
}

function echoed(channel: Channel, octets: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    channel.listen({
      onData: (part) => {
        parts.push(part);
        size += part.length;
        if (size >= octets.length) resolve(Buffer.concat(parts));
      },
      onClose: (cause) => reject(cause ?? new Error("closed")),
    });
    channel.write(octets);
  });
}

function closed(channel: Channel): Promise<Error | undefined> {
  return new Promise((resolve) => channel.listen({ onData: () => {}, onClose: resolve }));
}

const secret = (text: string) => async () => new Secret(text);

describe("SshClient.dialer().dial()", () => {
  test("opens a channel to a unix socket of the server, octets unchanged in both directions", async () => {
    const { dial, server, socket } = await open();
    const octets = randomBytes(3 * 1024 * 1024 + 1);
    expect((await echoed(await dial(), octets)).equals(octets)).toBe(true);
    expect(server.asked).toEqual([socket]);
  });

  test("shares one connection between channels, and opens another when that one is gone", async () => {
    const { dial, server } = await open();
    const [first, second] = await Promise.all([dial(), dial()]);
    await Promise.all([echoed(first, Buffer.from("one")), echoed(second, Buffer.from("two"))]);
    expect(server.connections).toHaveLength(1);
    const gone = [closed(first), closed(second)];
    server.connections[0]?.end();
    for (const cause of await Promise.all(gone)) expect(cause).toMatchObject({ code: "unreachable" });
    await echoed(await dial(), Buffer.from("three"));
    expect(server.connections).toHaveLength(2);
  });

  test("ends the connection when nobody uses it any more", async () => {
    const { dial, server } = await open();
    const channel = await dial();
    const end = new Promise((resolve) => server.connections[0]?.on("close", () => resolve(undefined)));
    channel.close();
    await end;
    expect(channel.write(Buffer.from("x"))).toBe(false);
    await echoed(await dial(), Buffer.from("again"));
  });

  test("slows a sender down whose octets nobody takes, and loses none", async () => {
    const total = 12 * 1024 * 1024;
    let taken = 0;
    const { dial } = await open({
      onSocket: (peer) => {
        peer.on("error", () => {});
        const piece = Buffer.alloc(64 * 1024, 7);
        const send = (): void => {
          while (taken < total) {
            taken += piece.length;
            if (!peer.write(piece)) return void peer.once("drain", send);
          }
        };
        send();
      },
    });
    const channel = await dial();
    let received = 0;
    const whole = new Promise<void>((resolve, reject) => {
      channel.listen({
        onData: (octets) => {
          received += octets.length;
          if (received === total) resolve();
        },
        onClose: reject,
      });
    });
    channel.pause();
    // The other side goes on until every buffer between is full, which is when two looks at it see the same.
    for (let before = -1; before !== taken; ) {
      before = taken;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(taken).toBeLessThan(total);
    channel.resume();
    await whole;
  });

  test("logs in with a password, asked for or not, and with an encrypted key", async () => {
    for (const interactive of [false, true]) {
      const { dial } = await open({
        ...{ keys: [], password: "pässword", interactive },
        identity: { keyFiles: [], password: secret("pässword") },
      });
      await echoed(await dial(), Buffer.from("x"));
    }
    const locked = makeSshKey({ passphrase: "open sesame" });
    const { client, socket, folder, server } = await open({
      keys: [locked],
      identity: { keyFiles: [], passphrase: secret("open sesame") },
    });
    expect(client).toBeDefined();
    const keyFile = join(folder, "locked");
    writeFileSync(keyFile, locked.private);
    const attempt = (passphrase: string | undefined) =>
      new SshClient({
        server: { host: "127.0.0.1", port: server.port },
        identity: {
          ...{ user: "ops", keyFiles: [keyFile], chosen: true, ways: sshWays },
          ...(passphrase === undefined ? {} : { passphrase: secret(passphrase) }),
        },
        knownHosts: [join(folder, "known_hosts")],
      })
        .dialer(socket)
        .dial(PATIENCE_MS);
    await echoed(await attempt("open sesame"), Buffer.from("x"));
    await expect(attempt("wrong")).rejects.toMatchObject({ code: "denied", message: expect.stringContaining("open") });
    await expect(attempt(undefined)).rejects.toMatchObject({
      code: "denied",
      message: expect.stringContaining("--passphrase-file"),
    });
  });

  test("says what was offered when it is not let in, and what to do; secrets are not in it", async () => {
    const { dial, keyFile } = await open({ keys: [makeSshKey()], identity: { password: secret("s3cret") } });
    const fault = await dial().catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: "denied", message: expect.stringContaining(keyFile) });
    expect(String(fault)).toContain("ssh-copy-id");
    expect(String(fault)).not.toContain("s3cret");
  });

  test("offers nothing but what the URI names, and refuses to begin with nothing", async () => {
    const { dial, server } = await open({ identity: { ways: ["password"], password: secret("x") } });
    await expect(dial()).rejects.toMatchObject({ code: "denied" });
    expect(server.tried).not.toContain("publickey");
    const nothing = await open({ identity: { ways: ["password"] } });
    await expect(nothing.dial()).rejects.toMatchObject({ code: "denied", message: expect.stringContaining("neither") });
    expect(nothing.server.connections).toHaveLength(0);
  });

  test("tells a key that is missing or none", async () => {
    const missing = await open({ identity: { keyFiles: ["/nonexistent/key"] } });
    await expect(missing.dial()).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringContaining("not exist"),
    });
    const file = join(temporaryFolder(), "text");
    writeFileSync(file, "this is no key\n");
    const none = await open({ identity: { keyFiles: [file] } });
    await expect(none.dial()).rejects.toMatchObject({ code: "invalid", message: expect.stringContaining(file) });
    // One that nobody chose is passed over.
    const usual = await open({ identity: { keyFiles: [file, "/nonexistent/key"], chosen: false } });
    await expect(usual.dial()).rejects.toMatchObject({ code: "denied", message: expect.stringContaining("neither") });
  });

  test("does not log in to a server that is unknown, changed or revoked", async () => {
    const unknown = await open({ known: "none" });
    const fault = await unknown.dial().catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(UnknownHostKey);
    expect(String(fault)).toContain(fingerprint(hostKeyOf(unknown.server.hostKey)));
    const changed = await open({ known: makeSshKey() });
    await expect(changed.dial()).rejects.toMatchObject({
      code: "denied",
      message: expect.stringMatching(/another key.*line 1 of/),
    });
    const { dial, folder, server } = await open();
    const line = knownHostLine("127.0.0.1", server.port, hostKeyOf(server.hostKey));
    writeFileSync(join(folder, "known_hosts"), `${line}\n@revoked ${line}\n`);
    await expect(dial()).rejects.toMatchObject({ code: "denied", message: expect.stringContaining("line 2 of") });
    for (const { tried } of [unknown.server, changed.server, server]) expect(tried).toEqual([]);
  });

  test("speaks no SHA-1 to a server that knows nothing else", async () => {
    const { dial } = await open({ algorithms: { hmac: ["hmac-sha1"], cipher: ["aes128-ctr"] } });
    await expect(dial()).rejects.toMatchObject({ code: "unreachable" });
  });

  test("tells a socket that cannot be opened from a server that cannot", async () => {
    const { client, dial } = await open();
    const fault = await client
      .dialer("/nonexistent/sock")
      .dial(PATIENCE_MS)
      .catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: "unreachable", message: expect.stringContaining("/nonexistent/sock") });
    expect(isSocketRefusal(fault as never)).toBe(true);
    await echoed(await dial(), Buffer.from("the connection is still good"));

    const port = await closedPort();
    const server = { host: "127.0.0.1", port };
    const identity = { user: "u", keyFiles: [], chosen: true, ways: sshWays, password: secret("x") };
    const nobody = new SshClient({ server, identity, knownHosts: [] }).dialer("/x").dial(PATIENCE_MS);
    const refusal = await nobody.catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "unreachable", message: expect.stringContaining("nobody listens") });
    expect(isSocketRefusal(refusal as never)).toBe(false);
  });

  test("gives up on a server that says nothing or nonsense", async () => {
    const answers = ["", "HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-x\r\n\0\0\0\0\0"];
    for (const answer of answers) {
      const silent = createServer((socket) => void socket.on("error", () => {}).write(answer || Buffer.alloc(0)));
      await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
      onTestFinished(() => void silent.close());
      const address = silent.address();
      const port = typeof address === "object" && address ? address.port : 0;
      const identity = { user: "u", keyFiles: [], chosen: true, ways: sshWays, password: secret("x") };
      const client = new SshClient({ server: { host: "127.0.0.1", port }, identity, knownHosts: [] });
      await expect(client.dialer("/x").dial(500)).rejects.toMatchObject({
        code: expect.stringMatching(/timeout|unreachable/),
      });
    }
  });
});

describe("askHostKey()", () => {
  test("gets the key of a server without logging in", async () => {
    const { server } = await open();
    const found = await askHostKey({ host: "127.0.0.1", port: server.port }, PATIENCE_MS);
    expect(fingerprint(found)).toBe(fingerprint(hostKeyOf(server.hostKey)));
    expect(server.tried).toEqual([]);
  });
});

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}
