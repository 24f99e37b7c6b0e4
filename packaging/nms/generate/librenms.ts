import { requireColumn, type ServedObject } from "./vm-mib.js";
import { yamlText } from "./yaml.js";

const HEAD = "# Made from virtgate's mapping tables; the architecture tests rewrite it.\n";

/** LibreNMS, os_detection: what sysDescr of a gateway or of one of its hosts looks like. */
export function librenmsDetection(): string {
  return (
    HEAD +
    yamlText({
      os: "virtgate",
      text: "virtgate",
      type: "server",
      icon: "generic",
      mib_dir: ["virtgate"],
      over: [{ graph: "device_state", text: "Virtual machines" }],
      discovery: [{ sysDescr_regex: ["/(^|seen by )virtgate \\d+\\./"] }],
    })
  );
}

/** How good a state is, in the words of LibreNMS: 0 ok, 1 warning, 2 critical, 3 unknown. */
// biome-ignore format: read as a table
const generic: Readonly<Record<string, number>> = {
  unknown: 3, other: 3, preparing: 0, running: 0, suspending: 0, suspended: 0,
  resuming: 0, paused: 1, migrating: 0, shuttingdown: 0, shutdown: 0, crashed: 2,
};

/** LibreNMS, os_discovery: state and number of virtual CPUs of every machine. */
export function librenmsDiscovery(): string {
  return (
    HEAD +
    yamlText({
      mib: "VM-MIB",
      modules: { os: { version: "VM-MIB::vmHvVersion.0", features: "VM-MIB::vmHvSoftware.0" }, sensors: sensors() },
    })
  );
}

/** The sensors by kind; also what the definition is checked by. */
export function sensors() {
  const state = requireColumn("vmOperState");
  const states = Object.entries(state.shape.named ?? {}).map(([word, value]) => {
    const rank = generic[word];
    if (rank === undefined) throw new TypeError(`vmOperState ${word} has no rank`);
    return { descr: word, graph: 1, value, generic: rank };
  });
  return {
    state: { data: [{ ...sensor(state, "state"), state_name: "vmOperState", states }] },
    count: { data: [sensor(requireColumn("vmCurCpuNumber"), "virtual CPUs")] },
  };
}

function sensor({ name, oid }: ServedObject, what: string) {
  return {
    oid: "VM-MIB::vmTable",
    value: `VM-MIB::${name}`,
    num_oid: `.${oid}.{{ $index }}`,
    descr: `{{ VM-MIB::vmName }} ${what}`,
    index: `${name}.{{ $index }}`,
    group: "Virtual machines",
  };
}
