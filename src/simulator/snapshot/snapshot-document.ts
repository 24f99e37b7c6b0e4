import { DecodeError } from "../../base/fault.js";
import { child, element } from "../../codec/xml/element.js";
import { parseXml } from "../../codec/xml/parse.js";
import { readSnapshot } from "../../protocol/libvirt/document/snapshot.js";
import { libvirtFault } from "../../protocol/libvirt/error.js";
import { documentText } from "../machine/machine-definition.js";
import type { MachineSnapshot } from "../machine/simulated-machine.js";
import { textElement } from "../machine/tree-edit.js";

const SNAPSHOT_DOMAIN = 35;

/**
 * Reads what a client says of a snapshot that is to be made; without a name it is called after its time.
 * @throws {Fault} for libvirt's XML_ERROR
 */
export function readNewSnapshot(xml: string, nowS: number): { name: string; description: string | undefined } {
  try {
    const tree = parseXml(xml);
    const named = child(tree, "name")
      ? tree
      : { ...tree, children: [textElement("name", String(nowS)), ...tree.children] };
    const { name, description } = readSnapshot(documentText(named));
    if (name.includes("/") || name.startsWith(".")) throw new DecodeError(`${name} is no name of a snapshot`);
    return { name, description };
  } catch (error) {
    if (error instanceof DecodeError) throw libvirtFault("XML_ERROR", `XML error: ${error.message}`, SNAPSHOT_DOMAIN);
    throw error;
  }
}

/** A snapshot that somebody knows from elsewhere and tells of again. */
export interface GivenSnapshot {
  readonly name: string;
  readonly description: string | undefined;
  readonly state: string;
  readonly parent: string | undefined;
  readonly createdS: number;
  /** The machine as it was then; older documents lack it. */
  readonly domain: string | undefined;
}

/** Reads what a client says of a snapshot that there was. @throws {Fault} for libvirt's XML_ERROR */
export function readGivenSnapshot(xml: string): GivenSnapshot {
  try {
    const { name, description, state, parent, createdS, tree } = readSnapshot(xml);
    if (createdS === undefined) throw new DecodeError("missing creationTime from existing snapshot");
    if (state === undefined || !snapshotStates.has(state)) {
      throw new DecodeError("missing or unknown state of existing snapshot");
    }
    const domain = child(tree, "domain");
    return { name, description, state, parent, createdS, domain: domain && documentText(domain) };
  } catch (error) {
    if (error instanceof DecodeError) throw libvirtFault("XML_ERROR", `XML error: ${error.message}`, SNAPSHOT_DOMAIN);
    throw error;
  }
}

const snapshotStates: ReadonlySet<string> = new Set(["running", "paused", "shutoff", "disk-snapshot"]);

/** A snapshot's document, as libvirt writes it. */
export function snapshotText(snapshot: MachineSnapshot): string {
  const { name, description, state, parent, createdS, definition, running } = snapshot;
  const external = state === "disk-snapshot";
  const disks = definition.facts.disks.map((disk) =>
    element("disk", { name: disk.target, snapshot: disk.readOnly ? "no" : external ? "external" : "internal" }),
  );
  return documentText(
    element("domainsnapshot", {}, [
      textElement("name", name),
      description === undefined ? undefined : textElement("description", description),
      textElement("state", state),
      parent === undefined ? undefined : element("parent", {}, [textElement("name", parent)]),
      textElement("creationTime", createdS),
      element("memory", { snapshot: running ? "internal" : "no" }),
      element("disks", {}, disks),
      (running ?? definition).tree(),
    ]),
  );
}
