import { element, type XmlElement } from "../../codec/xml/element.js";
import type { MachineFacts } from "../machine/machine-facts.js";
import { textElement } from "../machine/tree-edit.js";
import { filesystemElement, interfaceElement, onEvents } from "./device-elements.js";

/** What follows the amounts in the document of a container of OpenVZ. */
export function openvzBody(facts: MachineFacts): readonly XmlElement[] {
  return [
    element("os", {}, [
      textElement("type", "exe", { arch: facts.architecture ?? "x86_64" }),
      textElement("init", facts.init ?? "/sbin/init"),
    ]),
    element("clock", { offset: "utc" }),
    ...onEvents("destroy"),
    element("devices", {}, [
      ...facts.filesystems.map(filesystemElement),
      ...facts.interfaces.map((nic) => interfaceElement(nic)),
    ]),
  ];
}
