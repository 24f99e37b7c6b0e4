import { type Clock, every, type Timer } from "../../base/clock.js";
import { reasonOf } from "../../base/fault.js";
import type { Log } from "../../base/log.js";
import type { InventoryReader } from "../../inventory/generation.js";
import type { Machine } from "../../inventory/machine.js";
import { LongHistory, type RowFiles } from "./long-history.js";
import { RecentHistory, SAMPLE_MS } from "./recent-history.js";
import type { HistorySpan, Series } from "./series.js";

/** What a machine's past can be asked of. */
export interface HistoryReader {
  /** What is remembered of a machine; points are missing where the gateway did not run. */
  read(machine: Pick<Machine, "host" | "uuid" | "index">, span: HistorySpan): Promise<Series | undefined>;
  /** CPU of the last minutes, percent of one, oldest first, without waiting. */
  recentCpu(machine: Pick<Machine, "host" | "uuid">): readonly (number | null)[];
}

/** Remembers what machines did: the last ten minutes in memory, a day and 30 days in files. */
export class History implements HistoryReader {
  readonly #inventory: InventoryReader;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #recent = new RecentHistory();
  readonly #long: LongHistory;
  #timer: Timer | undefined;
  #turn: Promise<void> = Promise.resolve();
  #failing: string | undefined;

  constructor(inventory: InventoryReader, files: RowFiles, clock: Clock, log: Log) {
    this.#inventory = inventory;
    this.#clock = clock;
    this.#log = log;
    this.#long = new LongHistory(files);
  }

  start(): void {
    this.#timer = every(this.#clock, SAMPLE_MS, () => {
      this.#turn = this.#turn.then(() => this.sample());
    });
  }

  /** Resolves when what is being written is written. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.#turn;
  }

  /** Takes one sample of everything; `start` does it again and again. */
  async sample(): Promise<void> {
    const generation = this.#inventory.current();
    const wall = this.#clock.now();
    await this.#recent.sample(generation, wall, this.#clock.monotonic());
    try {
      await this.#long.record(generation, (machine, since, until) => this.#recent.means(machine, since, until), wall);
      if (this.#failing !== undefined) this.#log.info("engine.history.recovered");
      this.#failing = undefined;
    } catch (error) {
      if (this.#failing === undefined) this.#log.warn("engine.history.failed", { reason: reasonOf(error) });
      this.#failing = reasonOf(error);
    }
  }

  async read(machine: Pick<Machine, "host" | "uuid" | "index">, span: HistorySpan): Promise<Series | undefined> {
    return span === "10m" ? this.#recent.read(machine) : this.#long.read(machine, span, this.#clock.now());
  }

  recentCpu(machine: Pick<Machine, "host" | "uuid">): readonly (number | null)[] {
    return this.#recent.read(machine)?.values.cpuPercent ?? [];
  }
}
