import type { HostAnswer } from "../../agent/console/control-routes.js";
import type { NetworkView, ResourcesView } from "../../agent/console/resources-view.js";
import { duration, type Terminal } from "../terminal.js";
import { fact, heading, kib, listed, size, yesNo } from "./fact-lines.js";

type Shown = HostAnswer["hosts"][number];
type PoolView = NonNullable<ResourcesView["pools"]>[number];

/** Volumes of a pool that a person is shown; `--json` has all. */
const SHOWN_VOLUMES = 20;

/** One host with the computer under it, for people. */
export function hostText(terminal: Terminal, host: Shown): string {
  return [
    ...identity(host),
    ...node(terminal, host.resources),
    ...pools(terminal, host),
    ...networks(terminal, host),
  ].join("");
}

function* identity(host: Shown): Generator<string> {
  yield fact("host", host.name);
  yield fact("uri", host.simulated ? `${host.uri} (simulated)` : host.uri);
  yield fact("link", listed([host.link, host.linkReason, `since ${host.linkSince}`]));
  if (host.freshness === "unreachable") yield fact("", "the host does not answer: this is what was last known");
  else if (host.freshness === "stale") yield fact("", "stale: this is older than it should be");
  yield fact("driver", listed([host.driver, host.hypervisorVersion]));
  yield fact("libvirt", host.libvirtVersion);
  yield fact("writable", yesNo(host.allowWrite));
  yield fact("computer", listed([host.hostname, host.node]));
  yield fact("machines", `${host.machinesByState.running ?? 0} of ${host.machines} run`);
  const { nodeMs, useMs, poolsMs, networksMs } = host.resources.ages;
  const ages = { list: host.listedAgeMs, build: nodeMs, load: useMs, pools: poolsMs, networks: networksMs };
  yield fact(
    "age",
    listed(Object.entries(ages).map(([what, ms]) => (ms === undefined ? "" : `${what} ${duration(ms)}`))),
  );
}

function* node(terminal: Terminal, { node: build, use, nics = [] }: ResourcesView): Generator<string> {
  if (build) {
    yield heading(terminal, "computer");
    yield fact(
      "processors",
      listed([build.cpuModel, build.cpuVendor, build.architecture, online(build), topology(build)]),
    );
    yield fact("memory", listed([kib(build.memoryKiB), free(use?.memoryFreeKiB)]));
    for (const [at, { id, memoryKiB, cpus }] of build.cells.entries())
      yield fact(`numa node ${id}`, listed([kib(memoryKiB), free(use?.cellsFreeKiB[at]), `cpus ${ranges(cpus)}`]));
  }
  for (const { name, mac, linkState, speedMbitPerS } of nics)
    yield fact(name, listed([mac, linkState, speedMbitPerS === undefined ? undefined : `${speedMbitPerS} Mbit/s`]));
}

function online({ cpuCount, cpusOnline }: NonNullable<ResourcesView["node"]>): string | undefined {
  return cpuCount === undefined ? undefined : `${cpusOnline ?? cpuCount} of ${cpuCount} online`;
}

function topology({ numaNodes, sockets, cores, threads }: NonNullable<ResourcesView["node"]>): string | undefined {
  if (sockets === undefined || cores === undefined || threads === undefined) return undefined;
  return `${numaNodes ?? 1} × ${sockets} sockets × ${cores} cores × ${threads} threads`;
}

function free(amountKiB: number | undefined): string | undefined {
  return amountKiB === undefined ? undefined : `${kib(amountKiB)} free`;
}

/** `0-3,8`. */
function ranges(numbers: readonly number[]): string {
  const parts: string[] = [];
  let first: number | undefined;
  for (const [at, number] of numbers.entries()) {
    first ??= number;
    if (numbers[at + 1] === number + 1) continue;
    parts.push(first === number ? String(number) : `${first}-${number}`);
    first = undefined;
  }
  return parts.join(",");
}

function* pools(terminal: Terminal, { resources }: Shown): Generator<string> {
  for (const pool of resources.pools ?? []) {
    yield heading(terminal, `pool ${pool.name}`);
    yield fact(
      "",
      listed([pool.type, pool.state, pool.path, starts(pool), pool.persistent === false ? "transient" : ""]),
    );
    yield fact("", listed([size("capacity", pool.capacityBytes), size("available", pool.availableBytes)]));
    yield* volumes(pool);
  }
}

function* volumes({ volumes: all = [], volumesLeftOut }: PoolView): Generator<string> {
  for (const volume of all.slice(0, SHOWN_VOLUMES)) {
    const backing = volume.backingPath === undefined ? undefined : `over ${volume.backingPath}`;
    const sizes = [size("capacity", volume.capacityBytes), size("allocated", volume.allocationBytes)];
    yield fact(`  ${volume.name}`, listed([volume.format ?? volume.type, ...sizes, backing]));
  }
  const more = Math.max(0, all.length - SHOWN_VOLUMES) + volumesLeftOut;
  if (more > 0) yield fact("", `and ${more} more volumes`);
}

function* networks(terminal: Terminal, { resources }: Shown): Generator<string> {
  for (const network of resources.networks ?? []) {
    yield heading(terminal, `network ${network.name}`);
    yield fact(
      "",
      listed([network.active ? "active" : "inactive", network.forwardMode ?? "isolated", starts(network)]),
    );
    yield fact("", listed([network.bridge, ...network.addresses.map(addressText), network.domain]));
    for (const { address, prefix, mac, hostname, expiresAt } of network.leases ?? [])
      yield fact(
        `  ${address}/${prefix}`,
        listed([mac, hostname, expiresAt === undefined ? undefined : `until ${expiresAt}`]),
      );
  }
}

function addressText({ address, prefix, dhcpRanges }: NetworkView["addresses"][number]): string {
  const given = dhcpRanges.map(({ start, end }) => `${start} to ${end}`).join(", ");
  return `${address}${prefix === undefined ? "" : `/${prefix}`}${given === "" ? "" : ` (gives out ${given})`}`;
}

function starts({ autostart }: { readonly autostart: boolean | undefined }): string | undefined {
  return autostart ? "starts with the computer" : undefined;
}
