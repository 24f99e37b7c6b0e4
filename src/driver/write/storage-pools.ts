import type { HypervisorOperation } from "../../inventory/hypervisor.js";
import type { CallLimit } from "../../inventory/hypervisor-call.js";
import type { HypervisorStorage, PoolStatus } from "../../inventory/hypervisor-storage.js";
import { readPool } from "../../protocol/libvirt/document/storage-pool.js";
import type { ResultOf } from "../../protocol/libvirt/procedures.js";
import { present } from "../outcome.js";
import { asGiven, unlessAbsent } from "./document-reading.js";
import type { Calls } from "./operation-time.js";
import type { Writer } from "./writer.js";

type StoragePools = Pick<
  HypervisorStorage,
  | "poolStatus"
  | "definePool"
  | "buildPool"
  | "startPool"
  | "stopPool"
  | "refreshPool"
  | "setPoolAutostart"
  | "undefinePool"
>;

type Pool = ResultOf<"storagePoolLookupByName">["pool"];

/** Storage pools. */
export function storagePools(writer: Writer): StoragePools {
  const change = (
    operation: HypervisorOperation,
    name: string,
    limit: CallLimit,
    act: (calls: Calls, pool: Pool) => Promise<unknown>,
    shows?: (status: PoolStatus | undefined) => boolean,
  ): Promise<void> => {
    const happened = shows && (async (calls: Calls) => shows(await poolStatus(calls, name)));
    return writer.undertake({ operation, limit, ...(happened && { happened }) }, async (calls) => {
      await act(calls, (await calls.call("storagePoolLookupByName", { name })).pool);
    });
  };

  return {
    poolStatus: (name, limit) => writer.ask(limit, (calls) => poolStatus(calls, name)),

    definePool: async (document, limit) => {
      const { name } = asGiven(() => readPool(document));
      await writer.undertake({ operation: "define-pool", limit }, async (calls) => {
        await calls.call("storagePoolDefineXml", { xml: document, flags: 0 });
      });
      return name;
    },

    buildPool: (name, limit) =>
      change("build-pool", name, limit, (calls, pool) => calls.call("storagePoolBuild", { pool, flags: 0 })),

    startPool: (name, limit) => {
      const act = (calls: Calls, pool: Pool) => calls.call("storagePoolCreate", { pool, flags: 0 });
      return change("start-pool", name, limit, act, (status) => status?.active === true);
    },

    stopPool: (name, limit) => {
      const act = (calls: Calls, pool: Pool) => calls.call("storagePoolDestroy", { pool });
      return change("stop-pool", name, limit, act, (status) => status?.active !== true);
    },

    refreshPool: (name, limit) =>
      change("refresh-pool", name, limit, (calls, pool) => calls.call("storagePoolRefresh", { pool, flags: 0 })),

    setPoolAutostart: (name, autostart, limit) => {
      const act = (calls: Calls, pool: Pool) =>
        calls.call("storagePoolSetAutostart", { pool, autostart: autostart ? 1 : 0 });
      return change("set-pool-autostart", name, limit, act, (status) => status?.autostart === autostart);
    },

    undefinePool: (name, limit) => {
      const act = (calls: Calls, pool: Pool) => calls.call("storagePoolUndefine", { pool });
      return change("undefine-pool", name, limit, act, (status) => status?.persistent !== true);
    },
  };
}

function poolStatus(calls: Calls, name: string): Promise<PoolStatus | undefined> {
  return unlessAbsent(async () => {
    const { pool } = await calls.call("storagePoolLookupByName", { name });
    const [active, persistent, autostart, info] = await Promise.all([
      calls.call("storagePoolIsActive", { pool }),
      calls.call("storagePoolIsPersistent", { pool }),
      present(calls.call("storagePoolGetAutostart", { pool })),
      calls.call("storagePoolGetInfo", { pool }),
    ]);
    return {
      name: pool.name,
      uuid: pool.uuid,
      active: active.active === 1,
      persistent: persistent.persistent === 1,
      autostart: autostart?.autostart === 1,
      capacityBytes: info.capacity,
      availableBytes: info.available,
    };
  });
}
