import { attribute, child, element, type XmlElement } from "../../codec/xml/element.js";
import type { SimulatedDriver } from "../host/driver-profile.js";
import {
  mapChildren,
  textElement,
  withAmounts,
  withAttribute,
  withChild,
  withoutAttribute,
  withoutChild,
} from "./tree-edit.js";

/** What a running instance adds to its definition. */
export interface LiveFacts {
  readonly id: number;
  readonly name: string;
  readonly memoryKiB: number;
  readonly currentMemoryKiB: number;
  readonly vcpuMaximum: number;
  readonly vcpuCount: number;
  /** The host's device of each interface, in the order of the document; `undefined` for one that has none. */
  readonly taps: readonly (string | undefined)[];
  readonly pseudoTerminal: number;
  readonly vncPort: number | undefined;
  readonly agentConnected: boolean;
}

/** The document of a running machine: `definition` with everything libvirt shows only of an active domain. */
export function liveDocument(driver: SimulatedDriver, definition: XmlElement, live: LiveFacts): XmlElement {
  const decorate = decorations[driver];
  const counts = new Map<string, number>();
  /** The next number of a kind of device. */
  const next = (kind: string): number => {
    const number = counts.get(kind) ?? 0;
    counts.set(kind, number + 1);
    return number;
  };
  const amounts = withAmounts(definition, live);
  const tree = driver === "qemu" || driver === "lxc" ? withPartition(amounts) : amounts;
  const described = mapChildren(withAttribute(tree, "id", String(live.id)), (part) =>
    part.name === "devices" ? mapChildren(part, (device) => decorate(device, live, next)) : part,
  );
  return driver === "qemu" ? withChild(described, securityLabel, ["devices"]) : described;
}

/** Where the machine's control group is. */
function withPartition(tree: XmlElement): XmlElement {
  const resource = element("resource", {}, [textElement("partition", "/machine")]);
  return withChild(tree, resource, ["vcpu", "iothreads", "cputune", "numatune", "currentMemory", "memory"]);
}

const securityLabel = element("seclabel", { type: "dynamic", model: "dac", relabel: "yes" }, [
  textElement("label", "+64055:+64055"),
  textElement("imagelabel", "+64055:+64055"),
]);

type Decorate = (device: XmlElement, live: LiveFacts, next: (kind: string) => number) => XmlElement;

const containerDevice: Decorate = (device, live, next) => {
  switch (device.name) {
    case "interface":
      return withTap(device, live.taps[next("net")]);
    case "console":
      return withTerminal(device, live, `console${next("console")}`);
    default:
      return device;
  }
};

const virtualMachineDevice: Decorate = (device, live, next) => {
  switch (device.name) {
    case "disk":
      return liveDisk(device, next);
    case "controller":
      return aliased(device, controllerAlias(device));
    case "interface": {
      const number = next("net");
      return aliased(withTap(device, live.taps[number]), `net${number}`);
    }
    case "serial":
      return withTerminal(device, live, `serial${next("serial")}`);
    case "console":
      return withTerminal(device, live, "serial0");
    case "channel":
      return liveChannel(device, live, `channel${next("channel")}`);
    case "input":
      return aliased(device, `input${next("input")}`);
    case "graphics":
      return liveGraphics(device, live);
    case "video":
      return aliased(device, `video${next("video")}`);
    case "sound":
      return aliased(device, `sound${next("sound")}`);
    case "watchdog":
      return aliased(device, `watchdog${next("watchdog")}`);
    case "memballoon":
      return aliased(device, "balloon0");
    case "rng":
      return aliased(device, `rng${next("rng")}`);
    case "hostdev":
      return aliased(device, `hostdev${next("hostdev")}`);
    default:
      return device;
  }
};

/** Xen's driver gives no names to the devices of a running guest. */
const xenDevice: Decorate = (device, live, next) => {
  switch (device.name) {
    case "interface":
      return withTap(device, live.taps[next("net")]);
    case "serial":
    case "console":
      return withPath(device, live);
    case "graphics":
      return liveGraphics(device, live);
    default:
      return device;
  }
};

