import { attribute, child, childElements, textOf } from "../codec/xml/element.js";
import type { AgentState } from "../inventory/guest.js";
import type { DomainDocument } from "../protocol/libvirt/document/domain.js";

/** The gateway's own namespace in a machine's metadata: one element there, with a `note` per name. */
const notesNamespace = "urn:virtgate:machine:1";

const AGENT_CHANNEL = "org.qemu.guest_agent.0";
const MOST_NOTES = 64;

const none: Readonly<Record<string, string>> = {};

/** What the gateway noted in a document, by name. */
export function notesOf({ tree }: DomainDocument): Readonly<Record<string, string>> {
  const held = child(child(tree, "metadata"), "machine", notesNamespace);
  if (!held) return none;
  const notes = childElements(held, "note", notesNamespace).flatMap((note) => {
    const name = attribute(note, "name");
    return name === undefined ? [] : [[name, textOf(note)] as const];
  });
  return notes.length === 0 ? none : Object.fromEntries(notes.slice(0, MOST_NOTES));
}

/** Whether the guest's agent is there; `undefined` while the machine does not run. */
export function agentOf({ tree, id }: DomainDocument): AgentState | undefined {
  if (id === undefined) return undefined;
  for (const channel of childElements(child(tree, "devices") ?? tree, "channel")) {
    const target = child(channel, "target");
    if (attribute(target, "name") !== AGENT_CHANNEL) continue;
    return attribute(target, "state") === "connected" ? "connected" : "disconnected";
  }
  return "none";
}
