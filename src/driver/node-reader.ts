import { DecodeError } from "../base/fault.js";
import type { NodeFacts, NodeNic, NodeUse } from "../inventory/node.js";
import { type CapabilitiesDocument, readCapabilities } from "../protocol/libvirt/document/capabilities.js";
import { readNetworkDevice } from "../protocol/libvirt/document/node-device.js";
import type { Caller } from "./connection.js";
import { detached } from "./detached.js";
import { orUndefined } from "./outcome.js";

/** Of all CPUs, or all cells, together. */
const ALL = -1;
/** The protocol's limits. */
const MOST_STATISTICS = 16;
const MOST_CELLS = 1024;
/** List only devices that carry packets. */
const NETWORK_DEVICES = 1 << 4;
const MOST_NICS = 256;
/** What a machine's own end is called; there is one for each of its interfaces, and they are told with the machines. */
const machineDevice = /^net_(vnet|veth|macvtap|macvlan|tap|vif)\d/;

/** Asks how the computer is built. @returns `undefined` where the driver tells nothing of it */
export async function readNode(caller: Caller): Promise<NodeFacts | undefined> {
  const [info, cpus, document] = await Promise.all([
    orUndefined(caller.call("nodeGetInfo", {})),
    orUndefined(caller.call("nodeGetCpuMap", { needMap: 0, needOnline: 1, flags: 0 })),
    orUndefined(caller.call("connectGetCapabilities", {})),
  ]);
  const capabilities = document && tolerantly(() => readCapabilities(document.capabilities));
  if (!info && !capabilities) return undefined;
  return detached({
    architecture: capabilities?.architecture ?? (info?.model || undefined),
    cpuModel: capabilities?.cpuModel,
    cpuVendor: capabilities?.cpuVendor,
    megahertz: info?.mhz || undefined,
    numaNodes: info?.nodes,
    sockets: info?.sockets,
    cores: info?.cores,
    threads: info?.threads,
    cpuCount: cpus?.ret ?? (info && info.nodes * info.sockets * info.cores * info.threads),
    cpusOnline: cpus?.online ?? info?.cpus,
    memoryKiB: info && Number(info.memory),
    cells: cellsOf(capabilities),
  });
}

/** Asks what the computer is doing. @returns `undefined` where the driver tells nothing of it */
export async function readNodeUse(caller: Caller, cells: number): Promise<NodeUse | undefined> {
  const [cpu, memory, free] = await Promise.all([
    statistics((nparams) => caller.call("nodeGetCpuStats", { cpuNum: ALL, nparams, flags: 0 })),
    statistics((nparams) => caller.call("nodeGetMemoryStats", { cellNum: ALL, nparams, flags: 0 })),
    cells > 0
      ? orUndefined(caller.call("nodeGetCellsFreeMemory", { startCell: 0, maxcells: Math.min(cells, MOST_CELLS) }))
      : undefined,
  ]);
  if (!cpu && !memory) return undefined;
  return {
    cpuUserNs: cpu?.get("user"),
    cpuKernelNs: cpu?.get("kernel"),
    cpuIdleNs: cpu?.get("idle"),
    cpuIoWaitNs: cpu?.get("iowait"),
    memoryFreeKiB: number(memory?.get("free")),
    memoryBuffersKiB: number(memory?.get("buffers")),
    memoryCachedKiB: number(memory?.get("cached")),
    cellsFreeKiB: free?.cells.map((octets) => Number(octets / 1024n)) ?? [],
  };
}

/** Asks for the computer's network devices. @returns `undefined` where the driver cannot list them */
export async function readNodeNics(caller: Caller): Promise<readonly NodeNic[] | undefined> {
  const list = await orUndefined(caller.call("connectListAllNodeDevices", { needResults: 1, flags: NETWORK_DEVICES }));
  if (!list) return undefined;
  const nics: NodeNic[] = [];
  for (const { name } of list.devices.filter((device) => !machineDevice.test(device.name)).slice(0, MOST_NICS)) {
    const answer = await orUndefined(caller.call("nodeDeviceGetXmlDesc", { name, flags: 0 }));
    const nic = answer && tolerantly(() => readNetworkDevice(answer.xml));
    if (nic) nics.push(detached(nic));
  }
  return nics.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** These calls insist on being asked for as many as there are, which they tell when asked for none. */
async function statistics(
  ask: (nparams: number) => Promise<{
    readonly params: readonly { readonly field: string; readonly value: bigint }[];
    readonly nparams: number;
  }>,
): Promise<ReadonlyMap<string, bigint> | undefined> {
  const count = await orUndefined(ask(0));
  if (!count || count.nparams < 1) return undefined;
  const answer = await orUndefined(ask(Math.min(count.nparams, MOST_STATISTICS)));
  return answer && new Map(answer.params.map(({ field, value }) => [field, value]));
}

function cellsOf(capabilities: CapabilitiesDocument | undefined): NodeFacts["cells"] {
  return capabilities?.cells ?? [];
}

function number(value: bigint | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

/** What cannot be read of one document is unknown; the rest is still worth having. */
function tolerantly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
