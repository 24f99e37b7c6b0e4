import type { MachineDetail, NicView } from "../../agent/console/machine-view.js";
import { bytes, type Terminal } from "../terminal.js";
import { fact, heading, kib, listed, size } from "./fact-lines.js";

/** What a machine is for, what it is held to, what its guest tells, and its snapshots. */
export function* machineFacts(terminal: Terminal, machine: MachineDetail): Generator<string> {
  yield fact("title", machine.title);
  yield fact("description", machine.description);
  for (const [name, note] of Object.entries(machine.notes)) yield fact(`note ${name}`, note);
  yield fact("memory use", memoryUse(machine.memoryUse));
  yield fact("memory limits", memoryLimits(machine.limits.memory));
  yield fact("cpu limits", cpuLimits(machine.limits));
  yield fact("cpu placement", placement(machine.limits));
  yield fact("block limits", blockLimits(machine.limits));
  yield* guest(terminal, machine);
  const { snapshots = [] } = machine;
  if (snapshots.length > 0) yield heading(terminal, "snapshots");
  for (const { name, state, createdAt, parent, current, description } of snapshots) {
    const after = parent === undefined ? undefined : `after ${parent}`;
    yield fact(name, listed([state, createdAt, after, current ? "current" : undefined, description]));
  }
}

function memoryUse(use: MachineDetail["memoryUse"]): string {
  const part = (word: string, value: number | undefined) => (value === undefined ? undefined : `${word} ${kib(value)}`);
  return listed([
    part("resident", use.residentKiB),
    part("unused", use.unusedKiB),
    part("usable", use.usableKiB),
    part("caches", use.diskCachesKiB),
  ]);
}

function memoryLimits({ hardKiB, softKiB, swapHardKiB }: MachineDetail["limits"]["memory"]): string {
  const part = (word: string, value: string | undefined) => (value === undefined ? undefined : `${word} ${kib(value)}`);
  return listed([part("hard", hardKiB), part("soft", softKiB), part("with swap", swapHardKiB)]);
}

function cpuLimits({ cpu, cpuTotal, emulator }: MachineDetail["limits"]): string {
  const quota = (word: string, { quotaUs, periodUs }: { quotaUs: number | undefined; periodUs: number | undefined }) =>
    quotaUs === undefined ? undefined : `${word} ${quotaUs} of every ${periodUs ?? 100_000} µs`;
  return listed([
    cpu.shares === undefined ? undefined : `shares ${cpu.shares}`,
    quota("each vcpu", cpu),
    quota("all together", cpuTotal),
    quota("emulator", emulator),
  ]);
}

function placement({ cpuset, emulatorPinning, numaNodes, numaMode }: MachineDetail["limits"]): string {
  return listed([
    cpuset === undefined ? undefined : `cpus ${cpuset}`,
    emulatorPinning === undefined ? undefined : `emulator on ${emulatorPinning}`,
    numaNodes === undefined ? undefined : `numa nodes ${numaNodes}${numaMode === undefined ? "" : ` (${numaMode})`}`,
  ]);
}

function blockLimits({ blockWeight, blockDevices }: MachineDetail["limits"]): string {
  return listed([
    blockWeight === undefined ? undefined : `weight ${blockWeight}`,
    ...blockDevices.map(({ path, weight, ...limits }) => {
      const parts = [weight === undefined ? undefined : `weight ${weight}`, limitsText(limits)];
      return `${path}: ${listed(parts)}`;
    }),
  ]);
}

/** Limits in bytes or requests per second, by the names of their members. */
export function limitsText(
  limits: Readonly<Record<keyof typeof limitWords, string | number | undefined>> | object,
): string {
  return listed(
    Object.entries(limits).map(([member, value]: [string, string | number | undefined]) => {
      const word = limitWords[member as keyof typeof limitWords];
      if (value === undefined || word === undefined) return undefined;
      return member.includes("Bytes") ? `${word} ${bytes(Number(value))}/s` : `${word} ${value}/s`;
    }),
  );
}

const limitWords = {
  totalBytesPerS: "in all",
  readBytesPerS: "read",
  writeBytesPerS: "write",
  totalRequestsPerS: "requests",
  readRequestsPerS: "read requests",
  writeRequestsPerS: "write requests",
} as const;

export function bandwidths({ inbound, outbound }: NonNullable<NicView["limits"]>): string {
  const one = (word: string, limit: typeof inbound) => {
    if (!limit) return undefined;
    const peak = limit.peakKiBPerS === undefined ? "" : `, peak ${kib(limit.peakKiBPerS)}/s`;
    const burst = limit.burstKiB === undefined ? "" : `, burst ${kib(limit.burstKiB)}`;
    return `${word} ${kib(limit.averageKiBPerS)}/s${peak}${burst}`;
  };
  return listed([one("in", inbound), one("out", outbound)]);
}

function* guest(terminal: Terminal, { guest: view, domainId }: MachineDetail): Generator<string> {
  if (domainId === undefined) return;
  if (!view.known) {
    yield fact("inside", `not known: ${view.why}`);
    return;
  }
  const { hostname, osName, kernel, timezone, filesystems } = view.facts;
  yield heading(terminal, "inside");
  yield fact("host name", hostname);
  yield fact("system", listed([osName, kernel, timezone]));
  for (const { mountPoint, type, totalBytes, usedBytes } of filesystems)
    yield fact(mountPoint, listed([type, size("size", totalBytes), size("used", usedBytes)]));
}
