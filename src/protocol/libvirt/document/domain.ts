import { attribute, child, element, type XmlElement } from "../../../codec/xml/element.js";
import { writeXml } from "../../../codec/xml/write.js";
import { type DomainDisk, diskFields } from "./domain-disk.js";
import { type DomainFilesystem, filesystemFields } from "./domain-filesystem.js";
import { type DomainInterface, interfaceFields } from "./domain-interface.js";
import { type DomainTuning, tuningFields } from "./domain-tuning.js";
import {
  attributeAt,
  count,
  defaulted,
  type Field,
  type Fields,
  memoryKiB,
  readFields,
  repeated,
  required,
  text,
  writeFields,
} from "./field.js";
import { parseRoot, uuidField } from "./root.js";

/** What the gateway reads in a domain's description. */
export interface DomainFacts {
  /** `kvm`, `qemu`, `lxc`, `xen`, `openvz`, `test`, … */
  readonly type: string;
  /** Of the running instance; `undefined` while inactive. */
  readonly id: number | undefined;
  readonly name: string;
  /** Canonical, in lower case; `undefined` in a description that leaves it to the hypervisor. */
  readonly uuid: string | undefined;
  readonly title: string | undefined;
  readonly description: string | undefined;
  /** `hvm`, `exe`, `linux`, … */
  readonly osType: string | undefined;
  readonly architecture: string | undefined;
  readonly machineType: string | undefined;
  /** The first program of a container. */
  readonly init: string | undefined;
  /** libosinfo's identifier of the operating system, a URL. */
  readonly osinfoId: string | undefined;
  /** What the guest can have at most without hot-plugging. */
  readonly memoryKiB: number;
  /** What it has, or is to have: the balloon's target. */
  readonly currentMemoryKiB: number;
  /** Beyond which memory cannot be plugged. */
  readonly pluggableMemoryKiB: number | undefined;
  readonly hardLimitKiB: number | undefined;
  readonly softLimitKiB: number | undefined;
  readonly guaranteedKiB: number | undefined;
  readonly vcpuMaximum: number;
  readonly vcpuCount: number;
  readonly disks: readonly DomainDisk[];
  readonly filesystems: readonly DomainFilesystem[];
  readonly interfaces: readonly DomainInterface[];
}

/** A domain's description: its facts and limits, and the tree they were read from, which has what is not among them. */
export interface DomainDocument extends DomainFacts, DomainTuning {
  readonly tree: XmlElement;
}

/**
 * Reads a domain's description.
 * @throws {DecodeError} for anything but a domain with a name, and for numbers or units that are none
 */
export function readDomain(input: Uint8Array | string): DomainDocument {
  const tree = parseRoot(input, "domain", "a domain");
  return { ...readFields(domainFields, tree), tree };
}

/**
 * The text of a description. What `document.tree` has beside the facts is kept, facts that it already says are left as they
 * are written there, and devices stay what they were as long as their target or address does.
 * @throws {Fault} `invalid` when a value has characters that XML cannot carry
 */
export function writeDomain(document: DomainDocument): string {
  return writeXml(writeFields(domainFields, document.tree, factsOf(document)), { indent: true });
}

/** A description's tree with other facts and limits; members that are not given are left as they are. */
export function changedDomain(tree: XmlElement, facts: Partial<DomainFacts & DomainTuning>): XmlElement {
  return writeFields(domainFields, tree, facts);
}

/** A description of nothing but `facts`, to be written. */
export function newDomain(
  facts: Partial<DomainFacts & DomainTuning> & Pick<DomainFacts, "type" | "name">,
): DomainDocument {
  const memory = facts.memoryKiB ?? 0;
  const vcpus = facts.vcpuMaximum ?? 1;
  return { ...blank, memoryKiB: memory, currentMemoryKiB: memory, vcpuMaximum: vcpus, vcpuCount: vcpus, ...facts };
}

const vcpuMaximum = defaulted(count(text("vcpu")), 1);
const vcpuCurrent = count(attributeAt("current", "vcpu"));
const memory = defaulted(memoryKiB("memory"), 0);
const currentMemory = memoryKiB("currentMemory");
const osinfoNamespace = "http://libosinfo.org/xmlns/libvirt/domain/1.0";

const osinfoId: Field<string | undefined> = {
  read: (domain) =>
    attribute(child(child(child(domain, "metadata"), "libosinfo", osinfoNamespace), "os", osinfoNamespace), "id"),
  write(domain, value) {
    const held = child(domain, "metadata");
    const others = (held?.children ?? []).filter(
      (node) => typeof node === "string" || node.namespace !== osinfoNamespace,
    );
    const os = value === undefined ? undefined : element("libosinfo:os", { id: value }, [], osinfoNamespace);
    const added = os && element("libosinfo:libosinfo", {}, [os], osinfoNamespace);
    const metadata = { ...(held ?? element("metadata")), children: added ? [...others, added] : others };
    const { children } = domain;
    return {
      ...domain,
      children: held ? children.map((node) => (node === held ? metadata : node)) : [...children, metadata],
    };
  },
};

/** Places of a domain's facts. A current value follows its maximum, which it means when it is absent. */
const factFields: Fields<DomainFacts> = {
  type: required(attributeAt("type"), "a type"),
  id: count(attributeAt("id")),
  name: required(text("name"), "a name"),
  uuid: uuidField,
  title: text("title"),
  description: text("description"),
  osType: text("os", "type"),
  architecture: attributeAt("arch", "os", "type"),
  machineType: attributeAt("machine", "os", "type"),
  init: text("os", "init"),
  osinfoId,
  memoryKiB: memory,
  currentMemoryKiB: {
    read: (domain) => currentMemory.read(domain) ?? memory.read(domain),
    write: currentMemory.write,
  },
  pluggableMemoryKiB: memoryKiB("maxMemory"),
  hardLimitKiB: memoryKiB("memtune", "hard_limit"),
  softLimitKiB: memoryKiB("memtune", "soft_limit"),
  guaranteedKiB: memoryKiB("memtune", "min_guarantee"),
  vcpuMaximum,
  vcpuCount: {
    read: (domain) => vcpuCurrent.read(domain) ?? vcpuMaximum.read(domain),
    write: (domain, value) => vcpuCurrent.write(vcpuMaximum.write(domain, vcpuMaximum.read(domain)), value),
  },
  disks: repeated("disk", diskFields, (disk) => disk.target, "devices"),
  filesystems: repeated("filesystem", filesystemFields, (filesystem) => filesystem.target, "devices"),
  interfaces: repeated(
    "interface",
    interfaceFields,
    (nic, position) => nic.mac ?? `no address, ${position}`,
    "devices",
  ),
};

const domainFields: Fields<DomainFacts & DomainTuning> = { ...factFields, ...tuningFields };

function factsOf({ tree: _, ...facts }: DomainDocument): DomainFacts & DomainTuning {
  return facts;
}

const blank: DomainDocument = {
  ...readFields(domainFields, element("domain", { type: "-" }, [element("name", {}, ["-"])])),
  tree: element("domain"),
};
