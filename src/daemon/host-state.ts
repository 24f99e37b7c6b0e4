import { openStateDirectory } from "../store/state-directory.js";
import { AddedHosts, type CheckedOrder } from "./added-hosts.js";
import { tellGateway } from "./ask-gateway.js";
import type { LoadedConfiguration } from "./config-file.js";
import { addHostPath, removeHostPath, trustPath } from "./host-orders.js";
import { pinHostKeys } from "./host-pins.js";
import { requireNew, whyNotRemoved } from "./host-place.js";
import { defaultConfiguration } from "./read-configuration.js";
import type { HostAnswer } from "./running-gateway.js";

/** Where a host is to be kept: by the gateway that runs, else for the next one. */
export interface HostKeeping {
  readonly stateDirectory: string;
  readonly loaded: LoadedConfiguration;
  readonly dryRun: boolean;
}

/** @throws {Fault} as `RunningGateway.addHost` */
export async function keepHost(order: CheckedOrder, { stateDirectory, loaded, dryRun }: HostKeeping) {
  const told = await tellGateway<HostAnswer>(stateDirectory, addHostPath, { ...order, dryRun });
  return (
    told ??
    withState(stateDirectory, async (added) => {
      const { name, uri } = order.host;
      requireNew(name, uri, [...(loaded.configuration?.hosts ?? []), ...added.hosts]);
      if (!dryRun) await added.add(order);
      return { name, uri, dryRun, served: false };
    })
  );
}

/** @throws {Fault} as `RunningGateway.removeHost` */
export async function dropHost(name: string, { stateDirectory, loaded, dryRun }: HostKeeping): Promise<HostAnswer> {
  const told = await tellGateway<HostAnswer>(stateDirectory, removeHostPath, { name, dryRun });
  return (
    told ??
    withState(stateDirectory, async (added) => {
      const host = added.hosts.find((one) => one.name === name);
      const { configuration = defaultConfiguration(), file } = loaded;
      if (host === undefined)
        throw await whyNotRemoved(
          name,
          added.hosts.map((one) => one.name),
          configuration,
          file,
        );
      if (!dryRun) await added.remove(name);
      return { name, uri: host.uri, dryRun, served: false };
    })
  );
}

/** Accepts keys of SSH servers, lines of known hosts. */
export async function keepPins(pins: readonly string[], stateDirectory: string): Promise<void> {
  if (pins.length === 0) return;
  const told = await tellGateway<object>(stateDirectory, trustPath, { pins });
  if (told === undefined) await withState(stateDirectory, () => pinHostKeys(stateDirectory, pins));
}

/** As no gateway has it, the state directory is this command's as long as it takes. */
async function withState<T>(stateDirectory: string, action: (added: AddedHosts) => Promise<T>): Promise<T> {
  const state = await openStateDirectory(stateDirectory);
  try {
    return await action(await AddedHosts.open(state));
  } finally {
    await state.close();
  }
}
