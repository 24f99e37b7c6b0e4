import type { CallName } from "../protocol/libvirt/procedures.js";

/** Calls that a client may make before it has opened a hypervisor. */
export const callsBeforeOpen: ReadonlySet<CallName> = new Set<CallName>([
  "connectOpen",
  "connectClose",
  "connectSupportsFeature",
]);

/** Calls that a read-only connection is refused: what changes something, and what only a guest's agent can tell. */
export const writingCalls: ReadonlySet<CallName> = new Set<CallName>([
  "domainCreate",
  "domainCreateWithFlags",
  "domainCreateXml",
  "domainDefineXml",
  "domainDefineXmlFlags",
  "domainUndefine",
  "domainUndefineFlags",
  "domainSuspend",
  "domainResume",
  "domainShutdown",
  "domainShutdownFlags",
  "domainReboot",
  "domainReset",
  "domainDestroy",
  "domainDestroyFlags",
  "domainManagedSave",
  "domainManagedSaveRemove",
  "domainSave",
  "domainSaveFlags",
  "domainRestore",
  "domainRestoreFlags",
  "domainRename",
  "domainSetAutostart",
  "domainSetMaxMemory",
  "domainSetMemory",
  "domainSetMemoryFlags",
  "domainSetMemoryStatsPeriod",
  "domainSetVcpus",
  "domainSetVcpusFlags",
  "domainSetMetadata",
  "domainSetSchedulerParameters",
  "domainSetSchedulerParametersFlags",
  "domainSetMemoryParameters",
  "domainSetBlkioParameters",
  "domainSetBlockIoTune",
  "domainSetInterfaceParameters",
  "domainSetNumaParameters",
  "domainPinVcpu",
  "domainPinVcpuFlags",
  "domainPinEmulator",
  "domainAttachDevice",
  "domainAttachDeviceFlags",
  "domainDetachDevice",
  "domainDetachDeviceFlags",
  "domainUpdateDeviceFlags",
  "domainGetHostname",
  "domainGetTime",
  "domainSetTime",
  "domainGetFsinfo",
  "domainGetGuestInfo",
  "domainSnapshotCreateXml",
  "domainRevertToSnapshot",
  "domainSnapshotDelete",
  "nodeSuspendForDuration",
]);

/** Calls that wait for the machine's hypervisor process. Those of bulk statistics see to it themselves. */
export const monitorCalls: ReadonlySet<CallName> = new Set<CallName>([
  "domainSuspend",
  "domainResume",
  "domainShutdown",
  "domainShutdownFlags",
  "domainReboot",
  "domainReset",
  "domainManagedSave",
  "domainSetMemory",
  "domainSetMemoryFlags",
  "domainSetMemoryStatsPeriod",
  "domainSetVcpus",
  "domainSetVcpusFlags",
  "domainMemoryStats",
  "domainBlockStats",
  "domainBlockStatsFlags",
  "domainGetBlockInfo",
  "domainGetBlockIoTune",
  "domainGetDiskErrors",
  "domainGetIothreadInfo",
  "domainGetVcpus",
]);

/** The function of libvirt's library that makes this call, as its messages name it. */
export function libraryName(name: CallName): string {
  if (name === "connectGetAllDomainStats") return "virDomainListGetStats";
  const capitals = { Xml: "XML", Cpu: "CPU", Uuid: "UUID", Uri: "URI", Id: "ID", Os: "OS" };
  const words = name.replace(/^./, (first) => first.toUpperCase()).match(/[A-Z][a-z0-9]*/g) ?? [];
  return `vir${words.map((word) => capitals[word as keyof typeof capitals] ?? word).join("")}`;
}
