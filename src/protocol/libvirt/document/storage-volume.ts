import type { XmlElement } from "../../../codec/xml/element.js";
import { editDocument } from "./edit.js";
import { attributeAt, defaulted, type Fields, readFields, required, text } from "./field.js";
import { parseRoot } from "./root.js";

/** What the gateway reads in a volume's description. */
export interface VolumeFacts {
  /** `file block dir network netdir ploop`. */
  readonly type: string;
  readonly name: string;
  readonly key: string | undefined;
  readonly path: string | undefined;
  /** `qcow2`, `raw`, … */
  readonly format: string | undefined;
  /** Path of the image that this one only stores differences to. */
  readonly backingPath: string | undefined;
  readonly backingFormat: string | undefined;
}

/** A volume's description: its facts, and the tree they were read from, which has what is not among them. */
export interface VolumeDocument extends VolumeFacts {
  readonly tree: XmlElement;
}

/** Reads a volume's description. @throws {DecodeError} for anything but a volume with a name */
export function readVolume(input: Uint8Array | string): VolumeDocument {
  const tree = parseRoot(input, "volume", "a storage volume");
  return { ...readFields(volumeFields, tree), tree };
}

/** The description of a volume with other facts, and all else as it is. @throws {DecodeError} and {Fault} as `editDocument` */
export function changeVolume(text: string, facts: Partial<VolumeFacts>): string {
  return editDocument(text, readVolume, volumeFields, facts);
}

const volumeFields: Fields<VolumeFacts> = {
  type: defaulted(attributeAt("type"), "file"),
  name: required(text("name"), "a name"),
  key: text("key"),
  path: text("target", "path"),
  format: attributeAt("type", "target", "format"),
  backingPath: text("backingStore", "path"),
  backingFormat: attributeAt("type", "backingStore", "format"),
};
