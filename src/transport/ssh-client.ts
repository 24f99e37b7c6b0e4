import { connect, isIP } from "node:net";
import type { Duplex } from "node:stream";
import type { MacAlgorithm, ServerHostKeyAlgorithm } from "ssh2";
import { Client } from "ssh2";
import type { Dialer } from "../base/channel.js";
import { Fault, reasonOf } from "../base/fault.js";
import { fingerprint, type HostKey, KnownHosts, readHostKey, type Verdict } from "./known-hosts.js";
import { innerChannel } from "./socket-channel.js";
import { gatherProofs, type SshIdentity } from "./ssh-identity.js";

export interface SshServer {
  readonly host: string;
  readonly port: number;
}

/** How one server is reached and trusted. */
export interface SshAccess {
  readonly server: SshServer;
  readonly identity: SshIdentity;
  /** Files of known hosts; those that do not exist know none. */
  readonly knownHosts: readonly string[];
}

/** A server that says nothing for four of these is gone. */
const KEEPALIVE_MS = 5000;
const KEEPALIVES = 3;
/** An unused connection is kept for the next socket that is tried. */
const IDLE_MS = 1000;
const LINGER_MS = 2000;

/** By type of key; SHA-1 signatures are not accepted. */
const hostKeyAlgorithms: readonly (readonly [type: string, algorithm: ServerHostKeyAlgorithm])[] = [
  ["ssh-ed25519", "ssh-ed25519"],
  ["ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256"],
  ["ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384"],
  ["ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521"],
  ["ssh-rsa", "rsa-sha2-512"],
  ["ssh-rsa", "rsa-sha2-256"],
];

const hashes: readonly MacAlgorithm[] = [
  "hmac-sha2-256-etm@openssh.com",
  "hmac-sha2-512-etm@openssh.com",
  "hmac-sha2-256",
  "hmac-sha2-512",
];

/**
 * One SSH connection to a server, opened when it is needed and shared by all channels to unix sockets there.
 * @see OpenSSH PROTOCOL, section 2.4 (direct-streamlocal)
 */
export class SshClient {
  readonly #access: SshAccess;
  readonly #address: string;
  #connection: Promise<SshConnection> | undefined;

  constructor(access: SshAccess) {
    this.#access = access;
    this.#address = `${access.identity.user}@${serverName(access.server)}`;
  }

  /**
   * Opens channels to a unix socket of the server. They end when the server is silent for 20 s.
   *
   * The dialer throws `Fault` "unreachable", "timeout", "denied" when either side does not trust the other, "invalid" when our
   * files cannot be used. `isSocketRefusal` tells a socket that cannot be opened from a server that cannot.
   */
  dialer(path: string): Dialer {
    const address = `${this.#address}:${path}`;
    return {
      address,
      dial: async (timeoutMs) => {
        const connection = await this.#connect(timeoutMs);
        return innerChannel(await connection.open(path, timeoutMs), address, () => connection.failure);
      },
    };
  }

  #connect(timeoutMs: number): Promise<SshConnection> {
    if (this.#connection) return this.#connection;
    const forget = (): void => {
      if (this.#connection === opening) this.#connection = undefined;
    };
    const opening = login(this.#access, this.#address, timeoutMs).then((client) => {
      client.once("close", forget);
      return new SshConnection(client, this.#address, forget);
    });
    this.#connection = opening;
    opening.catch(forget);
    return opening;
  }
}

/** Whether a `Fault` of a dialer is about the socket alone; the server itself let us in. */
export function isSocketRefusal(fault: Fault): boolean {
  return fault.cause instanceof Error && "reason" in fault.cause;
}

/**
 * The key that a server shows to anybody who asks, to be looked at by somebody before it is trusted.
 * @throws {Fault} `unreachable`, `timeout`
 */
export async function askHostKey(server: SshServer, timeoutMs: number): Promise<HostKey> {
  let shown: HostKey | undefined;
  const verify = (key: HostKey): Fault => {
    shown = key;
    return new Fault("denied", "asked for its key only");
  };
  try {
    const client = await begin({ server, timeoutMs, types: new Set(), verify, user: "virtgate", methods: [] });
    client.destroy();
  } catch (error) {
    if (shown === undefined) throw error;
  }
  if (shown === undefined) throw new Fault("unreachable", `${serverName(server)} showed no key`);
  return shown;
}

/** An SSH server's name for people and in messages. */
export function serverName({ host, port }: SshServer): string {
  return `${isIP(host) === 6 ? `[${host}]` : host}${port === 22 ? "" : `:${port}`}`;
}

class SshConnection {
  failure: Error | undefined;
  readonly #client: Client;
  readonly #address: string;
  readonly #retire: () => void;
  #users = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(client: Client, address: string, retire: () => void) {
    this.#client = client;
    this.#address = address;
    this.#retire = retire;
    client.on("error", (error) => {
      this.failure ??= new Fault("unreachable", `SSH to ${address} broke: ${reasonOf(error)}`, { cause: error });
    });
    client.once("close", () => {
      clearTimeout(this.#idle);
      this.failure ??= new Fault("unreachable", `SSH to ${address} was closed by the other side`);
    });
  }

