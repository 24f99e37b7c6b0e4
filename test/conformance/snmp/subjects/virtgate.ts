import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type AuthProtocolName,
  authProtocols,
  isOffered,
  type PrivProtocolName,
  privProtocols,
} from "../../../../src/protocol/snmp/usm-protocol.js";
import { vmObjects } from "../../../../src/schema/generated/vm-mib.js";
import type { Account, AgedAgent, Subject } from "../subject.js";
import { accountsFor, COMMUNITY, LIMITED, LOCATION, reader, writer } from "./accounts.js";
import { type ClientCertificates, makeClientCertificates } from "./certificates.js";
import { freePort, type Program, startProgram, until } from "./processes.js";
import { openReceivers, type Receivers } from "./receivers.js";
import { type SimulatedHosts, startSimulatedHosts } from "./simulated-hosts.js";

const DAY_MS = 24 * 60 * 60 * 1000;
const clockAhead = new URL("clock-ahead.js", import.meta.url).href;
const mibFolder = fileURLToPath(new URL("../../../../mibs/", import.meta.url));

/** Every combination that this computer's OpenSSL offers; users of the configuration always have both. */
const matrix = accountsFor(
  (Object.keys(authProtocols) as AuthProtocolName[]).filter((name) => isOffered(authProtocols[name])),
  (Object.keys(privProtocols) as PrivProtocolName[]).filter((name) => isOffered(privProtocols[name])),
  { alone: false },
);

/** What is the same for each of our agents. */
const description: Omit<Subject, "addresses"> = {
  name: "virtgate",
  community: COMMUNITY,
  reader,
  writer,
  matrix,
  limited: { community: LIMITED, from: "127.0.0.1", notFrom: "127.0.0.9" },
  contexts: ["kvm1", "ct1"],
  settable: { oid: [...vmObjects.oid, vmObjects.scalars.vmBulkNotificationsEnabled.id, 0], good: [2, 1], wrong: 3 },
  mibs: { folder: mibFolder, mandatory: ["VM-MIB"] },
};

/** Our program as users run it, over simulated hosts. */
export interface OwnProgram {
  readonly subject: Subject;
  close(): Promise<void>;
}

