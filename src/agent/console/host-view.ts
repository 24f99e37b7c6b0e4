import { type Freshness, hostFreshness } from "../../inventory/freshness.js";
import type { HostGeneration } from "../../inventory/generation.js";
import type { LinkState } from "../../inventory/host.js";
import type { MachineState } from "../../inventory/machine.js";
import type { Counters } from "./console-source.js";

/** A host as the console, the command line and scripts see it. What is not known is absent. */
export interface HostView {
  readonly name: string;
  readonly uri: string;
  readonly simulated: boolean;
  readonly allowWrite: boolean;
  readonly link: LinkState;
  readonly linkReason: string | undefined;
  readonly freshness: Freshness;
  /** ISO 8601. */
  readonly linkSince: string;
  /** Whether all machines have been listed since the gateway started. */
  readonly complete: boolean;
  /** Since the last complete listing. */
  readonly listedAgeMs: number | undefined;
  /** Of the oldest statistics of a running machine that is not stuck. */
  readonly statisticsAgeMs: number | undefined;
  readonly technology: string | undefined;
  readonly driver: string | undefined;
  readonly hypervisorVersion: string | undefined;
  readonly libvirtVersion: string | undefined;
  readonly hostname: string | undefined;
  readonly node: string | undefined;
  readonly architecture: string | undefined;
  readonly cpuModel: string | undefined;
  readonly cpuCount: number | undefined;
  readonly memoryKiB: number | undefined;
  readonly local: boolean | undefined;
  /** ISO 8601. */
  readonly upSince: string | undefined;
  readonly machines: number;
  readonly machinesByState: Readonly<Partial<Record<MachineState, number>>>;
  /** Names of the machines that do not answer statistics calls, at most 20. */
  readonly stuck: readonly string[];
  readonly counters: Counters;
}

const STUCK_NAMED = 20;

/** @param monotonic now, on the clock of the machines' readings */
export function viewHost({ host, byIndex }: HostGeneration, counters: Counters, monotonic: number): HostView {
  const machinesByState: Partial<Record<MachineState, number>> = {};
  const stuck: string[] = [];
  let oldestStatistics: number | undefined;
  for (const machine of byIndex) {
    machinesByState[machine.state] = (machinesByState[machine.state] ?? 0) + 1;
    if (machine.stuck && stuck.length < STUCK_NAMED) stuck.push(machine.name);
    const at = machine.readings.statistics;
    if (
      machine.state === "running" &&
      !machine.stuck &&
      at !== undefined &&
      at < (oldestStatistics ?? Number.POSITIVE_INFINITY)
    )
      oldestStatistics = at;
  }
  const { facts } = host;
  return {
    name: host.name,
    uri: host.uri,
    simulated: host.simulated,
    allowWrite: host.allowWrite,
    link: host.link,
    linkReason: host.linkReason,
    freshness: hostFreshness(host, monotonic),
    linkSince: isoTime(host.linkSince),
    complete: host.complete,
    listedAgeMs: ageMs(host.listedAt, monotonic),
    statisticsAgeMs: ageMs(oldestStatistics, monotonic),
    technology: facts?.technology,
    driver: facts?.driver,
    hypervisorVersion: facts?.hypervisorVersion,
    libvirtVersion: facts?.libvirtVersion,
    hostname: facts?.hostname,
    node: facts?.nodeUuid,
    architecture: facts?.architecture,
    cpuModel: facts?.cpuModel,
    cpuCount: facts?.cpuCount,
    memoryKiB: facts?.memoryKiB,
    local: facts?.local,
    upSince: facts && isoTime(facts.upSince),
    machines: byIndex.length,
    machinesByState,
    stuck,
    counters,
  };
}

/** How long ago an instant of the monotonic clock was, whole milliseconds. */
export function ageMs(instant: number | undefined, monotonic: number): number | undefined {
  return instant === undefined ? undefined : Math.max(0, Math.round(monotonic - instant));
}

/** @param wall milliseconds since 1970 */
export function isoTime(wall: number): string {
  const time = new Date(wall);
  return Number.isNaN(time.getTime()) ? "unknown" : time.toISOString();
}
