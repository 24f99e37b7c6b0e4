import { DecodeError } from "../../base/fault.js";
import { attribute, child, element, textOf } from "../../codec/xml/element.js";
import type { CallHandlers } from "../../protocol/libvirt/call-handler.js";
import { kibibytes } from "../../protocol/libvirt/document/memory-size.js";
import { readVolume, type VolumeDocument } from "../../protocol/libvirt/document/storage-volume.js";
import { libvirtFault } from "../../protocol/libvirt/error.js";
import type { HostState } from "../host/host-state.js";
import { documentText } from "../machine/machine-definition.js";
import { textElement } from "../machine/tree-edit.js";
import { type PoolReference, type SimulatedPool, STORAGE_DOMAIN, type VolumeReference } from "./simulated-pool.js";
import { newVolume, type SimulatedVolume } from "./simulated-volume.js";

const FILE = 0;
const RESIZE_DELTA = 2;
const RESIZE_SHRINK = 4;

/** Volumes: what they are, and how they come, change and go. */
export function volumeCalls(host: HostState): CallHandlers {
  const { storage } = host.node;
  const found = (path: string) => {
    const { pool, volume } = storage.requireVolume({ pool: "", name: path, key: path });
    return { vol: pool.referenceOf(volume) };
  };
  const info = ({ vol }: { vol: VolumeReference }) => {
    const { volume } = storage.requireVolume(vol);
    return { type: FILE, capacity: volume.capacityBytes, allocation: volume.allocationBytes() };
  };
  const create = (asked: PoolReference, xml: string): { pool: SimulatedPool; volume: SimulatedVolume } => {
    const pool = storage.requireActive(asked);
    const { name, format, backingPath, backingFormat, tree } = parsed(xml);
    if (name.includes("/") || name === "." || name === "..") {
      throw libvirtFault("XML_ERROR", `XML error: volume name '${name}' cannot contain '/'`, STORAGE_DOMAIN);
    }
    const parts = {
      name,
      path: `${pool.path}/${name}`,
      format: format ?? "raw",
      backing: backingPath === undefined ? undefined : { path: backingPath, format: backingFormat },
      capacityBytes: capacityOf(tree),
    };
    const volume = newVolume(parts, storage.budget);
    pool.add(volume);
    return { pool, volume };
  };

  return {
    storageVolLookupByName: ({ pool, name }) => found(`${storage.requireActive(pool).path}/${name}`),
    storageVolLookupByKey: ({ key }) => found(key),
    storageVolLookupByPath: ({ path }) => found(path),
    storageVolGetPath: ({ vol }) => ({ name: storage.requireVolume(vol).volume.path }),
    storageVolGetInfo: info,
    storageVolGetInfoFlags: info,
    storageVolGetXmlDesc: ({ vol }) => ({ xml: volumeText(storage.requireVolume(vol).volume) }),
    storageVolCreateXml({ pool: asked, xml }) {
      const { pool, volume } = create(asked, xml);
      return { vol: pool.referenceOf(volume) };
    },
    storageVolCreateXmlFrom({ pool: asked, xml, clonevol }) {
      const original = storage.requireVolume(clonevol);
      const { pool, volume } = create(asked, xml);
      volume.content().copyFrom(original.pool.keep(original.volume).content());
      return { vol: pool.referenceOf(volume) };
    },
    storageVolDelete({ vol }) {
      const { pool, volume } = storage.requireVolume(vol);
      pool.delete(volume);
      return {};
    },
    storageVolWipe({ vol }) {
      const { pool, volume } = storage.requireVolume(vol);
      const content = pool.keep(volume).content();
      content.zero(0, content.length);
      return {};
    },
    storageVolResize({ vol, capacity, flags }) {
      const { pool, volume } = storage.requireVolume(vol);
      const shrinks = (flags & RESIZE_SHRINK) !== 0;
      const change = shrinks ? -capacity : capacity;
      const wanted = (flags & RESIZE_DELTA) !== 0 ? volume.capacityBytes + change : capacity;
      if (wanted < volume.capacityBytes && !shrinks) {
        const message = "invalid argument: can't shrink capacity below the present one without the flag to shrink";
        throw libvirtFault("INVALID_ARG", message, STORAGE_DOMAIN);
      }
      if (wanted < 0n || wanted > MOST_BYTES) {
        throw libvirtFault("INVALID_ARG", "invalid argument: capacity is out of range", STORAGE_DOMAIN);
      }
      pool.keep(resized(volume, wanted, storage.budget));
      return {};
    },
  };
}

/** What a disk image can have at most. */
const MOST_BYTES = 1n << 52n;

function resized(
  volume: SimulatedVolume,
  capacityBytes: bigint,
  budget: Parameters<typeof newVolume>[1],
): SimulatedVolume {
  const larger = newVolume({ ...volume, capacityBytes }, budget);
  const before = volume.content();
  // An image in a format has its own idea of how long it is; what matters here is that it keeps what is in it.
  if (volume.format === "raw") before.resize(Number(capacityBytes));
  const allocationBytes = (): bigint => BigInt(before.allocatedBytes);
  return { ...larger, content: () => before, allocationBytes, free: () => before.free() };
}

function parsed(xml: string): VolumeDocument {
  try {
    return readVolume(xml);
  } catch (error) {
    if (error instanceof DecodeError) throw libvirtFault("XML_ERROR", `XML error: ${error.message}`, STORAGE_DOMAIN);
    throw error;
  }
}

function capacityOf(tree: VolumeDocument["tree"]): bigint {
  const capacity = child(tree, "capacity");
  if (!capacity) throw libvirtFault("XML_ERROR", "XML error: missing capacity element", STORAGE_DOMAIN);
  const unit = attribute(capacity, "unit") ?? "bytes";
  const amount = textOf(capacity);
  try {
    if (/^(b|bytes?)$/i.test(unit) && /^\d{1,16}$/.test(amount) && BigInt(amount) <= MOST_BYTES) return BigInt(amount);
    const bytes = BigInt(kibibytes(amount, unit)) * 1024n;
    if (bytes <= MOST_BYTES) return bytes;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  throw libvirtFault("XML_ERROR", "XML error: malformed capacity element", STORAGE_DOMAIN);
}

function volumeText(volume: SimulatedVolume): string {
  const bytes = { unit: "bytes" };
  const format = (of: string | undefined) => (of === undefined ? undefined : element("format", { type: of }));
  const { backing } = volume;
  return documentText(
    element("volume", { type: "file" }, [
      textElement("name", volume.name),
      textElement("key", volume.path),
      textElement("capacity", String(volume.capacityBytes), bytes),
      textElement("allocation", String(volume.allocationBytes()), bytes),
      element("target", {}, [textElement("path", volume.path), format(volume.format)]),
      backing && element("backingStore", {}, [textElement("path", backing.path), format(backing.format)]),
    ]),
  );
}
