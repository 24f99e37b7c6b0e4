import type { XmlElement } from "../../codec/xml/element.js";
import { type DomainDocument, readDomain, writeDomain } from "../../protocol/libvirt/document/domain.js";
import { documentText, MachineDefinition } from "../machine-definition.js";

/** What a definition says, with its limits. */
export function documentOf(definition: MachineDefinition): DomainDocument {
  return readDomain(documentText(definition.tree()));
}

/** A definition in which something is said differently. @throws {Fault} `invalid` for what XML cannot carry */
export function editedDefinition(
  definition: MachineDefinition,
  change: (document: DomainDocument) => DomainDocument,
): MachineDefinition {
  return definitionOf(readDomain(writeDomain(change(documentOf(definition)))), definition.facts.uuid);
}

/** A definition with another document. @throws {DecodeError} when it is none of a domain */
export function definitionWithTree(definition: MachineDefinition, tree: XmlElement): MachineDefinition {
  return definitionOf(readDomain(documentText(tree)), definition.facts.uuid);
}

function definitionOf(document: DomainDocument, uuid: string): MachineDefinition {
  const { tree, ...facts } = document;
  return new MachineDefinition({ ...facts, uuid, id: undefined }, () => tree);
}
