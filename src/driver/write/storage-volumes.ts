import type { HypervisorOperation } from "../../inventory/hypervisor.js";
import type { CallLimit } from "../../inventory/hypervisor-call.js";
import type { HypervisorStorage, VolumeStatus } from "../../inventory/hypervisor-storage.js";
import { readVolume } from "../../protocol/libvirt/document/storage-volume.js";
import type { ResultOf } from "../../protocol/libvirt/procedures.js";
import { asGiven, unlessAbsent } from "./document-reading.js";
import type { Calls } from "./operation-time.js";
import type { Writer } from "./writer.js";

type StorageVolumes = Pick<
  HypervisorStorage,
  "volumeStatus" | "createVolume" | "cloneVolume" | "resizeVolume" | "deleteVolume"
>;

export type Volume = ResultOf<"storageVolLookupByName">["vol"];

const SHRINK = 4;

/** Volumes of pools. */
export function storageVolumes(writer: Writer): StorageVolumes {
  const create = async (
    operation: HypervisorOperation,
    { pool, document, limit }: { pool: string; document: string; limit: CallLimit },
    act: (calls: Calls, pool: Pool) => Promise<unknown>,
  ): Promise<string> => {
    const { name } = asGiven(() => readVolume(document));
    // One that is there with nobody having seen it made may be half of one.
    await writer.undertake({ operation, limit }, async (calls) => {
      await act(calls, (await calls.call("storagePoolLookupByName", { name: pool })).pool);
    });
    return name;
  };

  return {
    volumeStatus: (pool, name, limit) => writer.ask(limit, (calls) => volumeStatus(calls, pool, name)),

    createVolume: (pool, document, limit) =>
      create("create-volume", { pool, document, limit }, (calls, found) =>
        calls.call("storageVolCreateXml", { pool: found, xml: document, flags: 0 }),
      ),

    cloneVolume: (pool, document, source, limit) =>
      create("clone-volume", { pool, document, limit }, async (calls, found) => {
        const clonevol = await findVolume(calls, source.pool, source.name);
        return calls.call("storageVolCreateXmlFrom", { pool: found, xml: document, clonevol, flags: 0 });
      }),

    resizeVolume: (pool, name, capacityBytes, { shrink = false }, limit) => {
      const happened = async (calls: Calls): Promise<boolean> =>
        (await volumeStatus(calls, pool, name))?.capacityBytes === capacityBytes;
      return writer.undertake({ operation: "resize-volume", limit, happened }, async (calls) => {
        const vol = await findVolume(calls, pool, name);
        await calls.call("storageVolResize", { vol, capacity: capacityBytes, flags: shrink ? SHRINK : 0 });
      });
    },

    deleteVolume: (pool, name, limit) => {
      const happened = async (calls: Calls): Promise<boolean> => (await volumeStatus(calls, pool, name)) === undefined;
      return writer.undertake({ operation: "delete-volume", limit, happened }, async (calls) => {
        await calls.call("storageVolDelete", { vol: await findVolume(calls, pool, name), flags: 0 });
      });
    },
  };
}

type Pool = ResultOf<"storagePoolLookupByName">["pool"];

/** @throws {Fault} `absent` when there is no such pool, or no such volume in it */
export async function findVolume(calls: Calls, poolName: string, name: string): Promise<Volume> {
  const { pool } = await calls.call("storagePoolLookupByName", { name: poolName });
  return (await calls.call("storageVolLookupByName", { pool, name })).vol;
}

function volumeStatus(calls: Calls, pool: string, name: string): Promise<VolumeStatus | undefined> {
  return unlessAbsent(async () => {
    const vol = await findVolume(calls, pool, name);
    const [info, path] = await Promise.all([
      calls.call("storageVolGetInfo", { vol }),
      calls.call("storageVolGetPath", { vol }),
    ]);
    const { capacity, allocation } = info;
    return { pool, name, key: vol.key, path: path.name, capacityBytes: capacity, allocationBytes: allocation };
  });
}
