import type { ConsoleSource, SnmpEndpoint } from "../agent/console/console-source.js";
import type { HttpRoute } from "../base/http.js";
import type { CheckedOrder } from "./added-hosts.js";
import type { LevelledLog } from "./pino-log.js";
import type { SouthboundRecorder } from "./record/southbound-recorder.js";

/** What the command line asks of a gateway beyond its configuration file. */
export interface GatewayArguments {
  readonly config: string | undefined;
  readonly state: string | undefined;
  /** libvirt URIs to add as hosts. */
  readonly connect: readonly string[];
  /** Whether hosts of `connect` may be written to. */
  readonly allowWrite: boolean;
  /** Serve the embedded simulated hosts, whatever is configured or found. */
  readonly simulate: boolean;
  /** Writes down what hosts are asked and tell. */
  readonly recorder?: SouthboundRecorder | undefined;
}

/** Why these hosts are served. */
export type HostChoice = "configured" | "found" | "simulated";

/** What listens, where. A member is absent while its listener is off. */
export interface Listeners {
  readonly web?: {
    /** `https://ADDRESS:PORT` */
    readonly url: string;
    /** The certificate to trust for it, PEM. */
    readonly caFile: string;
  };
  readonly snmp?: SnmpEndpoint;
}

/** What a reload found. */
export interface ReloadReport {
  /** One sentence per change that took effect. */
  readonly changes: readonly string[];
  /** One sentence per change that waits for a restart. */
  readonly waiting: readonly string[];
}

/** What adding or removing a host did, or with `dryRun` would do. */
export interface HostAnswer {
  readonly name: string;
  readonly uri: string;
  readonly dryRun: boolean;
  /** Whether it is served now. */
  readonly served: boolean;
}

/** A gateway that serves. */
export interface RunningGateway extends ConsoleSource {
  readonly stateDirectory: string;
  /** The file it was configured from, or `undefined` when none was found. */
  readonly configFile: string | undefined;
  readonly hostChoice: HostChoice;
  listeners(): Listeners;
  /**
   * Reads the configuration again and applies all of it, or nothing.
   * @throws {Fault} `invalid` with one line per error; what was running runs on unchanged
   */
  reload(): Promise<ReloadReport>;
  /** Keeps a host that a command adds and serves it; with `dryRun` only says what would be. @throws {Fault} `invalid`, `exists` */
  addHost(order: CheckedOrder, dryRun: boolean): Promise<HostAnswer>;
  /**
   * Forgets a host that a command added.
   * @throws {Fault} `absent`; `denied` for one that the configuration file or the command line has, naming the place
   */
  removeHost(name: string, dryRun: boolean): Promise<HostAnswer>;
  /** Accepts keys of SSH servers, lines of known hosts. */
  trust(pins: readonly string[]): Promise<void>;
  /** What its owner may order beyond that: changes, users, the audit. */
  readonly orders: readonly HttpRoute[];
  /** Closes every listener and connection and releases the state directory; idempotent. */
  stop(): Promise<void>;
}

/**
 * Builds a gateway from its configuration and starts it. Resolves when every listener is bound; hosts may still be connecting.
 * @throws {Fault} `invalid` for a wrong configuration, `busy` when the state directory is in use; nothing is left running then
 */
export type StartGateway = (request: { arguments: GatewayArguments; log: LevelledLog }) => Promise<RunningGateway>;
