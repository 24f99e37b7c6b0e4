import { DecodeError } from "../../base/fault.js";
import { attribute, element } from "../../codec/xml/element.js";
import { parseXml } from "../../codec/xml/parse.js";
import { writeXml } from "../../codec/xml/write.js";

/** What the two sides of a migration tell each other by way of the client. */
export interface Cookie {
  readonly hostUuid: string;
  readonly name: string;
  /** Whether the machine is to stay paused. */
  readonly paused: boolean;
}

export function cookieOctets({ hostUuid, name, paused }: Cookie): Buffer {
  return Buffer.from(writeXml(element("migration", { host: hostUuid, name, paused: paused ? "yes" : "no" })));
}

/** @returns `undefined` for what no simulated host has written */
export function readCookie(octets: Uint8Array): Cookie | undefined {
  if (octets.length === 0) return undefined;
  try {
    const tree = parseXml(octets);
    const hostUuid = attribute(tree, "host");
    const name = attribute(tree, "name");
    if (hostUuid === undefined || name === undefined) return undefined;
    return { hostUuid, name, paused: attribute(tree, "paused") === "yes" };
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
