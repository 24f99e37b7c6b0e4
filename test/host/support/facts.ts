import type { Driver } from "./machines.js";
import { domainState, pairs, tryVirsh, virsh } from "./virsh.js";
import { all, at, parseXml, type XmlElement } from "./xml.js";

/** What `virsh` tells of one machine, in the words of VM-MIB; a fact that it does not tell is absent. */
export interface VirshFacts {
  readonly name: string;
  readonly uuid: string;
  readonly osType: string;
  readonly operState: number;
  readonly adminState: number;
  readonly autoStart: number;
  readonly persistent: number;
  readonly cpus: number;
  readonly maximumCpus: number;
  readonly memoryKiB: number;
  readonly maximumMemoryKiB: number;
  readonly active: boolean;
  readonly cpuTimeNs: bigint | undefined;
  /** By the number libvirt gives a virtual CPU. */
  readonly cpuTimesNs: ReadonlyMap<number, bigint>;
  /** Physical CPUs on which each virtual one may run; empty where the driver does not tell. */
  readonly affinity: ReadonlyMap<number, ReadonlySet<number>>;
  readonly storage: readonly StorageFacts[];
  readonly nics: readonly NicFacts[];
}

export interface StorageFacts {
  readonly target: string;
  /** `file` or, for a container's file system, `dir`; `none` without a medium. */
  readonly source: string;
  readonly format: string | undefined;
  readonly path: string | undefined;
  readonly bus: string | undefined;
  readonly readOnly: boolean;
  readonly device: string;
  readonly capacityBytes: bigint | undefined;
  readonly allocationBytes: bigint | undefined;
  /** `rd.reqs`, `wr.bytes`, `rd.times` and so on. */
  readonly counters: ReadonlyMap<string, bigint>;
}

export interface NicFacts {
  readonly mac: string;
  readonly model: string | undefined;
  readonly target: string | undefined;
  readonly bridge: string | undefined;
}

export async function readFacts(driver: Driver, name: string): Promise<VirshFacts> {
  const document = parseXml(await virsh(driver, "dumpxml", name));
  // Its last line, the security label, may fail (libvirt 9, containers after a restart of libvirtd); the others are there.
  const info = pairs((await tryVirsh(driver, "dominfo", name)).stdout, ":");
  if (!info.has("Persistent")) throw new Error(`virsh dominfo tells nothing of ${name}`);
  const statistics = driver === "qemu" ? pairs(await virsh(driver, "domstats", name), "=") : new Map<string, string>();
  const [state = "", reason = ""] = (await domainState(driver, name)) ?? [];
  const active = state !== "shut off" && state !== "crashed";
  const operState = operStateOf(state, reason, info.get("Managed save") === "yes");
  const memory = at(document, "memory");
  return {
    name: at(document, "name")?.text ?? "",
    uuid: at(document, "uuid")?.text ?? "",
    osType: libosinfo(document) ?? at(document, "os/type")?.text ?? "",
    operState,
    adminState: adminStateOf(operState),
    autoStart: info.get("Autostart") === "enable" ? 2 : 3,
    persistent: info.get("Persistent") === "yes" ? 2 : 3,
    cpus: Number(statistics.get("vcpu.current") ?? info.get("CPU(s)")),
    maximumCpus: Number(statistics.get("vcpu.maximum") ?? at(document, "vcpu")?.text),
    memoryKiB: Number(statistics.get("balloon.current") ?? at(document, "currentMemory")?.text ?? memory?.text),
    maximumMemoryKiB: Number(memory?.text),
    active,
    cpuTimeNs: active ? await cpuTime(driver, name, statistics) : undefined,
    cpuTimesNs: new Map(
      [...statistics].flatMap(([key, value]) => {
        const number = /^vcpu\.(\d+)\.time$/.exec(key)?.[1];
        return number === undefined ? [] : [[Number(number), BigInt(value)] as const];
      }),
    ),
    affinity: affinityOf((await tryVirsh(driver, "vcpupin", name)).stdout),
    storage: [
      ...all(document, "devices", "disk").map((disk) => diskFacts(disk, statistics)),
      ...all(document, "devices", "filesystem").map(filesystemFacts),
    ],
    nics: all(document, "devices", "interface").map(nicFacts),
  };
}

