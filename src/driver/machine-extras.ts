import type { Clock, Timer } from "../base/clock.js";
import type { Random } from "../base/random.js";
import type { NicAddress } from "../inventory/address.js";
import type { GuestView } from "../inventory/guest.js";
import type { MachineLook } from "../inventory/observation.js";
import { isNoDomain } from "../protocol/libvirt/error.js";
import type { Caller } from "./connection.js";
import { readAddresses, readGuest } from "./guest-reader.js";
import type { LocalComputer } from "./host-facts.js";
import type { LibvirtDriver } from "./hypervisor.js";
import { isMissedDeadline } from "./outcome.js";
import { SnapshotReader } from "./snapshot-reader.js";
import { isRunning, type Watched } from "./watched.js";

/** What reading what changes rarely is given. */
export interface ExtrasScope {
  readonly clock: Clock;
  readonly random: Random;
  readonly caller: Caller;
  readonly hypervisor: LibvirtDriver;
  /** Present when the host is this computer. */
  readonly local: Pick<LocalComputer, "neighbours"> | undefined;
  /** Whether the host may be written to: libvirt lets nobody else ask guests. */
  readonly allowWrite: boolean;
  /** One question to a guest. */
  readonly guestDeadlineMs: number;
  machines(): readonly Watched[];
  /** Whether a lease tells the address of this interface, so that nobody need be asked for it. */
  isLeased(mac: string): boolean;
  deliver(looks: readonly MachineLook[]): void;
  /** Told of what went wrong with one reading; the next one is tried all the same. */
  failed(error: unknown): void;
}

/** What matters more goes first when a host comes. */
const FIRST_MS = 1000;
const SNAPSHOTS_MS = 60_000;
const ADDRESSES_MS = 30_000;
/** How often it is looked whom to ask; a guest itself is asked when its agent comes, then every `GUEST_MS`. */
const GUESTS_MS = 10_000;
const GUEST_MS = 60_000;
/** A guest that did not answer is left alone for so long: its daemon has a worker that waits for it. */
const SILENT_MS = 600_000;

const why = {
  noAgent: "this hypervisor has no agents inside of guests",
  readOnly: "guests are asked only on hosts that may be written to (allow_write = true)",
  noChannel: "the machine has no channel for a guest agent",
  disconnected: "no guest agent answers inside of it",
  silent: "its guest agent did not answer",
  off: "it does not run",
} as const;

interface Asked {
  /** The run that was asked. */
  readonly domainId: number;
  readonly dueAt: number;
  readonly view: GuestView;
}

/**
 * Reads of a host's machines what changes rarely and costs a call for each: snapshots, addresses that no lease tells, and, where
 * writing is allowed, what guests tell of themselves. One question at a time, so that it takes one place on a connection at most.
 */
export class MachineExtras {
  readonly #scope: ExtrasScope;
  readonly #snapshots = new SnapshotReader();
  readonly #asked = new WeakMap<Watched, Asked>();
  readonly #timers = new Set<Timer>();
  #turn: Promise<void> = Promise.resolve();
  #stopped = false;
  #isSnapshotsDue = false;

  constructor(scope: ExtrasScope) {
    this.#scope = scope;
  }

