import { Fault } from "../base/fault.js";
import type { HttpRoute } from "../base/http.js";
import { checkHostOrder, checkPins } from "./added-hosts.js";
import { orderRoute } from "./control-order.js";
import type { HostAnswer, RunningGateway } from "./running-gateway.js";

export const addHostPath = "/v1/hosts/add";
export const removeHostPath = "/v1/hosts/remove";
export const trustPath = "/v1/hosts/trust";

/** What the commands `virtgate host …` order. */
export function hostOrders(gateway: RunningGateway, hostsChanged: () => Promise<void>): readonly HttpRoute[] {
  const told = async (answer: HostAnswer): Promise<HostAnswer> => {
    if (!answer.dryRun) await hostsChanged();
    return answer;
  };
  return [
    orderRoute(addHostPath, async (order) => told(await gateway.addHost(checkHostOrder(order), isDryRun(order)))),
    orderRoute(removeHostPath, async (order) => {
      const { name } = Object(order) as { readonly name?: unknown };
      if (typeof name !== "string") throw new Fault("invalid", "the order names no host");
      return told(await gateway.removeHost(name, isDryRun(order)));
    }),
    orderRoute(trustPath, async (order) => {
      await gateway.trust(checkPins((Object(order) as { readonly pins?: unknown }).pins));
      return {};
    }),
  ];
}

function isDryRun(order: unknown): boolean {
  return (Object(order) as { readonly dryRun?: unknown }).dryRun === true;
}
