// biome-ignore-all format: one object a line
// Made from mibs/VM-MIB.txt by schema/smi/shape-files.ts; the architecture test rewrites it.

/** @see VM-MIB, vmHypervisor */
export const vmHypervisor = {
  name: "vmHypervisor",
  oid: [1, 3, 6, 1, 2, 1, 236, 1, 1],
  scalars: {
    vmHvSoftware: { id: 1, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "read-only", size: [[0, 255]], description: "Name of the hypervisor software, without its version." },
    vmHvVersion: { id: 2, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "read-only", size: [[0, 255]], description: "Version of the hypervisor software." },
    vmHvObjectID: { id: 3, syntax: "ObjectIdentifier", access: "read-only", description: "Identity that the vendor gave the hypervisor software, or 0.0 where there is none. Not the identity of the agent (sysObjectID)." },
    vmHvUpTime: { id: 4, syntax: "TimeTicks", access: "read-only", description: "Time since the hypervisor was last re-initialised. Neither the agent's up-time nor the operating system's." },
  },
} as const;

/** @see VM-MIB, vmObjects */
export const vmObjects = {
  name: "vmObjects",
  oid: [1, 3, 6, 1, 2, 1, 236, 1],
  scalars: {
    vmNumber: { id: 2, syntax: "Integer32", access: "read-only", range: [[0, 2147483647]], description: "How many virtual machines the hypervisor knows, whatever their state: the number of rows in vmTable." },
    vmTableLastChange: { id: 3, syntax: "TimeTicks", access: "read-only", description: "Value of vmHvUpTime when a row was last added to or removed from vmTable." },
    vmPerVMNotificationsEnabled: { id: 9, syntax: "Integer32", type: "TruthValue", access: "read-write", named: { true: 1, false: 2 }, description: "Whether notifications about single virtual machines are sent. A change does not outlive the agent's run." },
    vmBulkNotificationsEnabled: { id: 10, syntax: "Integer32", type: "TruthValue", access: "read-write", named: { true: 1, false: 2 }, description: "Whether notifications about many virtual machines at once are sent. A change does not outlive the agent's run." },
    vmAffectedVMs: { id: 11, syntax: "OctetString", type: "VirtualMachineList", access: "accessible-for-notify", description: "The virtual machines that a bulk notification is about." },
  },
} as const;

