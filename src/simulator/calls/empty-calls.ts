import type { CallHandlers } from "../../protocol/libvirt/call-handler.js";

/** Lists of what a simulated computer has none of. */
export const emptyCalls: CallHandlers = {
  connectListAllInterfaces: () => ({ ifaces: [], ret: 0 }),
  connectNumOfInterfaces: () => ({ num: 0 }),
  connectNumOfDefinedInterfaces: () => ({ num: 0 }),
  connectListAllNodeDevices: () => ({ devices: [], ret: 0 }),
  nodeNumOfDevices: () => ({ num: 0 }),
  connectListAllNwfilters: () => ({ filters: [], ret: 0 }),
  connectNumOfNwfilters: () => ({ num: 0 }),
  connectListAllNwfilterBindings: () => ({ bindings: [], ret: 0 }),
  connectListAllSecrets: () => ({ secrets: [], ret: 0 }),
  connectNumOfSecrets: () => ({ num: 0 }),
};
