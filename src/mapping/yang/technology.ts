import type { Technology } from "../../inventory/machine.js";
import type { machine } from "../../schema/generated/virtgate-machine.js";
import type { LeafValue } from "../bind-leaves.js";

/** The identity of a technology, as values of YANG have it. */
// biome-ignore format: read as a table
export const technologyIdentity: Readonly<Record<Technology, LeafValue<typeof machine.children.technology>>> = {
  kvm:    "virtgate-types:kvm",
  qemu:   "virtgate-types:qemu",
  lxc:    "virtgate-types:lxc",
  xen:    "virtgate-types:xen",
  openvz: "virtgate-types:openvz",
  test:   "virtgate-types:test",
  esx:    "virtgate-types:esx",
  vmware: "virtgate-types:vmware",
  hyperv: "virtgate-types:hyperv",
  bhyve:  "virtgate-types:bhyve",
  vz:     "virtgate-types:vz",
  ch:     "virtgate-types:ch",
  vbox:   "virtgate-types:vbox",
  other:  "virtgate-types:other",
};
