import type { OrderedAction } from "../../../engine/change/read-actions.js";

/** What a computer has that its hosts share. */
export type SharedKind = "pool" | "network";

/** What can be done to both with no more said. */
export type SharedVerb = "start" | "stop" | "undefine";

/** What is done to one kind, as actions. */
export interface SharedActions {
  define(host: string, name: string, document: string): OrderedAction;
  autostart(host: string, name: string, autostart: boolean): OrderedAction;
  act(verb: SharedVerb, host: string, name: string): OrderedAction;
}

export const sharedActions: Readonly<Record<SharedKind, SharedActions>> = {
  pool: {
    define: (host, pool, document) => ({ do: "define-pool", host, pool, document }),
    autostart: (host, pool, autostart) => ({ do: "set-pool-autostart", host, pool, autostart }),
    act: (verb, host, pool) => ({ do: `${verb}-pool`, host, pool }),
  },
  network: {
    define: (host, network, document) => ({ do: "define-network", host, network, document }),
    autostart: (host, network, autostart) => ({ do: "set-network-autostart", host, network, autostart }),
    act: (verb, host, network) => ({ do: `${verb}-network`, host, network }),
  },
};
