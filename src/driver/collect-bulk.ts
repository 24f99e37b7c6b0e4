import { nextTurn } from "../base/turn.js";
import type { NicCounters } from "../inventory/device.js";
import type { MachineLook } from "../inventory/observation.js";
import type { ResultOf } from "../protocol/libvirt/procedures.js";
import { type BulkRecord, readBulkRecord, statisticsGroup } from "./bulk-record.js";
import { type Collector, chunksOf, eachAtOnce, type SweepScope } from "./collector.js";
import type { Caller } from "./connection.js";
import type { DomainName } from "./driver-event.js";
import { isAnswer, isMissedDeadline } from "./outcome.js";
import { Quarantine } from "./quarantine.js";
import { isRunning, type Watched } from "./watched.js";

const CHEAP_GROUPS = statisticsGroup.state | statisticsGroup.interface;
const MONITOR_GROUPS = statisticsGroup.cpu | statisticsGroup.balloon | statisticsGroup.vcpu | statisticsGroup.block;

/** Machines per cheap call; a host with no more is asked for all at once, and so for those that nobody knows of. */
const CHEAP_CHUNK = 400;
/** Records read before the event loop gets its turn: one or two milliseconds. */
const RECORDS_PER_TURN = 100;
/** A cheap call asks no monitor, so that a daemon of which no answer came until then does not answer at all. */
const CHEAP_MS = 6000;
/** Machines per question to monitors: a stuck one holds up only these. */
const MONITOR_CHUNK = 8;
/** Questions to monitors at once: half of a connection's places, the others are for those that hang. */
const MONITOR_WIDTH = 2;
/** Of a question's deadline, what one machine of a suspect chunk gets at first: several that hang add up. */
const SUSPECT_SHARE = 1 / 4;

/** Do not wait for another job of the machine. It does not keep a call from waiting for the monitor itself. */
const NOWAIT = 1 << 29;

/**
 * Finds out whether the driver has the bulk call, and with which flags.
 * @returns `undefined` when it has none
 */
export async function bulkFlags(caller: Caller): Promise<number | undefined> {
  for (const flags of [NOWAIT, 0]) {
    try {
      await caller.call("connectGetAllDomainStats", { doms: [], stats: statisticsGroup.state, flags });
      return flags;
    } catch (error) {
      if (!isAnswer(error)) throw error;
    }
  }
  return undefined;
}

/**
 * Sweeps by the bulk call. States and interfaces of all machines come without asking a monitor, so nothing can hold them up.
 * The rest is asked in chunks: one whose deadline passes is suspect, its machines are asked one at a time with little patience,
 * and those that hang, or answer only what their monitor need not be asked for, go into quarantine. There each is asked once
 * more, with all patience and without keeping anybody waiting, before it is called stuck.
 */
export class BulkCollector implements Collector {
  readonly #scope: SweepScope;
  readonly #flags: number;
  readonly #quarantine = new Quarantine();
  /** Machines whose monitor told something the last time it was asked. */
  readonly #talkative = new Set<string>();
  #workedMs = 0;
  #workedOnMonitorsMs = 0;
  #lateAnswers = 0;

  constructor(scope: SweepScope, flags: number) {
    this.#scope = scope;
    this.#flags = flags;
  }

  get stuckCount(): number {
    return this.#quarantine.size;
  }

