// biome-ignore-all format: one leaf a line
// Made from yang/virtgate/virtgate-machine.yang by schema/yang/shape-files.ts; the architecture test rewrites it.

/** @see virtgate-machine, /hosts/host/machine */
export const machine = {
  kind: "list", keys: ["uuid"],
  children: {
    "uuid": { kind: "leaf", value: "text", description: "Its UUID." },
    "name": { kind: "leaf", value: "text", description: "Its name, unique in its host; it may change." },
    "title": { kind: "leaf", value: "text", description: "A short text for people." },
    "description": { kind: "leaf", value: "text", description: "A text for people." },
    "kind": { kind: "leaf", value: ["vm","container"], description: "Whether it is a virtual machine or a container." },
    "technology": { kind: "leaf", value: ["virtgate-types:bhyve","virtgate-types:ch","virtgate-types:container-technology","virtgate-types:esx","virtgate-types:hyperv","virtgate-types:kvm","virtgate-types:lxc","virtgate-types:openvz","virtgate-types:other","virtgate-types:qemu","virtgate-types:test","virtgate-types:vbox","virtgate-types:virtual-machine-technology","virtgate-types:vmware","virtgate-types:vz","virtgate-types:xen"], description: "What makes it run." },
    "os-type": { kind: "leaf", value: "text", description: "What runs inside, as far as known: hvm, exe, an identifier of libosinfo." },
    "snmp-index": { kind: "leaf", value: "number", description: "Its vmIndex in the SNMP context of its host." },
    "snmp-gateway-index": { kind: "leaf", value: "number", description: "Its vmIndex among all machines of the gateway." },
    "persistent": { kind: "leaf", value: "boolean", description: "Whether it is still defined when it is off." },
    "autostart": { kind: "leaf", value: "boolean", description: "Whether it is started when its computer starts." },
    "oper-state": { kind: "leaf", value: ["unknown","other","preparing","running","saving","saved","restoring","paused","migrating","stopping","stopped","crashed","pm-suspended"], description: "What it is doing." },
    "reason": { kind: "leaf", value: "text", description: "Why, in libvirt's word: booted, user, io-error." },
    "admin-state": { kind: "leaf", value: ["running","saved","paused","stopped"], description: "What somebody last asked it to be, or what its state implies." },
    "domain-id": { kind: "leaf", value: "number", description: "Number of the present run; absent while it is off." },
    "started": { kind: "leaf", value: "instant", description: "When the present run began, if that was seen." },
    "reachable": { kind: "leaf", value: "boolean", description: "False while its host cannot be reached; all else is then as it was last known." },
    "stuck": { kind: "leaf", value: "boolean", description: "True while it does not answer questions for statistics." },
    "counters-since": { kind: "leaf", value: "instant", description: "Since when its counters go on without a break." },
    "last-read": {
      kind: "container",
      children: {
        "state": { kind: "leaf", value: "instant", description: "Its state." },
        "statistics": { kind: "leaf", value: "instant", description: "Its counters." },
        "document": { kind: "leaf", value: "instant", description: "Its description: sizes, devices, limits." },
        "addresses": { kind: "leaf", value: "instant", description: "Addresses that are not in a lease." },
        "snapshots": { kind: "leaf", value: "instant", description: "Its snapshots." },
        "guest": { kind: "leaf", value: "instant", description: "What the guest tells of itself." },
      },
    },
    "processors": {
      kind: "container",
      children: {
        "count": { kind: "leaf", value: "number", description: "How many it has." },
        "maximum": { kind: "leaf", value: "number", description: "How many it may be given without a restart." },
        "time": { kind: "leaf", value: "integer64", units: "ns", description: "Processor time that it used." },
        "user-time": { kind: "leaf", value: "integer64", units: "ns", description: "The part of it spent in programs of the host for it." },
        "system-time": { kind: "leaf", value: "integer64", units: "ns", description: "The part of it spent in the kernel of the host." },
        "processor": {
          kind: "list", keys: ["number"],
          children: {
            "number": { kind: "leaf", value: "number", description: "libvirt's number, from 0." },
            "time": { kind: "leaf", value: "integer64", units: "ns", description: "Processor time that it used." },
            "delay": { kind: "leaf", value: "integer64", units: "ns", description: "How long it waited for a physical processor: what the guest sees as stolen." },
          },
        },
      },
    },
    "memory": {
      kind: "container",
      children: {
        "current": { kind: "leaf", value: "integer64", units: "KiB", description: "What it has." },
        "maximum": { kind: "leaf", value: "integer64", units: "KiB", description: "What it may be given without a restart." },
        "minimum": { kind: "leaf", value: "integer64", units: "KiB", description: "What it is guaranteed." },
        "resident": { kind: "leaf", value: "integer64", units: "KiB", description: "What the host holds for it." },
        "available": { kind: "leaf", value: "integer64", units: "KiB", description: "All that the guest sees." },
        "unused": { kind: "leaf", value: "integer64", units: "KiB", description: "What nobody in the guest uses." },
        "usable": { kind: "leaf", value: "integer64", units: "KiB", description: "What new programs in the guest could get." },
        "disk-caches": { kind: "leaf", value: "integer64", units: "KiB", description: "What holds contents of files in the guest." },
        "swap-in": { kind: "leaf", value: "integer64", units: "KiB", description: "What the guest read back from its disks." },
        "swap-out": { kind: "leaf", value: "integer64", units: "KiB", description: "What the guest moved to its disks." },
        "major-faults": { kind: "leaf", value: "integer64", description: "Accesses in the guest that waited for a disk." },
        "minor-faults": { kind: "leaf", value: "integer64", description: "Accesses in the guest that needed a new page, and no disk." },
      },
    },
    "limits": {
      kind: "container",
      children: {
        "memory": {
          kind: "container",
          children: {
            "hard": { kind: "leaf", value: "integer64", units: "KiB", description: "More it does not get." },
            "soft": { kind: "leaf", value: "integer64", units: "KiB", description: "What it is held to when memory is short." },
            "swap-hard": { kind: "leaf", value: "integer64", units: "KiB", description: "More of memory and swap together it does not get." },
          },
        },
        "cpu": {
          kind: "container",
          children: {
            "shares": { kind: "leaf", value: "integer64", description: "Its weight against other machines." },
            "cpuset": { kind: "leaf", value: "text", description: "Physical processors that it may use." },
            "vcpu": {
              kind: "container",
              children: {
                "period": { kind: "leaf", value: "integer64", units: "microseconds", description: "Over how long its use is counted." },
                "quota": { kind: "leaf", value: "integer64", units: "microseconds", description: "How much it may use in one period." },
              },
            },
            "total": {
              kind: "container",
              children: {
                "period": { kind: "leaf", value: "integer64", units: "microseconds", description: "Over how long its use is counted." },
                "quota": { kind: "leaf", value: "integer64", units: "microseconds", description: "How much it may use in one period." },
              },
            },
            "emulator": {
              kind: "container",
              children: {
                "period": { kind: "leaf", value: "integer64", units: "microseconds", description: "Over how long its use is counted." },
                "quota": { kind: "leaf", value: "integer64", units: "microseconds", description: "How much it may use in one period." },
                "cpuset": { kind: "leaf", value: "text", description: "Physical processors that this may use." },
              },
            },
          },
        },
        "numa": {
          kind: "container",
          children: {
            "nodes": { kind: "leaf", value: "text", description: "NUMA nodes." },
            "mode": { kind: "leaf", value: "text", description: "How strictly, in libvirt's word: strict, preferred, interleave." },
          },
        },
        "block": {
          kind: "container",
          children: {
            "weight": { kind: "leaf", value: "number", description: "Its weight against other machines." },
            "device": {
              kind: "list", keys: ["path"],
              children: {
                "path": { kind: "leaf", value: "text", description: "The device of the host." },
                "weight": { kind: "leaf", value: "number", description: "Its weight against other machines there." },
                "read-octets": { kind: "leaf", value: "integer64", units: "octets/s", description: "Octets read." },
                "write-octets": { kind: "leaf", value: "integer64", units: "octets/s", description: "Octets written." },
                "read-requests": { kind: "leaf", value: "integer64", units: "requests/s", description: "Requests to read." },
                "write-requests": { kind: "leaf", value: "integer64", units: "requests/s", description: "Requests to write." },
              },
            },
          },
        },
      },
    },
    "disk": {
      kind: "list", keys: ["target"],
      children: {
        "target": { kind: "leaf", value: "text", description: "The guest's name for it; for the file system of a container where it is mounted." },
        "snmp-index": { kind: "leaf", value: "number", description: "Its vmStorageIndex." },
        "device": { kind: "leaf", value: ["disk","lun","cdrom","floppy","filesystem"], description: "What it is for the guest." },
        "source-kind": { kind: "leaf", value: "text", description: "How the host provides its content: file, block, network, volume, dir, nvme, vhostuser, none." },
        "format": { kind: "leaf", value: "text", description: "How its content is stored, or the protocol of a network source: qcow2, raw, rbd." },
        "path": { kind: "leaf", value: "text", description: "Where its content is: a path, pool/volume, or a URL without credentials." },
        "bus": { kind: "leaf", value: "text", description: "How it is attached for the guest: virtio, scsi, sata." },
        "read-only": { kind: "leaf", value: "boolean", description: "Whether it can only be read." },
        "capacity": { kind: "leaf", value: "integer64", units: "octets", description: "How large it is for the guest." },
        "allocation": { kind: "leaf", value: "integer64", units: "octets", description: "How far its content reaches." },
        "physical": { kind: "leaf", value: "integer64", units: "octets", description: "How large what holds it is on the host." },
        "read-octets": { kind: "leaf", value: "integer64", units: "octets", description: "Octets read." },
        "written-octets": { kind: "leaf", value: "integer64", units: "octets", description: "Octets written." },
        "read-requests": { kind: "leaf", value: "integer64", description: "Requests to read." },
        "write-requests": { kind: "leaf", value: "integer64", description: "Requests to write." },
        "read-time": { kind: "leaf", value: "integer64", units: "ns", description: "Time spent on reading." },
        "write-time": { kind: "leaf", value: "integer64", units: "ns", description: "Time spent on writing." },
        "limits": {
          kind: "container",
          children: {
            "read-octets": { kind: "leaf", value: "integer64", units: "octets/s", description: "Octets read." },
            "write-octets": { kind: "leaf", value: "integer64", units: "octets/s", description: "Octets written." },
            "read-requests": { kind: "leaf", value: "integer64", units: "requests/s", description: "Requests to read." },
            "write-requests": { kind: "leaf", value: "integer64", units: "requests/s", description: "Requests to write." },
            "total-octets": { kind: "leaf", value: "integer64", units: "octets/s", description: "Octets read and written." },
            "total-requests": { kind: "leaf", value: "integer64", units: "requests/s", description: "Requests to read and to write." },
          },
        },
      },
    },
    "interface": {
      kind: "list", keys: ["mac-address"],
      children: {
        "mac-address": { kind: "leaf", value: "text", description: "Its address." },
        "snmp-index": { kind: "leaf", value: "number", description: "Its vmNetworkIndex." },
        "model": { kind: "leaf", value: "text", description: "What it is for the guest: virtio, e1000." },
        "host-device": { kind: "leaf", value: "text", description: "The device of the host that it is connected by, while it runs." },
        "source-kind": { kind: "leaf", value: "text", description: "What it is plugged into: network, bridge, direct, user, ethernet, other." },
        "source": { kind: "leaf", value: "text", description: "The name of that." },
        "bridge": { kind: "leaf", value: "text", description: "The bridge of a network, while it runs." },
        "address": {
          kind: "list", keys: ["address"],
          children: {
            "address": { kind: "leaf", value: "text", description: "The address." },
            "prefix-length": { kind: "leaf", value: "number", description: "How much of it the whole network shares." },
            "source": { kind: "leaf", value: ["lease","arp","agent"], description: "Who told of it." },
          },
        },
        "received-octets": { kind: "leaf", value: "integer64", units: "octets", description: "Octets that came." },
        "received-packets": { kind: "leaf", value: "integer64", units: "packets", description: "Packets that came." },
        "received-errors": { kind: "leaf", value: "integer64", units: "packets", description: "Packets that came broken." },
        "received-drops": { kind: "leaf", value: "integer64", units: "packets", description: "Packets that came and were dropped." },
        "sent-octets": { kind: "leaf", value: "integer64", units: "octets", description: "Octets that were sent." },
        "sent-packets": { kind: "leaf", value: "integer64", units: "packets", description: "Packets that were sent." },
        "sent-errors": { kind: "leaf", value: "integer64", units: "packets", description: "Packets that could not be sent." },
        "sent-drops": { kind: "leaf", value: "integer64", units: "packets", description: "Packets that were to be sent and were dropped." },
        "limits": {
          kind: "container",
          children: {
            "inbound": {
              kind: "container",
              children: {
                "average": { kind: "leaf", value: "number", units: "KiB/s", description: "In the long run." },
                "peak": { kind: "leaf", value: "number", units: "KiB/s", description: "For a short time." },
                "burst": { kind: "leaf", value: "number", units: "KiB", description: "How much at the peak." },
              },
            },
            "outbound": {
              kind: "container",
              children: {
                "average": { kind: "leaf", value: "number", units: "KiB/s", description: "In the long run." },
                "peak": { kind: "leaf", value: "number", units: "KiB/s", description: "For a short time." },
                "burst": { kind: "leaf", value: "number", units: "KiB", description: "How much at the peak." },
              },
            },
          },
        },
      },
    },
    "guest": {
      kind: "container",
      children: {
        "agent": { kind: "leaf", value: ["connected","disconnected","none"], description: "Whether there is an agent." },
        "unknown-because": { kind: "leaf", value: "text", description: "Why nothing else is here." },
        "hostname": { kind: "leaf", value: "text", description: "Its name for itself." },
        "os-name": { kind: "leaf", value: "text", description: "What its system calls itself." },
        "kernel": { kind: "leaf", value: "text", description: "Release of its kernel." },
        "timezone": { kind: "leaf", value: "text", description: "Where it believes to be." },
        "filesystem": {
          kind: "list", keys: ["mount-point"],
          children: {
            "mount-point": { kind: "leaf", value: "text", description: "Where it is mounted." },
            "type": { kind: "leaf", value: "text", description: "What it is: ext4." },
            "total": { kind: "leaf", value: "integer64", units: "octets", description: "All that fits." },
            "used": { kind: "leaf", value: "integer64", units: "octets", description: "What is taken." },
          },
        },
      },
    },
    "snapshots": {
      kind: "container",
      children: {
        "snapshot": {
          kind: "list", keys: ["name"],
          children: {
            "name": { kind: "leaf", value: "text", description: "Its name." },
            "description": { kind: "leaf", value: "text", description: "What it was made for." },
            "state": { kind: "leaf", value: "text", description: "What the machine was doing then, in libvirt's word." },
            "parent": { kind: "leaf", value: "text", description: "The one that it was made after." },
            "created": { kind: "leaf", value: "instant", description: "When it was made." },
            "current": { kind: "leaf", value: "boolean", description: "Whether the machine goes on from it." },
          },
        },
      },
    },
  },
} as const;

