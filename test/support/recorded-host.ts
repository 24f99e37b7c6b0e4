import type { Channel } from "../../src/base/channel.js";
import type { Clock } from "../../src/base/clock.js";
import { Fault } from "../../src/base/fault.js";
import { playedValue, recordedValue } from "../../src/daemon/record/recorded-value.js";
import { LibvirtError, libvirtFault } from "../../src/protocol/libvirt/error.js";
import type { ArgsOf, CallName, EventName, MessageOf } from "../../src/protocol/libvirt/procedures.js";
import { ServerSession } from "../../src/protocol/libvirt/server-session.js";

/** A line of what `virtgate up --record` writes. */
export interface RecordedLine {
  readonly atMs: number;
  readonly host: string;
  readonly connection: number;
  readonly call?: CallName;
  readonly serial?: number;
  readonly args?: unknown;
  readonly answers?: number;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly domain: number; readonly level: number; readonly message: string };
  readonly event?: EventName;
  readonly message?: unknown;
}

interface Answer {
  readonly result: unknown;
  readonly error: RecordedLine["error"];
}

/** Made new for every connection: what a daemon says of itself to whoever opens it. */
const opening: ReadonlySet<CallName> = new Set<CallName>(["connectOpen", "connectClose", "connectSetIdentity"]);

/**
 * A host that answers as one was recorded to answer. It stands at an instant of the recording: a question gets the last answer
 * that it had got by then, whoever asked it. Events are told when the host passes them.
 */
export class RecordedHost {
  readonly #clock: Clock;
  readonly #answers = new Map<string, Answer>();
  readonly #sessions = new Set<ServerSession>();
  readonly #asked = new Map<string, string>();
  /** Calls that the recording has no answer to, by name. */
  readonly unknown = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Goes on over these lines of the recording: answers are those from now on, and events are told. */
  play(lines: readonly RecordedLine[]): void {
    for (const line of lines) {
      const { call, serial, answers, connection } = line;
      if (call !== undefined) this.#asked.set(`${connection} ${serial}`, question(call, line.args));
      const asked = answers === undefined ? undefined : this.#asked.get(`${connection} ${answers}`);
      if (asked !== undefined) this.#answers.set(asked, { result: playedValue(line.result), error: line.error });
    }
    const told = new Set<string>();
    for (const { event, message } of lines) {
      // Each of the gateway's connections heard of it.
      const key = JSON.stringify([event, message]);
      if (event === undefined || told.has(key)) continue;
      told.add(key);
      for (const session of this.#sessions) session.sendEvent(event, playedValue(message) as MessageOf<EventName>);
    }
  }

  serve(channel: Channel): void {
    const session = new ServerSession(channel, this.#clock, {
      handler: async (name, args) => this.#answer(name, args),
    });
    this.#sessions.add(session);
    void session.closed.then(() => this.#sessions.delete(session));
  }

  stop(): void {
    for (const session of this.#sessions) session.close();
  }

  // The recorded answer has the type that belongs to the call.
  #answer(name: CallName, args: ArgsOf<CallName>): never {
    if (opening.has(name)) return {} as never;
    const answer = this.#answers.get(question(name, recordedValue(args)));
    if (!answer) {
      this.unknown.set(name, (this.unknown.get(name) ?? 0) + 1);
      throw libvirtFault("NO_SUPPORT", `this function is not supported by the connection driver: ${name}`);
    }
    if (!answer.error) return answer.result as never;
    const { code, domain, level, message } = answer.error;
    throw new Fault("driver-failed", message, { cause: new LibvirtError(code, domain, level, message) });
  }
}

/** The same for the same call with the same arguments. */
function question(name: CallName, args: unknown): string {
  return JSON.stringify([name, args ?? null]);
}

/** The lines of a recording, without its heading. */
export function recordedLines(text: string): readonly RecordedLine[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line))
    .filter((line) => line.recording === undefined);
}
