import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect } from "vitest";
import { type Direction, FaultProxy, type Interference } from "../support/fault-proxy.js";
import { bringUpMachines } from "./support/baseline.js";
import { bothHosts, Gateway, type MachineLine } from "./support/gateway.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { isAlive, residentBytes } from "./support/processes.js";
import { type RemoteLibvirtd, startRemoteLibvirtd } from "./support/remote-libvirtd.js";
import { scratch } from "./support/room.js";
import { type Notification, notification, TrapReceiver } from "./support/trap-receiver.js";
import { until } from "./support/until.js";
import { virsh } from "./support/virsh.js";

const PORT = 16209;
const FAR = "far";
const NEAR = "kvm1";
/** As `bothHosts` has it. */
const STATISTICS_MS = 1000;
/** What a loaded computer may add to a sweep; a host that waited for a lost one would wait for its deadlines, 10 s and more. */
const LATITUDE_MS = 5000;
/** How often everything else must have been read while the fault lasts. */
const SWEEPS = 4;
/** More than the memory of a gateway moves by itself; what a fault leaks each second would soon be more. */
const FLAT_BYTES = 64 * 1024 * 1024;

let folder = "";
let daemon: RemoteLibvirtd;
let proxy: FaultProxy;
let gateway: Gateway;
let receiver: TrapReceiver;
/** The greatest age of statistics on this computer with nothing at fault. */
let usualMs = 0;

beforeAll(
  whenPossible(async () => {
    await bringUpMachines();
    folder = scratch("faults");
    mkdirSync(folder, { recursive: true });
    daemon = await startDaemon();
    proxy = await FaultProxy.onSocket(join(folder, "proxy"), daemon.socket);
    const far = `[[host]]\nname = "${FAR}"\nuri = "test+unix:///default?socket=${proxy.address}"\nstate_interval_ms = 500\n`;
    const target = `[[snmp.target]]\nname = "nms"\naddress = "127.0.0.1:${PORT}"\n`;
    gateway = await Gateway.configured(
      "faults",
      bothHosts({ statisticsIntervalMs: STATISTICS_MS, more: far + target }),
    );
    receiver = await TrapReceiver.start(gateway, PORT);
    await untilFarIsRead();
    usualMs = await watchOthers();
    console.info("oldest statistics with nothing at fault, ms:", usualMs);
  }),
);
afterEach(() => {
  proxy?.heal();
  if (daemon !== undefined && isAlive(daemon.pid)) process.kill(daemon.pid, "SIGCONT");
});
afterAll(
  whenPossible(async () => {
    await receiver?.stop();
    await gateway?.stop();
    await proxy?.stop();
    await daemon?.stop();
  }),
);

function startDaemon(): Promise<RemoteLibvirtd> {
  return startRemoteLibvirtd(folder, ['auth_unix_rw = "none"']);
}

async function farLink(): Promise<string | undefined> {
  type Hosts = { readonly hosts: readonly { readonly name: string; readonly link: string }[] };
  return (await gateway.json<Hosts>("hosts")).hosts.find(({ name }) => name === FAR)?.link;
}

const isLate = ({ ages }: MachineLine): boolean => (ages.stateMs ?? Number.POSITIVE_INFINITY) > 5000;

/** The far machine is there, and what is told of it is new. */
function untilFarIsRead(): Promise<unknown> {
  return until("the far machine to be read", async () => {
    const machine = (await gateway.machines()).find(({ host }) => host === FAR);
    return machine?.reachable && !isLate(machine);
  });
}

/** The fault is felt: the host is told as lost, or what is told of its machine grows old. */
function untilFelt(): Promise<unknown> {
  return until("the fault to be felt", async () => {
    const machine = (await gateway.machines()).find(({ host }) => host === FAR);
    return (await farLink()) !== "up" || machine === undefined || !machine.reachable || isLate(machine);
  });
}

