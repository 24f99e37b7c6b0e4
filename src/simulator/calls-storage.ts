import type { ValueOf } from "../codec/xdr/shape.js";
import { element } from "../codec/xml/element.js";
import type { CallHandlers } from "../protocol/libvirt/call-handler.js";
import type { DomainDisk } from "../protocol/libvirt/document/domain-disk.js";
import { libvirtFault } from "../protocol/libvirt/error.js";
import type { storageVolume } from "../protocol/libvirt/shapes.js";
import type { HostState } from "./host-state.js";
import { documentText } from "./machine-definition.js";
import { diskAllocation } from "./machine-statistics.js";
import type { SimulatedMachine } from "./simulated-machine.js";
import { textElement } from "./tree-edit.js";

const STORAGE_DOMAIN = 18;
const RUNNING = 2;
const FILE = 0;
const FOLDER = "/var/lib/libvirt/images";
const POOL_BYTES = 4n * 1024n ** 4n;

const INACTIVE = 1 << 0;
const TRANSIENT = 1 << 3;
const NO_AUTOSTART = 1 << 5;
/** Filters for what the one pool is not, unless the opposite is asked for too. */
const notThis = [
  [INACTIVE, 1 << 1],
  [TRANSIENT, 1 << 2],
  [NO_AUTOSTART, 1 << 4],
] as const;
/** Kinds of pools but folders. */
const OTHER_KINDS = 0x1ff << 7;
const FOLDERS = 1 << 6;

type Volume = ValueOf<typeof storageVolume>;

interface Image {
  readonly machine: SimulatedMachine;
  readonly disk: DomainDisk;
}

