import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { attempt, type Fed, feed, type Outcome, run } from "./command.js";
import { end, isAlive, startInBackground } from "./processes.js";
import { scratch } from "./room.js";
import { until } from "./until.js";

const LAUNCHER = fileURLToPath(new URL("../../../src/launch.js", import.meta.url));

/** The members of the ready file that the tests use. */
export interface ReadyFile {
  readonly pid: number;
  readonly snmp: { readonly address: string; readonly port: number; readonly confDir: string };
  readonly user: { readonly snmpUser: string };
  readonly hosts: readonly { readonly name: string; readonly uri: string; readonly simulated: boolean }[];
}

/** A machine as `virtgate machines --json` tells it, as far as the tests look. */
export interface MachineLine {
  readonly host: string;
  readonly name: string;
  readonly uuid: string;
  readonly index: number;
  readonly state: string;
  readonly reachable: boolean;
  readonly stuck: boolean;
  readonly ages: { readonly stateMs?: number; readonly statisticsMs?: number; readonly documentMs?: number };
}

/** A gateway started as a user does, in a folder of its own. */
export class Gateway {
  readonly folder: string;
  #ready: ReadyFile | undefined;
  readonly #up: readonly string[];
  readonly #env: Readonly<Record<string, string>>;

  private constructor(folder: string, up: readonly string[], env: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.#up = up;
    this.#env = env;
  }

  /** With a configuration of its own and a state directory that is empty at first. @param words what `up` is told beside */
  static async configured(name: string, toml: string, words: readonly string[] = []): Promise<Gateway> {
    const folder = emptyFolder(name);
    const config = join(folder, "virtgate.toml");
    writeFileSync(config, toml);
    const gateway = new Gateway(folder, ["--config", config, "--state", join(folder, "state"), ...words], {});
    await gateway.start();
    return gateway;
  }

  /** As on a computer on which nothing of virtgate exists yet: no configuration, no options, an empty home. */
  static async firstRun(name: string): Promise<Gateway> {
    const folder = emptyFolder(name);
    const gateway = new Gateway(folder, [], { HOME: folder, XDG_STATE_HOME: "", XDG_CONFIG_HOME: "" });
    await gateway.start();
    return gateway;
  }

  get ready(): ReadyFile {
    if (this.#ready === undefined) throw new Error("the gateway does not run");
    return this.#ready;
  }

  /** Everything it wrote so far, to standard output and error. */
  get log(): string {
    return readFileSync(join(this.folder, "log"), "utf8");
  }

  /** Starts it, again after a stop or a kill, and waits for its ready file. */
  async start(): Promise<void> {
    const file = join(this.folder, "ready.json");
    rmSync(file, { force: true });
    const { pid } = startInBackground(process.execPath, [LAUNCHER, "up", ...this.#up, "--ready-file", file], {
      log: join(this.folder, "log"),
      env: this.#env,
    });
    await until("the ready file", () => existsSync(file) || !isAlive(pid));
    if (!existsSync(file)) throw new Error(`the gateway ended before it was ready:\n${this.log}`);
    this.#ready = JSON.parse(readFileSync(file, "utf8")) as ReadyFile;
  }

  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    const pid = this.#ready?.pid;
    this.#ready = undefined;
    if (pid !== undefined) await end(pid, signal);
  }

  /** Runs a command of the command line against this gateway. */
  command(...words: readonly string[]): Promise<Outcome> {
    return attempt(process.execPath, [LAUNCHER, ...words, ...this.#stateOption()], { env: this.#env });
  }

  /** Starts a command that reads its standard input. */
  feed(...words: readonly string[]): Fed {
    return feed(process.execPath, [LAUNCHER, ...words, ...this.#stateOption()], { env: this.#env });
  }

  /** What a command prints with `--json`. */
  async json<T>(...words: readonly string[]): Promise<T> {
    const args = [LAUNCHER, ...words, "--json", ...this.#stateOption()];
    return JSON.parse(await run(process.execPath, args, { env: this.#env })) as T;
  }

  async machines(): Promise<readonly MachineLine[]> {
    return (await this.json<{ machines: readonly MachineLine[] }>("machines")).machines;
  }

  #stateOption(): readonly string[] {
    const at = this.#up.indexOf("--state");
    return at < 0 ? [] : this.#up.slice(at, at + 2);
  }
}

function emptyFolder(name: string): string {
  const folder = scratch("gateways", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Both drivers of the private libvirtd as hosts, read often so that tests need not wait long; ports chosen by the system. */
export function bothHosts({ statisticsIntervalMs = 1000, more = "" } = {}): string {
  return `
[[host]]
name = "kvm1"
uri = "qemu:///system"
state_interval_ms = 1000
statistics_interval_ms = ${statisticsIntervalMs}

[[host]]
name = "ct1"
uri = "lxc:///system"
state_interval_ms = 1000
statistics_interval_ms = ${statisticsIntervalMs}

[snmp]
addresses = ["127.0.0.1:0"]

[web]
address = "127.0.0.1:0"

[log]
level = "debug"
${more}`;
}