/** @see virtgate-machine, machine-added */
export const machineAdded = {
  kind: "notification",
  children: {
    "sequence": { kind: "leaf", value: "integer64", description: "Number of the event." },
    "host": { kind: "leaf", value: "text", description: "The machine's host." },
    "uuid": { kind: "leaf", value: "text", description: "The machine." },
    "name": { kind: "leaf", value: "text", description: "Its name." },
    "oper-state": { kind: "leaf", value: ["unknown","other","preparing","running","saving","saved","restoring","paused","migrating","stopping","stopped","crashed","pm-suspended"], description: "What it does." },
    "reason": { kind: "leaf", value: "text", description: "Why, in libvirt's word." },
    "lifecycle": { kind: "leaf", value: "text", description: "What the hypervisor announced: booted, shut-down; observed when it announced nothing." },
  },
} as const;

/** @see virtgate-machine, machine-removed */
export const machineRemoved = {
  kind: "notification",
  children: {
    "sequence": { kind: "leaf", value: "integer64", description: "Number of the event." },
    "host": { kind: "leaf", value: "text", description: "The machine's host." },
    "uuid": { kind: "leaf", value: "text", description: "The machine." },
    "name": { kind: "leaf", value: "text", description: "Its name." },
    "oper-state": { kind: "leaf", value: ["unknown","other","preparing","running","saving","saved","restoring","paused","migrating","stopping","stopped","crashed","pm-suspended"], description: "What it does." },
    "reason": { kind: "leaf", value: "text", description: "Why, in libvirt's word." },
    "lifecycle": { kind: "leaf", value: "text", description: "What the hypervisor announced: booted, shut-down; observed when it announced nothing." },
  },
} as const;

