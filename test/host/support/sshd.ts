import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./command.js";
import { freePort } from "./free-port.js";
import { end, isAlive, startInBackground } from "./processes.js";
import { until } from "./until.js";

/** A real sshd on loopback, with keys and settings of its own. */
export class Sshd {
  readonly folder: string;
  readonly port: number;
  #pid = -1;
  #starts = 0;

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  /** @param keys public keys that may log in as root, each in a file */
  static async start(folder: string, keys: readonly string[]): Promise<Sshd> {
    mkdirSync("/run/sshd", { recursive: true });
    mkdirSync(folder, { recursive: true });
    const sshd = new Sshd(folder, await freePort());
    writeFileSync(join(folder, "authorized_keys"), keys.map((file) => readFileSync(file, "utf8")).join(""));
    const settings = [
      ...["ListenAddress 127.0.0.1", `Port ${sshd.port}`, `HostKey ${sshd.#hostKey}`, `PidFile none`],
      ...["UsePAM no", "StrictModes no", "PermitRootLogin prohibit-password", "PasswordAuthentication no"],
      `AuthorizedKeysFile ${join(folder, "authorized_keys")}`,
    ];
    writeFileSync(join(folder, "sshd_config"), `${settings.join("\n")}\n`);
    await sshd.changeHostKey();
    await sshd.again();
    return sshd;
  }

  /** A line for a file of known hosts, with the key that it has now. */
  get knownHost(): string {
    return `[127.0.0.1]:${this.port} ${readFileSync(`${this.#hostKey}.pub`, "utf8")}`;
  }

  /** As after a new installation; takes effect when it is started again. */
  async changeHostKey(): Promise<void> {
    rmSync(this.#hostKey, { force: true });
    await makeKey(this.#hostKey);
  }

  /** Starts it, unless it runs. */
  async again(): Promise<void> {
    if (isAlive(this.#pid)) return;
    const args = ["-D", "-e", "-f", join(this.folder, "sshd_config")];
    const { pid, log } = startInBackground("/usr/sbin/sshd", args, { log: join(this.folder, "log") });
    this.#pid = pid;
    await until("sshd to listen", () => {
      if (!isAlive(pid)) throw new Error(`sshd ended:\n${readFileSync(log, "utf8")}`);
      return readFileSync(log, "utf8").split("Server listening").length - 1 > this.#starts;
    });
    this.#starts += 1;
  }

  /** The processes of those who are logged in. */
  sessions(): readonly number[] {
    const below = (pid: number): readonly number[] => {
      const children = childrenOf(pid);
      return [...children, ...children.flatMap(below)];
    };
    return below(this.#pid);
  }

  /** It, and everybody's session. */
  async kill(): Promise<void> {
    for (const pid of [this.#pid, ...this.sessions()]) await end(pid, "SIGKILL");
  }

  get #hostKey(): string {
    return join(this.folder, "host_key");
  }
}

/** Makes an Ed25519 key with OpenSSH's own tool. @returns the file of the private key; that of the public one ends in `.pub` */
export async function makeKey(file: string, passphrase = ""): Promise<string> {
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-C", "test", "-f", file]);
  return file;
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
  } catch {
    return []; // it has just ended
  }
}
