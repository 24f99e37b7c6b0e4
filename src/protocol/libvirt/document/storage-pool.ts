import type { XmlElement } from "../../../codec/xml/element.js";
import { editDocument } from "./edit.js";
import { attributeAt, type Fields, readFields, required, text } from "./field.js";
import { parseRoot, uuidField } from "./root.js";

/** What the gateway reads in a storage pool's description. */
export interface PoolFacts {
  /** `dir fs netfs logical disk iscsi scsi mpath rbd sheepdog gluster zfs vstorage`. */
  readonly type: string;
  readonly name: string;
  readonly uuid: string | undefined;
  /** Where its volumes are on the computer. */
  readonly path: string | undefined;
}

/** A pool's description: its facts, and the tree they were read from, which has what is not among them. */
export interface PoolDocument extends PoolFacts {
  readonly tree: XmlElement;
}

/** Reads a storage pool's description. @throws {DecodeError} for anything but a pool with a name */
export function readPool(input: Uint8Array | string): PoolDocument {
  const tree = parseRoot(input, "pool", "a storage pool");
  return { ...readFields(poolFields, tree), tree };
}

/** The description of a storage pool with other facts, and all else as it is. @throws {DecodeError} and {Fault} as `editDocument` */
export function changePool(text: string, facts: Partial<PoolFacts>): string {
  return editDocument(text, readPool, poolFields, facts);
}

const poolFields: Fields<PoolFacts> = {
  type: required(attributeAt("type"), "a type"),
  name: required(text("name"), "a name"),
  uuid: uuidField,
  path: text("target", "path"),
};
