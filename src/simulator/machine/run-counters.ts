import type { LoadCurve } from "../time/load-curve.js";

/** How busy a machine is in its three trades. */
export interface Workload {
  readonly cpu: LoadCurve;
  readonly network: LoadCurve;
  readonly storage: LoadCurve;
}

/** What a running machine has used so far, in seconds of full load; every counter is a multiple of these. */
export interface Usage {
  /** Seconds it was not paused. */
  readonly seconds: number;
  readonly cpu: number;
  readonly network: number;
  readonly storage: number;
}

const nothing: Usage = { seconds: 0, cpu: 0, network: 0, storage: 0 };

/**
 * The usage of one run of a machine, from its start. Reading costs the same however long it ran: the loads have integrals in
 * closed form, and only pauses and changes of the number of processors leave a trace.
 */
export class RunCounters {
  readonly #workload: () => Workload;
  #before = nothing;
  /** When the present uninterrupted span began; `undefined` while paused. */
  #sinceMs: number | undefined;
  /** For each virtual processor that is plugged, the usage when it was. */
  readonly #plugged: Usage[] = [];
  #unpluggedCpuSeconds = 0;

  /** @param workload asked for when usage is first read, not before: most machines of a large host are never looked at closely */
  constructor(workload: () => Workload, vcpuCount: number, startedMs: number) {
    this.#workload = workload;
    this.#sinceMs = startedMs;
    for (let number = 0; number < vcpuCount; number++) this.#plugged.push(nothing);
  }

  /** Never less than at an earlier instant. */
  usage(nowMs: number): Usage {
    if (this.#sinceMs === undefined || nowMs <= this.#sinceMs) return this.#before;
    const from = this.#sinceMs / 1000;
    const to = nowMs / 1000;
    const { cpu, network, storage } = this.#workload();
    const span = (curve: LoadCurve): number => curve.until(to) - curve.until(from);
    return {
      seconds: this.#before.seconds + (to - from),
      cpu: this.#before.cpu + span(cpu),
      network: this.#before.network + span(network),
      storage: this.#before.storage + span(storage),
    };
  }

  get vcpuCount(): number {
    return this.#plugged.length;
  }

  /** Seconds that each plugged virtual processor ran. The first works most. */
  vcpuSeconds(nowMs: number): readonly number[] {
    const { cpu } = this.usage(nowMs);
    return this.#plugged.map((plugged, number) => (cpu - plugged.cpu) * shareOf(number));
  }

  /** Seconds of all processors that this run ever had, with the emulator's own. */
  cpuSeconds(nowMs: number): number {
    const { seconds } = this.usage(nowMs);
    const plugged = this.vcpuSeconds(nowMs).reduce((sum, one) => sum + one, 0);
    return (this.#unpluggedCpuSeconds + plugged) * 1.03 + seconds * 0.001;
  }

  pause(nowMs: number): void {
    this.#before = this.usage(nowMs);
    this.#sinceMs = undefined;
  }

  resume(nowMs: number): void {
    this.#sinceMs ??= nowMs;
  }

  setVcpuCount(count: number, nowMs: number): void {
    const usage = this.usage(nowMs);
    while (this.#plugged.length < count) this.#plugged.push(usage);
    for (let number = this.#plugged.length - 1; number >= count; number--) {
      const plugged = this.#plugged.pop();
      this.#unpluggedCpuSeconds += (usage.cpu - (plugged?.cpu ?? 0)) * shareOf(number);
    }
  }
}

function shareOf(number: number): number {
  return 0.35 + 0.6 / (1 + number);
}