  open(path: string, timeoutMs: number): Promise<Duplex> {
    this.#take();
    return new Promise((resolve, reject) => {
      let over = false;
      const fail = (fault: Fault): void => {
        if (over) return;
        over = true;
        clearTimeout(timer);
        this.#client.off("close", closed);
        this.#give();
        reject(fault);
      };
      const late = `SSH to ${this.#address} did not open ${path} within ${timeoutMs} ms`;
      const timer = setTimeout(() => fail(new Fault("timeout", late)), timeoutMs);
      const closed = (): void => fail(new Fault("unreachable", reasonOf(this.failure)));
      this.#client.once("close", closed);
      try {
        this.#client.openssh_forwardOutStreamLocal(path, (error, stream) => {
          if (error) return fail(refusedSocket(this.#address, path, error));
          if (over) return void stream.destroy();
          over = true;
          clearTimeout(timer);
          this.#client.off("close", closed);
          stream.once("close", () => this.#give());
          resolve(stream);
        });
      } catch (error) {
        fail(new Fault("unreachable", `SSH to ${this.#address} is gone: ${reasonOf(error)}`, { cause: error }));
      }
    });
  }

  #take(): void {
    this.#users += 1;
    clearTimeout(this.#idle);
  }

  #give(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    this.#idle = setTimeout(() => {
      this.#retire();
      this.#client.end();
      setTimeout(() => this.#client.destroy(), LINGER_MS).unref();
    }, IDLE_MS);
  }
}

function refusedSocket(address: string, path: string, cause: Error): Fault {
  const user = address.slice(0, address.lastIndexOf("@"));
  const causes = [
    "the daemon does not run there",
    `${user} may not open it (on that host: usermod -aG libvirt ${user})`,
    "sshd forbids it (AllowStreamLocalForwarding, DisableForwarding, a restricted key)",
  ];
  return new Fault("unreachable", `SSH to ${address} works, but not to ${path} there: ${causes.join(", or ")}`, {
    cause,
  });
}

async function login(access: SshAccess, address: string, timeoutMs: number): Promise<Client> {
  const { server, identity } = access;
  const [known, proofs] = await Promise.all([KnownHosts.read(access.knownHosts), gatherProofs(identity)]);
  if (proofs.methods.length === 0) {
    const how = "make a key with ssh-keygen and install it with ssh-copy-id, or give a password with --password-file";
    throw new Fault("denied", `there is neither key nor password for ${address}: ${how}`);
  }
  const verify = (key: HostKey): Fault | undefined => distrust(server, key, known.judge(server.host, server.port, key));
  try {
    const types = known.types(server.host, server.port);
    return await begin({ server, timeoutMs, types, verify, user: identity.user, methods: proofs.methods });
  } catch (error) {
    if (!(error instanceof Fault) || !isAuthenticationFailure(error.cause)) throw error;
    const how = `install a key there with ssh-copy-id${server.port === 22 ? "" : ` -p ${server.port}`} ${identity.user}@${server.host}`;
    const offered = proofs.described.join(", ");
    throw new Fault("denied", `${address} does not let us in; offered ${offered}: ${how}`, { cause: error });
  }
}

function distrust(server: SshServer, key: HostKey, verdict: Verdict): Fault | undefined {
  const name = serverName(server);
  const shown = `${key.type} ${fingerprint(key)}`;
  switch (verdict.is) {
    case "known":
      return undefined;
    case "unknown": {
      const { authority } = verdict;
      const trusted = authority && `line ${authority.line} of ${authority.file} trusts an authority for it, but`;
      const which = trusted ? ` (${trusted} host certificates are not looked at: its key itself must be known)` : "";
      return new UnknownHostKey(`the SSH server ${name} is not known yet${which}; it shows ${shown}`, server, key);
    }
    case "changed": {
      const what = `the SSH server ${name} shows another key than before, ${shown}: somebody may stand between`;
      const how = `if its administrator confirms the new one, remove line ${verdict.line} of ${verdict.file}`;
      return new Fault("denied", `${what}; ${how}, then run virtgate host test`);
    }
    case "revoked":
      return new Fault(
        "denied",
        `the SSH server ${name} shows a key that line ${verdict.line} of ${verdict.file} revokes: give it a new one`,
      );
  }
}

