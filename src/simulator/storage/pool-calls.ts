import { DecodeError } from "../../base/fault.js";
import { element, type XmlElement } from "../../codec/xml/element.js";
import type { CallHandlers } from "../../protocol/libvirt/call-handler.js";
import { readPool } from "../../protocol/libvirt/document/storage-pool.js";
import { libvirtFault } from "../../protocol/libvirt/error.js";
import { flagGroups } from "../calls/flag-groups.js";
import type { HostState } from "../host/host-state.js";

import { documentText } from "../machine/machine-definition.js";
import { textElement, withChild } from "../machine/tree-edit.js";
import { seededUuid } from "../time/seed.js";
import { type PoolReference, type SimulatedPool, STORAGE_DOMAIN } from "./simulated-pool.js";
import { noPool, PoolLifecycle } from "./simulated-storage.js";

const RUNNING = 2;
const INACTIVE = 0;

/** Kinds of pools by the bit that filters for them. */
const kinds = ["dir", "fs", "netfs", "logical", "disk", "iscsi", "scsi", "mpath", "rbd", "sheepdog", "gluster", "zfs"];
const FIRST_KIND = 6;

const listGroups = flagGroups<SimulatedPool>([
  [
    [1 << 0, (pool) => !pool.active],
    [1 << 1, (pool) => pool.active],
  ],
  [
    [1 << 2, (pool) => pool.persistent],
    [1 << 3, (pool) => !pool.persistent],
  ],
  [
    [1 << 4, (pool) => pool.autostart],
    [1 << 5, (pool) => !pool.autostart],
  ],
  kinds.map((kind, number) => [1 << (FIRST_KIND + number), (pool: SimulatedPool) => pool.type === kind] as const),
]);

