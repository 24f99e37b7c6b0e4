import { element } from "../../codec/xml/element.js";
import { writeXml } from "../../codec/xml/write.js";
import type { HypervisorMachines, SnapshotStatus } from "../../inventory/hypervisor-machines.js";
import { changeSnapshot, readSnapshot } from "../../protocol/libvirt/document/snapshot.js";
import type { ResultOf } from "../../protocol/libvirt/procedures.js";
import { unlessAbsent } from "./document-reading.js";
import { lookUp } from "./domain-call.js";
import type { Calls } from "./operation-time.js";
import type { Writer } from "./writer.js";

type MachineSnapshots = Pick<
  HypervisorMachines,
  "listSnapshots" | "createSnapshot" | "revertSnapshot" | "deleteSnapshot"
>;

type Snapshot = ResultOf<"domainSnapshotLookupByName">["snap"];

/** Of the disks alone; all of them or none. */
const DISK_ONLY = 16;
const ATOMIC = 128;

/** Snapshots of machines. */
export function machineSnapshots(writer: Writer): MachineSnapshots {
  const find = (calls: Calls, uuid: string, name: string) =>
    unlessAbsent(async () => {
      const dom = await lookUp(calls, uuid);
      return (await calls.call("domainSnapshotLookupByName", { dom, name, flags: 0 })).snap;
    });
  const sought = async (calls: Calls, uuid: string, name: string) => {
    const dom = await lookUp(calls, uuid);
    return (await calls.call("domainSnapshotLookupByName", { dom, name, flags: 0 })).snap;
  };

  return {
    listSnapshots: (uuid, limit) =>
      writer.ask(limit, async (calls) => {
        const dom = await lookUp(calls, uuid);
        const { snapshots } = await calls.call("domainListAllSnapshots", { dom, needResults: 1, flags: 0 });
        const statuses = await Promise.all(snapshots.map((snap) => statusOf(calls, snap)));
        return parentsFirst(statuses);
      }),

    createSnapshot: (uuid, { name, description, diskOnly = false }, limit) => {
      const blank = writeXml(element("domainsnapshot", {}, [element("name", {}, [name])]));
      const xmlDesc = description ? changeSnapshot(blank, { description }) : blank;
      const happened = async (calls: Calls): Promise<boolean> => (await find(calls, uuid, name)) !== undefined;
      return writer.undertake({ operation: "create-snapshot", limit, happened }, async (calls) => {
        const dom = await lookUp(calls, uuid);
        const flags = diskOnly ? DISK_ONLY | ATOMIC : 0;
        await calls.call("domainSnapshotCreateXml", { dom, xmlDesc, flags });
      });
    },

    revertSnapshot: (uuid, name, limit) =>
      writer.undertake({ operation: "revert-snapshot", limit }, async (calls) => {
        await calls.call("domainRevertToSnapshot", { snap: await sought(calls, uuid, name), flags: 0 });
      }),

    deleteSnapshot: (uuid, name, limit) => {
      const happened = async (calls: Calls): Promise<boolean> => (await find(calls, uuid, name)) === undefined;
      return writer.undertake({ operation: "delete-snapshot", limit, happened }, async (calls) => {
        await calls.call("domainSnapshotDelete", { snap: await sought(calls, uuid, name), flags: 0 });
      });
    },
  };
}

async function statusOf(calls: Calls, snap: Snapshot): Promise<SnapshotStatus> {
  const [{ xml }, { current }] = await Promise.all([
    calls.call("domainSnapshotGetXmlDesc", { snap, flags: 0 }),
    calls.call("domainSnapshotIsCurrent", { snap, flags: 0 }),
  ]);
  return { name: snap.name, parent: readSnapshot(xml).parent, current: current === 1 };
}

/** libvirt lists them in the order of a hash table. */
function parentsFirst(statuses: readonly SnapshotStatus[]): readonly SnapshotStatus[] {
  const parents = new Map(statuses.map(({ name, parent }) => [name, parent]));
  const depthOf = (name: string | undefined, most = statuses.length): number =>
    name === undefined || most === 0 ? 0 : 1 + depthOf(parents.get(name), most - 1);
  return statuses.toSorted((a, b) => depthOf(a.name) - depthOf(b.name) || (a.name < b.name ? -1 : 1));
}
