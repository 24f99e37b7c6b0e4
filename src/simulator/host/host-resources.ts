import type { Random } from "../../base/random.js";
import { type Seed, wholeBetween } from "../time/seed.js";
import type { DriverProfile } from "./driver-profile.js";

/** The lowest number that nobody holds, again and again. */
class LowestFree {
  readonly #taken = new Set<number>();
  readonly #first: number;
  #lowest: number;

  constructor(first: number) {
    this.#first = first;
    this.#lowest = first;
  }

  take(): number {
    const number = this.#lowest;
    this.#taken.add(number);
    while (this.#taken.has(this.#lowest)) this.#lowest += 1;
    return number;
  }

  release(number: number): void {
    if (this.#taken.delete(number)) this.#lowest = Math.max(this.#first, Math.min(this.#lowest, number));
  }
}

/** What a host hands out to the machines that run on it. */
export class HostResources {
  readonly #random: Random;
  readonly #idsFrom: DriverProfile["idsFrom"];
  readonly #terminals = new LowestFree(0);
  readonly #screens = new LowestFree(5900);
  #lastId: number;
  #nextTap = 0;

  constructor(seed: Seed, idsFrom: DriverProfile["idsFrom"]) {
    this.#random = seed.part("resources").random();
    this.#idsFrom = idsFrom;
    this.#lastId = idsFrom === "processes" ? wholeBetween(this.#random, 1200, 1900) : 0;
  }

  /** Ids grow and are not used twice, unless a machine of this `name` always has the same. */
  nextId(name: string): number {
    if (this.#idsFrom === "names") return Number(name);
    this.#lastId += this.#idsFrom === "processes" ? wholeBetween(this.#random, 2, 60) : 1;
    return this.#lastId;
  }

  /** Names of taps are not used twice either, since libvirt 6.8. */
  nextTap(): string {
    this.#nextTap += 1;
    return `vnet${this.#nextTap - 1}`;
  }

  takeTerminal(): number {
    return this.#terminals.take();
  }

  releaseTerminal(number: number): void {
    this.#terminals.release(number);
  }

  takeScreen(): number {
    return this.#screens.take();
  }

  releaseScreen(port: number): void {
    this.#screens.release(port);
  }
}