  start(): void {
    const soonMs = FIRST_MS * (0.5 + this.#scope.random());
    this.#repeat(soonMs, SNAPSHOTS_MS, () => this.#readSnapshots());
    this.#repeat(soonMs, ADDRESSES_MS, () => this.#readAddresses());
    this.#repeat(soonMs, GUESTS_MS, () => this.#readGuests());
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  /** Somebody made or deleted one: all that is asked for meanwhile is answered by one look. */
  readSnapshotsSoon(): void {
    if (this.#isSnapshotsDue || this.#stopped) return;
    this.#isSnapshotsDue = true;
    this.#inTurn(async () => {
      this.#isSnapshotsDue = false;
      await this.#readSnapshots();
    });
  }

  async #readSnapshots(): Promise<void> {
    const machines = this.#scope.machines();
    const read = await this.#snapshots.read(
      this.#scope.caller,
      machines.map(({ domain }) => domain),
    );
    if (!read) return;
    this.#scope.deliver(
      machines.flatMap(({ domain: { uuid } }) => {
        const snapshots = read.get(uuid);
        return snapshots ? [{ uuid, tiers: ["snapshots"] as const, facts: { snapshots } }] : [];
      }),
    );
  }

  /** On this computer one look at its table tells of all machines; elsewhere libvirt is asked for each. */
  async #readAddresses(): Promise<void> {
    const neighbours = await this.#scope.local?.neighbours();
    for (const machine of this.#scope.machines()) {
      if (this.#stopped) return;
      if (!isRunning(machine) || this.#isAnswered(machine) || !this.#hasUnknownAddress(machine)) continue;
      const { caller, guestDeadlineMs } = this.#scope;
      const nicAddresses = neighbours
        ? addressesOf(machine, neighbours)
        : await unlessGone(readAddresses(caller, machine.domain, "arp", guestDeadlineMs));
      if (!nicAddresses) continue;
      this.#scope.deliver([{ uuid: machine.domain.uuid, tiers: ["addresses"], facts: {}, nicAddresses }]);
    }
  }

  #hasUnknownAddress({ view }: Watched): boolean {
    return view?.nics.some(({ mac, target }) => target !== undefined && !this.#scope.isLeased(mac)) ?? false;
  }

  /** Whether the guest itself tells its addresses. */
  #isAnswered(machine: Watched): boolean {
    const asked = this.#asked.get(machine);
    return asked?.domainId === machine.domain.id && asked.view.known;
  }

  async #readGuests(): Promise<void> {
    for (const machine of this.#scope.machines()) {
      if (this.#stopped) return;
      if (!machine.words || !machine.view) continue;
      const reason = this.#reasonAgainst(machine);
      if (reason !== undefined) this.#tell(machine, { known: false, why: reason }, Number.NEGATIVE_INFINITY);
      else await this.#askGuest(machine);
    }
  }

  #reasonAgainst(machine: Watched): string | undefined {
    const { hypervisor, allowWrite } = this.#scope;
    if (hypervisor.technology !== "qemu") return why.noAgent;
    if (!isRunning(machine)) return why.off;
    const agent = machine.view?.facts.agent;
    if (agent === "none") return why.noChannel;
    if (!allowWrite) return why.readOnly;
    return agent === "connected" ? undefined : why.disconnected;
  }

  async #askGuest(machine: Watched): Promise<void> {
    const { clock, caller, guestDeadlineMs } = this.#scope;
    const { uuid, id } = machine.domain;
    const asked = this.#asked.get(machine);
    if (asked?.domainId === id && clock.monotonic() < asked.dueAt) return;
    const silent = (): void => this.#tell(machine, { known: false, why: why.silent }, clock.monotonic() + SILENT_MS);
    try {
      const facts = await unlessGone(readGuest(caller, machine.domain, guestDeadlineMs));
      if (!facts) return silent();
      const nicAddresses = await unlessGone(readAddresses(caller, machine.domain, "agent", guestDeadlineMs));
      if (machine.domain.id !== id || !isRunning(machine)) return;
      const view: GuestView = { known: true, facts };
      this.#asked.set(machine, { domainId: id, dueAt: clock.monotonic() + GUEST_MS, view });
      const told = nicAddresses
        ? { nicAddresses, tiers: ["guest", "addresses"] as const }
        : { tiers: ["guest"] as const };
      this.#scope.deliver([{ uuid, facts: { guest: view }, ...told }]);
    } catch (error) {
      silent();
      if (!isMissedDeadline(error)) throw error;
    }
  }

  /** Delivers what is other than told before. */
  #tell(machine: Watched, view: GuestView, dueAt: number): void {
    const { uuid, id } = machine.domain;
    const before = this.#asked.get(machine);
    this.#asked.set(machine, { domainId: id, dueAt, view });
    if (before?.domainId === id && reasonOfView(before.view) === reasonOfView(view)) return;
    this.#scope.deliver([{ uuid, tiers: [], facts: { guest: view } }]);
  }

  #repeat(delayMs: number, periodMs: number, action: () => Promise<void>): void {
    if (this.#stopped) return;
    const timer = this.#scope.clock.after(delayMs, () => {
      this.#timers.delete(timer);
      this.#inTurn(() =>
        action().finally(() => this.#repeat(periodMs * (0.75 + this.#scope.random() / 2), periodMs, action)),
      );
    });
    this.#timers.add(timer);
  }

  #inTurn(action: () => Promise<void>): void {
    this.#turn = this.#turn.then(async () => {
      if (this.#stopped) return;
      try {
        await action();
      } catch (error) {
        if (!this.#stopped) this.#scope.failed(error);
      }
    });
  }
}

function addressesOf(
  { view }: Watched,
  neighbours: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly NicAddress[]> {
  const found = new Map<string, readonly NicAddress[]>();
  for (const { mac } of view?.nics ?? []) {
    const known = neighbours.get(mac) ?? [];
    if (known.length === 0) continue;
    const told = { family: "ipv4", prefix: undefined, source: "arp" } as const;
    found.set(
      mac,
      known.map((address) => ({ ...told, address })),
    );
  }
  return found;
}

function reasonOfView(view: GuestView): string | undefined {
  return view.known ? undefined : view.why;
}

/** A machine that is gone is missed by the next list. */
async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNoDomain(error)) return undefined;
    throw error;
  }
}