/** Looks until every running machine of QEMU was read `SWEEPS` times. @returns the greatest age of statistics seen */
async function watchOthers(): Promise<number> {
  let oldest = 0;
  const readings = new Map<string, { readonly count: number; readonly at: number }>();
  await until(`every other machine to be read ${SWEEPS} times`, async () => {
    const asked = performance.now();
    const machines = (await gateway.machines()).filter(({ host, state }) => host === NEAR && state === "running");
    for (const { name, ages } of machines) {
      if (ages.statisticsMs === undefined) return false;
      oldest = Math.max(oldest, ages.statisticsMs);
      const last = readings.get(name) ?? { count: 0, at: 0 };
      const at = asked - ages.statisticsMs;
      // Two looks at the same reading differ by less than half of the interval, unless the look itself took long.
      if (at > last.at + STATISTICS_MS / 2) readings.set(name, { count: last.count + 1, at });
    }
    return machines.length > 0 && [...readings.values()].every(({ count }) => count > SWEEPS);
  });
  return oldest;
}

const about = (name: string): readonly Notification[] =>
  receiver
    .received()
    .map(notification)
    .filter(({ vmName }) => vmName === name);

/** One event of a machine elsewhere comes once, and none is lost. */
async function expectEvents(): Promise<void> {
  const seen = about("idle-1").length;
  await virsh("qemu", "suspend", "idle-1");
  await until("the pause to be told", () => about("idle-1").length > seen);
  await virsh("qemu", "resume", "idle-1");
  await until("the resume to be told", () => about("idle-1").length > seen + 1);
  // What is told of another machine afterwards has come after every double.
  const others = about("idle-2").length;
  await virsh("qemu", "suspend", "idle-2");
  await virsh("qemu", "resume", "idle-2");
  await until("the sentinel to be told", () => about("idle-2").length > others + 1);
  expect(
    about("idle-1")
      .slice(seen)
      .map(({ name }) => name),
  ).toEqual(["vmPaused", "vmRunning"]);
}

interface FaultRow {
  readonly name: string;
  begin(): Promise<void> | void;
  end(): Promise<void> | void;
}

const interference = (kind: Interference, ...directions: readonly Direction[]): Omit<FaultRow, "name"> => ({
  begin: () => proxy.interfere(kind, ...directions),
  end: () => proxy.heal(),
});

const rows: readonly FaultRow[] = [
  {
    name: "libvirtd stopped with SIGSTOP",
    begin: () => void process.kill(daemon.pid, "SIGSTOP"),
    end: () => void process.kill(daemon.pid, "SIGCONT"),
  },
  {
    name: "libvirtd killed with SIGKILL, later restarted",
    begin: () => daemon.stop(),
    end: async () => {
      daemon = await startDaemon();
    },
  },
  { name: "a half-open connection", ...interference({ halfOpen: true }) },
  { name: "a peer that sends an octet each second", ...interference({ octetsPerSecond: 1 }, "to-client") },
  { name: "a peer that reads an octet each second", ...interference({ octetsPerSecond: 1 }, "to-server") },
  { name: "a peer that sends garbage", ...interference({ garbage: true }, "to-client") },
];

describe("one host at fault", () => {
  for (const { name, begin, end } of rows) {
    hostTest(`${name}: delays nothing else by more than a sweep, loses and doubles no event, is got over`, async () => {
      await untilFarIsRead();
      await begin();
      await untilFelt();
      const before = residentBytes(gateway.ready.pid);
      const oldest = await watchOthers();
      await expectEvents();
      const after = residentBytes(gateway.ready.pid);
      await end();
      await untilFarIsRead();
      console.info(
        `${name}: oldest statistics elsewhere ${Math.round(oldest)} ms, memory ${after - before} bytes more`,
      );
      expect(oldest).toBeLessThanOrEqual(usualMs + STATISTICS_MS + LATITUDE_MS);
      expect(after - before).toBeLessThan(FLAT_BYTES);
    });
  }
});