/** @see VM-MIB, vmEntry */
export const vmEntry = {
  name: "vmEntry",
  oid: [1, 3, 6, 1, 2, 1, 236, 1, 4, 1],
  index: [{ name: "vmIndex", syntax: "Integer32", range: [[1, 2147483647]] }],
  columns: {
    vmIndex: { id: 1, syntax: "Integer32", type: "VirtualMachineIndex", access: "not-accessible", range: [[1, 2147483647]], description: "Number of the virtual machine; constant from one re-initialisation of the hypervisor to the next. The lasting identity is vmUUID." },
    vmName: { id: 2, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "read-only", size: [[0, 255]], description: "Name of the virtual machine, as its hypervisor has it." },
    vmUUID: { id: 3, syntax: "OctetString", type: "UUIDorZero", access: "read-only", size: [[0, 0], [16, 16]], description: "UUID of the virtual machine, 16 octets in network order; empty when unknown." },
    vmOSType: { id: 4, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "read-only", size: [[0, 255]], description: "Operating system that the hypervisor takes to run in the virtual machine." },
    vmAdminState: { id: 5, syntax: "Integer32", type: "VirtualMachineAdminState", access: "read-only", named: { running: 1, suspended: 2, paused: 3, shutdown: 4 }, description: "State that is wanted for the virtual machine." },
    vmOperState: { id: 6, syntax: "Integer32", type: "VirtualMachineOperState", access: "read-only", named: { unknown: 1, other: 2, preparing: 3, running: 4, suspending: 5, suspended: 6, resuming: 7, paused: 8, migrating: 9, shuttingdown: 10, shutdown: 11, crashed: 12 }, description: "State that the virtual machine is in." },
    vmAutoStart: { id: 7, syntax: "Integer32", type: "VirtualMachineAutoStart", access: "read-only", named: { unknown: 1, enabled: 2, disabled: 3 }, description: "Whether the virtual machine is started with its hypervisor." },
    vmPersistent: { id: 8, syntax: "Integer32", type: "VirtualMachinePersistent", access: "read-only", named: { unknown: 1, persistent: 2, transient: 3 }, description: "Whether the definition of the virtual machine outlives its run." },
    vmCurCpuNumber: { id: 9, syntax: "Integer32", access: "read-only", range: [[0, 2147483647]], description: "Virtual CPUs assigned now." },
    vmMinCpuNumber: { id: 10, syntax: "Integer32", access: "read-only", range: [[-1, -1], [0, 2147483647]], description: "Fewest virtual CPUs the machine may be given; -1 when there is no lower bound." },
    vmMaxCpuNumber: { id: 11, syntax: "Integer32", access: "read-only", range: [[-1, -1], [0, 2147483647]], description: "Most virtual CPUs the machine may be given; -1 when there is no bound." },
    vmMemUnit: { id: 12, syntax: "Integer32", access: "read-only", range: [[1, 2147483647]], description: "Octets per unit of vmCurMem, vmMinMem and vmMaxMem." },
    vmCurMem: { id: 13, syntax: "Integer32", access: "read-only", range: [[0, 2147483647]], description: "Memory assigned now, in units of vmMemUnit." },
    vmMinMem: { id: 14, syntax: "Integer32", access: "read-only", range: [[-1, -1], [0, 2147483647]], description: "Least memory the machine may be given, in units of vmMemUnit; -1 when there is no lower bound." },
    vmMaxMem: { id: 15, syntax: "Integer32", access: "read-only", range: [[-1, -1], [0, 2147483647]], description: "Most memory the machine may be given, in units of vmMemUnit; -1 when there is no bound." },
    vmUpTime: { id: 16, syntax: "TimeTicks", access: "read-only", description: "Time since vmAdminState last went from shutdown to running." },
    vmCpuTime: { id: 17, syntax: "Counter64", access: "read-only", units: "microsecond", description: "CPU time used by all virtual CPUs together. Starts anew when the hypervisor is re-initialised or vmAdminState changes." },
  },
} as const;

/** @see VM-MIB, vmCpuEntry */
export const vmCpuEntry = {
  name: "vmCpuEntry",
  oid: [1, 3, 6, 1, 2, 1, 236, 1, 5, 1],
  index: [{ name: "vmIndex", syntax: "Integer32", range: [[1, 2147483647]] }, { name: "vmCpuIndex", syntax: "Integer32", range: [[1, 2147483647]] }],
  columns: {
    vmCpuIndex: { id: 1, syntax: "Integer32", type: "VirtualMachineCpuIndex", access: "not-accessible", range: [[1, 2147483647]], description: "Number of the virtual CPU within its machine." },
    vmCpuCoreTime: { id: 2, syntax: "Counter64", access: "read-only", units: "microsecond", description: "CPU time used by this virtual CPU." },
  },
} as const;

/** @see VM-MIB, vmCpuAffinityEntry */
export const vmCpuAffinityEntry = {
  name: "vmCpuAffinityEntry",
  oid: [1, 3, 6, 1, 2, 1, 236, 1, 6, 1],
  index: [{ name: "vmIndex", syntax: "Integer32", range: [[1, 2147483647]] }, { name: "vmCpuIndex", syntax: "Integer32", range: [[1, 2147483647]] }, { name: "vmCpuPhysIndex", syntax: "Integer32", range: [[1, 2147483647]] }],
  columns: {
    vmCpuPhysIndex: { id: 2, syntax: "Integer32", access: "not-accessible", range: [[1, 2147483647]], description: "Number of the physical CPU: the hrDeviceIndex of the processor where HOST-RESOURCES-MIB is served." },
    vmCpuAffinity: { id: 3, syntax: "Integer32", access: "read-only", named: { unknown: 0, enable: 1, disable: 2 }, description: "Whether the virtual CPU may run on the physical one." },
  },
} as const;

