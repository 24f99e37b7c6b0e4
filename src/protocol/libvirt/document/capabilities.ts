import { DecodeError } from "../../../base/fault.js";
import { attribute, child, childElements, childText, type XmlElement } from "../../../codec/xml/element.js";
import { parseXml } from "../../../codec/xml/parse.js";
import { kibibytes } from "./memory-size.js";

/** One kind of guest that a hypervisor runs. */
export interface GuestCapability {
  /** `hvm`, `xen`, `exe`, … */
  readonly osType: string;
  readonly architecture: string;
  /** What `<domain type=…>` may say: `qemu`, `kvm`, `lxc`, … */
  readonly domainTypes: readonly string[];
}

/** A part of the computer's memory, with the CPUs that are close to it. */
export interface CapabilitiesCell {
  readonly id: number;
  readonly memoryKiB: number | undefined;
  readonly cpus: readonly number[];
}

/** What a connection tells about its computer and the guests it can run. */
export interface CapabilitiesDocument {
  /** Canonical, in lower case; the same for all hypervisors of one computer. */
  readonly hostUuid: string | undefined;
  readonly architecture: string | undefined;
  readonly cpuModel: string | undefined;
  readonly cpuVendor: string | undefined;
  readonly guests: readonly GuestCapability[];
  readonly cells: readonly CapabilitiesCell[];
}

/**
 * Reads the capabilities of a connection; drivers fill in what they know.
 * @throws {DecodeError} for anything else
 */
export function readCapabilities(input: Uint8Array | string): CapabilitiesDocument {
  const root = parseXml(input);
  if (root.local !== "capabilities" || root.namespace !== "")
    throw new DecodeError(`<${root.name}> is not capabilities`, 0);
  const host = child(root, "host");
  const cpu = child(host, "cpu");
  return {
    hostUuid: childText(host, "uuid")?.toLowerCase(),
    architecture: childText(cpu, "arch"),
    cpuModel: childText(cpu, "model"),
    cpuVendor: childText(cpu, "vendor"),
    guests: childElements(root, "guest").flatMap((guest) => {
      const osType = childText(guest, "os_type");
      const arch = child(guest, "arch");
      const architecture = attribute(arch, "name");
      if (!arch || osType === undefined || architecture === undefined) return [];
      const domainTypes = childElements(arch, "domain").flatMap((domain) => attribute(domain, "type") ?? []);
      return [{ osType, architecture, domainTypes }];
    }),
    cells: cellsOf(host),
  };
}

function cellsOf(host: XmlElement | undefined): readonly CapabilitiesCell[] {
  const cells = child(child(host, "topology"), "cells");
  return (cells ? childElements(cells, "cell") : []).flatMap((cell) => {
    const id = numberOf(attribute(cell, "id"));
    if (id === undefined) return [];
    const memory = child(cell, "memory");
    const amount = childText(cell, "memory");
    const cpus = child(cell, "cpus");
    return [
      {
        id,
        memoryKiB: amount === undefined ? undefined : kibibytes(amount, attribute(memory, "unit") ?? "KiB"),
        cpus: (cpus ? childElements(cpus, "cpu") : []).flatMap((cpu) => numberOf(attribute(cpu, "id")) ?? []),
      },
    ];
  });
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** Whether guests of `<domain type=domainType>` can run. */
export function offers(capabilities: CapabilitiesDocument, domainType: string): boolean {
  return capabilities.guests.some((guest) => guest.domainTypes.includes(domainType));
}
