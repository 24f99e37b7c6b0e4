import type { Generation } from "../../inventory/generation.js";
import type { Machine } from "../../inventory/machine.js";
import { bySeries, type HistorySpan, mean, numberOrNull, type Series, seriesNames } from "./series.js";

/** Where rows of fixed size are kept, each in the place of one that is a round older. */
export interface RowFiles {
  write(name: string, shape: RowShape, number: number, octets: Buffer): Promise<void>;
  /** The good rows from number `first` up to `last`, in order. */
  read(
    name: string,
    shape: RowShape,
    first: number,
    last: number,
  ): Promise<readonly { readonly number: number; readonly octets: Buffer }[]>;
}

export interface RowShape {
  readonly rows: number;
  readonly rowBytes: number;
}

type Means = (machine: Machine, since: number, until: number) => readonly number[];

/** Machines of one file; a machine's place follows from its number on its host, which rests longer than a file remembers. */
const PER_FILE = 64;
/** Whose the values are, for a number goes to another machine one day; then the values. */
const CELL_BYTES = 4 + 4 * seriesNames.length;

interface Level {
  readonly span: Exclude<HistorySpan, "10m">;
  readonly stepMs: number;
  readonly shape: RowShape;
}

const level = (span: Level["span"], stepMs: number, rows: number): Level => ({
  ...{ span, stepMs },
  shape: { rows, rowBytes: PER_FILE * CELL_BYTES },
});

const day = level("24h", 300_000, 288);
const month = level("30d", 3_600_000, 720);

/** How long the longest ring remembers. */
export const LONGEST_MS = month.stepMs * month.shape.rows;

/**
 * A day of every machine in steps of five minutes, and 30 days in steps of an hour, in files of fixed size: two for each 64 machines
 * of a host, 1.8 MB together. The hours are made of what the files have of the day, so that a restart loses nothing of them.
 */
export class LongHistory {
  readonly #files: RowFiles;
  #lastStep: number | undefined;
  #lastHour: number | undefined;

  constructor(files: RowFiles) {
    this.#files = files;
  }

  /**
   * Stores the five minutes that have passed since the last call, if any.
   * @param means of a machine's samples of a time
   * @param wall now, milliseconds
   * @throws {Error} as the file system does; the next call goes on with the next five minutes
   */
  async record(generation: Generation, means: Means, wall: number): Promise<void> {
    const step = Math.floor(wall / day.stepMs);
    const first = this.#lastStep === undefined;
    const passed = !first && step !== this.#lastStep;
    this.#lastStep = step;
    if (!passed) return;
    const hour = Math.floor(((step - 1) * day.stepMs) / month.stepMs);
    const hourPassed = hour !== this.#lastHour;
    for (const { host, byIndex } of generation.hosts.values()) {
      for (const [group, machines] of groupsOf(byIndex)) {
        const row = Buffer.alloc(day.shape.rowBytes);
        for (const machine of machines) {
          writeCell(row, machine, means(machine, (step - 1) * day.stepMs, step * day.stepMs));
        }
        await this.#files.write(fileName(host.name, group, day), day.shape, step - 1, row);
        if (hourPassed) await this.#recordHour(host.name, group, machines, hour - 1);
      }
    }
    this.#lastHour = hour;
  }

  /** @throws {Error} as the file system does */
  async read(machine: Pick<Machine, "host" | "uuid" | "index">, span: Level["span"], wall: number): Promise<Series> {
    const { stepMs, shape } = span === "24h" ? day : month;
    const last = Math.floor(wall / stepMs) - 1;
    const name = fileName(machine.host, groupOf(machine.index), span === "24h" ? day : month);
    const rows = await this.#files.read(name, shape, last - shape.rows + 1, last);
    const cells = rows.map(({ number, octets }) => ({ number, values: readCell(octets, machine) }));
    return {
      ...{ span, stepMs },
      at: cells.map(({ number }) => (number + 1) * stepMs),
      values: bySeries((series) => cells.map(({ values }) => numberOrNull(values[series]))),
    };
  }

  async #recordHour(host: string, group: number, machines: readonly Machine[], hour: number): Promise<void> {
    const perHour = month.stepMs / day.stepMs;
    const rows = await this.#files.read(
      fileName(host, group, day),
      day.shape,
      hour * perHour,
      (hour + 1) * perHour - 1,
    );
    if (rows.length === 0) return;
    const row = Buffer.alloc(month.shape.rowBytes);
    for (const machine of machines) {
      const cells = rows.map(({ octets }) => readCell(octets, machine));
      writeCell(
        row,
        machine,
        seriesNames.map((_, at) => mean(cells.map((values) => values[at]))),
      );
    }
    await this.#files.write(fileName(host, group, month), month.shape, hour, row);
  }
}

function groupsOf(machines: readonly Machine[]): ReadonlyMap<number, readonly Machine[]> {
  const groups = new Map<number, Machine[]>();
  for (const machine of machines) {
    const group = groupOf(machine.index);
    const held = groups.get(group);
    if (held) held.push(machine);
    else groups.set(group, [machine]);
  }
  return groups;
}

function groupOf(index: number): number {
  return Math.floor((index - 1) / PER_FILE);
}

function fileName(host: string, group: number, { span }: Level): string {
  return `${host}-${group}-${span}`;
}

function writeCell(row: Buffer, machine: Pick<Machine, "uuid" | "index">, values: readonly number[]): void {
  const from = ((machine.index - 1) % PER_FILE) * CELL_BYTES;
  row.writeUInt32LE(tagOf(machine.uuid), from);
  values.forEach((value, at) => {
    row.writeFloatLE(value, from + 4 + at * 4);
  });
}

/** Nothing where another machine had the place. */
function readCell(row: Buffer, { uuid, index }: Pick<Machine, "uuid" | "index">): readonly number[] {
  const from = ((index - 1) % PER_FILE) * CELL_BYTES;
  if (row.readUInt32LE(from) !== tagOf(uuid)) return [];
  return seriesNames.map((_, at) => row.readFloatLE(from + 4 + at * 4));
}

/** Of a UUID's random parts; never 0, which an empty place has. */
function tagOf(uuid: string): number {
  return (Number.parseInt(uuid.slice(0, 8), 16) ^ Number.parseInt(uuid.slice(28), 16)) >>> 0 || 1;
}
