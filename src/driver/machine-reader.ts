import { hash } from "node:crypto";
import type { Clock } from "../base/clock.js";
import { DecodeError, type Fault } from "../base/fault.js";
import type { Log } from "../base/log.js";
import type { Random } from "../base/random.js";
import { isActive, type MachineFacts } from "../inventory/machine.js";
import type { MachineLook, Tier } from "../inventory/observation.js";
import { readDomain } from "../protocol/libvirt/document/domain.js";
import type { AffinityReader } from "./affinity-reader.js";
import type { Caller } from "./connection.js";
import { readDiskSizes } from "./disk-sizes.js";
import { type DomainView, domainView } from "./domain-view.js";
import type { DomainName } from "./driver-event.js";
import type { LibvirtDriver } from "./hypervisor.js";
import { present } from "./outcome.js";
import { type DomainNumbers, DomainState, type StateWords } from "./state.js";
import { isBelievable, type Watched, wordsOf } from "./watched.js";

/** Documents change without an event, too; all of them are read again in about this time. */
const DOCUMENT_MS = 600_000;
/** After a document could not be read. */
const RETRY_MS = 60_000;

/** Of a machine that is there, but whose state the driver cannot tell. */
const unknownWords: StateWords = { state: "unknown", reason: "unknown" };

/** What reading needs beside a connection. */
export interface ReaderMeans {
  readonly hypervisor: LibvirtDriver;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  /** Whether changes are announced, so that an unannounced one is in doubt until a second read. */
  readonly hasEvents: boolean;
  /** Takes what was read of a machine as the outcome of its held event; says whether that is known now, see `Roster.settle`. */
  readonly settle: (machine: Watched, read: StateWords) => boolean;
  readonly affinities: AffinityReader;
  /** Numbers of the local network devices; `undefined` when the host is not here. */
  readonly interfaceIndexes: () => Promise<ReadonlyMap<string, number> | undefined>;
}

/** Reads one machine with calls that ask no monitor: state, flags, document, and the disks of one that is off. */
export class MachineReader {
  readonly #means: ReaderMeans;

  constructor(means: ReaderMeans) {
    this.#means = means;
  }

  /**
   * Reads what is due of `machine`, and notes it there.
   * @param mark the roster's, of this moment
   * @returns `undefined` when nothing of it counts, because an event came while it was read
   * @throws {Fault} `isNoDomain` when it no longer exists; what ends the connection
   */
  async read(caller: Caller, machine: Watched, domain: DomainName, mark: number): Promise<MachineLook | undefined> {
    const { clock, hypervisor } = this.#means;
    const otherRun = domain.id !== machine.domain.id;
    machine.domain = domain;
    const due = machine.view === undefined || otherRun || clock.monotonic() >= machine.documentDueAt;
    const [numbers, persistent, autostart, view] = await Promise.all([
      readState(caller, domain),
      machine.persistent ?? this.#flag(caller.call("domainIsPersistent", { dom: domain }).then((r) => r.persistent)),
      machine.autostart ?? this.#flag(caller.call("domainGetAutostart", { dom: domain }).then((r) => r.autostart)),
      due ? this.#document(caller, machine, domain, mark) : undefined,
    ]);
    if (numbers?.state === DomainState.shutOff && machine.managedSave === undefined) {
      const asked = caller.call("domainHasManagedSaveImage", { dom: domain, flags: 0 });
      machine.managedSave = await this.#flag(asked.then((r) => r.result));
    }
    const read = numbers ? wordsOf(machine, numbers) : (machine.words ?? unknownWords);
    const off = view !== undefined && !isActive(read.state) && hypervisor.kind === "vm";
    const diskSizes = off ? await readDiskSizes(caller, domain, view.disks) : undefined;
    const indexes = view && view.nics.length > 0 ? await this.#means.interfaceIndexes() : undefined;
    const vcpuAffinity = view && (await this.#means.affinities.read(caller, domain, view.facts.vcpuMaximum));
    // From here on nothing waits: an event that came between this judgement and the report would be reported before it.
    const overtaken = machine.lastEvent > mark;
    if (!overtaken) {
      machine.persistent = persistent;
      machine.autostart = autostart;
    }
    const settled = !overtaken && this.#means.settle(machine, read);
    const believable = settled && isBelievable(machine, read.state, this.#means.hasEvents, clock.monotonic());
    const words = believable ? read : undefined;
    if (words) machine.words = words;
    if (machine.words === undefined || (!words && !view)) return undefined;
    const tiers: Tier[] = [...(words && numbers ? (["state"] as const) : []), ...(view ? (["document"] as const) : [])];
    return {
      uuid: domain.uuid,
      tiers,
      facts: {
        name: domain.name,
        kind: hypervisor.kind,
        technology: machine.view?.facts.technology ?? hypervisor.technology,
        ...(words ? { persistent, autostart, ...stateFacts(words, domain) } : {}),
        ...(view ? { vcpuAffinity, ...view.facts } : {}),
      },
      ...(view ? { disks: view.disks, nics: view.nics } : {}),
      ...(diskSizes ? { diskCounters: diskSizes } : {}),
      ...(indexes ? { ifIndexes: indexes } : {}),
    };
  }

  async #flag(answer: Promise<number>): Promise<boolean | undefined> {
    const value = await present(answer);
    return value === undefined ? undefined : value !== 0;
  }

  async #document(caller: Caller, machine: Watched, domain: DomainName, mark: number): Promise<DomainView | undefined> {
    const { clock, log, random, hypervisor } = this.#means;
    const answer = await present(caller.call("domainGetXmlDesc", { dom: domain, flags: 0 }));
    if (machine.documentMark > mark) return undefined; // another read was sent later and answered sooner
    const again = (delayMs: number): void => {
      // An event that came meanwhile wants a document that was read after it.
      if (machine.lastEvent <= mark) machine.documentDueAt = clock.monotonic() + delayMs;
    };
    again(RETRY_MS);
    if (!answer) return undefined;
    // Most documents are read again only to find them as they were, which costs a hundredth of making sense of them.
    const digest = hash("sha1", answer.xml, "base64");
    try {
      if (machine.view === undefined || digest !== machine.documentDigest) {
        machine.view = domainView(readDomain(answer.xml), hypervisor);
        machine.documentDigest = digest;
      }
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      log.warn("libvirt.document.unreadable", { machine: domain.uuid, reason: error.message });
      return undefined;
    }
    machine.documentMark = mark;
    again(DOCUMENT_MS * (0.75 + random() / 2));
    return machine.view;
  }
}

/** What a state implies for the facts beside it: what is not running has no number and uses nothing. */
export function stateFacts(words: StateWords, domain: DomainName): Partial<MachineFacts> {
  const facts = { domainId: domain.id >= 0 ? domain.id : undefined, ...words };
  return isActive(words.state) ? facts : { cpuTimeNs: undefined, vcpus: [], ...facts };
}

/** libvirt's two numbers; a driver of before this call tells the state without a reason. */
export async function readState(
  caller: Caller,
  domain: DomainName,
  deadlineMs?: number,
): Promise<DomainNumbers | undefined> {
  try {
    return await caller.call("domainGetState", { dom: domain, flags: 0 }, deadlineMs);
  } catch (error) {
    if ((error as Partial<Fault>).code !== "unsupported") return present(Promise.reject(error));
    const info = await present(caller.call("domainGetInfo", { dom: domain }, deadlineMs));
    return info && { state: info.state, reason: 0 };
  }
}
