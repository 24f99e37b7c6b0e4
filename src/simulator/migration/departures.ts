import type { Clock, Timer } from "../../base/clock.js";
import { libvirtFault } from "../../protocol/libvirt/error.js";
import type { SimulatedMachine } from "../machine/simulated-machine.js";

const FASTEST_MS = 300;
const SLOWEST_MS = 4000;
/** Of memory that is copied in a millisecond. */
const KIB_PER_MS = 1024;

/** A machine on its way to another host. */
interface Departure {
  readonly beganMs: number;
  readonly durationMs: number;
  readonly abort: () => void;
}

/** How far a copy of a machine's memory has come. */
export interface Progress {
  readonly elapsedMs: number;
  readonly totalBytes: bigint;
  readonly doneBytes: bigint;
}

/** Which machines of a host are being copied to another one. */
export class Departures {
  readonly #clock: Clock;
  readonly #leaving = new Map<SimulatedMachine, Departure>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when a machine's memory has been copied. @throws {Fault} when it is leaving already, or somebody aborts it */
  copy(machine: SimulatedMachine, errorDomain: number): Promise<void> {
    if (this.#leaving.has(machine)) {
      const message = "Requested operation is not valid: another migration job is already running for the domain";
      return Promise.reject(libvirtFault("OPERATION_INVALID", message, errorDomain));
    }
    const memoryKiB = machine.current.facts.currentMemoryKiB;
    const durationMs = Math.min(SLOWEST_MS, Math.max(FASTEST_MS, memoryKiB / KIB_PER_MS));
    return new Promise((resolve, reject) => {
      const end = (timer: Timer): void => {
        timer.cancel();
        this.#leaving.delete(machine);
      };
      const timer = this.#clock.after(durationMs, () => {
        end(timer);
        resolve();
      });
      const abort = (): void => {
        end(timer);
        reject(libvirtFault("OPERATION_ABORTED", "operation aborted: migration job: canceled by client", errorDomain));
      };
      this.#leaving.set(machine, { beganMs: this.#clock.monotonic(), durationMs, abort });
    });
  }

  /** @returns whether there was anything to abort */
  abort(machine: SimulatedMachine): boolean {
    const departure = this.#leaving.get(machine);
    departure?.abort();
    return departure !== undefined;
  }

  progressOf(machine: SimulatedMachine): Progress | undefined {
    const departure = this.#leaving.get(machine);
    if (!departure) return undefined;
    const elapsedMs = Math.min(departure.durationMs, this.#clock.monotonic() - departure.beganMs);
    const total = machine.current.facts.currentMemoryKiB * 1024;
    const done = Math.floor((total * elapsedMs) / departure.durationMs);
    return { elapsedMs: Math.floor(elapsedMs), totalBytes: BigInt(total), doneBytes: BigInt(done) };
  }
}
