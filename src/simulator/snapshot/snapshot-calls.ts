import type { CallHandlers } from "../../protocol/libvirt/call-handler.js";
import { libvirtFault } from "../../protocol/libvirt/error.js";
import { flagGroups } from "../calls/flag-groups.js";
import type { HostState } from "../host/host-state.js";
import { invalidOperation } from "../host/refusals.js";
import { readDefinition } from "../machine/read-definition.js";
import type { DomainReference, MachineSnapshot, SimulatedMachine } from "../machine/simulated-machine.js";
import { readGivenSnapshot, readNewSnapshot, snapshotText } from "./snapshot-document.js";
import { takeSnapshot } from "./take-snapshot.js";

const CREATE_REDEFINE = 1;
/** Of one that is redefined: it becomes the current one. */
const CREATE_CURRENT = 2;
const CREATE_HALT = 8;
const CREATE_DISK_ONLY = 16;
const REVERT_RUNNING = 1;
const REVERT_PAUSED = 2;
const DELETE_CHILDREN = 1;
const DELETE_CHILDREN_ONLY = 4;
/** Of a machine: only those without a parent. Of a snapshot: all below it, not only the next. */
const LIST_ROOTS_OR_DESCENDANTS = 1;

/** Of one machine, which is as many as a list can tell of. */
const MOST_SNAPSHOTS = 16_384;

const SNAPSHOT_DOMAIN = 35;

type Reference = { readonly name: string; readonly dom: DomainReference };

const listGroups = flagGroups<MachineSnapshot, ReadonlySet<string | undefined>>([
  [
    [1 << 2, ({ name }, parents) => !parents.has(name)],
    [1 << 3, ({ name }, parents) => parents.has(name)],
  ],
  // All of them have metadata.
  [
    [1 << 1, () => true],
    [1 << 4, () => false],
  ],
  [
    [1 << 5, ({ state }) => state === "shutoff"],
    [1 << 6, ({ state }) => state === "running" || state === "paused"],
    [1 << 7, ({ state }) => state === "disk-snapshot"],
  ],
  [
    [1 << 8, ({ state }) => state !== "disk-snapshot"],
    [1 << 9, ({ state }) => state === "disk-snapshot"],
  ],
]);

