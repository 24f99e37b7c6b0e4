import type { XmlElement } from "../../codec/xml/element.js";
import { writeXml } from "../../codec/xml/write.js";
import { machineDocument } from "../seeded/machine-document.js";
import type { MachineFacts } from "./machine-facts.js";
import { textElement, withAmounts, withChild, withoutChild } from "./tree-edit.js";

/** What calls can change of a definition. */
type Changeable = "name" | "title" | "description" | "memoryKiB" | "currentMemoryKiB" | "vcpuCount" | "vcpuMaximum";

/**
 * What a machine is to be: the facts that the simulation works with, and the inactive document, which is made when somebody
 * asks. Immutable: a change makes a new one.
 */
export class MachineDefinition {
  readonly facts: MachineFacts;
  readonly #base: () => XmlElement;

  /** @param base the document, but for what has changed since it was written */
  constructor(facts: MachineFacts, base: () => XmlElement) {
    this.facts = facts;
    this.#base = base;
  }

  /** The inactive document, which says what `facts` say. */
  tree(): XmlElement {
    const { name, title, description } = this.facts;
    const named = withChild(withAmounts(this.#base(), this.facts), textElement("name", name));
    const titled = withText(named, "title", title, ["name", "uuid", "genid"]);
    return withText(titled, "description", description, ["name", "uuid", "genid", "title"]);
  }

  with(change: { readonly [Name in Changeable]?: MachineFacts[Name] }): MachineDefinition {
    return new MachineDefinition({ ...this.facts, ...change }, this.#base);
  }
}

/** A definition whose document is made from its facts. */
export function seededDefinition(facts: MachineFacts): MachineDefinition {
  return new MachineDefinition(facts, () => machineDocument(facts));
}

/** The text of a document as libvirt lays it out. */
export function documentText(tree: XmlElement): string {
  return writeXml(tree, { indent: true });
}

function withText(tree: XmlElement, name: string, text: string | undefined, after: readonly string[]): XmlElement {
  return text === undefined ? withoutChild(tree, name) : withChild(tree, textElement(name, text), after);
}
