import { Fault } from "../../base/fault.js";
import type { PoolStatus, VolumeStatus } from "../../inventory/hypervisor-storage.js";
import type { Transfer } from "../transfers.js";
import type { ActionOf, PoolAction, VolumeAction } from "./action.js";
import { type Call, hypervisorOf, type Operation, type OperationsOf, type Planned } from "./operation.js";
import type { World } from "./world.js";

/** Longest time in which nothing of a volume's content moves. */
const STALL_MS = 60_000;

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

/** A transfer, which ends when the change is cancelled. */
function transferOf(id: string, { ports, limit }: Call): Transfer {
  const transfer = ports.transferOf(id);
  limit.signal?.addEventListener("abort", () => transfer.fail(new Fault("timeout", "cancelled")), { once: true });
  return transfer;
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
  "upload-volume": {
    title: ({ pool, volume }) => `write the content of volume ${volume} of pool ${pool}`,
    access: "update",
    long: true,
    spoils: true,
    needs: () => [["upload-volume"]],
    async plan({ host, pool, volume, lengthBytes = 0n }, world) {
      const isNew = world.isExpected(host, { kind: "volume", pool, name: volume });
      const status = await world.requireVolume(host, pool, volume);
      if (isNew) return { needed: true }; // it goes with the volume
      if (lengthBytes > status.capacityBytes) {
        throw new Fault(
          "invalid",
          `volume ${volume} has ${status.capacityBytes} bytes, fewer than the ${lengthBytes} to be written; resize it first`,
        );
      }
      return { needed: true, final: true };
    },
    async perform({ host, pool, volume, transfer, lengthBytes, sparse }, call) {
      const range = { ...(lengthBytes !== undefined && { lengthBytes }), ...(sparse !== undefined && { sparse }) };
      const pieces = transferOf(transfer, call).pieces();
      // The limit is for each piece: what takes hours still moves all the time.
      const limit = { ...call.limit, deadlineMs: STALL_MS };
      await hypervisorOf({ host }, call).uploadVolume(pool, volume, pieces, range, limit, call.onProgress);
    },
    // Only the answer to the call tells that it is whole.
    isDone: async () => undefined,
  },
  "download-volume": {
    title: ({ pool, volume }) => `read the content of volume ${volume} of pool ${pool}`,
    // Whoever may see that there is a volume may not yet see what is in it.
    access: "exec",
    long: true,
    needs: () => [["download-volume"]],
    async plan({ host, pool, volume }, world) {
      await world.requireVolume(host, pool, volume);
      return { needed: true };
    },
    async perform({ host, pool, volume, transfer, sparse }, call) {
      const hypervisor = hypervisorOf({ host }, call);
      const sink = transferOf(transfer, call);
      const total = (await hypervisor.volumeStatus(pool, volume, call.limit))?.capacityBytes;
      const limit = { ...call.limit, deadlineMs: STALL_MS };
      let done = 0n;
      for await (const piece of hypervisor.downloadVolume(pool, volume, { sparse: sparse === true }, limit)) {
        await sink.put(piece);
        done += "octets" in piece ? BigInt(piece.octets.length) : piece.zeroBytes;
        call.onProgress({ done, total });
      }
      sink.finish();
      await sink.emptied();
    },
    isDone: async () => undefined,
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
    piecemeal: true,
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
      const undo = isOld
        ? ({ do: "define-pool", host, pool, document: preview.before } as const)
        : ({ do: "undefine-pool", host, pool } as const);
      return { needed: true, preview, undo };
    },
    async perform(action, call) {
      const hypervisor = hypervisorOf(action, call);
      const made = await hypervisor.definePool(action.document, call.limit);
      if (made !== action.pool) {
        await hypervisor.undefinePool(made, call.limit);
        throw new Fault("invalid", `the document is about pool ${made}, not ${action.pool}`);
      }
      if (action.autostart) await hypervisor.setPoolAutostart(made, true, call.limit);
    },
    async isDone(action, call) {
      const status = await poolOf(action, call);
      if (status?.persistent !== true || (action.autostart && !status.autostart)) return false;
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
      // The mark that it starts with its host goes with the definition.
      const marks = status.autostart ? ({ autostart: true } as const) : {};
      return { needed: true, preview, undo: { do: "define-pool", host, pool, document: preview.before, ...marks } };
    },
    perform: ({ host, pool }, call) => hypervisorOf({ host }, call).undefinePool(pool, call.limit),
    isDone: async (action, call) => (await poolOf(action, call))?.persistent !== true,
  },
};
