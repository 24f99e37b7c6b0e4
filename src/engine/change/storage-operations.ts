import { Fault } from "../../base/fault.js";
import type { PoolStatus, VolumeStatus } from "../../inventory/hypervisor-storage.js";
import type { ActionOf, PoolAction, VolumeAction } from "./action.js";
import { type Call, hypervisorOf, type Operation, type OperationsOf, type Planned } from "./operation.js";
import type { World } from "./world.js";

function volumeOf(action: VolumeAction, call: Call): Promise<VolumeStatus | undefined> {
  return hypervisorOf(action, call).volumeStatus(action.pool, action.volume, call.limit);
}

function poolOf(action: PoolAction, call: Call): Promise<PoolStatus | undefined> {
  return hypervisorOf(action, call).poolStatus(action.pool, call.limit);
}

/** A volume that must not be there yet. */
async function planNewVolume(
  { host, pool, volume, document }: ActionOf<"create-volume" | "clone-volume">,
  world: World,
): Promise<Planned> {
  const { active } = await world.requirePool(host, pool);
  if (!active) throw new Fault("invalid", `pool ${pool} is not started; start it first`);
  if ((await world.volume(host, pool, volume)) !== undefined) {
    throw new Fault("exists", `pool ${pool} has a volume ${volume}; choose another name`);
  }
  const object = { kind: "volume", pool, name: volume } as const;
  const preview = await world.hypervisor(host).previewDocument(object, document, world.limit);
  const none = { capacityBytes: 0n, allocationBytes: 0n };
  world.expect(host, object, { pool, name: volume, key: volume, path: volume, ...none } satisfies VolumeStatus);
  return { needed: true, preview, undo: { do: "delete-volume", host, pool, volume } };
}

/** Removes what a document gave another name than was asked for. */
async function checkName(action: VolumeAction, made: string, call: Call): Promise<void> {
  if (made === action.volume) return;
  await hypervisorOf(action, call).deleteVolume(action.pool, made, call.limit);
  throw new Fault("invalid", `the document is about volume ${made}, not ${action.volume}`);
}

/** Volumes. */
export const volumeOperations: OperationsOf<VolumeAction> = {
  "create-volume": {
    title: ({ pool, volume }) => `create volume ${volume} in pool ${pool}`,
    access: "create",
    needs: () => [["create-volume"]],
    plan: planNewVolume,
    perform: async (action, call) =>
      checkName(action, await hypervisorOf(action, call).createVolume(action.pool, action.document, call.limit), call),
    isDone: async (action, call) => (await volumeOf(action, call)) !== undefined,
  },
  "clone-volume": {
    title: ({ pool, volume, source }) =>
      `copy volume ${source.name} of pool ${source.pool} to ${volume} in pool ${pool}`,
    access: "create",
    long: true,
    needs: () => [["clone-volume"]],
    async plan(action, world) {
      await world.requireVolume(action.host, action.source.pool, action.source.name);
      return planNewVolume(action, world);
    },
    async perform(action, call) {
      const { pool, document, source } = action;
      await checkName(action, await hypervisorOf(action, call).cloneVolume(pool, document, source, call.limit), call);
    },
    // While it is copied it is there already: only the answer to the call tells that it is whole.
    isDone: async (action, call) => ((await volumeOf(action, call)) === undefined ? false : undefined),
  },
  "resize-volume": {
    title: ({ pool, volume, capacityBytes }) => `make volume ${volume} in pool ${pool} ${capacityBytes} bytes large`,
    access: "update",
    needs: () => [["resize-volume"]],
    async plan(action, world) {
      const { host, pool, volume, capacityBytes, shrink } = action;
      const status = await world.requireVolume(host, pool, volume);
      if (status.capacityBytes === capacityBytes) return { needed: false };
      if (capacityBytes < status.capacityBytes && !shrink) {
        throw new Fault(
          "invalid",
          `volume ${volume} has ${status.capacityBytes} bytes; to cut off its end, ask for it to shrink`,
        );
      }
      world.expect(host, { kind: "volume", pool, name: volume }, { ...status, capacityBytes });
      return { needed: true, final: true };
    },
    perform: ({ host, pool, volume, capacityBytes, shrink }, call) =>
      hypervisorOf({ host }, call).resizeVolume(
        pool,
        volume,
        capacityBytes,
        shrink === undefined ? {} : { shrink },
        call.limit,
      ),
    isDone: async (action, call) => (await volumeOf(action, call))?.capacityBytes === action.capacityBytes,
  },
  "delete-volume": {
    title: ({ pool, volume }) => `delete volume ${volume} of pool ${pool}`,
    access: "delete",
    needs: () => [["delete-volume"]],
    async plan({ host, pool, volume }, world) {
      if ((await world.volume(host, pool, volume)) === undefined) return { needed: false };
      world.expect(host, { kind: "volume", pool, name: volume }, undefined);
      return { needed: true, final: true };
    },
    perform: ({ host, pool, volume }, call) => hypervisorOf({ host }, call).deleteVolume(pool, volume, call.limit),
    isDone: async (action, call) => (await volumeOf(action, call)) === undefined,
  },
};