  async sweepStates(): Promise<number> {
    this.#workedMs = 0;
    const known = this.#scope.machines();
    if (known.length <= CHEAP_CHUNK) {
      await this.#cheapSweep([], true);
    } else {
      for (const chunk of chunksOf(known, CHEAP_CHUNK)) {
        await this.#cheapSweep(
          chunk.map((machine) => machine.domain),
          false,
        );
      }
    }
    const workedMs = this.#workedMs;
    this.#retryStuck();
    return workedMs;
  }

  async sweepStatistics(): Promise<number> {
    this.#workedOnMonitorsMs = 0;
    const running = this.#scope
      .machines()
      .filter((machine) => isRunning(machine) && !this.#quarantine.holds(machine.domain.uuid));
    await eachAtOnce(chunksOf(running, MONITOR_CHUNK), MONITOR_WIDTH, (chunk) => this.#askChunk(chunk));
    return this.#workedOnMonitorsMs / MONITOR_WIDTH;
  }

  async #cheapSweep(doms: readonly DomainName[], complete: boolean): Promise<void> {
    const mark = this.#scope.mark();
    const records = await this.#ask(this.#scope.statistics, doms, CHEAP_GROUPS, CHEAP_MS);
    const states = records.flatMap(({ domain, record: { state, reason } }) =>
      state === undefined ? [] : [{ domain, state, reason: reason ?? 0 }],
    );
    const looks = this.#scope.takeStates(states, mark, complete);
    const found: MachineLook[] = [];
    for (const { domain, record } of records) {
      const look = looks.get(domain.uuid);
      if (!look) continue;
      const nics = nicsByAddress(this.#scope.machine(domain.uuid), record.nicCounters);
      found.push(nics ? { nicCounters: nics, ...look } : look);
    }
    this.#scope.deliver(found);
  }

  async #askChunk(chunk: readonly Watched[]): Promise<void> {
    try {
      await this.#askMonitors(chunk, this.#scope.pace.monitorDeadlineMs);
    } catch (error) {
      if (isMissedDeadline(error)) await this.#askOneByOne(chunk);
      else if (!isAnswer(error)) throw error;
      else if (chunk.length > 1) for (const machine of chunk) await this.#askChunk([machine]);
    }
  }

  /** Something in `chunk` hangs; when it is not the daemon itself, finds out which. */
  async #askOneByOne(chunk: readonly Watched[]): Promise<void> {
    await this.#scope.control.call("connectGetLibVersion", {}, this.#scope.pace.monitorDeadlineMs);
    await eachAtOnce(chunk, MONITOR_WIDTH, async (machine) => {
      const { uuid, id } = machine.domain;
      const wasTalkative = this.#talkative.has(uuid) || !machine.statisticsAsked;
      if (this.#quarantine.holds(uuid) || !isRunning(machine)) return;
      const answers = await this.#answers(machine, this.#scope.pace.monitorDeadlineMs * SUSPECT_SHARE);
      if (!answers && wasTalkative) this.#quarantine.suspect(uuid, id, this.#scope.clock.monotonic());
    });
  }

  /** Asks the machines in quarantine whose time has come, without keeping a sweep waiting. */
  #retryStuck(): void {
    const late = this.#scope.lateAnswers();
    if (late !== this.#lateAnswers) this.#quarantine.hasten(this.#scope.clock.monotonic());
    this.#lateAnswers = late;
    const over = this.#quarantine.sift((uuid, domainId) => {
      const machine = this.#scope.machine(uuid);
      return machine !== undefined && isRunning(machine) && machine.domain.id === domainId;
    });
    this.#scope.deliver(over.map(freed));
    void eachAtOnce(this.#quarantine.takeDue(this.#scope.clock.monotonic()), 1, async (uuid) => {
      const machine = this.#scope.machine(uuid);
      // Where the connection is at an end, so is this collector.
      const patienceMs = this.#scope.pace.monitorDeadlineMs;
      const answers = machine !== undefined && (await this.#answers(machine, patienceMs).catch(() => false));
      if (!machine || !this.#quarantine.holds(uuid)) return;
      if (!answers) this.#confine(machine);
      else if (this.#quarantine.release(uuid)) this.#scope.deliver([freed(uuid)]);
    });
  }

  /** Whether a machine's monitor answers in time; what it answers is delivered. */
  async #answers(machine: Watched, deadlineMs: number): Promise<boolean> {
    try {
      return (await this.#askMonitors([machine], deadlineMs)).has(machine.domain.uuid);
    } catch (error) {
      if (isMissedDeadline(error)) return false;
      if (isAnswer(error)) return this.#scope.machine(machine.domain.uuid) === undefined;
      throw error;
    }
  }

  #confine(machine: Watched): void {
    const { uuid } = machine.domain;
    this.#talkative.delete(uuid);
    const told = this.#quarantine.stuck(uuid, machine.domain.id, this.#scope.clock.monotonic());
    if (!told) this.#scope.deliver([{ uuid, tiers: [], facts: {}, stuck: true }]);
  }

  /** @returns the machines whose monitor told something */
  async #askMonitors(machines: readonly Watched[], deadlineMs: number): Promise<ReadonlySet<string>> {
    const doms = machines.map((machine) => machine.domain);
    const records = await this.#ask(this.#scope.statistics, doms, MONITOR_GROUPS, deadlineMs);
    const answered = new Set<string>();
    const looks: MachineLook[] = [];
    for (const { domain, record } of records) {
      const machine = this.#scope.machine(domain.uuid);
      if (!machine || !isRunning(machine) || machine.domain.id !== domain.id) continue;
      const complete = record.fromMonitor;
      machine.statisticsAsked = true;
      if (complete) {
        answered.add(domain.uuid);
        this.#talkative.add(domain.uuid);
      }
      looks.push({
        uuid: domain.uuid,
        // Without the monitor's part the old figures stay, and their age goes on.
        tiers: complete ? ["statistics"] : [],
        facts: record.facts,
        ...(complete && record.diskCounters ? { diskCounters: record.diskCounters } : {}),
      });
    }
    this.#scope.deliver(looks);
    return answered;
  }

  async #ask(
    caller: Caller,
    doms: readonly DomainName[],
    stats: number,
    deadlineMs: number,
  ): Promise<readonly { domain: DomainName; record: BulkRecord }[]> {
    const sentAt = this.#scope.clock.monotonic();
    const answer: ResultOf<"connectGetAllDomainStats"> = await caller.call(
      "connectGetAllDomainStats",
      { doms, stats, flags: this.#flags },
      deadlineMs,
    );
    const workedMs = this.#scope.clock.monotonic() - sentAt;
    if (stats === CHEAP_GROUPS) this.#workedMs += workedMs;
    else this.#workedOnMonitorsMs += workedMs;
    const records: { domain: DomainName; record: BulkRecord }[] = [];
    for (const { dom, params } of answer.retStats) {
      records.push({ domain: dom, record: readBulkRecord(params) });
      if (records.length % RECORDS_PER_TURN === 0) await nextTurn();
    }
    return records;
  }
}

function freed(uuid: string): MachineLook {
  return { uuid, tiers: [], facts: {}, stuck: false };
}

/** Counters by MAC address, from those by the host's device. */
function nicsByAddress(
  machine: Watched | undefined,
  byDevice: ReadonlyMap<string, NicCounters> | undefined,
): ReadonlyMap<string, NicCounters> | undefined {
  if (!machine?.view || !byDevice) return undefined;
  const byAddress = new Map<string, NicCounters>();
  for (const { mac, target } of machine.view.nics) {
    const counters = target === undefined ? undefined : byDevice.get(target);
    if (counters) byAddress.set(mac, counters);
  }
  return byAddress;
}
