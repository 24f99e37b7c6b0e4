import { Fault } from "../base/fault.js";
import type { HostSettings } from "../inventory/inventory.js";
import type { SaslAccount } from "./host-credentials.js";
import type { SshFiles, TlsFiles } from "./host-dialer.js";
import type { Configuration, HostConfiguration } from "./options.js";
import { hostConfiguration } from "./read-configuration.js";
import type { GatewayArguments, HostChoice } from "./running-gateway.js";

/** How one host is served. */
export interface HostPlan extends HostSettings {
  /** Files for TLS where they are not at their usual places. */
  readonly tls?: TlsFiles;
  /** Files with what SSH asks for. */
  readonly ssh?: SshFiles;
  /** For a daemon that asks for SASL. */
  readonly sasl?: SaslAccount;
  readonly pace?: { readonly stateMs: number; readonly statisticsMs: number; readonly monitorDeadlineMs: number };
}

/** Which hosts are served, and why these. */
export interface HostPlans {
  readonly choice: HostChoice;
  readonly hosts: readonly HostPlan[];
  /** Simulated hosts to serve beside them: how many, and how large if not as usual. */
  readonly simulated: { readonly hosts: number; readonly machines?: number; readonly seed: number };
}

/** Simulated hosts when there is nothing else: one with each hypervisor. */
const EMBEDDED_HOSTS = 4;

/**
 * Decides which hosts to serve: those configured or named on the command line; with none, those of a local libvirt; with none
 * of these either, simulated ones. Those added by command come beside configured and found ones, and instead of simulated ones.
 * @param added by command
 * @param findLocal asked only when nothing is configured
 * @throws {Fault} `invalid` for a `--connect` that is no URI
 */
export async function planHosts(
  given: GatewayArguments,
  configuration: Configuration,
  added: readonly HostConfiguration[],
  findLocal: () => Promise<readonly HostConfiguration[]>,
): Promise<HostPlans> {
  const { simulate } = configuration;
  const none = { hosts: 0, seed: simulate.seed };
  const wished =
    simulate.hosts > 0 ? { hosts: simulate.hosts, machines: simulate.machines, seed: simulate.seed } : undefined;
  if (given.simulate) {
    return { choice: "simulated", hosts: [], simulated: wished ?? { ...none, hosts: EMBEDDED_HOSTS } };
  }
  const configured = [...configuration.hosts, ...namedHosts(given, [...configuration.hosts, ...added])];
  if (configured.length > 0 || wished) {
    return { choice: "configured", hosts: withoutDoubles(configured, added).map(planOf), simulated: wished ?? none };
  }
  const found = await findLocal();
  const hosts = withoutDoubles(added, found).map(planOf);
  if (hosts.length > 0) return { choice: found.length > 0 ? "found" : "configured", hosts, simulated: none };
  return { choice: "simulated", hosts: [], simulated: { ...none, hosts: EMBEDDED_HOSTS } };
}

/** How a configured host is served. */
export function planOf(host: HostConfiguration): HostPlan {
  return {
    name: host.name,
    uri: host.uri,
    simulated: false,
    allowWrite: host.allowWrite,
    tls: { ca: host.caFile, certificate: host.certFile, key: host.keyFile },
    ssh: { password: host.sshPasswordFile, passphrase: host.sshPassphraseFile },
    ...(host.saslUser !== undefined && host.saslPasswordFile !== undefined
      ? { sasl: { user: host.saslUser, passwordFile: host.saslPasswordFile } }
      : {}),
    pace: {
      stateMs: host.stateIntervalMs,
      statisticsMs: host.statisticsIntervalMs,
      monitorDeadlineMs: host.callTimeoutMs,
    },
  };
}

/** The first of two that have one name, or of an added and a found one that are the same. */
function withoutDoubles(first: readonly HostConfiguration[], second: readonly HostConfiguration[]) {
  const names = new Set(first.map(({ name }) => name));
  const uris = new Set(first.map(({ uri }) => uri));
  return [...first, ...second.filter(({ name, uri }) => !names.has(name) && !uris.has(uri))];
}

/** Hosts of `--connect`, named after their drivers: `qemu`, `lxc`, `qemu-2`. */
function namedHosts(given: GatewayArguments, others: readonly HostConfiguration[]): HostConfiguration[] {
  const taken = new Set(others.map((host) => host.name));
  return given.connect.map((uri) => {
    const driver = /^[a-z][a-z0-9]*/i.exec(uri)?.[0].toLowerCase();
    if (driver === undefined)
      throw new Fault("invalid", `"${uri}" is not a libvirt URI; write one such as qemu:///system`);
    let name = driver;
    for (let number = 2; taken.has(name); number += 1) name = `${driver}-${number}`;
    taken.add(name);
    return hostConfiguration({ name, uri, allow_write: given.allowWrite });
  });
}
