import { type Clock, sleep } from "../../base/clock.js";
import { Fault } from "../../base/fault.js";
import { errorDomain, libvirtFault } from "../../protocol/libvirt/error.js";
import type { ErrorName } from "../../protocol/libvirt/error-codes.js";
import { type CallName, callNamed } from "../../protocol/libvirt/procedures.js";
import type { MachineRegistry } from "../machine/machine-registry.js";
import type { SimulatedMachine } from "../machine/simulated-machine.js";
import type { EventHub } from "./event-hub.js";
import type { HostClients } from "./host-clients.js";

/** Releases of libvirt that a host can pretend to be: the last procedure that each knew, and its version as libvirt packs it. */
export const daemonReleases: ReadonlyMap<string, { readonly lastProcedure: number; readonly version: bigint }> =
  new Map([
    ["0.9.12", { lastProcedure: 272, version: 9012n }],
    ["1.2.7", { lastProcedure: 343, version: 1_002_007n }],
    ["1.2.13", { lastProcedure: 352, version: 1_002_013n }],
  ]);

/** Everything that can be wrong with a host, to be switched on and off. */
export class HostFaults {
  readonly #clock: Clock;
  readonly #registry: MachineRegistry;
  readonly #events: EventHub;
  readonly #clients: HostClients;
  readonly #failing = new Map<CallName, ErrorName>();
  #held: { readonly until: Promise<void>; readonly release: () => void } | undefined;
  #delayMs = 0;
  #refusing = false;
  #release: string | undefined;
  #clockOffMs = 0;

  constructor(clock: Clock, registry: MachineRegistry, events: EventHub, clients: HostClients) {
    this.#clock = clock;
    this.#registry = registry;
    this.#events = events;
    this.#clients = clients;
  }

  /** The daemon answers nothing any more, though it keeps its connections. */
  hang(): void {
    if (this.#held) return;
    let release = (): void => {};
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#held = { until, release };
  }

  /** It answers again, also what was asked meanwhile. */
  recover(): void {
    this.#held?.release();
    this.#held = undefined;
  }

  /** A machine's hypervisor process stops, as by SIGSTOP. @param name name or UUID @throws {Fault} `absent` */
  hangMachine(name: string): void {
    this.#require(name).monitor.hang();
  }

  recoverMachine(name: string): void {
    this.#require(name).monitor.recover();
  }

  /** Every answer is late by so much; 0 ends it. */
  slow(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** New connections are closed at once; those that exist stay. */
  refuse(refusing: boolean): void {
    this.#refusing = refusing;
  }

  /** All connections end, as when the daemon dies. */
  disconnectAll(): void {
    this.#clients.closeAll();
  }

  /** The daemon is gone: its connections end, and it takes no others. */
  die(): void {
    this.refuse(true);
    this.disconnectAll();
  }

  /** All clients receive octets that are no packet. */
  garbage(): void {
    this.#clients.writeAll(Buffer.from("\x00\x00\x00\x03 this is not a packet \xff\xff\xff\xff", "latin1"));
  }

  /** The next events reach nobody. */
  loseEvents(count: number): void {
    this.#events.lose(count);
  }

  /** A call fails with this error until `undefined` is given. */
  failCall(name: CallName, error: ErrorName | undefined): void {
    if (error === undefined) this.#failing.delete(name);
    else this.#failing.set(name, error);
  }

  /** The daemon tells its clients that it has lost the driver. @param reason libvirt's: 0 error, 1 end of file, 2 keepalive */
  loseDriver(reason = 0): void {
    this.#events.announceClose(reason);
  }

  /** The computer's clock is so much ahead of the right time, or behind it. */
  jumpClock(ms: number): void {
    this.#clockOffMs = ms;
  }

  get clockOffMs(): number {
    return this.#clockOffMs;
  }

  /** The daemon knows no procedures that are younger than this release. @param release one of `daemonReleases` */
  oldDaemon(release: string | undefined): void {
    this.#release = release;
  }

  /** As the daemon tells it; `undefined` for the usual one. */
  get libraryVersion(): bigint | undefined {
    return this.#release === undefined ? undefined : daemonReleases.get(this.#release)?.version;
  }

  /** The old release that it pretends to be. */
  get release(): string | undefined {
    return this.#release;
  }

  get refusing(): boolean {
    return this.#refusing;
  }

  /** Passed by every call before it is looked at. */
  async pass(name: CallName): Promise<void> {
    while (this.#held) await this.#held.until;
    if (this.#delayMs > 0) await sleep(this.#clock, this.#delayMs);
    const known = this.#release === undefined ? undefined : daemonReleases.get(this.#release)?.lastProcedure;
    const number = callNamed(name).number;
    if (known !== undefined && number > known) {
      throw libvirtFault("RPC", `unknown procedure: ${number}`, errorDomain.rpc);
    }
    const error = this.#failing.get(name);
    if (error !== undefined) throw libvirtFault(error, `${name} was made to fail`);
  }

  #require(name: string): SimulatedMachine {
    const machine = this.#registry.named(name) ?? this.#registry.withUuid(name);
    if (!machine) throw new Fault("absent", `no simulated machine is called ${name}`);
    return machine;
  }
}
