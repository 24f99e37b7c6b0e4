import type { XmlElement } from "../codec/xml/element.js";
import type { DomainFacts } from "../protocol/libvirt/document/domain.js";

/**
 * What a machine is to be, as its inactive document says: the facts that the simulation works with, and the document, which is
 * made when somebody asks. A change makes a new one.
 */
export interface MachineDefinition {
  readonly facts: MachineFacts;
  /** The inactive document, which says what `facts` say. */
  tree(): XmlElement;
}

/** A domain's facts with everything that a defined machine has. */
export type MachineFacts = DomainFacts & { readonly uuid: string; readonly id: undefined };
