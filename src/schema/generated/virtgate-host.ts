// biome-ignore-all format: one leaf a line
// Made from yang/virtgate/virtgate-host.yang by schema/yang/shape-files.ts; the architecture test rewrites it.

/** @see virtgate-host, /hosts/host */
export const host = {
  kind: "list", keys: ["name"],
  children: {
    "name": { kind: "leaf", value: "text", description: "Its name, which is its identity." },
    "uri": { kind: "leaf", value: "text", description: "Where its daemon is, in libvirt's notation. It holds no password." },
    "allow-write": { kind: "leaf", value: "boolean", description: "Whether anything on it may be changed; else it is only looked at." },
    "origin": { kind: "leaf", value: ["configuration-file","datastore","command-line","embedded"], description: "Where it comes from." },
    "simulated": { kind: "leaf", value: "boolean", description: "Whether it only pretends." },
    "link": { kind: "leaf", value: ["connecting","up","down"], description: "Whether its daemon answers." },
    "link-reason": { kind: "leaf", value: "text", description: "Why the link is down, and what may help." },
    "link-since": { kind: "leaf", value: "instant", description: "When the link last changed." },
    "complete": { kind: "leaf", value: "boolean", description: "Whether all of its machines were listed since the gateway started." },
    "driver": { kind: "leaf", value: "text", description: "The driver, as libvirt names it." },
    "technology": { kind: "leaf", value: ["virtgate-types:bhyve","virtgate-types:ch","virtgate-types:container-technology","virtgate-types:esx","virtgate-types:hyperv","virtgate-types:kvm","virtgate-types:lxc","virtgate-types:openvz","virtgate-types:other","virtgate-types:qemu","virtgate-types:test","virtgate-types:vbox","virtgate-types:virtual-machine-technology","virtgate-types:vmware","virtgate-types:vz","virtgate-types:xen"], description: "What runs most of its machines." },
    "hypervisor-version": { kind: "leaf", value: "text", description: "Version of the hypervisor." },
    "libvirt-version": { kind: "leaf", value: "text", description: "Version of libvirt on the other side." },
    "up-since": { kind: "leaf", value: "instant", description: "Since when the hypervisor is up: with a local host since the kernel started, else as long as it was seen." },
    "node": { kind: "leaf", value: "text", description: "The computer under it." },
    "machine-count": { kind: "leaf", value: "number", description: "Machines that it has." },
  },
} as const;

