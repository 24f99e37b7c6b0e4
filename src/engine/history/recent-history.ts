import { nextTurn } from "../../base/turn.js";
import type { Generation } from "../../inventory/generation.js";
import { isActive, type Machine } from "../../inventory/machine.js";
import { bySeries, mean, numberOrNull, type Series, seriesNames } from "./series.js";

/** From one sample to the next; the daemons of large hosts need so long for one round of statistics. */
export const SAMPLE_MS = 20_000;
/** Ten minutes. */
const SAMPLES = 30;
const SERIES = seriesNames.length;
const PER_MACHINE = SAMPLES * SERIES;
/** Machines per array, so that growing copies nothing. */
const CHUNK = 256;
/** Counters of the last reading, its instant, and since when they count. */
const LAST = 7;
/** Machines in a turn of the event loop. */
const PER_TURN = 250;
/** A value is good for this long when statistics are read more rarely than samples are taken. */
const GOOD_FOR_MS = 60_000;

/**
 * The last ten minutes of every machine, in arrays of numbers: some 800 octets for each, whatever it does. All samples are of the
 * same moments, so that a machine's place in the arrays is all that is kept beside them.
 */
export class RecentHistory {
  readonly #values: Float32Array[] = [];
  readonly #last: Float64Array[] = [];
  readonly #at = new Float64Array(SAMPLES).fill(Number.NaN);
  /** By host and UUID. */
  #places = new Map<string, number>();
  readonly #free: number[] = [];
  #taken = 0;
  #column = -1;
  #sampling = false;

