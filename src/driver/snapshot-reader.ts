import { DecodeError } from "../base/fault.js";
import type { Snapshot } from "../inventory/snapshot.js";
import { readSnapshot } from "../protocol/libvirt/document/snapshot.js";
import type { ResultOf } from "../protocol/libvirt/procedures.js";
import type { Caller } from "./connection.js";
import { detached } from "./detached.js";
import type { DomainName } from "./driver-event.js";
import { orUndefined } from "./outcome.js";

/** Filter of the list call. */
const HAS_SNAPSHOT = 4096;
/** Snapshots of one machine that are told. */
const MOST_SNAPSHOTS = 512;

const none: readonly Snapshot[] = [];

type SnapshotName = ResultOf<"domainListAllSnapshots">["snapshots"][number];

/**
 * Reads which snapshots machines have. One call tells which have any, so that those without cost nothing; a snapshot never
 * changes, so that it is read once. What did not change keeps its identity.
 */
export class SnapshotReader {
  /** By UUID of the machine. */
  #known = new Map<string, readonly Snapshot[]>();
  #supported: boolean | undefined;

  /**
   * @param machines all there are
   * @returns by UUID; `undefined` where the driver has no snapshots
   * @throws {Fault} what ends the connection
   */
  async read(
    caller: Caller,
    machines: readonly DomainName[],
  ): Promise<ReadonlyMap<string, readonly Snapshot[]> | undefined> {
    const first = machines[0];
    if (first === undefined) return this.#known;
    if (this.#supported === undefined) {
      const count = await orUndefined(caller.call("domainSnapshotNum", { dom: first, flags: 0 }));
      if (count === undefined && !(await isThere(caller, first))) return undefined; // another one tells the next time
      this.#supported = count !== undefined;
    }
    if (!this.#supported) return undefined;
    const answer = await orUndefined(caller.call("connectListAllDomains", { needResults: 1, flags: HAS_SNAPSHOT }));
    const having = answer && new Set(answer.domains.map(({ uuid }) => uuid));
    const known = new Map<string, readonly Snapshot[]>();
    for (const domain of machines) {
      const before = this.#known.get(domain.uuid) ?? none;
      const read = having && !having.has(domain.uuid) ? none : await readSnapshots(caller, domain, before);
      known.set(domain.uuid, read.length === 0 ? none : read);
    }
    this.#known = known;
    return known;
  }
}

async function isThere(caller: Caller, { uuid }: DomainName): Promise<boolean> {
  return (await orUndefined(caller.call("domainLookupByUuid", { uuid }))) !== undefined;
}

async function readSnapshots(
  caller: Caller,
  dom: DomainName,
  before: readonly Snapshot[],
): Promise<readonly Snapshot[]> {
  const list = await orUndefined(caller.call("domainListAllSnapshots", { dom, needResults: 1, flags: 0 }));
  if (!list) return before;
  const names = [...list.snapshots].sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, MOST_SNAPSHOTS);
  const current =
    names.length === 0 ? undefined : await orUndefined(caller.call("domainSnapshotCurrent", { dom, flags: 0 }));
  const known = new Map(before.map((snapshot) => [snapshot.name, snapshot]));
  const read: Snapshot[] = [];
  for (const name of names) {
    const held = known.get(name.name) ?? (await describe(caller, name));
    const isCurrent = name.name === current?.snap.name;
    if (held) read.push(held.current === isCurrent ? held : { ...held, current: isCurrent });
  }
  const same = read.length === before.length && read.every((snapshot, at) => snapshot === before[at]);
  return same ? before : read;
}

async function describe(caller: Caller, snap: SnapshotName): Promise<Snapshot | undefined> {
  const answer = await orUndefined(caller.call("domainSnapshotGetXmlDesc", { snap, flags: 0 }));
  if (!answer) return undefined;
  try {
    const { name, description, state, parent, createdS } = readSnapshot(answer.xml);
    const createdAt = createdS === undefined ? undefined : createdS * 1000;
    return detached({ name, description, state, parent, createdAt, current: false });
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
