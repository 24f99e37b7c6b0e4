import { attribute, child } from "../../../codec/xml/element.js";
import { attributeAt, defaulted, type Field, type Fields, presence, required } from "./field.js";

/** What is known of a `<filesystem>`: a container's mount, or a folder shared with a virtual machine. */
export interface DomainFilesystem {
  /** `mount template file block ram bind volume`. */
  readonly type: string;
  readonly driver: string | undefined;
  readonly format: string | undefined;
  /** Folder, file, device or template, as `type` has it. */
  readonly source: string | undefined;
  readonly pool: string | undefined;
  /** Mount point in a container; for a virtual machine only a tag. */
  readonly target: string;
  readonly readOnly: boolean;
}

const type = defaulted(attributeAt("type"), "mount");

const sourceAttributes: ReadonlyMap<string, string> = new Map([
  ["mount", "dir"],
  ["bind", "dir"],
  ["file", "file"],
  ["block", "dev"],
  ["template", "name"],
  ["volume", "volume"],
]);

const source: Field<string | undefined> = {
  read(filesystem) {
    const name = sourceAttributes.get(type.read(filesystem));
    return name && attribute(child(filesystem, "source"), name);
  },
  write(filesystem, value) {
    const name = sourceAttributes.get(type.read(filesystem));
    return name ? attributeAt(name, "source").write(filesystem, value) : filesystem;
  },
};

/** Places of a file system's facts; `type` first, since it decides where the source is. */
export const filesystemFields: Fields<DomainFilesystem> = {
  type,
  driver: attributeAt("type", "driver"),
  format: attributeAt("format", "driver"),
  source,
  pool: attributeAt("pool", "source"),
  target: required(attributeAt("dir", "target"), "a target"),
  readOnly: presence("readonly"),
};
