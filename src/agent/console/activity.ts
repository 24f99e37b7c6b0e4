import type { Generation } from "../../inventory/generation.js";
import { isActive, type Machine } from "../../inventory/machine.js";
import { inSlices } from "./pieces.js";

/** What a machine does per second, over the last seconds. Absent until two readings are known. */
export interface Activity {
  /** Percent of one CPU. */
  readonly cpuPercent: number | undefined;
  readonly diskReadBytesPerS: number | undefined;
  readonly diskWriteBytesPerS: number | undefined;
  readonly receivedBytesPerS: number | undefined;
  readonly sentBytesPerS: number | undefined;
}

interface Sample {
  /** Monotonic time of the reading. */
  readonly at: number;
  readonly cpuTimeNs: bigint | undefined;
  readonly diskReadBytes: bigint | undefined;
  readonly diskWriteBytes: bigint | undefined;
  readonly receivedBytes: bigint | undefined;
  readonly sentBytes: bigint | undefined;
}

interface Track {
  /** Of the run whose counters these are. */
  readonly since: number;
  /** Oldest first. */
  readonly samples: readonly Sample[];
}

type Tracks = Map<string, Map<string, Track>>;

/** Some facts are read every 10 s only; a span that holds two of those readings keeps their rates from flickering. */
const SPAN_MS = 20_000;
const APART_MS = 4_000;

/** Remembers a few readings per running machine, from which its present activity follows. Feed it generations regularly. */
export class ActivityTracker {
  /** By host, then by UUID. */
  #tracks: Tracks = new Map();
  #observing = false;

  /**
   * Takes in what is new in `generation` and forgets machines that no longer run; a call while another is at work does nothing.
   * Answers come from what was known before until it resolves.
   */
  async observe(generation: Generation): Promise<void> {
    if (this.#observing) return;
    this.#observing = true;
    const tracks: Tracks = new Map();
    await inSlices(machinesOf(generation), (machine) => {
      const at = machine.readings.statistics;
      if (at === undefined || !isActive(machine.state)) return;
      const { host, uuid } = machine;
      const track = extended(this.#tracks.get(host)?.get(uuid), machine, at);
      const known = tracks.get(host);
      if (known) known.set(uuid, track);
      else tracks.set(host, new Map([[uuid, track]]));
    });
    this.#tracks = tracks;
    this.#observing = false;
  }

  of(machine: Machine): Activity {
    const samples = this.#tracks.get(machine.host)?.get(machine.uuid)?.samples ?? [];
    const perS = (counter: Exclude<keyof Sample, "at">) => rate(samples, counter);
    const cpuNsPerS = perS("cpuTimeNs");
    return {
      cpuPercent: cpuNsPerS === undefined ? undefined : Math.round(cpuNsPerS / 1e6) / 10,
      diskReadBytesPerS: perS("diskReadBytes"),
      diskWriteBytesPerS: perS("diskWriteBytes"),
      receivedBytesPerS: perS("receivedBytes"),
      sentBytesPerS: perS("sentBytes"),
    };
  }
}

function* machinesOf(generation: Generation): Generator<Machine> {
  for (const { byIndex } of generation.hosts.values()) yield* byIndex;
}

function extended(track: Track | undefined, machine: Machine, at: number): Track {
  const since = machine.countersSince;
  if (track === undefined || track.since !== since) return { since, samples: [sampleOf(machine, at)] };
  const { samples } = track;
  if (samples.at(-1)?.at === at) return track;
  const recent = samples.filter((sample, place) => at - sample.at <= SPAN_MS || place === samples.length - 1);
  // The newest reading is always kept; earlier ones only so far apart as the span needs.
  const newest = recent.at(-1);
  const before = recent.at(-2);
  if (newest && before && newest.at - before.at < APART_MS) recent.pop();
  return { since, samples: [...recent, sampleOf(machine, at)] };
}

function sampleOf(machine: Machine, at: number): Sample {
  return {
    at,
    cpuTimeNs: machine.cpuTimeNs,
    diskReadBytes: sum(machine.disks, (disk) => disk.counters.readBytes),
    diskWriteBytes: sum(machine.disks, (disk) => disk.counters.writeBytes),
    receivedBytes: sum(machine.nics, (nic) => nic.counters.receivedBytes),
    sentBytes: sum(machine.nics, (nic) => nic.counters.sentBytes),
  };
}

function sum<Device>(devices: readonly Device[], counter: (device: Device) => bigint | undefined): bigint | undefined {
  let total: bigint | undefined;
  for (const device of devices) {
    const value = counter(device);
    if (value !== undefined) total = (total ?? 0n) + value;
  }
  return total;
}

/** Undefined also when the counter fell: a device was taken away, which says nothing about what happened meanwhile. */
function rate(samples: readonly Sample[], counter: Exclude<keyof Sample, "at">): number | undefined {
  const first = samples.find((sample) => sample[counter] !== undefined);
  const last = samples.at(-1);
  const from = first?.[counter];
  const to = last?.[counter];
  if (first === undefined || last === undefined || from === undefined || to === undefined) return undefined;
  const seconds = (last.at - first.at) / 1000;
  return seconds > 0 && to >= from ? Number(to - from) / seconds : undefined;
}
