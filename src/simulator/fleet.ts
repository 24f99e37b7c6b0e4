import type { Channel, ChannelServer } from "../base/channel.js";
import type { Clock } from "../base/clock.js";
import { Fault } from "../base/fault.js";
import { type Log, silentLog } from "../base/log.js";
import type { SimulatedDriver } from "./host/driver-profile.js";
import { createSimulatedHost, type SimulatedHost } from "./host/simulated-host.js";
import { type SimulatedNode, simulatedNode } from "./host/simulated-node.js";
import { type HostMix, technologies } from "./host/technologies.js";
import { FleetLife } from "./life/fleet-life.js";
import type { PeerAt } from "./migration/migration-calls.js";
import { seedOf } from "./time/seed.js";

/** A host that is being served, and where. */
export interface ServedHost {
  readonly host: SimulatedHost;
  readonly path: string;
  /** What `virsh -c` and the gateway open. */
  readonly uri: string;
}

export interface Fleet {
  readonly hosts: readonly ServedHost[];
  /** Ends all hosts and their listeners; idempotent. */
  stop(): Promise<void>;
}

export interface FleetOptions {
  /** The socket of one host; the folder of the sockets of several. */
  readonly path: string;
  readonly hosts: number;
  /** Machines per host; each driver's usual number when absent. */
  readonly machines?: number;
  readonly seed: number;
  /** The drivers that hosts take turns to have; one may come several times. */
  readonly mix?: HostMix;
  readonly life?: boolean;
  readonly clock: Clock;
  /** What connections are timed by, where `clock` can be moved. */
  readonly wireClock?: Clock;
  readonly log?: Log;
  /** Opens a listener, and makes the folder of its socket if need be; given by who may do I/O. */
  readonly listen: (path: string, onChannel: (channel: Channel) => void) => Promise<ChannelServer>;
}

/** What hosts take turns to be, when nothing else is asked for. */
const ORDINARY_MIX: HostMix = ["qemu", "lxc", "xen", "openvz"];

/** Hypervisors that one kernel can have at the same time share a computer. */
const kernels: Readonly<Record<SimulatedDriver, string>> = {
  qemu: "linux",
  lxc: "linux",
  xen: "xen",
  openvz: "openvz",
};

/**
 * Serves simulated hosts on unix sockets.
 * @throws {Fault} what `listen` throws; nothing is left listening then
 */
export async function serveFleet(options: FleetOptions): Promise<Fleet> {
  if (!Number.isInteger(options.hosts) || options.hosts < 1)
    throw new Fault("invalid", "there must be a host to serve");
  const byUri = new Map<string, SimulatedHost>();
  const hosts = simulatedHosts({ ...options, peerAt: (uri) => byUri.get(uri)?.state }).map((host, index) => {
    const path = options.hosts === 1 ? options.path : `${options.path}/${index + 1}.sock`;
    const uri = socketUri(host, path);
    byUri.set(uri, host);
    return { host, path, uri };
  });
  const servers: ChannelServer[] = [];
  let stopped: Promise<unknown> | undefined;
  const { seed, clock } = options;
  const states = hosts.map(({ host }) => host.state);
  const life = options.life ? new FleetLife({ hosts: states, clock, seed: seedOf(seed, "fleet") }) : undefined;
  const stop = async (): Promise<void> => {
    life?.stop();
    for (const { host } of hosts) host.stop();
    stopped ??= Promise.all(servers.map((server) => server.close()));
    await stopped;
  };
  try {
    for (const { host, path } of hosts) servers.push(await options.listen(path, (channel) => host.serve(channel)));
  } catch (error) {
    await stop();
    throw error;
  }
  return { hosts, stop };
}

/**
 * The hosts of a fleet: `kvm1`, `lxc1`, `xen1`, `openvz1`, `kvm2`, … The first KVM and the first LXC are two hypervisors of one
 * computer, and so on. Machines of all but the first host of a kind carry their host's name, so that no two machines are called
 * the same.
 */
export function simulatedHosts(
  options: Pick<FleetOptions, "hosts" | "machines" | "seed" | "mix" | "life" | "clock" | "wireClock" | "log"> & {
    readonly peerAt?: PeerAt;
  },
): readonly SimulatedHost[] {
  const { machines, seed, mix = ORDINARY_MIX, life = false, clock, log = silentLog } = options;
  const counts = new Map<SimulatedDriver, number>();
  const nodes = new Map<string, SimulatedNode>();
  return Array.from({ length: options.hosts }, (_, index) => {
    const driver = mix[index % mix.length] ?? mix[0];
    const number = (counts.get(driver) ?? 0) + 1;
    counts.set(driver, number);
    const name = `${technologies[driver]}${number}`;
    const place = `${kernels[driver]} ${number}`;
    // Twice as many machines as on one host: two hypervisors may share it.
    const node =
      nodes.get(place) ?? simulatedNode({ name: `node${nodes.size + 1}`, seed, machines: (machines ?? 9) * 2, clock });
    nodes.set(place, node);
    return createSimulatedHost({
      name,
      driver,
      seed,
      life,
      clock,
      log,
      node,
      namePrefix: number === 1 ? "" : prefixOf(driver, name, number),
      ...(machines === undefined ? {} : { machines }),
      ...(options.wireClock && { wireClock: options.wireClock }),
      ...(options.peerAt && { peerAt: options.peerAt }),
    });
  });
}

/** OpenVZ's containers have nothing but numbers. */
function prefixOf(driver: SimulatedDriver, name: string, number: number): string {
  return driver === "openvz" ? String(number) : `${name}-`;
}

/** The URI by which libvirt's clients reach a host on a socket of ours. */
function socketUri(host: SimulatedHost, path: string): string {
  const [scheme = "", rest = ""] = host.uri.split("://");
  return `${scheme}+unix://${rest}?socket=${encodeURI(path)}`;
}
