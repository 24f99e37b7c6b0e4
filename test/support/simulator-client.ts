import type { Clock } from "../../src/base/clock.js";
import { ClientSession } from "../../src/protocol/libvirt/client-session.js";
import { feature } from "../../src/protocol/libvirt/feature.js";
import type { ArgsOf, CallName, LibvirtEvent, ResultOf } from "../../src/protocol/libvirt/procedures.js";
import type { SimulatedHost } from "../../src/simulator/host/simulated-host.js";
import type { DomainReference } from "../../src/simulator/machine/simulated-machine.js";
import { pairedChannels } from "./paired-channels.js";

/** A client of a simulated host in the same process, over the real protocol. */
export interface SimulatorClient {
  readonly session: ClientSession;
  /** Everything the host announced to it, in order. */
  readonly events: LibvirtEvent[];
  call<N extends CallName>(name: N, args: ArgsOf<N>): Promise<ResultOf<N>>;
  domain(name: string): Promise<DomainReference>;
}

/** Connects, opens the hypervisor and registers for the events with these numbers. */
export async function connectTo(
  host: SimulatedHost,
  clock: Clock,
  { readOnly = false, eventIds = [] }: { readonly readOnly?: boolean; readonly eventIds?: readonly number[] } = {},
): Promise<SimulatorClient> {
  const [ours, theirs] = pairedChannels();
  host.serve(theirs, { readOnly });
  const session = new ClientSession(ours, clock, { maximumWaiting: 10_000 });
  const events: LibvirtEvent[] = [];
  session.subscribe((event) => events.push(event));
  const call = <N extends CallName>(name: N, args: ArgsOf<N>): Promise<ResultOf<N>> =>
    session.call(name, args, { deadlineMs: 60_000 });
  await call("authList", {});
  await call("connectSupportsFeature", { feature: feature.callbackEvents });
  await call("connectOpen", { name: host.uri, flags: 0 });
  for (const eventId of eventIds) await call("connectDomainEventCallbackRegisterAny", { eventId });
  return {
    session,
    events,
    call,
    domain: async (name) => (await call("domainLookupByName", { name })).dom,
  };
}

/** Lifecycle events as `[event, detail]`, other events by the name of their packet; with the machine's name. */
export function eventWords(events: readonly LibvirtEvent[]): readonly string[] {
  return events.map((event) => {
    const name = "dom" in event.message ? event.message.dom.name : "";
    if (event.name !== "domainEventCallbackLifecycle") return `${name}: ${event.name}`;
    return `${name}: ${event.message.event}/${event.message.detail}`;
  });
}
