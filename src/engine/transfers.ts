import type { Clock, Timer } from "../base/clock.js";
import { Fault } from "../base/fault.js";
import type { VolumePiece } from "../inventory/hypervisor-storage.js";

/** How long one side waits for a sign of the other. */
const SILENCE_MS = 60_000;
/** How long a transfer may be opened before a change takes it up. */
const UNUSED_MS = 10 * 60_000;
/** Transfers at a time. */
const MOST = 64;

type Waiting = () => void;

/** A volume's content on its way, a piece at a time: the next one is asked for when the last one was taken. */
export class Transfer {
  readonly #clock: Clock;
  #held: VolumePiece | undefined;
  /** Who waits for room, and who for a piece: either may ask again without having waited to the end. */
  readonly #putters = new Set<Waiting>();
  readonly #takers = new Set<Waiting>();
  #finished = false;
  /** Whoever takes the pieces knows that there are no more. */
  #isEndKnown = false;
  #failure: Fault | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Hands a piece on; resolves when it is held for whoever takes it.
   * @throws {Fault} `timeout` when nobody takes the one before, else why the transfer ended
   */
  async put(piece: VolumePiece): Promise<void> {
    await this.room();
    this.#held = piece;
    settle(this.#takers);
  }

  /** Resolves when a `put` need not wait. @throws {Fault} as `put` */
  async room(): Promise<void> {
    while (this.#held !== undefined && !this.#failure) await this.#patiently("nobody took the content", this.#putters);
    if (this.#failure) throw this.#failure;
    if (this.#finished) throw new Fault("invalid", "the transfer is complete already");
  }

  /** That was all of it. */
  finish(): void {
    this.#finished = true;
    settle(this.#takers);
  }

  /** Resolves when all pieces were taken, and it is known that they were all. @throws {Fault} as `put` */
  async emptied(): Promise<void> {
    while (!this.#isEndKnown && !this.#failure) await this.#patiently("nobody took the content", this.#putters);
    if (this.#failure) throw this.#failure;
  }

  /** It is over, before its end: whoever waits on either side is told. */
  fail(fault: Fault): void {
    this.#failure ??= fault;
    settle(this.#putters);
    settle(this.#takers);
  }

  /** The next piece; `undefined` after the last. @throws {Fault} `timeout` when nothing comes, else why the transfer ended */
  async take(): Promise<VolumePiece | undefined> {
    await this.ready();
    const piece = this.#held;
    this.#held = undefined;
    this.#isEndKnown = piece === undefined;
    settle(this.#putters);
    return piece;
  }

  /** Resolves when a `take` need not wait. @throws {Fault} as `take` */
  async ready(): Promise<void> {
    while (this.#held === undefined && !this.#finished && !this.#failure)
      await this.#patiently("nothing more of the content came", this.#takers);
    if (this.#failure) throw this.#failure;
  }

  /** All pieces. Whoever stops early ends the transfer. */
  async *pieces(): AsyncGenerator<VolumePiece> {
    try {
      for (let piece = await this.take(); piece; piece = await this.take()) yield piece;
    } finally {
      this.fail(new Fault("driver-failed", "the transfer is over"));
    }
  }

  /** Waits for the other side, which has so long to show itself. */
  async #patiently(what: string, among: Set<Waiting>): Promise<void> {
    const timer = this.#clock.after(SILENCE_MS, () =>
      this.fail(new Fault("timeout", `${what} for ${SILENCE_MS / 1000} s`)),
    );
    try {
      await new Promise<void>((resolve) => among.add(resolve));
    } finally {
      timer.cancel();
    }
  }
}

function settle(waiting: Set<Waiting>): void {
  for (const resolve of waiting) resolve();
  waiting.clear();
}

/** The transfers between volumes and those outside who have their content, or want it. */
export class Transfers {
  readonly #clock: Clock;
  readonly #newId: () => string;
  readonly #open = new Map<string, { readonly transfer: Transfer; readonly unused: Timer }>();

  /** @param newId makes the identity of a transfer, never the same again */
  constructor(clock: Clock, newId: () => string) {
    this.#clock = clock;
    this.#newId = newId;
  }

  /** @throws {Fault} `busy` when there are too many */
  open(): string {
    if (this.#open.size >= MOST) throw new Fault("busy", `${MOST} transfers are under way; try again later`);
    const id = this.#newId();
    const unused = this.#clock.after(UNUSED_MS, () => this.close(id));
    this.#open.set(id, { transfer: new Transfer(this.#clock), unused });
    return id;
  }

  /** For the change that carries it out. @throws {Fault} `absent` when there is no such transfer, or no longer */
  readonly claim = (id: string): Transfer => {
    const transfer = this.require(id);
    this.#open.get(id)?.unused.cancel();
    return transfer;
  };

  /** @throws {Fault} `absent` when there is no such transfer, or no longer */
  require(id: string): Transfer {
    const open = this.#open.get(id);
    if (!open) throw new Fault("absent", "there is no such transfer, or no longer: begin it anew");
    return open.transfer;
  }

  /** Idempotent. */
  close(id: string): void {
    const open = this.#open.get(id);
    open?.unused.cancel();
    open?.transfer.fail(new Fault("driver-failed", "the transfer is over"));
    this.#open.delete(id);
  }

  stop(): void {
    for (const id of [...this.#open.keys()]) this.close(id);
  }
}