/** Snapshots of machines: what they were, to go back to. */
export function snapshotCalls(host: HostState): CallHandlers {
  const { registry, profile, life, wallMs } = host;

  const absent = (what: string): Error =>
    libvirtFault("NO_DOMAIN_SNAPSHOT", `Domain snapshot not found: ${what}`, SNAPSHOT_DOMAIN);
  const required = ({ name, dom }: Reference): { machine: SimulatedMachine; snapshot: MachineSnapshot } => {
    const machine = registry.require(dom);
    const snapshot = machine.snapshots.get(name);
    if (!snapshot) throw absent(`no domain snapshot with matching name '${name}'`);
    return { machine, snapshot };
  };
  const reference = (machine: SimulatedMachine, name: string) => ({ name, dom: machine.reference });
  const listed = (
    machine: SimulatedMachine,
    flags: number,
    within: (snapshot: MachineSnapshot) => boolean,
  ): readonly MachineSnapshot[] => {
    const all = [...machine.snapshots.values()];
    const fits = listGroups(flags, new Set(all.map(({ parent }) => parent)));
    return all.filter((one) => within(one) && fits(one));
  };
  const ofMachine = (dom: DomainReference, flags: number) => {
    const machine = registry.require(dom);
    const roots = (flags & LIST_ROOTS_OR_DESCENDANTS) !== 0;
    return { machine, found: listed(machine, flags, ({ parent }) => !roots || parent === undefined) };
  };
  const below = (snap: Reference, flags: number) => {
    const { machine, snapshot } = required(snap);
    const within =
      (flags & LIST_ROOTS_OR_DESCENDANTS) !== 0
        ? descendants(machine, snapshot.name)
        : new Set([...machine.snapshots.values()].filter(({ parent }) => parent === snapshot.name));
    return { machine, found: listed(machine, flags, (one) => within.has(one)) };
  };
  const names = (found: readonly MachineSnapshot[], most: number) => ({
    names: found.slice(0, Math.max(0, most)).map(({ name }) => name),
  });
  const list = ({ machine, found }: ReturnType<typeof ofMachine>, wanted: number) => ({
    snapshots: wanted ? found.map(({ name }) => reference(machine, name)) : [],
    ret: found.length,
  });

  /** Takes somebody's word for a snapshot that was made earlier. */
  const redefine = (machine: SimulatedMachine, xml: string): MachineSnapshot => {
    const { name, description, state, parent, createdS, domain } = readGivenSnapshot(xml);
    const fail = (message: string): Error =>
      libvirtFault("INVALID_ARG", `invalid argument: ${message}`, SNAPSHOT_DOMAIN);
    if (parent === name) throw fail(`cannot set snapshot ${name} as its own parent`);
    if (parent !== undefined && !machine.snapshots.has(parent)) {
      throw fail(`parent ${parent} for snapshot ${name} not found`);
    }
    if ([...descendants(machine, name)].some((below) => below.name === parent)) {
      throw fail(`parent ${parent} would create cycle to ${name}`);
    }
    if (!machine.snapshots.has(name) && machine.snapshots.size >= MOST_SNAPSHOTS) {
      throw libvirtFault("OPERATION_FAILED", "operation failed: too many snapshots", SNAPSHOT_DOMAIN);
    }
    const definition = domain === undefined ? machine.definition : readDefinition(domain, profile, host.node.random);
    if (definition.facts.uuid !== machine.uuid) {
      throw fail(`definition for snapshot ${name} must use uuid ${machine.uuid}`);
    }
    const running = state === "running" || state === "paused" ? definition : undefined;
    const snapshot = { name, description, state, parent, createdS, definition, running };
    machine.snapshots.set(name, snapshot);
    return snapshot;
  };

  return {
    domainSnapshotCreateXml({ dom, xmlDesc, flags }) {
      const machine = registry.require(dom);
      if ((flags & CREATE_REDEFINE) !== 0) {
        const { name } = redefine(machine, xmlDesc);
        if ((flags & CREATE_CURRENT) !== 0) machine.currentSnapshot = name;
        return { snap: reference(machine, name) };
      }
      const { name, description } = readNewSnapshot(xmlDesc, Math.floor(wallMs() / 1000));
      if (machine.snapshots.has(name) || machine.snapshots.size >= MOST_SNAPSHOTS) {
        throw libvirtFault(
          "OPERATION_FAILED",
          `operation failed: domain snapshot ${name} already exists`,
          SNAPSHOT_DOMAIN,
        );
      }
      const diskOnly = (flags & CREATE_DISK_ONLY) !== 0;
      takeSnapshot(machine, { name, description, createdS: Math.floor(wallMs() / 1000), diskOnly });
      if (machine.run && (flags & CREATE_HALT) !== 0) life.haltForSnapshot(machine);
      return { snap: reference(machine, name) };
    },
    domainSnapshotGetXmlDesc({ snap }) {
      const { snapshot } = required(snap);
      return { xml: snapshotText(snapshot) };
    },
    domainSnapshotNum: ({ dom, flags }) => ({ num: ofMachine(dom, flags).found.length }),
    domainSnapshotListNames: ({ dom, maxnames, flags }) => names(ofMachine(dom, flags).found, maxnames),
    domainListAllSnapshots: ({ dom, needResults, flags }) => list(ofMachine(dom, flags), needResults),
    domainSnapshotNumChildren: ({ snap, flags }) => ({ num: below(snap, flags).found.length }),
    domainSnapshotListChildrenNames: ({ snap, maxnames, flags }) => names(below(snap, flags).found, maxnames),
    domainSnapshotListAllChildren: ({ snapshot, needResults, flags }) => list(below(snapshot, flags), needResults),
    domainSnapshotLookupByName({ dom, name }) {
      const { machine } = required({ dom, name });
      return { snap: reference(machine, name) };
    },
    domainHasCurrentSnapshot: ({ dom }) => ({ result: registry.require(dom).currentSnapshot === undefined ? 0 : 1 }),
    domainSnapshotCurrent({ dom }) {
      const machine = registry.require(dom);
      if (machine.currentSnapshot === undefined) throw absent("the domain does not have a current snapshot");
      return { snap: reference(machine, machine.currentSnapshot) };
    },
    domainSnapshotGetParent({ snap }) {
      const { machine, snapshot } = required(snap);
      if (snapshot.parent === undefined) throw absent(`snapshot '${snapshot.name}' does not have a parent`);
      return { snap: reference(machine, snapshot.parent) };
    },
    domainSnapshotIsCurrent({ snap }) {
      const { machine, snapshot } = required(snap);
      return { current: machine.currentSnapshot === snapshot.name ? 1 : 0 };
    },
    domainSnapshotHasMetadata({ snap }) {
      required(snap);
      return { metadata: 1 };
    },
    domainRevertToSnapshot({ snap, flags }) {
      const { machine, snapshot } = required(snap);
      if (snapshot.state === "disk-snapshot") {
        const message = "unsupported configuration: revert to external snapshot not supported yet";
        throw libvirtFault("CONFIG_UNSUPPORTED", message, profile.errorDomain);
      }
      const wanted = (flags & (REVERT_RUNNING | REVERT_PAUSED)) !== 0;
      if (!machine.persistent && snapshot.running === undefined && !wanted) {
        throw invalidOperation(
          profile,
          "transient domain needs to request run or pause to revert to inactive snapshot",
        );
      }
      const paused = (flags & REVERT_PAUSED) !== 0 || (snapshot.state === "paused" && (flags & REVERT_RUNNING) === 0);
      const runs = snapshot.running ?? (wanted ? snapshot.definition : undefined);
      machine.definition = snapshot.definition.with({ name: machine.name });
      machine.currentSnapshot = snapshot.name;
      life.revert(machine, runs && { definition: runs.with({ name: machine.name }), paused });
      return {};
    },
    domainSnapshotDelete({ snap, flags }) {
      const { machine, snapshot } = required(snap);
      const doomed = new Set<MachineSnapshot>();
      if ((flags & (DELETE_CHILDREN | DELETE_CHILDREN_ONLY)) !== 0) {
        for (const one of descendants(machine, snapshot.name)) doomed.add(one);
      }
      if ((flags & DELETE_CHILDREN_ONLY) === 0) doomed.add(snapshot);
      for (const { name } of doomed) machine.snapshots.delete(name);
      const heir = doomed.has(snapshot) ? snapshot.parent : snapshot.name;
      for (const one of [...machine.snapshots.values()]) {
        if (one.parent === snapshot.name && doomed.has(snapshot))
          machine.snapshots.set(one.name, { ...one, parent: heir });
      }
      const { currentSnapshot } = machine;
      if (currentSnapshot !== undefined && !machine.snapshots.has(currentSnapshot)) machine.currentSnapshot = heir;
      return {};
    },
  };
}

/** All that were made after a snapshot, directly or not. */
function descendants(machine: SimulatedMachine, name: string): ReadonlySet<MachineSnapshot> {
  const found = new Set<MachineSnapshot>();
  const names = new Set([name]);
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const one of machine.snapshots.values()) {
      if (one.parent === undefined || !names.has(one.parent)) continue;
      found.add(one);
      names.add(one.name);
    }
  }
  return found;
}