/** Nobody has said yet whether a server's key is to be trusted. */
export class UnknownHostKey extends Fault {
  readonly server: SshServer;
  readonly key: HostKey;

  constructor(what: string, server: SshServer, key: HostKey) {
    const how = "compare that with what ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub prints there, then accept it";
    super("denied", `${what}: ${how} with virtgate host test, which asks, or its option --host-key`);
    this.server = server;
    this.key = key;
  }
}

interface Beginning {
  readonly server: SshServer;
  readonly timeoutMs: number;
  /** Types of key to ask for first. */
  readonly types: ReadonlySet<string>;
  readonly verify: (key: HostKey) => Fault | undefined;
  readonly user: string;
  readonly methods: NonNullable<Awaited<ReturnType<typeof gatherProofs>>["methods"]>;
}

/** Connects and logs in. */
function begin({ server, timeoutMs, types, verify, user, methods }: Beginning): Promise<Client> {
  const name = serverName(server);
  return new Promise((resolve, reject) => {
    const client = new Client();
    const socket = connect({ host: server.host, port: server.port, noDelay: true });
    let verdict: Fault | undefined;
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      client.off("error", failed);
      client.off("close", closed);
      settle();
    };
    const fail = (fault: Fault): void =>
      end(() => {
        client.on("error", () => {}); // what follows from our leaving
        client.destroy();
        socket.destroy();
        reject(fault);
      });
    const failed = (error: Error): void => fail(verdict ?? faultFor(name, error));
    const closed = (): void => fail(verdict ?? new Fault("unreachable", `${name} ended the SSH connection at once`));
    const timer = setTimeout(
      () => fail(new Fault("timeout", `${name} did not complete an SSH login within ${timeoutMs} ms${BEHIND}`)),
      timeoutMs,
    );
    client.on("error", failed);
    client.once("close", closed);
    client.once("ready", () => end(() => resolve(client)));
    client.connect({
      sock: socket,
      username: user,
      authHandler: [...methods],
      strictVendor: false,
      keepaliveInterval: KEEPALIVE_MS,
      keepaliveCountMax: KEEPALIVES,
      readyTimeout: 0, // the timer above counts from the first packet on
      hostVerifier: (blob: Buffer) => {
        const key = readHostKey(blob);
        verdict = key ? verify(key) : new Fault("denied", `${name} shows no key that can be read`);
        return verdict === undefined;
      },
      algorithms: {
        serverHostKey: preferred(types),
        hmac: [...hashes],
      },
    });
  });
}

function preferred(types: ReadonlySet<string>): ServerHostKeyAlgorithm[] {
  const known = hostKeyAlgorithms.filter(([type]) => types.has(type));
  return [...new Set([...known, ...hostKeyAlgorithms])].map(([, algorithm]) => algorithm);
}

function isAuthenticationFailure(error: unknown): boolean {
  return error instanceof Error && "level" in error && error.level === "client-authentication";
}

/** For who reaches it through another server: OpenSSH's own configuration is not read. */
const BEHIND =
  "; if it is behind another server (ProxyJump), let ssh -N -J THAT-SERVER -L SOCKET:/run/libvirt/libvirt-sock bring its socket here, and write ?socket=SOCKET without +ssh";

const explanations: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listens there: is sshd running, is it this port?",
  ENOTFOUND: `this name cannot be resolved: check it, or write the address${BEHIND}`,
  EAI_AGAIN: "this name cannot be resolved at the moment: check the name server, or write the address",
  EHOSTUNREACH: `no way leads there: check the network${BEHIND}`,
  ENETUNREACH: `no way leads there: check the network${BEHIND}`,
};

function faultFor(name: string, cause: Error): Fault {
  const code = "code" in cause ? String(cause.code) : "";
  const explanation = explanations[code] ?? reasonOf(cause);
  return new Fault(isAuthenticationFailure(cause) ? "denied" : "unreachable", `SSH to ${name}: ${explanation}`, {
    cause,
  });
}