/** The computer's storage: the pool called `default`, whose volumes are the images of the machines. */
export function storageCalls(host: HostState): CallHandlers {
  const { node, registry, nowMs } = host;
  const pool = { name: "default", uuid: node.poolUuid };

  const foundPool = (matches: boolean, what: string) => {
    if (!matches) throw libvirtFault("NO_STORAGE_POOL", `Storage pool not found: ${what}`, STORAGE_DOMAIN);
    return { pool };
  };
  const requirePool = (asked: { readonly uuid: string; readonly name: string }): void => {
    foundPool(asked.uuid === pool.uuid, `no storage pool with matching uuid '${asked.uuid}' (${asked.name})`);
  };
  /** By path; an image that several machines use is there once. */
  const images = (): ReadonlyMap<string, Image> => {
    const found = new Map<string, Image>();
    for (const machine of registry.all()) {
      for (const disk of machine.current.facts.disks) {
        if (disk.type === "file" && disk.source?.startsWith(`${FOLDER}/`)) found.set(disk.source, { machine, disk });
      }
    }
    return found;
  };
  const volumeAt = (path: string): Volume => ({ pool: pool.name, name: path.slice(FOLDER.length + 1), key: path });
  const requireImage = (path: string): Image => {
    const image = images().get(path);
    if (!image) throw libvirtFault("NO_STORAGE_VOL", `Storage volume not found: no volume '${path}'`, STORAGE_DOMAIN);
    return image;
  };
  const foundVolume = (path: string) => {
    requireImage(path);
    return { vol: volumeAt(path) };
  };
  const sizes = ({ machine, disk }: Image) => ({
    capacity: BigInt(machine.diskContent(disk).capacityBytes),
    allocation: BigInt(diskAllocation(machine, disk, nowMs())),
  });
  const volumeInfo = ({ vol }: { vol: Volume }) => ({ type: FILE, ...sizes(requireImage(vol.key)) });
  const poolSizes = () => {
    let allocation = 0n;
    for (const image of images().values()) allocation += sizes(image).allocation;
    const capacity = allocation * 2n > POOL_BYTES ? allocation * 2n : POOL_BYTES;
    return { capacity, allocation, available: capacity - allocation };
  };
  const listed = (flags: number) => {
    const fits = notThis.every(([isNot, is]) => (flags & isNot) === 0 || (flags & is) !== 0);
    const kind = (flags & OTHER_KINDS) === 0 || (flags & FOLDERS) !== 0;
    return fits && kind ? [pool] : [];
  };

  return {
    connectListAllStoragePools({ needResults, flags }) {
      const pools = listed(flags);
      return { pools: needResults ? pools : [], ret: pools.length };
    },
    connectNumOfStoragePools: () => ({ num: 1 }),
    connectListStoragePools: ({ maxnames }) => ({ names: maxnames > 0 ? [pool.name] : [] }),
    connectNumOfDefinedStoragePools: () => ({ num: 0 }),
    connectListDefinedStoragePools: () => ({ names: [] }),
    storagePoolLookupByName: ({ name }) =>
      foundPool(name === pool.name, `no storage pool with matching name '${name}'`),
    storagePoolLookupByUuid: ({ uuid }) =>
      foundPool(uuid === pool.uuid, `no storage pool with matching uuid '${uuid}'`),
    storagePoolLookupByVolume: ({ vol }) => foundPool(vol.pool === pool.name, `no storage pool '${vol.pool}'`),
    storagePoolGetInfo({ pool: asked }) {
      requirePool(asked);
      return { state: RUNNING, ...poolSizes() };
    },
    storagePoolIsActive({ pool: asked }) {
      requirePool(asked);
      return { active: 1 };
    },
    storagePoolIsPersistent({ pool: asked }) {
      requirePool(asked);
      return { persistent: 1 };
    },
    storagePoolGetAutostart({ pool: asked }) {
      requirePool(asked);
      return { autostart: 1 };
    },
    storagePoolGetXmlDesc({ pool: asked }) {
      requirePool(asked);
      const bytes = { unit: "bytes" };
      const { capacity, allocation, available } = poolSizes();
      return {
        xml: documentText(
          element("pool", { type: "dir" }, [
            textElement("name", pool.name),
            textElement("uuid", pool.uuid),
            textElement("capacity", String(capacity), bytes),
            textElement("allocation", String(allocation), bytes),
            textElement("available", String(available), bytes),
            element("source"),
            element("target", {}, [textElement("path", FOLDER)]),
          ]),
        ),
      };
    },
    storagePoolNumOfVolumes({ pool: asked }) {
      requirePool(asked);
      return { num: images().size };
    },
    storagePoolListVolumes({ pool: asked, maxnames }) {
      requirePool(asked);
      return { names: [...images().keys()].slice(0, Math.max(0, maxnames)).map((path) => volumeAt(path).name) };
    },
    storagePoolListAllVolumes({ pool: asked, needResults }) {
      requirePool(asked);
      const vols = [...images().keys()].map(volumeAt);
      return { vols: needResults ? vols.slice(0, MOST_VOLUMES) : [], ret: vols.length };
    },
    storageVolLookupByName({ pool: asked, name }) {
      requirePool(asked);
      return foundVolume(`${FOLDER}/${name}`);
    },
    storageVolLookupByKey: ({ key }) => foundVolume(key),
    storageVolLookupByPath: ({ path }) => foundVolume(path),
    storageVolGetPath: ({ vol }) => ({ name: foundVolume(vol.key).vol.key }),
    storageVolGetInfo: volumeInfo,
    storageVolGetInfoFlags: volumeInfo,
    storageVolGetXmlDesc({ vol }) {
      const image = requireImage(vol.key);
      const { capacity, allocation } = sizes(image);
      return {
        xml: documentText(
          element("volume", { type: "file" }, [
            textElement("name", vol.name),
            textElement("key", vol.key),
            textElement("capacity", String(capacity), { unit: "bytes" }),
            textElement("allocation", String(allocation), { unit: "bytes" }),
            element("target", {}, [
              textElement("path", vol.key),
              element("format", { type: image.disk.format ?? "raw" }),
            ]),
          ]),
        ),
      };
    },
  };
}

/** In one answer, as the protocol limits it. */
const MOST_VOLUMES = 16_384;
