import { attribute, child, childElements, element, type XmlElement } from "../../../codec/xml/element.js";
import { attributeAt, count, defaulted, type Field, type Fields, group, presence, required, text } from "./field.js";

/** A server of a network disk. */
export interface DiskHost {
  readonly name: string | undefined;
  readonly port: string | undefined;
  /** `tcp` when absent, `rdma`, `unix`. */
  readonly transport: string | undefined;
  /** Path, with transport `unix`. */
  readonly socket: string | undefined;
}

/** What a disk may do in a second, at most; 0 for no limit. */
export interface DiskLimits {
  readonly totalBytesPerSecond: number | undefined;
  readonly readBytesPerSecond: number | undefined;
  readonly writeBytesPerSecond: number | undefined;
  readonly totalRequestsPerSecond: number | undefined;
  readonly readRequestsPerSecond: number | undefined;
  readonly writeRequestsPerSecond: number | undefined;
}

/** What is known of a `<disk>`. */
export interface DomainDisk {
  /** How the content is provided: `file block network volume dir nvme vhostuser vhostvdpa`. */
  readonly type: string;
  /** `disk lun cdrom floppy`. */
  readonly device: string;
  /** The back end: `qemu`, Xen's `phy`. */
  readonly driver: string | undefined;
  readonly format: string | undefined;
  /** File, device, folder, socket, or name within a pool or a server, as `type` has it. A name may contain secrets. */
  readonly source: string | undefined;
  /** Of type `volume`. */
  readonly pool: string | undefined;
  /** Of type `network`: `rbd`, `nbd`, `iscsi`, … */
  readonly protocol: string | undefined;
  readonly hosts: readonly DiskHost[];
  /** The guest's name for it: `vda`. */
  readonly target: string;
  readonly bus: string | undefined;
  readonly readOnly: boolean;
  readonly serial: string | undefined;
  readonly limits?: DiskLimits | undefined;
}

const type = defaulted(attributeAt("type"), "file");

/** Which attribute of `<source>` says where the content is. */
const sourceAttributes: ReadonlyMap<string, string> = new Map([
  ["file", "file"],
  ["block", "dev"],
  ["network", "name"],
  ["volume", "volume"],
  ["dir", "dir"],
  ["vhostuser", "path"],
  ["vhostvdpa", "dev"],
]);

const source: Field<string | undefined> = {
  read(disk) {
    const kind = type.read(disk);
    if (kind === "nvme") return nvmeAddress(child(disk, "source"));
    const name = sourceAttributes.get(kind);
    return name && attribute(child(disk, "source"), name);
  },
  write(disk, value) {
    const name = sourceAttributes.get(type.read(disk));
    return name ? attributeAt(name, "source").write(disk, value) : disk;
  },
};

const noSource = element("source");

const hosts: Field<readonly DiskHost[]> = {
  read: (disk) =>
    childElements(child(disk, "source") ?? noSource, "host").map((host) => ({
      name: attribute(host, "name"),
      port: attribute(host, "port"),
      transport: attribute(host, "transport"),
      socket: attribute(host, "socket"),
    })),
  write(disk, value) {
    const held = child(disk, "source");
    const others = (held ?? noSource).children.filter((node) => typeof node === "string" || node.local !== "host");
    const changed = {
      ...(held ?? noSource),
      children: [...value.map((host) => element("host", { ...host })), ...others],
    };
    const { children } = disk;
    return {
      ...disk,
      children: held ? children.map((node) => (node === held ? changed : node)) : [...children, changed],
    };
  },
};

const limitFields: Fields<DiskLimits> = {
  totalBytesPerSecond: count(text("total_bytes_sec")),
  readBytesPerSecond: count(text("read_bytes_sec")),
  writeBytesPerSecond: count(text("write_bytes_sec")),
  totalRequestsPerSecond: count(text("total_iops_sec")),
  readRequestsPerSecond: count(text("read_iops_sec")),
  writeRequestsPerSecond: count(text("write_iops_sec")),
};

/** Places of a disk's facts; `type` first, since it decides where the source is. */
export const diskFields: Fields<DomainDisk> = {
  type,
  device: defaulted(attributeAt("device"), "disk"),
  driver: attributeAt("name", "driver"),
  format: attributeAt("type", "driver"),
  source,
  pool: attributeAt("pool", "source"),
  protocol: attributeAt("protocol", "source"),
  hosts,
  target: required(attributeAt("dev", "target"), "a target"),
  bus: attributeAt("bus", "target"),
  readOnly: presence("readonly"),
  serial: text("serial"),
  limits: group(limitFields, "iotune"),
};

/**
 * Where a disk's content comes from, for people: a path, `pool/volume`, or a URL. Never with credentials: a user before
 * `@` in a server's name and the options that can follow a Ceph image's name are left out, queries and cookies not read.
 */
export function diskSourceText(disk: DomainDisk): string | undefined {
  if (disk.source === undefined) return undefined;
  if (disk.type === "volume") return disk.pool === undefined ? disk.source : `${disk.pool}/${disk.source}`;
  if (disk.type !== "network") return disk.source;
  const servers = disk.hosts.map(({ name, port, socket }) => {
    const host = name?.slice(name.lastIndexOf("@") + 1) ?? socket ?? "";
    return (host.includes(":") ? `[${host}]` : host) + (port === undefined ? "" : `:${port}`);
  });
  const name = disk.source.replace(/^\/+/, "").replace(/[?#].*$/s, "");
  return `${disk.protocol ?? "network"}://${servers.join(",")}/${disk.protocol === "rbd" ? name.replace(/:.*$/s, "") : name}`;
}

/** `0000:01:00.0/1`: the controller's PCI address and the namespace on it. */
function nvmeAddress(of: XmlElement | undefined): string | undefined {
  const address = child(of, "address");
  if (!address) return undefined;
  const part = (name: string, digits: number): string =>
    Number(attribute(address, name) ?? 0)
      .toString(16)
      .padStart(digits, "0");
  const pci = `${part("domain", 4)}:${part("bus", 2)}:${part("slot", 2)}.${part("function", 1)}`;
  return `${pci}/${attribute(of, "namespace") ?? ""}`;
}
