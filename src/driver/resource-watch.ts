import type { Clock, Timer } from "../base/clock.js";
import type { Random } from "../base/random.js";
import type { Network } from "../inventory/network.js";
import type { ResourcesLook } from "../inventory/resources.js";
import type { Caller } from "./connection.js";
import { NetworkReader } from "./network-reader.js";
import { readNode, readNodeNics, readNodeUse } from "./node-reader.js";
import { isMissedDeadline } from "./outcome.js";
import { PoolReader } from "./pool-reader.js";

/** What changed, as an event tells. */
export type ResourceChange =
  /** Without a UUID: to any of them. */
  { readonly kind: "pool"; readonly uuid?: string } | { readonly kind: "network"; readonly uuid?: string };

/** What a watch of a computer's resources is given. */
export interface ResourceScope {
  readonly clock: Clock;
  readonly random: Random;
  readonly caller: Caller;
  deliver(look: ResourcesLook): void;
  /** Told of what went wrong with one reading; the next one is tried all the same. */
  failed(error: unknown): void;
}

type Part = keyof ResourcesLook;

/** How often each part is read, about; what events tell of is read at once. */
const periodsMs: Readonly<Record<Part, number>> = {
  use: 15_000,
  networks: 30_000,
  pools: 60_000,
  nics: 300_000,
  node: 600_000,
};

/** The parts in the order in which they are read at first. */
const parts: readonly Part[] = ["node", "use", "networks", "pools", "nics"];

/** After a reading that missed its deadline a part rests for so many of its periods, then for twice as many, up to a limit. */
const LONGEST_REST = 16;
/** Events come in bursts, and one reading answers all of them. */
const COALESCE_MS = 200;

/**
 * Keeps what is known of the computer under a host up to date: its build, its load, its networks with their leases, its pools with
 * their volumes, its devices. One reading at a time, so that it takes one place on a connection at most; periods are spread by
 * chance, so that a thousand hosts are not read in the same moment.
 */
export class ResourceWatch {
  readonly #scope: ResourceScope;
  readonly #pools: PoolReader;
  readonly #networks: NetworkReader;
  readonly #timers = new Map<Part, Timer>();
  readonly #rests = new Map<Part, number>();
  #turn: Promise<void> = Promise.resolve();
  #cells = 0;
  #leased: { readonly networks: readonly Network[]; readonly macs: ReadonlySet<string> } = {
    networks: [],
    macs: new Set(),
  };
  #stopped = false;

  constructor(scope: ResourceScope) {
    this.#scope = scope;
    const now = (): number => scope.clock.monotonic();
    this.#pools = new PoolReader(now);
    this.#networks = new NetworkReader(now);
  }

  start(): void {
    for (const part of parts) this.#read(part);
  }

  /** Reads soon what an event said to be different. */
  changed(change: ResourceChange): void {
    if (change.kind === "pool") this.#pools.changed(change.uuid);
    else this.#networks.changed(change.uuid);
    this.#schedule(change.kind === "pool" ? "pools" : "networks", COALESCE_MS);
  }

  /** Whether some network's DHCP server gave an address to this interface. */
  isLeased(mac: string): boolean {
    return this.#leased.macs.has(mac);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #schedule(part: Part, delayMs: number): void {
    if (this.#stopped) return;
    this.#timers.get(part)?.cancel();
    this.#timers.set(
      part,
      this.#scope.clock.after(delayMs, () => this.#read(part)),
    );
  }

  #read(part: Part): void {
    this.#timers.delete(part);
    this.#turn = this.#turn.then(async () => {
      if (this.#stopped) return;
      let rest = 1;
      try {
        const look = await this.#look(part);
        if (look && !this.#stopped) this.#scope.deliver(look);
      } catch (error) {
        if (isMissedDeadline(error)) rest = Math.min((this.#rests.get(part) ?? 1) * 2, LONGEST_REST);
        if (!this.#stopped) this.#scope.failed(error);
      }
      this.#rests.set(part, rest);
      // An event that came while this was read has asked for another one already.
      if (!this.#timers.has(part)) this.#schedule(part, periodsMs[part] * rest * (0.75 + this.#scope.random() / 2));
    });
  }

  /** @returns `undefined` where the driver does not tell of this part */
  async #look(part: Part): Promise<ResourcesLook | undefined> {
    const { caller } = this.#scope;
    switch (part) {
      case "node": {
        const node = await readNode(caller);
        this.#cells = node?.cells.length ?? 0;
        return node && { node };
      }
      case "use": {
        const use = await readNodeUse(caller, this.#cells);
        return use && { use };
      }
      case "nics": {
        const nics = await readNodeNics(caller);
        return nics && { nics };
      }
      case "pools": {
        const pools = await this.#pools.read(caller);
        return pools && { pools };
      }
      case "networks": {
        const networks = await this.#networks.read(caller);
        if (!networks) return undefined;
        if (networks !== this.#leased.networks) this.#leased = { networks, macs: leasedMacs(networks) };
        return { networks };
      }
    }
  }
}

function leasedMacs(networks: readonly Network[]): ReadonlySet<string> {
  return new Set(networks.flatMap(({ leases }) => (leases ?? []).map(({ mac }) => mac)));
}