/** The computer's storage pools, and what can be done with them. */
export function poolCalls(host: HostState): CallHandlers {
  const { storage, random } = host.node;
  const lookedUp = (pool: SimulatedPool | undefined, what: string) => {
    if (!pool) throw noPool(what);
    return { pool: pool.reference };
  };
  const pools = (test: (pool: SimulatedPool) => boolean): SimulatedPool[] => [...storage.pools()].filter(test);
  const names = (found: readonly SimulatedPool[], most: number) => ({
    names: found.slice(0, Math.max(0, most)).map(({ name }) => name),
  });
  const invalid = (message: string): Error =>
    libvirtFault("OPERATION_INVALID", `Requested operation is not valid: ${message}`, STORAGE_DOMAIN);
  const told = (pool: SimulatedPool, event: number): void =>
    storage.tell({ kind: "lifecycle", pool: pool.reference, event });

  /** The pool that a document describes, made if there is none. */
  const described = (xml: string): { readonly pool: SimulatedPool; readonly isNew: boolean } => {
    const { name, uuid, type, path, tree } = parsed(xml);
    if (path === undefined || !path.startsWith("/")) {
      throw libvirtFault("XML_ERROR", "XML error: missing storage pool target path", STORAGE_DOMAIN);
    }
    const known = storage.poolNamed(name);
    if (known && uuid !== undefined && known.uuid !== uuid) {
      const message = `operation failed: pool '${name}' already exists with uuid ${known.uuid}`;
      throw libvirtFault("OPERATION_FAILED", message, STORAGE_DOMAIN);
    }
    if (known) return { pool: known, isNew: false };
    return {
      pool: storage.newPool({ name, uuid: uuid ?? seededUuid(random), type, path, tree }),
      isNew: true,
    };
  };
  const start = (pool: SimulatedPool): void => {
    if (pool.active) throw invalid(`storage pool '${pool.name}' is already active`);
    pool.active = true;
    told(pool, PoolLifecycle.started);
  };

  return {
    connectListAllStoragePools({ needResults, flags }) {
      const found = pools(listGroups(flags, undefined));
      return { pools: needResults ? found.map(({ reference }) => reference) : [], ret: found.length };
    },
    connectNumOfStoragePools: () => ({ num: pools(({ active }) => active).length }),
    connectListStoragePools: ({ maxnames }) =>
      names(
        pools(({ active }) => active),
        maxnames,
      ),
    connectNumOfDefinedStoragePools: () => ({ num: pools(({ active }) => !active).length }),
    connectListDefinedStoragePools: ({ maxnames }) =>
      names(
        pools(({ active }) => !active),
        maxnames,
      ),
    storagePoolLookupByName: ({ name }) =>
      lookedUp(storage.poolNamed(name), `no storage pool with matching name '${name}'`),
    storagePoolLookupByUuid: ({ uuid }) =>
      lookedUp(storage.poolWithUuid(uuid), `no storage pool with matching uuid '${uuid}'`),
    storagePoolLookupByVolume: ({ vol }) => lookedUp(storage.poolNamed(vol.pool), `no storage pool '${vol.pool}'`),
    storagePoolLookupByTargetPath: ({ path }) =>
      lookedUp(pools((pool) => pool.path === path)[0], `no storage pool with matching target path '${path}'`),
    storagePoolGetInfo({ pool: asked }) {
      const pool = storage.requirePool(asked);
      const sizes = pool.active ? pool.sizes() : { capacity: 0n, allocation: 0n, available: 0n };
      return { state: pool.active ? RUNNING : INACTIVE, ...sizes };
    },
    storagePoolIsActive: ({ pool }) => ({ active: storage.requirePool(pool).active ? 1 : 0 }),
    storagePoolIsPersistent: ({ pool }) => ({ persistent: storage.requirePool(pool).persistent ? 1 : 0 }),
    storagePoolGetAutostart: ({ pool }) => ({ autostart: storage.requirePool(pool).autostart ? 1 : 0 }),
    storagePoolSetAutostart({ pool: asked, autostart }) {
      const pool = storage.requirePool(asked);
      if (!pool.persistent) throw invalid("pool has no config file");
      pool.autostart = autostart !== 0;
      return {};
    },
    storagePoolGetXmlDesc: ({ pool }) => ({ xml: poolText(storage.requirePool(pool)) }),
    storagePoolDefineXml({ xml }) {
      const { pool } = described(xml);
      pool.persistent = true;
      told(pool, PoolLifecycle.defined);
      return { pool: pool.reference };
    },
    storagePoolCreateXml({ xml }) {
      const { pool, isNew } = described(xml);
      if (isNew) pool.persistent = false;
      start(pool);
      return { pool: pool.reference };
    },
    storagePoolCreate({ pool }) {
      start(storage.requirePool(pool));
      return {};
    },
    storagePoolBuild({ pool: asked }) {
      const pool = storage.requirePool(asked);
      if (pool.active) throw invalid(`storage pool '${pool.name}' is already active`);
      told(pool, PoolLifecycle.created);
      return {};
    },
    storagePoolDestroy({ pool: asked }) {
      const pool = storage.requireActive(asked);
      pool.active = false;
      if (!pool.persistent) storage.forget(pool);
      told(pool, PoolLifecycle.stopped);
      return {};
    },
    storagePoolDelete({ pool: asked }) {
      const pool = storage.requirePool(asked);
      if (pool.active) throw invalid(`storage pool '${pool.name}' is still active`);
      for (const volume of pool.volumes().values()) pool.delete(volume);
      told(pool, PoolLifecycle.deleted);
      return {};
    },
    storagePoolUndefine({ pool: asked }) {
      const pool = storage.requirePool(asked);
      if (pool.active) throw invalid(`storage pool '${pool.name}' is still active`);
      storage.forget(pool);
      told(pool, PoolLifecycle.undefined);
      return {};
    },
    storagePoolRefresh({ pool: asked }) {
      storage.tell({ kind: "refresh", pool: storage.requireActive(asked).reference });
      return {};
    },
    storagePoolNumOfVolumes: ({ pool }) => ({ num: storage.requireActive(pool).volumes().size }),
    storagePoolListVolumes: ({ pool, maxnames }) => ({
      names: [...storage.requireActive(pool).volumes().values()]
        .slice(0, Math.max(0, maxnames))
        .map(({ name }) => name),
    }),
    storagePoolListAllVolumes({ pool: asked, needResults }: { pool: PoolReference; needResults: number }) {
      const pool = storage.requireActive(asked);
      const vols = pool.listed();
      return { vols: needResults ? vols : [], ret: vols.length };
    },
  };
}

function parsed(xml: string) {
  try {
    return readPool(xml);
  } catch (error) {
    if (error instanceof DecodeError) throw libvirtFault("XML_ERROR", `XML error: ${error.message}`, STORAGE_DOMAIN);
    throw error;
  }
}

function poolText(pool: SimulatedPool): string {
  const { capacity, allocation, available } = pool.active
    ? pool.sizes()
    : { capacity: 0n, allocation: 0n, available: 0n };
  const given = pool.tree ?? element("pool", { type: pool.type }, [element("source"), targetOf(pool)]);
  const named = withChild(withFirst(given, textElement("name", pool.name)), textElement("uuid", pool.uuid), ["name"]);
  const bytes = { unit: "bytes" };
  const sized = [
    textElement("capacity", String(capacity), bytes),
    textElement("allocation", String(allocation), bytes),
    textElement("available", String(available), bytes),
  ].reduce((tree, size) => withChild(tree, size, ["name", "uuid", "capacity", "allocation"]), named);
  return documentText(sized);
}

function targetOf({ path }: SimulatedPool): XmlElement {
  return element("target", {}, [textElement("path", path)]);
}

function withFirst(tree: XmlElement, first: XmlElement): XmlElement {
  const others = tree.children.filter((node) => typeof node === "string" || node.name !== first.name);
  return { ...tree, children: [first, ...others] };
}
