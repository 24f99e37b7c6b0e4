import { type AddressInfo, connect } from "node:net";
import ssh2, { type Connection, type ParsedKey, type ServerConfig } from "ssh2";
import { onTestFinished } from "vitest";

export interface SshKeyPair {
  readonly private: string;
  /** As in a file of authorised keys. */
  readonly public: string;
  readonly parsed: ParsedKey;
}

export function makeSshKey(options: { readonly passphrase?: string } = {}, attempts = 10): SshKeyPair {
  const { passphrase } = options;
  const { generateKeyPairSync } = ssh2.utils;
  const pair =
    passphrase === undefined
      ? generateKeyPairSync("ed25519")
      : generateKeyPairSync("ed25519", { passphrase, cipher: "aes256-ctr", rounds: 4 });
  const parsed = ssh2.utils.parseKey(pair.public);
  if (parsed instanceof Error) {
    // ssh2 makes a pair now and then that it cannot read: a key that begins with a zero.
    if (attempts > 1) return makeSshKey(options, attempts - 1);
    throw parsed;
  }
  return { private: pair.private, public: pair.public, parsed };
}

export interface SshServerOptions {
  readonly hostKey?: SshKeyPair;
  /** Keys that are let in. */
  readonly keys?: readonly SshKeyPair[];
  readonly password?: string;
  /** Asks for the password as a question. */
  readonly interactive?: boolean;
  readonly algorithms?: ServerConfig["algorithms"];
}

export interface TestSshServer {
  readonly port: number;
  readonly hostKey: SshKeyPair;
  /** Every connection that there was. */
  readonly connections: readonly Connection[];
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  /** Ways in which clients tried to log in. */
  readonly tried: readonly string[];
}

/** An SSH server on loopback that connects its clients to unix sockets of this computer, as sshd does. */
export async function startSshServer(options: SshServerOptions = {}): Promise<TestSshServer> {
  const { hostKey = makeSshKey(), keys = [], password, interactive, algorithms } = options;
  const connections: Connection[] = [];
  const asked: string[] = [];
  const tried: string[] = [];
  const settings = { hostKeys: [hostKey.private], ...(algorithms && { algorithms }) };
  const server = new ssh2.Server(settings, (client) => {
    connections.push(client);
    client.on("error", () => {});
    client.on("authentication", (attempt) => {
      tried.push(attempt.method);
      const methods = keys.length > 0 ? (["publickey"] as const) : [];
      const others = interactive ? (["keyboard-interactive"] as const) : (["password"] as const);
      if (attempt.method === "publickey") {
        const key = keys.find(({ parsed }) => parsed.getPublicSSH().equals(attempt.key.data))?.parsed;
        const { signature, blob } = attempt;
        if (key && (!signature || (blob && key.verify(blob, signature, attempt.hashAlgo)))) return attempt.accept();
      }
      if (attempt.method === "password" && !interactive && attempt.password === password) return attempt.accept();
      if (attempt.method === "keyboard-interactive" && interactive) {
        attempt.prompt([{ prompt: "Password: ", echo: false }], ([answer]) =>
          answer === password ? attempt.accept() : attempt.reject(),
        );
        return;
      }
      attempt.reject([...methods, ...(password === undefined ? [] : others)]);
    });
    client.on("openssh.streamlocal", (accept, reject, { socketPath }) => {
      asked.push(socketPath);
      const socket = connect(socketPath);
      socket.once("error", () => reject());
      socket.once("connect", () => {
        const channel = accept();
        socket.on("error", () => channel.end());
        channel.on("error", () => socket.destroy());
        channel.on("close", () => socket.destroy());
        socket.on("close", () => channel.end());
        socket.pipe(channel).pipe(socket);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const connection of connections) connection.end();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, hostKey, connections, asked, tried };
}
