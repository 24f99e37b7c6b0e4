import { DecodeError } from "../../../base/fault.js";
import { attribute, child, childElements, childText } from "../../../codec/xml/element.js";
import { parseXml } from "../../../codec/xml/parse.js";

/** A network device of the computer, as its node device's description has it. */
export interface NetworkDevice {
  /** The kernel's name for it: `eth0`. */
  readonly name: string;
  /** In lower case. */
  readonly mac: string | undefined;
  /** `up`, `down`, `unknown`, … */
  readonly linkState: string | undefined;
  readonly speedMbitPerS: number | undefined;
}

/**
 * Reads a node device's description.
 * @returns `undefined` for a device that is no network device
 * @throws {DecodeError} for anything but a device
 */
export function readNetworkDevice(input: Uint8Array | string): NetworkDevice | undefined {
  const root = parseXml(input);
  if (root.local !== "device" || root.namespace !== "") throw new DecodeError(`<${root.name}> is not a device`, 0);
  const net = childElements(root, "capability").find((one) => attribute(one, "type") === "net");
  const name = childText(net, "interface");
  if (!name) return undefined;
  const link = child(net, "link");
  const speed = attribute(link, "speed");
  return {
    name,
    mac: childText(net, "address")?.toLowerCase() || undefined,
    linkState: attribute(link, "state"),
    speedMbitPerS: speed !== undefined && /^\d{1,9}$/.test(speed) ? Number(speed) : undefined,
  };
}
