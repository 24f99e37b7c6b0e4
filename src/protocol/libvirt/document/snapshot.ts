import type { XmlElement } from "../../../codec/xml/element.js";
import { editDocument } from "./edit.js";
import { count, type Fields, readFields, required, text } from "./field.js";
import { parseRoot } from "./root.js";

/** What the gateway reads in a snapshot's description. */
export interface SnapshotFacts {
  readonly name: string;
  readonly description: string | undefined;
  /** What the machine was doing: `running paused shutoff disk-snapshot …`. */
  readonly state: string | undefined;
  /** Name of the one that it was made after. */
  readonly parent: string | undefined;
  /** Seconds since 1970. */
  readonly createdS: number | undefined;
}

/** A snapshot's description: its facts, and the tree they were read from, which has what is not among them. */
export interface SnapshotDocument extends SnapshotFacts {
  readonly tree: XmlElement;
}

/** Reads a snapshot's description. @throws {DecodeError} for anything but a snapshot with a name */
export function readSnapshot(input: Uint8Array | string): SnapshotDocument {
  const tree = parseRoot(input, "domainsnapshot", "a snapshot");
  return { ...readFields(snapshotFields, tree), tree };
}

/** The description of a snapshot with other facts, and all else as it is. @throws {DecodeError} and {Fault} as `editDocument` */
export function changeSnapshot(text: string, facts: Partial<SnapshotFacts>): string {
  return editDocument(text, readSnapshot, snapshotFields, facts);
}

const snapshotFields: Fields<SnapshotFacts> = {
  name: required(text("name"), "a name"),
  description: text("description"),
  state: text("state"),
  parent: text("parent", "name"),
  createdS: count(text("creationTime")),
};