/** @see VM-MIB, vmStorageEntry */
export const vmStorageEntry = {
  name: "vmStorageEntry",
  oid: [1, 3, 6, 1, 2, 1, 236, 1, 7, 1],
  index: [{ name: "vmStorageVmIndex", syntax: "Integer32", range: [[0, 2147483647]] }, { name: "vmStorageIndex", syntax: "Integer32", range: [[1, 2147483647]] }],
  columns: {
    vmStorageVmIndex: { id: 1, syntax: "Integer32", type: "VirtualMachineIndexOrZero", access: "not-accessible", range: [[0, 2147483647]], description: "The virtual machine that the device belongs to; 0 when it is attached to none." },
    vmStorageIndex: { id: 2, syntax: "Integer32", type: "VirtualMachineStorageIndex", access: "not-accessible", range: [[1, 2147483647]], description: "Number of the device within its virtual machine." },
    vmStorageParent: { id: 3, syntax: "Integer32", access: "read-only", range: [[0, 2147483647]], description: "The hrStorageIndex of what holds the device; 0 when it is not known or there is none." },
    vmStorageSourceType: { id: 4, syntax: "Integer32", type: "VirtualMachineStorageSourceType", access: "read-only", named: { unknown: 1, other: 2, block: 3, raw: 4, sparse: 5, network: 6 }, description: "How the content of the device is provided." },
    vmStorageSourceTypeString: { id: 5, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "read-only", size: [[0, 255]], description: "The same in the words of the hypervisor, such as the name of an image format." },
    vmStorageResourceID: { id: 6, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "read-only", size: [[0, 255]], description: "Where the content lies, for example the path of an image file." },
    vmStorageAccess: { id: 7, syntax: "Integer32", type: "VirtualMachineStorageAccess", access: "read-only", named: { unknown: 1, readwrite: 2, readonly: 3 }, description: "Whether the guest may write." },
    vmStorageMediaType: { id: 8, syntax: "Integer32", type: "IANAStorageMediaType", access: "read-only", named: { other: 1, unknown: 2, hardDisk: 3, opticalDisk: 4, floppyDisk: 5 }, description: "Kind of medium that the guest sees." },
    vmStorageMediaTypeString: { id: 9, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "read-only", size: [[0, 255]], description: "The same in the words of the hypervisor, for example the name of the bus." },
    vmStorageSizeUnit: { id: 10, syntax: "Integer32", access: "read-only", range: [[1, 2147483647]], description: "Octets per unit of vmStorageDefinedSize and vmStorageAllocatedSize." },
    vmStorageDefinedSize: { id: 11, syntax: "Integer32", access: "read-only", range: [[-1, -1], [0, 2147483647]], description: "Size that the guest sees, in units of vmStorageSizeUnit; -1 when unknown." },
    vmStorageAllocatedSize: { id: 12, syntax: "Integer32", access: "read-only", range: [[-1, -1], [0, 2147483647]], description: "Space used on the host, in units of vmStorageSizeUnit; -1 when unknown. Equals vmStorageDefinedSize for block devices and raw files." },
    vmStorageReadIOs: { id: 13, syntax: "Counter64", access: "read-only", description: "Read requests so far." },
    vmStorageWriteIOs: { id: 14, syntax: "Counter64", access: "read-only", description: "Write requests so far." },
    vmStorageReadOctets: { id: 15, syntax: "Counter64", access: "read-only", description: "Octets read so far." },
    vmStorageWriteOctets: { id: 16, syntax: "Counter64", access: "read-only", description: "Octets written so far." },
    vmStorageReadLatency: { id: 17, syntax: "Counter64", access: "read-only", description: "Microseconds that read requests took, all together." },
    vmStorageWriteLatency: { id: 18, syntax: "Counter64", access: "read-only", description: "Microseconds that write requests took, all together." },
  },
} as const;