/** @see RFC 7666, object vmOperState */
function operStateOf(state: string, reason: string, savedImage: boolean): number {
  switch (state) {
    case "running":
      return 4;
    case "paused":
      return 8;
    case "in shutdown":
      return 10;
    case "crashed":
      return 12;
    case "shut off":
      return savedImage ? 6 : reason === "crashed" ? 12 : 11;
    default:
      throw new Error(`virsh tells a state that no machine of the tests should have: ${state} (${reason})`);
  }
}

/** What somebody wants who brought a machine to this state. @see RFC 7666, object vmAdminState */
function adminStateOf(operState: number): number {
  return operState === 4 ? 1 : operState === 6 ? 2 : operState === 8 ? 3 : 4;
}

async function cpuTime(
  driver: Driver,
  name: string,
  statistics: ReadonlyMap<string, string>,
): Promise<bigint | undefined> {
  const told = statistics.get("cpu.time");
  if (told !== undefined) return BigInt(told);
  const total = /cpu_time\s+(\d+)\.(\d{9}) seconds/.exec(await virsh(driver, "cpu-stats", name, "--total"));
  return total ? BigInt(`${total[1]}${total[2]}`) : undefined;
}

/** Reads the lines of `virsh vcpupin`: a virtual CPU and a list such as `0-3,5`. */
function affinityOf(text: string): ReadonlyMap<number, ReadonlySet<number>> {
  const affinity = new Map<number, ReadonlySet<number>>();
  for (const [, virtual = "", list = ""] of text.matchAll(/^ *(\d+) +([\d,-]+)$/gm)) {
    const cpus = list.split(",").flatMap((range) => {
      const [first = 0, last = first] = range.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, step) => first + step);
    });
    affinity.set(Number(virtual), new Set(cpus));
  }
  return affinity;
}

function libosinfo(document: XmlElement): string | undefined {
  return at(document, "metadata/libosinfo:libosinfo/libosinfo:os")?.attributes["id"];
}

function diskFacts(disk: XmlElement, statistics: ReadonlyMap<string, string>): StorageFacts {
  const target = at(disk, "target")?.attributes["dev"] ?? "";
  const block = [...statistics].find(([key, value]) => /^block\.\d+\.name$/.test(key) && value === target)?.[0];
  const prefix = block?.slice(0, -"name".length) ?? "?";
  const figures = new Map<string, bigint>();
  for (const [key, value] of statistics) {
    if (key.startsWith(prefix) && /^\d+$/.test(value)) figures.set(key.slice(prefix.length), BigInt(value));
  }
  const path = at(disk, "source")?.attributes["file"];
  return {
    target,
    source: path === undefined ? "none" : "file",
    format: at(disk, "driver")?.attributes["type"],
    path,
    bus: at(disk, "target")?.attributes["bus"],
    readOnly: at(disk, "readonly") !== undefined,
    device: disk.attributes["device"] ?? "disk",
    capacityBytes: figures.get("capacity"),
    allocationBytes: figures.get("allocation"),
    counters: figures,
  };
}

function filesystemFacts(filesystem: XmlElement): StorageFacts {
  return {
    target: at(filesystem, "target")?.attributes["dir"] ?? "",
    source: "dir",
    format: at(filesystem, "driver")?.attributes["format"],
    path: at(filesystem, "source")?.attributes["dir"],
    bus: undefined,
    readOnly: at(filesystem, "readonly") !== undefined,
    device: "filesystem",
    capacityBytes: undefined,
    allocationBytes: undefined,
    counters: new Map(),
  };
}

function nicFacts(nic: XmlElement): NicFacts {
  const source = at(nic, "source")?.attributes;
  return {
    mac: at(nic, "mac")?.attributes["address"] ?? "",
    model: at(nic, "model")?.attributes["type"],
    target: at(nic, "target")?.attributes["dev"],
    bridge: source?.["bridge"],
  };
}