  /**
   * Takes a sample of every machine of `generation`, and forgets those that are not in it; a call while another is at work does
   * nothing.
   * @param wall now, milliseconds
   * @param monotonic the same moment on the clock of the machines' readings
   */
  async sample(generation: Generation, wall: number, monotonic: number): Promise<void> {
    if (this.#sampling) return;
    this.#sampling = true;
    const places = new Map<string, number>();
    const column = (this.#column + 1) % SAMPLES;
    let done = 0;
    for (const { byIndex } of generation.hosts.values()) {
      for (const machine of byIndex) {
        const key = keyOf(machine);
        const place = this.#places.get(key) ?? this.#takePlace();
        places.set(key, place);
        this.#sampleOne(machine, place, column, monotonic);
        done += 1;
        if (done % PER_TURN === 0) await nextTurn();
      }
    }
    for (const [key, place] of this.#places) if (!places.has(key)) this.#free.push(place);
    this.#places = places;
    this.#at[column] = wall;
    this.#column = column;
    this.#sampling = false;
  }

  /** @returns `undefined` for a machine of which no sample was taken yet */
  read(machine: Pick<Machine, "host" | "uuid">): Series | undefined {
    const place = this.#places.get(keyOf(machine));
    if (place === undefined) return undefined;
    const columns = this.#columns();
    const { values, from } = this.#row(place);
    return {
      span: "10m",
      stepMs: SAMPLE_MS,
      at: columns.map((column) => this.#at[column] ?? 0),
      values: bySeries((series) => columns.map((column) => numberOrNull(values[from + column * SERIES + series]))),
    };
  }

  /**
   * Means of a machine's samples of a time, in the order of `seriesNames`; NaN where there are none.
   * @param since wall time, milliseconds, the first moment of it
   * @param until the first moment after it
   */
  means(machine: Pick<Machine, "host" | "uuid">, since: number, until: number): readonly number[] {
    const place = this.#places.get(keyOf(machine));
    const columns = this.#columns().filter((column) => {
      const at = this.#at[column] ?? 0;
      return at >= since && at < until;
    });
    if (place === undefined) return seriesNames.map(() => Number.NaN);
    const { values, from } = this.#row(place);
    return seriesNames.map((_, series) => mean(columns.map((column) => values[from + column * SERIES + series])));
  }

  /** Columns that hold samples, oldest first. */
  #columns(): readonly number[] {
    const columns: number[] = [];
    for (let step = 1; step <= SAMPLES; step++) {
      const column = (this.#column + step) % SAMPLES;
      if (this.#column >= 0 && !Number.isNaN(this.#at[column] ?? Number.NaN)) columns.push(column);
    }
    return columns;
  }

  #sampleOne(machine: Machine, place: number, column: number, monotonic: number): void {
    const { values, last, from } = this.#row(place);
    const lastFrom = (place % CHUNK) * LAST;
    const into = from + column * SERIES;
    const before = from + ((column + SAMPLES - 1) % SAMPLES) * SERIES;
    const at = machine.readings.statistics;
    values.fill(Number.NaN, into, into + SERIES);
    if (!machine.reachable || !isActive(machine.state) || at === undefined) {
      last[lastFrom] = Number.NaN;
      return;
    }
    values[into + 1] = machine.memoryKiB ?? Number.NaN;
    const readAt = last[lastFrom] ?? Number.NaN;
    const sameRun = last[lastFrom + 1] === machine.countersSince;
    if (readAt === at && sameRun) {
      if (monotonic - at > GOOD_FOR_MS) return;
      for (let series = 0; series < SERIES; series++) {
        if (series !== 1) values[into + series] = values[before + series] ?? Number.NaN;
      }
      return;
    }
    const seconds = sameRun ? (at - readAt) / 1000 : Number.NaN;
    counters.forEach(([series, scale, read], number) => {
      const value = read(machine);
      const held = last[lastFrom + 2 + number] ?? Number.NaN;
      last[lastFrom + 2 + number] = value;
      // A counter that fell lost a device, which says nothing about what happened meanwhile.
      values[into + series] = seconds > 0 && value >= held ? ((value - held) / seconds) * scale : Number.NaN;
    });
    last[lastFrom] = at;
    last[lastFrom + 1] = machine.countersSince;
  }

  #takePlace(): number {
    const place = this.#free.pop() ?? this.#taken++;
    if (place % CHUNK === 0 && this.#values.length <= place / CHUNK) {
      this.#values.push(new Float32Array(CHUNK * PER_MACHINE));
      this.#last.push(new Float64Array(CHUNK * LAST));
    }
    const { values, last, from } = this.#row(place);
    values.fill(Number.NaN, from, from + PER_MACHINE);
    last.fill(Number.NaN, (place % CHUNK) * LAST, (place % CHUNK) * LAST + LAST);
    return place;
  }

  #row(place: number): { values: Float32Array; last: Float64Array; from: number } {
    const chunk = Math.floor(place / CHUNK);
    const values = this.#values[chunk];
    const last = this.#last[chunk];
    if (!values || !last) throw new Error(`place ${place} was never taken`);
    return { values, last, from: (place % CHUNK) * PER_MACHINE };
  }
}

/** Which series each counter makes, and by what factor its rate per second. */
const counters: readonly (readonly [series: number, scale: number, read: (machine: Machine) => number])[] = [
  [0, 100 / 1e9, ({ cpuTimeNs }) => (cpuTimeNs === undefined ? Number.NaN : Number(cpuTimeNs))],
  [2, 1, ({ disks }) => sum(disks, (disk) => disk.counters.readBytes)],
  [3, 1, ({ disks }) => sum(disks, (disk) => disk.counters.writeBytes)],
  [4, 1, ({ nics }) => sum(nics, (nic) => nic.counters.receivedBytes)],
  [5, 1, ({ nics }) => sum(nics, (nic) => nic.counters.sentBytes)],
];

function sum<Device>(devices: readonly Device[], counter: (device: Device) => bigint | undefined): number {
  let total = Number.NaN;
  for (const device of devices) {
    const value = counter(device);
    if (value !== undefined) total = (Number.isNaN(total) ? 0 : total) + Number(value);
  }
  return total;
}

function keyOf({ host, uuid }: Pick<Machine, "host" | "uuid">): string {
  return `${host}/${uuid}`;
}
