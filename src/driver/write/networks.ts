import type { HypervisorNetworks, NetworkStatus } from "../../inventory/hypervisor-networks.js";
import { readNetwork } from "../../protocol/libvirt/document/network.js";
import type { ResultOf } from "../../protocol/libvirt/procedures.js";
import { present } from "../outcome.js";
import { asGiven, unlessAbsent } from "./document-reading.js";
import type { Calls } from "./operation-time.js";
import type { Undertaking, Writer } from "./writer.js";

type Network = ResultOf<"networkLookupByName">["net"];

/** Virtual networks. */
export function networks(writer: Writer): HypervisorNetworks {
  const change = (
    name: string,
    undertaking: Omit<Undertaking, "happened">,
    act: (calls: Calls, net: Network) => Promise<unknown>,
    shows: (status: NetworkStatus | undefined) => boolean,
  ): Promise<void> => {
    const happened = async (calls: Calls): Promise<boolean> => shows(await status(calls, name));
    return writer.undertake({ ...undertaking, happened }, async (calls) => {
      await act(calls, (await calls.call("networkLookupByName", { name })).net);
    });
  };

  return {
    networkStatus: (name, limit) => writer.ask(limit, (calls) => status(calls, name)),

    defineNetwork: async (document, limit) => {
      const { name } = asGiven(() => readNetwork(document));
      await writer.undertake({ operation: "define-network", limit }, async (calls) => {
        await calls.call("networkDefineXml", { xml: document });
      });
      return name;
    },

    startNetwork: (name, limit) =>
      change(
        name,
        { operation: "start-network", limit },
        (calls, net) => calls.call("networkCreate", { net }),
        (now) => now?.active === true,
      ),

    stopNetwork: (name, limit) =>
      change(
        name,
        { operation: "stop-network", limit },
        (calls, net) => calls.call("networkDestroy", { net }),
        (now) => now?.active !== true,
      ),

    setNetworkAutostart: (name, autostart, limit) =>
      change(
        name,
        { operation: "set-network-autostart", limit },
        (calls, net) => calls.call("networkSetAutostart", { net, autostart: autostart ? 1 : 0 }),
        (now) => now?.autostart === autostart,
      ),

    undefineNetwork: (name, limit) =>
      change(
        name,
        { operation: "undefine-network", limit },
        (calls, net) => calls.call("networkUndefine", { net }),
        (now) => now?.persistent !== true,
      ),
  };
}

function status(calls: Calls, name: string): Promise<NetworkStatus | undefined> {
  return unlessAbsent(async () => {
    const { net } = await calls.call("networkLookupByName", { name });
    const [active, persistent, autostart, bridge] = await Promise.all([
      calls.call("networkIsActive", { net }),
      calls.call("networkIsPersistent", { net }),
      present(calls.call("networkGetAutostart", { net })),
      present(calls.call("networkGetBridgeName", { net })),
    ]);
    return {
      name: net.name,
      uuid: net.uuid,
      active: active.active === 1,
      persistent: persistent.persistent === 1,
      autostart: autostart?.autostart === 1,
      bridge: bridge?.name,
    };
  });
}