const decorations: Readonly<Record<SimulatedDriver, Decorate>> = {
  qemu: virtualMachineDevice,
  lxc: containerDevice,
  xen: xenDevice,
  openvz: (device) => device,
};

function liveDisk(disk: XmlElement, next: (kind: string) => number): XmlElement {
  const bus = attribute(child(disk, "target"), "bus") ?? "virtio";
  const unit = next(bus);
  const alias = bus === "virtio" ? `virtio-disk${unit}` : `${bus}0-0-${unit}`;
  const source = child(disk, "source");
  if (!source) {
    // Without a medium there is nothing to have a format.
    return aliased(
      mapChildren(disk, (part) => (part.name === "driver" ? withoutAttribute(part, "type") : part)),
      alias,
    );
  }
  const indexed = withChild(disk, withAttribute(source, "index", String(next("source") + 1)));
  return aliased(withChild(indexed, element("backingStore"), ["source"]), alias);
}

function controllerAlias(controller: XmlElement): string {
  const type = attribute(controller, "type") ?? "";
  const index = attribute(controller, "index") ?? "0";
  if (type === "usb") return index === "0" ? "usb" : `usb${index}`;
  if (type === "pci") return attribute(controller, "model") === "pcie-root" ? `pcie.${index}` : `pci.${index}`;
  if (type === "sata" && index === "0") return "ide";
  return `${type}${index}`;
}

/** libvirt writes the alias before the address. */
function aliased(device: XmlElement, alias: string): XmlElement {
  const address = child(device, "address");
  const bare = withoutChild(withoutChild(device, "address"), "alias");
  return { ...bare, children: [...bare.children, element("alias", { name: alias }), ...(address ? [address] : [])] };
}

function withTap(nic: XmlElement, tap: string | undefined): XmlElement {
  const source = child(nic, "source");
  const network = attribute(source, "network");
  const plugged =
    source && network !== undefined ? withChild(nic, withAttribute(source, "bridge", bridgeOf(network))) : nic;
  return tap === undefined ? plugged : withChild(plugged, element("target", { dev: tap }), ["source", "mac"]);
}

/** The bridge of a simulated network; there is one network, `default`. */
export function bridgeOf(network: string): string {
  return network === "default" ? "virbr0" : `virbr-${network}`.slice(0, 15);
}

function withTerminal(device: XmlElement, live: LiveFacts, alias: string): XmlElement {
  return aliased(withPath(device, live), alias);
}

function withPath(device: XmlElement, live: LiveFacts): XmlElement {
  const path = `/dev/pts/${live.pseudoTerminal}`;
  const source = element("source", { path });
  const held = withoutChild(device, "source");
  const tty = device.name === "console" ? withAttribute(held, "tty", path) : held;
  return { ...tty, children: [source, ...tty.children] };
}

function liveChannel(channel: XmlElement, live: LiveFacts, alias: string): XmlElement {
  const target = child(channel, "target");
  const name = attribute(target, "name");
  if (!target || name === undefined) return aliased(channel, alias);
  const path = `/run/libvirt/qemu/channel/${live.id}-${live.name.slice(0, 20)}/${name}`;
  const agent = name === "org.qemu.guest_agent.0";
  const state = agent && live.agentConnected ? "connected" : "disconnected";
  const named = withChild(channel, withAttribute(target, "state", state));
  const source = element("source", { mode: "bind", path });
  const rest = withoutChild(named, "source");
  return aliased({ ...rest, children: [source, ...rest.children] }, alias);
}

function liveGraphics(graphics: XmlElement, live: LiveFacts): XmlElement {
  if (live.vncPort === undefined || attribute(graphics, "autoport") !== "yes") return graphics;
  const listening = withAttribute(withAttribute(graphics, "port", String(live.vncPort)), "listen", "127.0.0.1");
  return withChild(listening, element("listen", { type: "address", address: "127.0.0.1" }));
}