/** @see virtgate-host, /nodes/node */
export const node = {
  kind: "list", keys: ["id"],
  children: {
    "id": { kind: "leaf", value: "text", description: "Its UUID, or the name of its host where the driver tells none." },
    "hostname": { kind: "leaf", value: "text", description: "Its own name." },
    "host": { kind: "leaf-list", value: "text", description: "The hosts on it." },
    "architecture": { kind: "leaf", value: "text", description: "Its instruction set: x86_64." },
    "processors": {
      kind: "container",
      children: {
        "model": { kind: "leaf", value: "text", description: "Their model, as the driver names it." },
        "vendor": { kind: "leaf", value: "text", description: "Who makes them." },
        "speed": { kind: "leaf", value: "number", units: "MHz", description: "How fast they are." },
        "sockets": { kind: "leaf", value: "number", description: "Sockets of each NUMA node." },
        "cores": { kind: "leaf", value: "number", description: "Cores of each socket." },
        "threads": { kind: "leaf", value: "number", description: "Threads of each core." },
        "count": { kind: "leaf", value: "number", description: "Processors, online or not." },
        "online": { kind: "leaf", value: "number", description: "Processors that are online." },
        "user-time": { kind: "leaf", value: "integer64", units: "ns", description: "Time spent in programs, of all processors together." },
        "kernel-time": { kind: "leaf", value: "integer64", units: "ns", description: "Time spent in the kernel." },
        "idle-time": { kind: "leaf", value: "integer64", units: "ns", description: "Time spent with nothing to do." },
        "io-wait-time": { kind: "leaf", value: "integer64", units: "ns", description: "Time spent with nothing to do but to wait for devices." },
      },
    },
    "memory": {
      kind: "container",
      children: {
        "size": { kind: "leaf", value: "integer64", units: "KiB", description: "All of it." },
        "free": { kind: "leaf", value: "integer64", units: "KiB", description: "What nobody uses." },
        "buffers": { kind: "leaf", value: "integer64", units: "KiB", description: "What holds what is on its way to disks." },
        "cached": { kind: "leaf", value: "integer64", units: "KiB", description: "What holds contents of files." },
      },
    },
    "numa-cell": {
      kind: "list", keys: ["id"],
      children: {
        "id": { kind: "leaf", value: "number", description: "The kernel's number for it." },
        "size": { kind: "leaf", value: "integer64", units: "KiB", description: "Memory in it." },
        "free": { kind: "leaf", value: "integer64", units: "KiB", description: "Memory in it that nobody uses." },
        "cpus": { kind: "leaf", value: "text", description: "Processors close to it." },
      },
    },
    "network-device": {
      kind: "list", keys: ["name"],
      children: {
        "name": { kind: "leaf", value: "text", description: "The kernel's name for it." },
        "phys-address": { kind: "leaf", value: "text", description: "Its hardware address." },
        "link-state": { kind: "leaf", value: "text", description: "The kernel's word for the state of its link." },
        "speed": { kind: "leaf", value: "integer64", units: "Mbit/s", description: "How fast it is." },
      },
    },
    "pools-read": { kind: "leaf", value: "instant", description: "When its pools were last read." },
    "pool": {
      kind: "list", keys: ["name"],
      children: {
        "name": { kind: "leaf", value: "text", description: "Its name." },
        "uuid": { kind: "leaf", value: "text", description: "Its UUID." },
        "type": { kind: "leaf", value: "text", description: "What it lies on, in libvirt's word: dir, logical, rbd." },
        "state": { kind: "leaf", value: ["inactive","building","running","degraded","inaccessible"], description: "What it is doing." },
        "persistent": { kind: "leaf", value: "boolean", description: "Whether it is still defined when it is not in use." },
        "autostart": { kind: "leaf", value: "boolean", description: "Whether it is taken into use when the computer starts." },
        "path": { kind: "leaf", value: "text", description: "Where its volumes are on the computer." },
        "capacity": { kind: "leaf", value: "integer64", units: "octets", description: "All that fits." },
        "allocation": { kind: "leaf", value: "integer64", units: "octets", description: "What is taken." },
        "available": { kind: "leaf", value: "integer64", units: "octets", description: "What is free." },
        "volumes-left-out": { kind: "leaf", value: "number", description: "Volumes that it has beyond those in the list." },
        "volume": {
          kind: "list", keys: ["name"],
          children: {
            "name": { kind: "leaf", value: "text", description: "Its name." },
            "key": { kind: "leaf", value: "text", description: "Unique on the computer: for files their path." },
            "path": { kind: "leaf", value: "text", description: "Where it is on the computer." },
            "type": { kind: "leaf", value: "text", description: "libvirt's word: file, block, dir, network." },
            "format": { kind: "leaf", value: "text", description: "How its content is stored: qcow2, raw." },
            "capacity": { kind: "leaf", value: "integer64", units: "octets", description: "How large it is for a machine." },
            "allocation": { kind: "leaf", value: "integer64", units: "octets", description: "What it takes of its pool." },
            "backing-path": { kind: "leaf", value: "text", description: "The image that it only stores differences to." },
          },
        },
      },
    },
    "networks-read": { kind: "leaf", value: "instant", description: "When its networks were last read." },
    "network": {
      kind: "list", keys: ["name"],
      children: {
        "name": { kind: "leaf", value: "text", description: "Its name." },
        "uuid": { kind: "leaf", value: "text", description: "Its UUID." },
        "active": { kind: "leaf", value: "boolean", description: "Whether it is in use." },
        "persistent": { kind: "leaf", value: "boolean", description: "Whether it is still defined when it is not in use." },
        "autostart": { kind: "leaf", value: "boolean", description: "Whether it is taken into use when the computer starts." },
        "bridge": { kind: "leaf", value: "text", description: "The bridge that it is on the computer." },
        "forward-mode": { kind: "leaf", value: "text", description: "How its machines reach other networks, in libvirt's word: nat, route, bridge, open; absent when they do not." },
        "domain": { kind: "leaf", value: "text", description: "The DNS domain that its machines are in." },
        "address": {
          kind: "list", keys: ["address"],
          children: {
            "address": { kind: "leaf", value: "text", description: "The address." },
            "prefix-length": { kind: "leaf", value: "number", description: "How much of it all machines share." },
            "dhcp-range": {
              kind: "list", keys: ["start"],
              children: {
                "start": { kind: "leaf", value: "text", description: "The first." },
                "end": { kind: "leaf", value: "text", description: "The last." },
              },
            },
          },
        },
        "lease": {
          kind: "list", keys: ["mac-address","address"],
          children: {
            "mac-address": { kind: "leaf", value: "text", description: "To whom." },
            "address": { kind: "leaf", value: "text", description: "Which." },
            "prefix-length": { kind: "leaf", value: "number", description: "How much of it all machines share." },
            "hostname": { kind: "leaf", value: "text", description: "The name that came with the request." },
            "client-id": { kind: "leaf", value: "text", description: "The client identifier that came with the request." },
            "expires": { kind: "leaf", value: "instant", description: "When it ends; absent for one without end." },
          },
        },
      },
    },
    "facts-read": { kind: "leaf", value: "instant", description: "When its build was last read." },
    "use-read": { kind: "leaf", value: "instant", description: "When what it is doing was last read." },
  },
} as const;

/** @see virtgate-host, host-up */
export const hostUp = {
  kind: "notification",
  children: {
    "sequence": { kind: "leaf", value: "integer64", description: "Number of the event." },
    "host": { kind: "leaf", value: "text", description: "Which host." },
  },
} as const;

/** @see virtgate-host, host-down */
export const hostDown = {
  kind: "notification",
  children: {
    "sequence": { kind: "leaf", value: "integer64", description: "Number of the event." },
    "host": { kind: "leaf", value: "text", description: "Which host." },
    "reason": { kind: "leaf", value: "text", description: "Why, and what may help." },
  },
} as const;
