import { DecodeError } from "../../base/fault.js";
import type { XmlElement } from "../../codec/xml/element.js";
import { parseXml } from "../../codec/xml/parse.js";
import type { CallHandlers } from "../../protocol/libvirt/call-handler.js";
import { libvirtFault } from "../../protocol/libvirt/error.js";
import type { ErrorName } from "../../protocol/libvirt/error-codes.js";
import type { HostState } from "../host/host-state.js";
import { documentText, type MachineDefinition } from "../machine/machine-definition.js";
import { readDefinition } from "../machine/read-definition.js";
import type { DomainReference, SimulatedMachine } from "../machine/simulated-machine.js";
import { withoutLayout } from "../machine/tree-edit.js";
import { effectOf } from "../tuning/effect.js";
import {
  aliasOf,
  deviceNamed,
  deviceWords,
  findDevice,
  withDevice,
  withDeviceChanged,
  withoutDevice,
} from "./device-edit.js";

const LIVE = 1;
const CONFIG = 2;

/** Kinds of devices that can come and go. */
const kinds: ReadonlySet<string> = new Set([
  "disk",
  "interface",
  "filesystem",
  "hostdev",
  "controller",
  "channel",
  "rng",
  "watchdog",
]);

type Edit = (domain: XmlElement) => XmlElement;

/** Devices that are plugged in, changed and pulled out. */
export function deviceCalls(host: HostState): CallHandlers {
  const { registry, profile, driver, node, runs } = host;

  const failed = (name: ErrorName, message: string) => libvirtFault(name, message, profile.errorDomain);
  const parsed = (xml: string): XmlElement => {
    try {
      const device = withoutLayout(parseXml(xml));
      if (kinds.has(device.name)) return device;
    } catch (error) {
      if (error instanceof DecodeError) throw failed("XML_ERROR", `XML error: ${error.message}`);
      throw error;
    }
    throw failed("CONFIG_UNSUPPORTED", "unsupported configuration: live attach of this device is not supported");
  };
  /** A definition edited, and completed as one that is handed in. */
  const edited = (definition: MachineDefinition, edit: Edit): MachineDefinition =>
    readDefinition(documentText(edit(definition.tree())), profile, node.random);
  /** Makes both edits or none. */
  const change = (machine: SimulatedMachine, flags: number, edit: Edit): { readonly live: boolean } => {
    const { live, config } = effectOf(machine, flags & (LIVE | CONFIG), profile);
    const running = live && machine.run ? edited(machine.run.definition, edit) : undefined;
    const defined = config ? edited(machine.definition, edit) : undefined;
    if (machine.run && running) runs.redefine(machine.run, running);
    if (defined) machine.definition = defined;
    return { live };
  };
  const tell = (
    machine: SimulatedMachine,
    kind: "device-added" | "device-removed",
    alias: string | undefined,
  ): void => {
    if (driver === "qemu" && alias !== undefined) host.events.announce({ kind, dom: machine.reference, alias });
  };
  const aliasIn = (machine: SimulatedMachine, device: XmlElement): string | undefined => {
    const found = findDevice(machine.document(driver, false), device);
    return found && aliasOf(found);
  };
  const missing = (device: XmlElement): Error =>
    failed("DEVICE_MISSING", `device not found: no ${deviceWords(device)}`);

  const attach = ({ dom, xml, flags = LIVE }: { dom: DomainReference; xml: string; flags?: number }) => {
    const machine = registry.require(dom);
    const device = parsed(xml);
    const before = machine.current.facts.interfaces.map(({ mac }) => mac);
    const { live } = change(machine, flags, (domain) => {
      if (device.name === "disk" || device.name === "interface" || device.name === "filesystem") {
        const taken = device.name !== "interface" || before.length > 0 ? findSame(domain, device) : undefined;
        if (taken) throw failed("OPERATION_FAILED", `operation failed: ${deviceWords(device)} already exists`);
      }
      return withDevice(domain, device);
    });
    if (live) {
      const added = machine.run?.definition.facts.interfaces.find(({ mac }) => !before.includes(mac));
      const named = device.name === "interface" && added?.mac !== undefined ? withMac(device, added.mac) : device;
      tell(machine, "device-added", aliasIn(machine, named));
    }
    return {};
  };
  const detach = (machine: SimulatedMachine, flags: number, device: XmlElement): void => {
    const alias = machine.run && aliasIn(machine, device);
    const { live } = change(machine, flags, (domain) => {
      const found = findDevice(domain, device);
      if (!found) throw missing(device);
      return withoutDevice(domain, found);
    });
    if (live) tell(machine, "device-removed", alias);
  };
  const detachLike = ({ dom, xml, flags = LIVE }: { dom: DomainReference; xml: string; flags?: number }) => {
    detach(registry.require(dom), flags, parsed(xml));
    return {};
  };

  return {
    domainAttachDevice: attach,
    domainAttachDeviceFlags: attach,
    domainDetachDevice: detachLike,
    domainDetachDeviceFlags: detachLike,
    domainDetachDeviceAlias({ dom, alias, flags }) {
      const machine = registry.require(dom);
      const device = deviceNamed(machine.document(driver, false), alias);
      if (!device) throw failed("INTERNAL_ERROR", `internal error: no device found with alias ${alias}`);
      detach(machine, flags, device);
      return {};
    },
    domainUpdateDeviceFlags({ dom, xml, flags }) {
      const device = parsed(xml);
      change(registry.require(dom), flags, (domain) => {
        const found = findDevice(domain, device);
        if (!found) throw missing(device);
        return withDeviceChanged(domain, found, device);
      });
      return {};
    },
  };
}

/** A device that would be mistaken for the new one. An interface that leaves its address to the host is like no other. */
function findSame(domain: XmlElement, device: XmlElement): XmlElement | undefined {
  const unnamed =
    device.name === "interface" && !device.children.some((node) => typeof node !== "string" && node.name === "mac");
  return unnamed ? undefined : findDevice(domain, device);
}

function withMac(device: XmlElement, address: string): XmlElement {
  const others = device.children.filter((node) => typeof node === "string" || node.name !== "mac");
  const mac = { name: "address", local: "address", namespace: "", value: address };
  return {
    ...device,
    children: [{ name: "mac", local: "mac", namespace: "", attributes: [mac], children: [] }, ...others],
  };
}
