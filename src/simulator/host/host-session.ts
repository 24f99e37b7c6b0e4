import type { Channel } from "../../base/channel.js";
import type { Clock } from "../../base/clock.js";
import type { Log } from "../../base/log.js";
import type { CallHandler, CallHandlers } from "../../protocol/libvirt/call-handler.js";
import { libvirtFault } from "../../protocol/libvirt/error.js";
import type { ArgsOf, CallName } from "../../protocol/libvirt/procedures.js";
import { ServerSession } from "../../protocol/libvirt/server-session.js";
import { agentCalls, FROM_AGENT } from "../calls/agent-calls.js";
import { bulkStatisticsCalls } from "../calls/bulk-statistics.js";
import { type ClientState, connectionCalls } from "../calls/connection-calls.js";
import { openConsole } from "../calls/console.js";
import { domainCalls } from "../calls/domain-calls.js";
import { emptyCalls } from "../calls/empty-calls.js";
import { lifeCalls } from "../calls/life-calls.js";
import { nodeCalls } from "../calls/node-calls.js";
import { saveCalls } from "../calls/save-calls.js";
import { statisticsCalls } from "../calls/statistics-calls.js";
import { deviceCalls } from "../device/device-calls.js";
import { LoadedMachines } from "../machine/loaded-machines.js";
import type { MachineRegistry } from "../machine/machine-registry.js";
import type { DomainReference } from "../machine/simulated-machine.js";
import { migrationCalls, type PeerAt } from "../migration/migration-calls.js";
import { networkCalls } from "../network/network-calls.js";
import { snapshotCalls } from "../snapshot/snapshot-calls.js";
import { poolCalls } from "../storage/pool-calls.js";
import { volumeCalls } from "../storage/volume-calls.js";
import { openDownload, openUpload } from "../storage/volume-streams.js";
import { amountCalls } from "../tuning/amount-calls.js";
import { limitCalls } from "../tuning/limit-calls.js";
import { pinCalls } from "../tuning/pin-calls.js";
import { callsBeforeOpen, libraryName, monitorCalls, writingCalls } from "./call-rules.js";
import type { HostFaults } from "./host-faults.js";
import type { HostState } from "./host-state.js";

/** As libvirt's daemons have it. */
const KEEPALIVE = { intervalMs: 5000, count: 5 };

/** The library's own domain of errors. */
const DOMAIN_LIBRARY = 20;

const XML_SECURE = 1;
const XML_MIGRATABLE = 8;

/** Serves one client of a host. @param registry the machines that there are, of which a client may see less */
export function hostSession(
  whole: HostState,
  registry: MachineRegistry,
  faults: HostFaults,
  channel: Channel,
  options: {
    readonly readOnly: boolean;
    readonly log: Log;
    readonly peerAt: PeerAt;
    readonly wireClock: Clock;
  },
): ServerSession {
  const { readOnly, log, peerAt, wireClock } = options;
  const loaded = whole.driver === "openvz" ? new LoadedMachines(registry) : undefined;
  const host: HostState = loaded ? { ...whole, registry: loaded } : whole;
  const handler: CallHandler = (name, args) => answer(name, args);
  /** Calls that are followed by a stream. */
  const streams = {
    storageVolUpload: (args: ArgsOf<"storageVolUpload">) => openUpload(host, args),
    storageVolDownload: (args: ArgsOf<"storageVolDownload">) => openDownload(host, args),
    domainOpenConsole: (args: ArgsOf<"domainOpenConsole">) => openConsole(host, args),
  };
  const session = new ServerSession(channel, wireClock, {
    handler,
    openStream: async (name, args) => {
      const opener = name in streams ? streams[name as keyof typeof streams] : undefined;
      await admit(name, args, opener !== undefined);
      // Admitted, so it is one of them, with arguments of its own.
      return (opener as NonNullable<typeof opener>)(args as never) as never;
    },
    keepalive: KEEPALIVE,
    log,
  });
  const client: ClientState = {
    session,
    opened: false,
    readOnly,
    onOpen: () => loaded?.load(),
    libraryVersion: () => faults.libraryVersion,
  };
  const handlers: CallHandlers = {
    ...connectionCalls(host, client),
    ...nodeCalls(host),
    ...domainCalls(host),
    ...lifeCalls(host),
    ...saveCalls(host),
    ...snapshotCalls(host),
    ...deviceCalls(host),
    ...migrationCalls(host, peerAt),
    ...amountCalls(host),
    ...limitCalls(host),
    ...pinCalls(host),
    ...statisticsCalls(host),
    ...bulkStatisticsCalls(host),
    ...networkCalls(host),
    ...poolCalls(host),
    ...volumeCalls(host),
    ...agentCalls(host),
    ...emptyCalls,
  };

  /** Lets a call pass, or says why not. @param known whether there is anything here that answers it */
  const admit = async (name: CallName, args: ArgsOf<CallName>, known: boolean): Promise<void> => {
    await faults.pass(name);
    if (!known || !host.profile.offers(name)) {
      throw libvirtFault(
        "NO_SUPPORT",
        `this function is not supported by the connection driver: ${libraryName(name)}`,
        DOMAIN_LIBRARY,
      );
    }
    if (!client.opened && !callsBeforeOpen.has(name)) throw libvirtFault("INTERNAL_ERROR", "connection not open");
    if (client.readOnly && (writingCalls.has(name) || readsSecrets(name, args))) {
      throw libvirtFault(
        "OPERATION_DENIED",
        `operation forbidden: read only access prevents ${libraryName(name)}`,
        DOMAIN_LIBRARY,
      );
    }
    if (monitorCalls.has(name)) await passMonitor(host, args);
  };
  const answer: CallHandler = async (name, args) => {
    const found = handlers[name];
    await admit(name, args, found !== undefined);
    // Admitted, so it is there.
    return (found as NonNullable<typeof found>)(args);
  };
  return session;
}

/** Whether a call only reads, but what not everybody may read, or by disturbing the guest. */
function readsSecrets(name: CallName, args: ArgsOf<CallName>): boolean {
  if (name === "domainInterfaceAddresses") return (args as ArgsOf<"domainInterfaceAddresses">).source === FROM_AGENT;
  if (name !== "domainGetXmlDesc") return false;
  return ((args as ArgsOf<"domainGetXmlDesc">).flags & (XML_SECURE | XML_MIGRATABLE)) !== 0;
}

async function passMonitor(host: HostState, args: ArgsOf<CallName>): Promise<void> {
  if (!("dom" in args)) return;
  const { monitor } = host.registry.require(args.dom as DomainReference);
  if (!monitor.hung || (await monitor.pass(host.clock, true))) return;
  throw libvirtFault(
    "OPERATION_TIMEOUT",
    "Timed out during operation: cannot acquire state change lock (held by another call)",
    host.profile.errorDomain,
  );
}
