import { Fault } from "../../base/fault.js";
import type { NetworkStatus } from "../../inventory/hypervisor-networks.js";
import type { ActionOf, NetworkAction } from "./action.js";
import { type Call, hypervisorOf, type Operation, type OperationsOf } from "./operation.js";

function networkOf(action: NetworkAction, call: Call): Promise<NetworkStatus | undefined> {
  return hypervisorOf(action, call).networkStatus(action.network, call.limit);
}

/** Starting, and stopping, which are each other's undo. */
function networkState(word: "start-network" | "stop-network"): Operation<ActionOf<"start-network" | "stop-network">> {
  const active = word === "start-network";
  return {
    title: ({ network }) => `${active ? "start" : "stop"} network ${network}`,
    access: "exec",
    needs: () => [[word]],
    async plan({ host, network }, world) {
      const status = await world.requireNetwork(host, network);
      if (status.active === active) return { needed: false };
      const gone = !active && !status.persistent;
      world.expect(host, { kind: "network", name: network }, gone ? undefined : { ...status, active });
      // Machines that were plugged in are not plugged in again by a restart.
      if (!active) return { needed: true, final: true };
      return { needed: true, undo: { do: "stop-network", host, network } };
    },
    perform: ({ host, network }, call) =>
      active
        ? hypervisorOf({ host }, call).startNetwork(network, call.limit)
        : hypervisorOf({ host }, call).stopNetwork(network, call.limit),
    isDone: async (action, call) => ((await networkOf(action, call))?.active ?? false) === active,
  };
}

/** Virtual networks. */
export const networkOperations: OperationsOf<NetworkAction> = {
  "define-network": {
    title: ({ network }) => `define network ${network}`,
    access: "create",
    piecemeal: true,
    needs: () => [["define-network"]],
    async plan(action, world) {
      const { host, network, document } = action;
      const object = { kind: "network", name: network } as const;
      const status = await world.network(host, network);
      const preview = await world.hypervisor(host).previewDocument(object, document, world.limit);
      if (status?.persistent && preview.before !== undefined && preview.differences.length === 0)
        return { needed: false };
      const blank = { name: network, uuid: "", active: false, autostart: false, bridge: undefined };
      world.expect(host, object, { ...(status ?? blank), persistent: true } satisfies NetworkStatus);
      const isOld = status?.persistent === true && preview.before !== undefined;
      const undo = isOld
        ? ({ do: "define-network", host, network, document: preview.before } as const)
        : ({ do: "undefine-network", host, network } as const);
      return { needed: true, preview, undo };
    },
    async perform(action, call) {
      const hypervisor = hypervisorOf(action, call);
      const made = await hypervisor.defineNetwork(action.document, call.limit);
      if (made !== action.network) {
        await hypervisor.undefineNetwork(made, call.limit);
        throw new Fault("invalid", `the document is about network ${made}, not ${action.network}`);
      }
      if (action.autostart) await hypervisor.setNetworkAutostart(made, true, call.limit);
    },
    async isDone(action, call) {
      const status = await networkOf(action, call);
      if (status?.persistent !== true || (action.autostart && !status.autostart)) return false;
      const object = { kind: "network", name: action.network } as const;
      return (
        (await hypervisorOf(action, call).previewDocument(object, action.document, call.limit)).differences.length === 0
      );
    },
  },
  "start-network": networkState("start-network"),
  "stop-network": networkState("stop-network"),
  "set-network-autostart": {
    title: ({ network, autostart }) => `${autostart ? "start" : "do not start"} network ${network} with its host`,
    access: "update",
    needs: () => [["set-network-autostart"]],
    async plan(action, world) {
      const status = await world.requireNetwork(action.host, action.network);
      if (status.autostart === action.autostart) return { needed: false };
      world.expect(action.host, { kind: "network", name: action.network }, { ...status, autostart: action.autostart });
      return { needed: true, undo: { ...action, autostart: !action.autostart } };
    },
    perform: ({ host, network, autostart }, call) =>
      hypervisorOf({ host }, call).setNetworkAutostart(network, autostart, call.limit),
    isDone: async (action, call) => (await networkOf(action, call))?.autostart === action.autostart,
  },
  "undefine-network": {
    title: ({ network }) => `undefine network ${network}`,
    access: "delete",
    needs: () => [["undefine-network"]],
    async plan({ host, network }, world) {
      const object = { kind: "network", name: network } as const;
      const status = await world.network(host, network);
      if (!status?.persistent) return { needed: false };
      if (status.active) throw new Fault("invalid", `network ${network} is started; stop it first`);
      const preview = await world.hypervisor(host).previewDocument(object, undefined, world.limit);
      world.expect(host, object, undefined);
      if (preview.before === undefined) return { needed: true, final: true, preview };
      // The mark that it starts with its host goes with the definition.
      const marks = status.autostart ? ({ autostart: true } as const) : {};
      const undo = { do: "define-network", host, network, document: preview.before, ...marks } as const;
      return { needed: true, preview, undo };
    },
    perform: ({ host, network }, call) => hypervisorOf({ host }, call).undefineNetwork(network, call.limit),
    isDone: async (action, call) => (await networkOf(action, call))?.persistent !== true,
  },
};
