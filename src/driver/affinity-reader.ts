import type { CpuAffinity } from "../inventory/cpu-affinity.js";
import type { Caller } from "./connection.js";
import type { DomainName } from "./driver-event.js";
import { present } from "./outcome.js";

/** The protocol's limit on virtual CPUs in one answer. */
const MOST_VIRTUAL = 16_384;
/** Different pinnings remembered for sharing. */
const MOST_SHARED = 1000;

/** Reads where virtual CPUs may run. Machines that are pinned alike, mostly all of a host, get the same answer to hold. */
export class AffinityReader {
  readonly #physicalCount: number;
  readonly #shared = new Map<string, CpuAffinity>();

  /** @param physicalCount the host's CPUs; without it no answer can be read */
  constructor(physicalCount: number | undefined) {
    this.#physicalCount = physicalCount ?? 0;
  }

  /**
   * Asks no monitor: of a running machine the daemon knows it, of another it stands in the definition.
   * @param count virtual CPUs that the machine can have
   * @returns `undefined` where the driver does not tell
   * @throws {Fault} `isNoDomain`; what ends the connection
   */
  async read(caller: Caller, domain: DomainName, count: number | undefined): Promise<CpuAffinity | undefined> {
    const ncpumaps = Math.min(count ?? 0, MOST_VIRTUAL);
    const maplen = Math.ceil(this.#physicalCount / 8);
    if (ncpumaps < 1 || maplen < 1) return undefined;
    const answer = await present(caller.call("domainGetVcpuPinInfo", { dom: domain, ncpumaps, maplen, flags: 0 }));
    if (answer === undefined || answer.num < 0 || answer.cpumaps.length < answer.num * maplen) return undefined;
    return this.#share(answer.cpumaps.subarray(0, answer.num * maplen), maplen);
  }

  #share(cpumaps: Uint8Array, maplen: number): CpuAffinity {
    const key = Buffer.from(cpumaps).toString("latin1");
    const known = this.#shared.get(key);
    if (known) return known;
    const own = Uint8Array.from(cpumaps); // the answer's buffer holds the whole message
    const maps = Array.from({ length: own.length / maplen }, (_, at) => own.subarray(at * maplen, (at + 1) * maplen));
    const affinity: CpuAffinity = { physicalCount: this.#physicalCount, maps };
    if (this.#shared.size >= MOST_SHARED) this.#shared.clear();
    this.#shared.set(key, affinity);
    return affinity;
  }
}