/** Starts `virtgate simulate` and `virtgate up`. @param main the program's file @param folder for their files, empty */
export async function startOwnProgram(main: string, folder: string): Promise<OwnProgram> {
  const closing: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const one of closing.splice(0).reverse()) await one();
  };
  try {
    const hosts = await startSimulatedHosts(main, folder);
    closing.push(hosts.close);
    const receivers = await openReceivers();
    closing.push(receivers.close);
    const certificates = await makeClientCertificates(folder);
    const own = async (name: string, told?: Receivers): Promise<Gateway> => {
      const place = join(folder, name);
      mkdirSync(place);
      const gateway = new Gateway(main, place, await settingsOf(hosts, certificates, told));
      await gateway.start();
      return gateway;
    };
    const gateway = await own("gateway", receivers);
    closing.push(() => gateway.end("SIGTERM"));
    const subject: Subject = {
      ...gateway.subject,
      get pid() {
        return gateway.pid;
      },
      tls: { peer: gateway.settings.tls, authority: gateway.certificate(), ...certificates.identities },
      restart: async (how) => {
        await gateway.end(how === "politely" ? "SIGTERM" : "SIGKILL");
        await gateway.start();
      },
      control: {
        ...hosts,
        receivers: receivers.byVersion,
        informed: receivers.informed,
        async aged(days): Promise<AgedAgent> {
          const old = await own("aged");
          await old.putAhead(days * DAY_MS);
          return old.asAged();
        },
        async withFullDisk(): Promise<AgedAgent> {
          const full = await own("full-disk");
          full.fillDisk();
          return full.asAged();
        },
      },
    };
    return { subject, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where a gateway listens and what its file says. */
interface Settings {
  readonly addresses: Subject["addresses"];
  readonly tls: { readonly address: string; readonly port: number };
  readonly text: string;
}

async function settingsOf(
  { hosts: [kvm, containers] }: SimulatedHosts,
  certificates: ClientCertificates,
  receivers: Receivers | undefined,
): Promise<Settings> {
  const [port, port6, tlsPort] = [await freePort("127.0.0.1"), await freePort("::1"), await freePort("127.0.0.1")];
  const host = (name: string, uri = "") => `[[host]]\nname = "${name}"\nuri = "${uri}"\n`;
  const community = (name: string, source: string) =>
    (["v1", "v2c"] as const)
      .map((version) => `[[snmp.community]]\nname = "${name}"\nversion = "${version}"\n${source}`)
      .join("");
  return {
    addresses: [
      { address: "127.0.0.1", port },
      { address: "::1", port: port6 },
    ],
    tls: { address: "127.0.0.1", port: tlsPort },
    text: [
      host("kvm1", kvm?.uri),
      host("ct1", containers?.uri),
      "[web]\nenabled = false\n",
      `[snmp]\naddresses = ["127.0.0.1:${port}", "[::1]:${port6}"]\ntls_addresses = ["127.0.0.1:${tlsPort}"]\n`,
      `location = "${LOCATION}"\n${certificates.settings}`,
      ...[reader, ...matrix].map((account) => user(account, "none")),
      user(writer, "all"),
      community(COMMUNITY, ""),
      community(LIMITED, 'source = ["127.0.0.1/32"]\n'),
      certificates.users,
      receivers === undefined ? "" : targets(receivers),
    ].join(""),
  };
}

function user({ name, auth, priv }: Account, write: string): string {
  return `[[snmp.user]]\nname = "${name}"\nauth = "${auth?.[0]}"\nauth_password = "${auth?.[1]}"\npriv = "${priv?.[0]}"\npriv_password = "${priv?.[1]}"\nwrite = "${write}"\n`;
}

/** Everything about the host of virtual machines is told, and what is of the gateway itself. */
function targets({ peers: { v1, v2c, v3, informs } }: Receivers): string {
  const target = (name: string, { address, port }: Settings["tls"], more: string) =>
    `[[snmp.target]]\nname = "${name}"\naddress = "${address}:${port}"\n${more}\n`;
  return [
    target("one", v1, 'version = "v1"\ncommunity = "told"'),
    target("two", v2c, 'version = "v2c"\ncommunity = "told"'),
    target("three", v3, `version = "v3"\nuser = "${reader.name}"\ncontext = "kvm1"`),
    target("four", informs, 'version = "v2c"\ncommunity = "told"\ninform = true\ntimeout_ms = 300\nretries = 50'),
  ].join("");
}

/** `virtgate up` on a state of its own. */
class Gateway {
  readonly settings: Settings;
  readonly #main: string;
  readonly #folder: string;
  #program: Program | undefined;

  constructor(main: string, folder: string, settings: Settings) {
    this.#main = main;
    this.#folder = folder;
    this.settings = settings;
    writeFileSync(this.#path("virtgate.toml"), settings.text, { mode: 0o600 });
  }

  get pid(): number {
    return this.#program?.pid ?? -1;
  }

  get subject(): Subject {
    return { ...description, addresses: this.settings.addresses };
  }

  /** Starts it and waits until it serves all that its hosts have. */
  async start(): Promise<void> {
    const ready = this.#path("ready.json");
    const words = ["--config", this.#path("virtgate.toml"), "--state", this.#path("state"), "--ready-file", ready];
    // The preloaded file does nothing until it is told to.
    const program = startProgram(process.execPath, ["--import", clockAhead, this.#main, "up", ...words], {
      CLOCK_AHEAD_FILE: this.#path("ahead"),
    });
    this.#program = program;
    const isReady = (): true | undefined => {
      if (!existsSync(ready)) return undefined;
      const { pid, snmp } = JSON.parse(readFileSync(ready, "utf8"));
      if (pid !== program.pid) return undefined;
      if (snmp?.port !== this.settings.addresses[0]?.port) throw new Error(`it listens on port ${snmp?.port}`);
      return true;
    };
    await until("the ready file", isReady, program);
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    await this.#program?.end(signal);
  }

  /** The authority that vouches for what it shows to TLS clients, PEM. */
  certificate(): string {
    return readFileSync(this.#path("state", "tls", "ca.pem"), "utf8");
  }

  /** Lets its clocks go ahead. */
  async putAhead(byMs: number): Promise<void> {
    writeFileSync(this.#path("ahead"), String(byMs));
    process.kill(this.pid, "SIGUSR2");
    const isAhead = (): true | undefined => (existsSync(this.#path("ahead")) ? undefined : true);
    await until("its clocks to be ahead", isAhead, this.#program);
  }

  /** No file of it may grow any more, as on a full disk. */
  fillDisk(): void {
    execFileSync("prlimit", ["--pid", String(this.pid), "--fsize=1"]);
  }

  asAged(): AgedAgent {
    return { subject: this.subject, close: () => this.end("SIGKILL") };
  }

  #path(...names: readonly string[]): string {
    return join(this.#folder, ...names);
  }
}
