import { element, type XmlElement } from "../../codec/xml/element.js";
import { documentText } from "../machine/machine-definition.js";
import { textElement } from "../machine/tree-edit.js";
import type { SimulatedNode } from "./simulated-node.js";

/** What the computer's firmware tells of it. */
export function sysinfoText(node: SimulatedNode): string {
  return documentText(
    element("sysinfo", { type: "smbios" }, [
      element("bios", {}, [entry("vendor", "virtgate"), entry("version", "1.0"), entry("date", "01/01/2026")]),
      element("system", {}, [
        entry("manufacturer", "virtgate"),
        entry("product", "Simulated host"),
        entry("serial", node.hostname),
        entry("uuid", node.uuid),
      ]),
      ...Array.from({ length: node.sockets }, (_, socket) =>
        element("processor", {}, [entry("socket_destination", `CPU ${socket}`), entry("family", "Zen")]),
      ),
    ]),
  );
}

function entry(name: string, value: string): XmlElement {
  return textElement("entry", value, { name });
}