/** @see VM-MIB, vmNetworkEntry */
export const vmNetworkEntry = {
  name: "vmNetworkEntry",
  oid: [1, 3, 6, 1, 2, 1, 236, 1, 8, 1],
  index: [{ name: "vmIndex", syntax: "Integer32", range: [[1, 2147483647]] }, { name: "vmNetworkIndex", syntax: "Integer32", range: [[1, 2147483647]] }],
  columns: {
    vmNetworkIndex: { id: 1, syntax: "Integer32", type: "VirtualMachineNetworkIndex", access: "not-accessible", range: [[1, 2147483647]], description: "Number of the interface within its virtual machine." },
    vmNetworkIfIndex: { id: 2, syntax: "Integer32", type: "InterfaceIndexOrZero", access: "read-only", range: [[0, 2147483647]], description: "The ifIndex of the interface on the host; 0 when it is not in ifTable." },
    vmNetworkParent: { id: 3, syntax: "Integer32", type: "InterfaceIndexOrZero", access: "read-only", range: [[0, 2147483647]], description: "The ifIndex of what the interface is attached to; 0 when there is none in ifTable." },
    vmNetworkModel: { id: 4, syntax: "OctetString", type: "SnmpAdminString", text: "utf8", access: "read-only", size: [[0, 255]], description: "Model of the emulated interface." },
    vmNetworkPhysAddress: { id: 5, syntax: "OctetString", type: "PhysAddress", access: "read-only", description: "MAC address of the interface." },
  },
} as const;

/** @see VM-MIB, vmNotifications */
export const vmNotifications = {
  name: "vmNotifications",
  oid: [1, 3, 6, 1, 2, 1, 236, 0],
  notifications: {
    vmRunning: { id: 1, objects: ["vmName", "vmUUID", "vmOperState"], description: "The virtual machine runs now; vmOperState has the state before." },
    vmShuttingdown: { id: 2, objects: ["vmName", "vmUUID", "vmOperState"], description: "The virtual machine is being shut down; vmOperState has the state before." },
    vmShutdown: { id: 3, objects: ["vmName", "vmUUID", "vmOperState"], description: "The virtual machine is shut down; vmOperState has the state before." },
    vmPaused: { id: 4, objects: ["vmName", "vmUUID", "vmOperState"], description: "The virtual machine is paused; vmOperState has the state before." },
    vmSuspending: { id: 5, objects: ["vmName", "vmUUID", "vmOperState"], description: "The virtual machine is being suspended to storage; vmOperState has the state before." },
    vmSuspended: { id: 6, objects: ["vmName", "vmUUID", "vmOperState"], description: "The virtual machine is suspended to storage; vmOperState has the state before." },
    vmResuming: { id: 7, objects: ["vmName", "vmUUID", "vmOperState"], description: "The virtual machine is being resumed from storage; vmOperState has the state before." },
    vmMigrating: { id: 8, objects: ["vmName", "vmUUID", "vmOperState"], description: "The virtual machine is moving between hypervisors; vmOperState has the state before." },
    vmCrashed: { id: 9, objects: ["vmName", "vmUUID", "vmOperState"], description: "The virtual machine has crashed; vmOperState has the state before." },
    vmDeleted: { id: 10, objects: ["vmName", "vmUUID", "vmOperState", "vmPersistent"], description: "The virtual machine is gone; the values are the last known." },
    vmBulkRunning: { id: 11, objects: ["vmAffectedVMs"], description: "Several virtual machines run now." },
    vmBulkShuttingdown: { id: 12, objects: ["vmAffectedVMs"], description: "Several virtual machines are being shut down." },
    vmBulkShutdown: { id: 13, objects: ["vmAffectedVMs"], description: "Several virtual machines are shut down." },
    vmBulkPaused: { id: 14, objects: ["vmAffectedVMs"], description: "Several virtual machines are paused." },
    vmBulkSuspending: { id: 15, objects: ["vmAffectedVMs"], description: "Several virtual machines are being suspended to storage." },
    vmBulkSuspended: { id: 16, objects: ["vmAffectedVMs"], description: "Several virtual machines are suspended to storage." },
    vmBulkResuming: { id: 17, objects: ["vmAffectedVMs"], description: "Several virtual machines are being resumed from storage." },
    vmBulkMigrating: { id: 18, objects: ["vmAffectedVMs"], description: "Several virtual machines are moving between hypervisors." },
    vmBulkCrashed: { id: 19, objects: ["vmAffectedVMs"], description: "Several virtual machines have crashed." },
    vmBulkDeleted: { id: 20, objects: ["vmAffectedVMs"], description: "Several virtual machines are gone." },
  },
} as const;
