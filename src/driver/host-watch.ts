import type { Timer } from "../base/clock.js";
import { type Fault, reasonOf } from "../base/fault.js";
import type { Random } from "../base/random.js";
import type { HostFacts } from "../inventory/host.js";
import type { MachineLook, Observation, Surroundings } from "../inventory/observation.js";
import type { SessionCounters } from "../protocol/libvirt/client-session.js";
import { isNoDomain } from "../protocol/libvirt/error.js";
import { AffinityReader } from "./affinity-reader.js";
import { bulkFlags } from "./collect-bulk.js";
import { REOPEN_MS, slowPace } from "./collect-slow.js";
import { type Collector, eachAtOnce, type Pace, type SweepScope, type SweptState } from "./collector.js";
import { collectorFor } from "./collector-for.js";
import { type Caller, type Connection, type ConnectionMeans, connect } from "./connection.js";
import { type DomainName, type DriverEvent, driverEvent, registerEvents } from "./driver-event.js";
import { type LocalComputer, readHostFacts } from "./host-facts.js";
import { isGuest, listDomains } from "./list-domains.js";
import { MachineExtras } from "./machine-extras.js";
import { MachineReader } from "./machine-reader.js";
import { isMissedDeadline } from "./outcome.js";
import { RereadQueue } from "./reread-queue.js";
import { ResourceWatch } from "./resource-watch.js";
import { HOLD_MS, type Reread, Roster } from "./roster.js";
import type { StateWords } from "./state.js";
import { StatisticsLane } from "./statistics-lane.js";
import type { LibvirtTarget } from "./uri.js";
import { DOUBT_MS, isBelievable, isRunning, type Watched } from "./watched.js";

/** What a watch needs; `deliver` is called in order. */
export interface WatchMeans extends ConnectionMeans {
  readonly target: LibvirtTarget;
  readonly random: Random;
  readonly pace: Pace;
  /** Whether the host may be written to; without it guests cannot be asked. */
  readonly allowWrite: boolean;
  /** Present when the host is this computer. */
  readonly local: LocalComputer | undefined;
  readonly deliver: (observations: readonly Observation[]) => void;
}

/** Why a watch ended: `again` when it is to be opened anew at once, though nothing is wrong. */
export interface WatchEnd {
  readonly again: boolean;
  readonly reason: string;
}

/** Places of a connection that reads of single machines may take. */
const READ_WIDTH = 3;
/** Sweeps of states that may miss their deadline in a row before the host counts as lost: what is older than that is stale. */
const MOST_MISSED = 2;
/** A daemon works on sweeps for at most one part in so many of the time. */
const SWEEP_SHARE = 4;
/** However long a daemon works on them, states are asked for after this many of their periods; statistics may take longer. */
const MOST_STATE_PERIODS = 3;
const MOST_PERIODS = 6;
/** Of a host with thousands of machines so many are looked at in a second, for the gateway works on each answer, too. */
const MOST_STATES_PER_S = 2500;
const MOST_STATISTICS_PER_S = 500;
const INTERFACES_MS = 1000;

/** Watches one host over one pair of connections, from their opening until one of them ends. */
export class HostWatch {
  readonly facts: HostFacts;
  readonly #means: WatchMeans;
  readonly #pace: Pace;
  readonly #control: Connection;
  readonly #statistics: StatisticsLane;
  readonly #collector: Collector;
  readonly #hasEvents: boolean;
  readonly #reader: MachineReader;
  readonly #rereads: RereadQueue;
  readonly #roster: Roster;
  readonly #resources: ResourceWatch;
  readonly #extras: MachineExtras;
  readonly #timers = new Set<Timer>();
  readonly #early: DriverEvent[] = [];
  readonly #ended: Promise<WatchEnd>;
  #end: (end: WatchEnd) => void = () => {};
  #state: "opening" | "up" | "over" = "opening";
  #missed = 0;
  #indexes: { readonly at: number; readonly read: Promise<ReadonlyMap<string, number>> } | undefined;