/** @see virtgate-machine, machine-state-changed */
export const machineStateChanged = {
  kind: "notification",
  children: {
    "sequence": { kind: "leaf", value: "integer64", description: "Number of the event." },
    "host": { kind: "leaf", value: "text", description: "The machine's host." },
    "uuid": { kind: "leaf", value: "text", description: "The machine." },
    "name": { kind: "leaf", value: "text", description: "Its name." },
    "oper-state": { kind: "leaf", value: ["unknown","other","preparing","running","saving","saved","restoring","paused","migrating","stopping","stopped","crashed","pm-suspended"], description: "What it does." },
    "reason": { kind: "leaf", value: "text", description: "Why, in libvirt's word." },
    "lifecycle": { kind: "leaf", value: "text", description: "What the hypervisor announced: booted, shut-down; observed when it announced nothing." },
    "previous-state": { kind: "leaf", value: ["unknown","other","preparing","running","saving","saved","restoring","paused","migrating","stopping","stopped","crashed","pm-suspended"], description: "What it did before." },
  },
} as const;

/** @see virtgate-machine, machine-changed */
export const machineChanged = {
  kind: "notification",
  children: {
    "sequence": { kind: "leaf", value: "integer64", description: "Number of the event." },
    "host": { kind: "leaf", value: "text", description: "The machine's host." },
    "uuid": { kind: "leaf", value: "text", description: "The machine." },
    "name": { kind: "leaf", value: "text", description: "Its name." },
  },
} as const;

/** @see virtgate-machine, machine-stuck */
export const machineStuck = {
  kind: "notification",
  children: {
    "sequence": { kind: "leaf", value: "integer64", description: "Number of the event." },
    "host": { kind: "leaf", value: "text", description: "The machine's host." },
    "uuid": { kind: "leaf", value: "text", description: "The machine." },
    "name": { kind: "leaf", value: "text", description: "Its name." },
  },
} as const;

/** @see virtgate-machine, machine-recovered */
export const machineRecovered = {
  kind: "notification",
  children: {
    "sequence": { kind: "leaf", value: "integer64", description: "Number of the event." },
    "host": { kind: "leaf", value: "text", description: "The machine's host." },
    "uuid": { kind: "leaf", value: "text", description: "The machine." },
    "name": { kind: "leaf", value: "text", description: "Its name." },
  },
} as const;