/** Starting, and stopping, which are each other's undo. */
function poolState(word: "start-pool" | "stop-pool"): Operation<ActionOf<"start-pool" | "stop-pool">> {
  const active = word === "start-pool";
  return {
    title: ({ pool }) => `${active ? "start" : "stop"} pool ${pool}`,
    access: "exec",
    needs: () => [[word]],
    async plan(action, world) {
      const { host, pool } = action;
      const status = await world.requirePool(host, pool);
      if (status.active === active) return { needed: false };
      const gone = !active && !status.persistent;
      world.expect(host, { kind: "pool", name: pool }, gone ? undefined : { ...status, active });
      if (gone) return { needed: true, final: true };
      return { needed: true, undo: { do: active ? "stop-pool" : "start-pool", host, pool } };
    },
    perform: ({ host, pool }, call) =>
      active
        ? hypervisorOf({ host }, call).startPool(pool, call.limit)
        : hypervisorOf({ host }, call).stopPool(pool, call.limit),
    isDone: async (action, call) => ((await poolOf(action, call))?.active ?? false) === active,
  };
}

/** Pools. */
export const poolOperations: OperationsOf<PoolAction> = {
  "define-pool": {
    title: ({ pool }) => `define pool ${pool}`,
    access: "create",
    needs: () => [["define-pool"]],
    async plan(action, world) {
      const { host, pool, document } = action;
      const object = { kind: "pool", name: pool } as const;
      const status = await world.pool(host, pool);
      const preview = await world.hypervisor(host).previewDocument(object, document, world.limit);
      if (status?.persistent && preview.before !== undefined && preview.differences.length === 0)
        return { needed: false };
      const blank = { name: pool, uuid: "", active: false, autostart: false, capacityBytes: 0n, availableBytes: 0n };
      world.expect(host, object, { ...(status ?? blank), persistent: true } satisfies PoolStatus);
      const isOld = status?.persistent === true && preview.before !== undefined;
      const undo = isOld ? { ...action, document: preview.before } : ({ do: "undefine-pool", host, pool } as const);
      return { needed: true, preview, undo };
    },
    async perform(action, call) {
      const made = await hypervisorOf(action, call).definePool(action.document, call.limit);
      if (made === action.pool) return;
      await hypervisorOf(action, call).undefinePool(made, call.limit);
      throw new Fault("invalid", `the document is about pool ${made}, not ${action.pool}`);
    },
    async isDone(action, call) {
      if ((await poolOf(action, call))?.persistent !== true) return false;
      const object = { kind: "pool", name: action.pool } as const;
      return (
        (await hypervisorOf(action, call).previewDocument(object, action.document, call.limit)).differences.length === 0
      );
    },
  },
  "build-pool": {
    title: ({ pool }) => `make what pool ${pool} lies on`,
    access: "exec",
    needs: () => [["build-pool"]],
    async plan({ host, pool }, world) {
      const { active } = await world.requirePool(host, pool);
      if (active) throw new Fault("invalid", `pool ${pool} is started, so it is built`);
      return { needed: true };
    },
    perform: ({ host, pool }, call) => hypervisorOf({ host }, call).buildPool(pool, call.limit),
    isDone: async () => undefined,
  },
  "start-pool": poolState("start-pool"),
  "stop-pool": poolState("stop-pool"),
  "refresh-pool": {
    title: ({ pool }) => `look anew at what pool ${pool} has`,
    access: "exec",
    needs: () => [["refresh-pool"]],
    async plan({ host, pool }, world) {
      const { active } = await world.requirePool(host, pool);
      if (!active) throw new Fault("invalid", `pool ${pool} is not started; start it first`);
      return { needed: true };
    },
    perform: ({ host, pool }, call) => hypervisorOf({ host }, call).refreshPool(pool, call.limit),
    isDone: async () => undefined,
  },
  "set-pool-autostart": {
    title: ({ pool, autostart }) => `${autostart ? "start" : "do not start"} pool ${pool} with its host`,
    access: "update",
    needs: () => [["set-pool-autostart"]],
    async plan(action, world) {
      const status = await world.requirePool(action.host, action.pool);
      if (status.autostart === action.autostart) return { needed: false };
      world.expect(action.host, { kind: "pool", name: action.pool }, { ...status, autostart: action.autostart });
      return { needed: true, undo: { ...action, autostart: !action.autostart } };
    },
    perform: ({ host, pool, autostart }, call) =>
      hypervisorOf({ host }, call).setPoolAutostart(pool, autostart, call.limit),
    isDone: async (action, call) => (await poolOf(action, call))?.autostart === action.autostart,
  },
  "undefine-pool": {
    title: ({ pool }) => `undefine pool ${pool}`,
    access: "delete",
    needs: () => [["undefine-pool"]],
    async plan({ host, pool }, world) {
      const object = { kind: "pool", name: pool } as const;
      const status = await world.pool(host, pool);
      if (!status?.persistent) return { needed: false };
      if (status.active) throw new Fault("invalid", `pool ${pool} is started; stop it first`);
      const preview = await world.hypervisor(host).previewDocument(object, undefined, world.limit);
      world.expect(host, object, undefined);
      if (preview.before === undefined) return { needed: true, final: true, preview };
      return { needed: true, preview, undo: { do: "define-pool", host, pool, document: preview.before } };
    },
    perform: ({ host, pool }, call) => hypervisorOf({ host }, call).undefinePool(pool, call.limit),
    isDone: async (action, call) => (await poolOf(action, call))?.persistent !== true,
  },
};
