import { type DomainDocument, readDomain, writeDomain } from "../../protocol/libvirt/document/domain.js";
import { documentText, MachineDefinition } from "../machine/machine-definition.js";

/** What a definition says, with its limits. */
export function documentOf(definition: MachineDefinition): DomainDocument {
  return readDomain(documentText(definition.tree()));
}

/** A definition in which something is said differently. @throws {Fault} `invalid` for what XML cannot carry */
export function editedDefinition(
  definition: MachineDefinition,
  change: (document: DomainDocument) => DomainDocument,
): MachineDefinition {
  const { tree, ...facts } = readDomain(writeDomain(change(documentOf(definition))));
  return new MachineDefinition({ ...facts, uuid: definition.facts.uuid, id: undefined }, () => tree);
}