  private constructor(
    means: WatchMeans,
    control: Connection,
    statistics: Connection,
    found: { facts: HostFacts; hasEvents: boolean; bulk: number | undefined },
  ) {
    this.#means = means;
    this.facts = found.facts;
    this.#hasEvents = found.hasEvents;
    this.#roster = new Roster(found.hasEvents);
    this.#pace = found.hasEvents ? means.pace : slowPace(means.pace);
    this.#control = control;
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    const lost = (reason: string): void => this.#finish({ again: false, reason });
    this.#statistics = new StatisticsLane(statistics, () => connect(means.target, means), means, lost);
    this.#reader = new MachineReader({
      hypervisor: means.target.hypervisor,
      clock: means.clock,
      log: means.log,
      random: means.random,
      hasEvents: found.hasEvents,
      settle: (machine, read) => this.#settle(machine, read),
      affinities: new AffinityReader(found.facts.physicalCpuCount),
      interfaceIndexes: () => this.#interfaceIndexes(),
    });
    this.#rereads = new RereadQueue(means.clock, READ_WIDTH, (uuid) => this.#reread(uuid));
    const scope = this.#scope();
    this.#collector = collectorFor(scope, found.bulk);
    const beside = { ...means, caller: this.#statistics, failed: (error: unknown) => this.#failed(error) };
    this.#resources = new ResourceWatch({
      ...beside,
      deliver: (resources) => this.#deliver([{ kind: "resources", at: means.clock.monotonic(), resources }]),
    });
    this.#extras = new MachineExtras({
      ...beside,
      hypervisor: means.target.hypervisor,
      guestDeadlineMs: this.#pace.monitorDeadlineMs,
      machines: scope.machines,
      isLeased: (mac) => this.#resources.isLeased(mac),
      deliver: scope.deliver,
    });
    void control.session.closed.then((fault) => lost(fault.message));
  }

  /** Opens both connections and registers for events, before anything is listed. @throws {Fault} when that cannot be done */
  static async open(means: WatchMeans): Promise<HostWatch> {
    const { target, clock, local } = means;
    const control = await connect(target, means);
    let statistics: Connection | undefined;
    try {
      const early: DriverEvent[] = [];
      let watch: HostWatch | undefined;
      control.subscribe((event) => {
        const meant = driverEvent(event);
        if (!meant) return;
        if (watch) watch.#onEvent(meant);
        else early.push(meant);
      });
      const hasEvents = target.hypervisor.collector !== "slow" && (await registerEvents(control));
      const facts = await readHostFacts(control, target.hypervisor, local, clock.now());
      statistics = await connect(target, means);
      const bulk = target.hypervisor.collector === "bulk" ? await bulkFlags(statistics) : undefined;
      watch = new HostWatch(means, control, statistics, { facts, hasEvents, bulk });
      watch.#early.push(...early);
      return watch;
    } catch (error) {
      control.session.close();
      statistics?.session.close();
      throw error;
    }
  }

  get sessions(): readonly SessionCounters[] {
    return [this.#control.counters, ...this.#statistics.counters];
  }

  get stuckCount(): number {
    return this.#collector.stuckCount;
  }

  get abandonedCalls(): number {
    return this.#statistics.abandonedCalls;
  }

  /** Lists, then watches. Resolves when it is over, for whatever reason. */
  async run(): Promise<WatchEnd> {
    this.#deliver([{ kind: "link", up: true, facts: this.facts }]);
    if (this.#state === "opening") this.#state = "up";
    for (const event of this.#early.splice(0)) this.#onEvent(event);
    void this.#begin();
    return this.#ended;
  }

  /** Asks for a fresh look at one machine, its document included, or at all. */
  look(uuid?: string): void {
    if (uuid === undefined) {
      void this.#guarded(() => this.#list());
      return;
    }
    const machine = this.#roster.get(uuid);
    if (machine) machine.documentDueAt = Number.NEGATIVE_INFINITY;
    this.#rereads.request(uuid);
  }

  /** Asks for a fresh look at what changes rarely. */
  lookAround(what: Surroundings): void {
    if (this.#state !== "up") return;
    if (what === "snapshots") this.#extras.readSnapshotsSoon();
    else this.#resources.changed({ kind: what === "pools" ? "pool" : "network" });
  }

  stop(): void {
    this.#finish({ again: false, reason: "stopped" });
  }

  async #begin(): Promise<void> {
    try {
      await this.#list();
    } catch (error) {
      this.#finish({ again: false, reason: reasonOf(error) });
      return;
    }
    this.#resources.start();
    const { listMs, stateMs, statisticsMs } = this.#pace;
    const states = (): number => Math.max(stateMs, (this.#roster.size / MOST_STATES_PER_S) * 1000);
    const statistics = (): number => Math.max(statisticsMs, (this.#roster.size / MOST_STATISTICS_PER_S) * 1000);
    this.#repeat(
      listMs,
      () => listMs,
      () => this.#list(),
    );
    this.#repeat(states(), states, () => this.#sweepStates(), MOST_STATE_PERIODS);
    // The first at once, for an inventory without figures is of little use; the next spread over hosts.
    await this.#guarded(() => this.#collector.sweepStatistics());
    this.#extras.start();
    this.#repeat(statistics() * this.#means.random(), statistics, () => this.#collector.sweepStatistics());
    if (!this.#hasEvents) this.#after(REOPEN_MS, () => this.#finish({ again: true, reason: "opened anew" }));
  }

  #finish(end: WatchEnd): void {
    if (this.#state === "over") return;
    this.#state = "over";
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#rereads.stop();
    this.#resources.stop();
    this.#extras.stop();
    this.#statistics.close();
    this.#control.session.close();
    this.#end(end);
  }

  #onEvent(event: DriverEvent): void {
    if (this.#state !== "up") {
      if (this.#state === "opening") this.#early.push(event);
      return;
    }
    if (event.kind === "driver-lost") {
      this.#finish({ again: false, reason: "the daemon lost its connection to the hypervisor" });
      return;
    }
    if (event.kind === "resource") {
      this.#resources.changed(event.change);
      return;
    }
    if (!isGuest(event.domain, this.#means.target.hypervisor)) return;
    const { observations, reread } = this.#roster.takeEvent(event, this.#means.clock.monotonic());
    if (observations.length > 0) this.#deliver(observations);
    const { uuid } = event.domain;
    const isHeld = this.#roster.get(uuid)?.held !== undefined;
    this.#requestReread(uuid, reread, isHeld);
    if (isHeld) this.#rereads.requestLater(uuid, HOLD_MS);
  }

  #settle(machine: Watched, read: StateWords): boolean {
    const { observations, open } = this.#roster.settle(machine, read, this.#means.clock.monotonic());
    if (observations.length > 0) this.#deliver(observations);
    return !open;
  }

  #requestReread(uuid: string, when: Reread, urgent = false): void {
    if (when === "now") this.#rereads.request(uuid, urgent);
    else if (when === "soon") this.#rereads.requestLater(uuid, DOUBT_MS);
  }

  #forget(machine: Watched): void {
    const observations = this.#roster.forget(machine, this.#means.clock.monotonic());
    if (observations.length > 0) this.#deliver(observations);
  }

  async #reread(uuid: string): Promise<void> {
    await this.#guarded(async () => {
      const mark = this.#roster.mark();
      try {
        const { dom } = await this.#control.call("domainLookupByUuid", { uuid });
        if (!isGuest(dom, this.#means.target.hypervisor)) return;
        const look = await this.#read(this.#control, dom);
        if (look) this.#deliverLooks([look]);
      } catch (error) {
        if (!isNoDomain(error)) throw error;
        const machine = this.#roster.get(uuid);
        if (!machine || machine.lastEvent > mark) return;
        // To be gone is to have stopped first, and the event that says why may be on its way.
        if (isBelievable(machine, "stopped", this.#hasEvents, this.#means.clock.monotonic())) this.#forget(machine);
        else this.#requestReread(uuid, "soon");
      }
    });
  }

  async #read(caller: Caller, domain: DomainName): Promise<MachineLook | undefined> {
    const machine = this.#roster.ensure(domain);
    const look = await this.#reader.read(caller, machine, domain, this.#roster.mark());
    if (this.#roster.get(domain.uuid) !== machine) return undefined;
    if (machine.doubt) this.#requestReread(domain.uuid, "soon");
    return look;
  }

  /** Reads the complete list, and every machine on it that is not known or not known well. */
  async #list(): Promise<number> {
    const { clock, target } = this.#means;
    const sentAt = clock.monotonic();
    const mark = this.#roster.mark();
    const list = await listDomains(this.#statistics, target.hypervisor);
    const due: DomainName[] = [];
    for (const domain of list.domains) {
      const machine = this.#roster.ensure(domain);
      if (machine.lastEvent > mark) continue; // its event's read asks for everything
      const persistent = list.persistent?.has(domain.uuid);
      const autostart = list.autostart?.has(domain.uuid);
      const managedSave = list.managedSave?.has(domain.uuid);
      // A definition of what is off may be edited without an event; what runs is not changed by that.
      if (!isRunning(machine)) machine.documentDueAt = Number.NEGATIVE_INFINITY;
      const known = machine.words !== undefined && sentAt < machine.documentDueAt;
      const same =
        machine.persistent === persistent && machine.autostart === autostart && machine.managedSave === managedSave;
      Object.assign(machine, { persistent, autostart, managedSave });
      if (!known || !same) due.push(domain);
    }
    await eachAtOnce(due, READ_WIDTH, (domain) => this.#readListed(domain));
    const listed = new Set(list.domains.map((domain) => domain.uuid));
    for (const machine of this.#roster.all()) {
      if (!listed.has(machine.domain.uuid) && machine.lastEvent <= mark) this.#forget(machine);
    }
    this.#deliver([{ kind: "listed", at: sentAt, uuids: this.#roster.reported() }]);
    return clock.monotonic() - sentAt;
  }

  /** Reports at once, or an event that came meanwhile would be reported before what was read before it. */
  async #readListed(domain: DomainName): Promise<void> {
    try {
      const look = await this.#read(this.#statistics, domain);
      if (look) this.#deliverLooks([look]);
    } catch (error) {
      if (!isNoDomain(error)) throw error;
      this.#rereads.request(domain.uuid);
    }
  }

  async #sweepStates(): Promise<number> {
    try {
      const worked = await this.#collector.sweepStates();
      this.#missed = 0;
      return worked;
    } catch (error) {
      if (!isMissedDeadline(error)) throw error;
      this.#missed += 1;
      if (this.#missed >= MOST_MISSED) {
        this.#finish({ again: false, reason: `the daemon does not answer: ${reasonOf(error)}` });
      }
      return 0;
    }
  }

  #scope(): SweepScope {
    return {
      clock: this.#means.clock,
      hypervisor: this.#means.target.hypervisor,
      pace: this.#pace,
      statistics: this.#statistics,
      control: this.#control,
      lateAnswers: () => this.#statistics.lateAnswers,
      machines: () => this.#roster.all(),
      machine: (uuid) => this.#roster.get(uuid),
      mark: () => this.#roster.mark(),
      takeStates: (states, mark, complete) => this.#takeStates(states, mark, complete),
      deliver: (looks) => this.#deliverLooks(looks),
    };
  }

  #takeStates(states: readonly SweptState[], mark: number, complete: boolean): ReadonlyMap<string, MachineLook> {
    const guests = states.filter(({ domain }) => isGuest(domain, this.#means.target.hypervisor));
    const now = this.#means.clock.monotonic();
    const { observations, looks, rereads } = this.#roster.takeStates(guests, mark, complete, now);
    if (observations.length > 0) this.#deliver(observations);
    for (const { uuid, when } of rereads) this.#requestReread(uuid, when);
    return looks;
  }

  #interfaceIndexes(): Promise<ReadonlyMap<string, number> | undefined> {
    const { local, clock } = this.#means;
    if (!local) return Promise.resolve(undefined);
    const now = clock.monotonic();
    if (!this.#indexes || now - this.#indexes.at > INTERFACES_MS) {
      this.#indexes = { at: now, read: local.interfaceIndexes() };
    }
    return this.#indexes.read;
  }

  #deliverLooks(looks: readonly MachineLook[]): void {
    const known = looks.filter((look) => this.#roster.get(look.uuid)?.words !== undefined);
    if (known.length === 0) return;
    this.#deliver([{ kind: "looks", at: this.#means.clock.monotonic(), looks: known, complete: false }]);
  }

  #deliver(observations: readonly Observation[]): void {
    if (this.#state !== "over") this.#means.deliver(observations);
  }

  /**
   * Repeats `action`, each time a period after the last began, or later when the daemon had much work by it.
   * @param period milliseconds, asked for each time
   * @param action gives the time that the daemon worked, milliseconds
   * @param mostPeriods how many periods the pause may last at most
   */
  #repeat(firstMs: number, period: () => number, action: () => Promise<number>, mostPeriods = MOST_PERIODS): void {
    this.#after(firstMs, async () => {
      const began = this.#means.clock.monotonic();
      const worked = (await this.#guarded(action)) ?? 0;
      const took = this.#means.clock.monotonic() - began;
      const periodMs = period();
      const restMs = Math.min(worked * SWEEP_SHARE - took, periodMs * mostPeriods);
      this.#repeat(Math.max(0, periodMs - took, restMs), period, action, mostPeriods);
    });
  }

  #after(delayMs: number, action: () => void | Promise<void>): void {
    if (this.#state === "over") return;
    const timer = this.#means.clock.after(delayMs, () => {
      this.#timers.delete(timer);
      void action();
    });
    this.#timers.add(timer);
  }

  /** Trouble of the connection ends the watch by itself; any other is a matter of this one action. */
  async #guarded<T>(action: () => Promise<T>): Promise<T | undefined> {
    try {
      return await action();
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  #failed(error: unknown): void {
    if (this.#state === "over") return;
    const code = (error as Partial<Fault>).code ?? "bug";
    const { stack } = error as Error;
    this.#means.log[code === "bug" ? "error" : "warn"]("libvirt.watch.failed", {
      reason: reasonOf(error),
      ...(code === "bug" ? { stack } : {}),
    });
  }
}
