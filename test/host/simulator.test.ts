import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished } from "vitest";
import { systemClock } from "../../src/base/clock.js";
import { silentLog } from "../../src/base/log.js";
import { hostDialer } from "../../src/daemon/host-dialer.js";
import { type Connection, connect } from "../../src/driver/connection.js";
import { OpeningGate } from "../../src/driver/opening-gate.js";
import { parseLibvirtUri } from "../../src/driver/uri.js";
import { libvirtErrorOf } from "../../src/protocol/libvirt/error.js";
import type { ArgsOf, CallName, LibvirtEvent, ResultOf } from "../../src/protocol/libvirt/procedures.js";
import { createSimulatedHost } from "../../src/simulator/host/simulated-host.js";
import { listenUnix } from "../../src/transport/unix.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { containerXml, nic, qemuXml } from "./support/domain-xml.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { startLibvirt } from "./support/libvirt-daemon.js";
import { scratch } from "./support/room.js";
import { until } from "./support/until.js";

const NAME = "compared";
const UUID = "7d3c5a10-0000-4000-8000-0000000000ff";

/** One client, and what it was told in the order of the steps that it took. */
class Player {
  readonly told: unknown[] = [];
  readonly connection: Connection;
  #events: LibvirtEvent[] = [];

  constructor(connection: Connection) {
    this.connection = connection;
    connection.subscribe((event) => this.#events.push(event));
  }

  get dom() {
    return { name: NAME, uuid: UUID, id: -1 };
  }

  /** Notes what `keep` takes from the answer, or the number of the error. */
  async step<N extends CallName>(name: N, args: ArgsOf<N>, keep: (result: ResultOf<N>) => unknown = () => "done") {
    try {
      this.told.push([name, keep(await this.connection.call(name, args, 60_000))]);
    } catch (error) {
      this.told.push([name, "error", libvirtErrorOf(error)?.code]);
    }
  }

  /** Waits for this lifecycle event, and notes all that came until then. */
  async events(last: string): Promise<void> {
    const words = () =>
      this.#events.flatMap(({ name, message }) =>
        name === "domainEventCallbackLifecycle" && message.dom.uuid === UUID
          ? [`${message.event}/${message.detail}`]
          : [],
      );
    await until(`the event ${last}`, async () => words().includes(last));
    // A container's init may end before its monitor is told to: then the real driver tells of a failure first, and not always.
    this.told.push(["events", words().filter((word, at, all) => word !== "5/5" || all[at + 1] !== "5/1")]);
    this.#events = [];
  }

  readonly state = () =>
    this.step("domainGetState", { dom: this.dom, flags: 0 }, ({ state, reason }) => [state, reason]);
}

async function open(uri: string): Promise<Player> {
  const means = { clock: systemClock, log: silentLog, gate: new OpeningGate(), signal: new AbortController().signal };
  const connection = await connect(parseLibvirtUri(uri, true), { ...means, dialer: hostDialer({}) });
  onTestFinished(() => connection.session.close());
  const player = new Player(connection);
  await connection.call("connectDomainEventCallbackRegisterAny", { eventId: 0 });
  return player;
}

/** The real daemon and the simulated one. */
async function both(driver: "qemu" | "lxc"): Promise<readonly [Player, Player]> {
  const host = createSimulatedHost({ name: "host", driver, clock: systemClock });
  const path = join(temporaryFolder(), "s");
  const server = await listenUnix(path, (channel) => host.serve(channel));
  onTestFinished(async () => {
    host.stop();
    await server.close();
  });
  return [await open(`${driver}:///system`), await open(`${driver}+unix:///system?socket=${path}`)];
}

/** What both drivers can do with a machine. */
async function commonLife(player: Player, xml: string): Promise<void> {
  const { dom } = player;
  await player.step("domainLookupByName", { name: "nobody" });
  await player.step("domainGetState", { dom, flags: 0 });
  await player.step("domainDefineXmlFlags", { xml, flags: 0 }, ({ dom: made }) => [made.name, made.uuid, made.id]);
  await player.events("0/0");
  await player.state();
  await player.step("domainDefineXmlFlags", { xml: "<domain/>", flags: 0 });
  await player.step("domainSuspend", { dom });
  await player.step("domainDestroyFlags", { dom, flags: 0 });
  await player.step("domainIsPersistent", { dom }, ({ persistent }) => persistent);
  await player.step("domainSetAutostart", { dom, autostart: 1 });
  await player.step("domainGetAutostart", { dom }, ({ autostart }) => autostart);
  await player.step("domainGetInfo", { dom }, ({ state, maxMem, nrVirtCpu, cpuTime }) => [
    state,
    maxMem,
    nrVirtCpu,
    cpuTime,
  ]);
  await player.step("domainCreateWithFlags", { dom, flags: 0 }, ({ dom: run }) => run.id > 0);
  await player.events("2/0");
  await player.state();
  await player.step("domainCreateWithFlags", { dom, flags: 0 });
  await player.step("domainGetSchedulerType", { dom }, ({ type }) => type);
  await player.step("domainSuspend", { dom });
  await player.events("3/0");
  await player.state();
  await player.step("domainSuspend", { dom });
  await player.step("domainResume", { dom });
  await player.events("4/0");
  await player.state();
  await player.step("domainResume", { dom });
  await player.step("domainSetMetadata", {
    dom,
    type: 1,
    metadata: "a title",
    key: undefined,
    uri: undefined,
    flags: 2,
  });
  await player.step("domainGetMetadata", { dom, type: 1, uri: undefined, flags: 2 }, ({ metadata }) => metadata);
  await player.step("domainGetMetadata", { dom, type: 1, uri: undefined, flags: 1 });
  await player.step("domainHasManagedSaveImage", { dom, flags: 0 }, ({ result }) => result);
}

async function commonEnd(player: Player): Promise<void> {
  const { dom } = player;
  await player.step("domainDestroyFlags", { dom, flags: 0 });
  await player.events("5/1");
  await player.state();
  await player.step("domainDestroyFlags", { dom, flags: 0 });
  await player.step("domainUndefineFlags", { dom, flags: 0 });
  await player.events("1/0");
  await player.state();
}

beforeAll(whenPossible(startLibvirt));

describe("the simulator beside the real daemon", () => {
  hostTest("lives the life of a virtual machine, answer for answer and event for event", async () => {
    const [real, simulated] = await both("qemu");
    const devices = [nic("user", "52:54:00:aa:00:ff", "e1000")];
    const xml = qemuXml(NAME, UUID, { type: "qemu", memoryMiB: 32, vcpus: 2, currentVcpus: 1, devices });
    for (const player of [real, simulated]) {
      const { dom } = player;
      await commonLife(player, xml);
      await player.step("domainGetSchedulerParametersFlags", { dom, nparams: 16, flags: 1 }, fieldsOf);
      await player.step("domainGetVcpusFlags", { dom, flags: 1 }, ({ num }) => num);
      await player.step("domainSetVcpusFlags", { dom, nvcpus: 9, flags: 2 });
      await player.step("domainSetMemoryFlags", { dom, memory: 99_999_999n, flags: 1 });
      await player.step("domainListAllSnapshots", { dom, needResults: 1, flags: 0 }, ({ ret }) => ret);
      await player.step("domainSnapshotCurrent", { dom, flags: 0 });
      await player.step("domainDetachDeviceAlias", { dom, alias: "nothing", flags: 1 });
      await player.step("domainManagedSave", { dom, flags: 0 });
      await player.events("5/4");
      await player.state();
      await player.step("domainUndefineFlags", { dom, flags: 0 });
      await player.step("domainCreateWithFlags", { dom, flags: 0 });
      await player.events("4/2");
      await player.state();
      const file = scratch("compared.save");
      await player.step("domainSave", { dom, to: file });
      await player.events("5/4");
      await player.step("domainRestore", { from: file });
      await player.events("4/2");
      await player.step("domainRestore", { from: file });
      await player.step("domainRestore", { from: scratch("no such file") });
      await player.state();
      await commonEnd(player);
    }
    expect(simulated.told).toEqual(real.told);
  });

  hostTest("tells statistics under the names and in the types of the real ones", async () => {
    const [real, simulated] = await both("qemu");
    const devices = [nic("bridge", "52:54:00:aa:00:ff", "virtio"), "<memballoon model='virtio'/>"];
    const xml = qemuXml(NAME, UUID, { type: "qemu", memoryMiB: 32, vcpus: 1, devices });
    const seen: ReadonlyMap<string, string>[] = [];
    for (const player of [real, simulated]) {
      const { dom } = player;
      const { dom: run } = await player.connection.call("domainCreateXml", { xmlDesc: xml, flags: 0 });
      const { retStats } = await player.connection.call("connectGetAllDomainStats", {
        doms: [run],
        stats: 0,
        flags: 0,
      });
      seen.push(new Map(retStats[0]?.params.map(({ field, type }) => [field, type])));
      await player.connection.call("domainDestroyFlags", { dom, flags: 0 });
    }
    const [theirs, ours] = seen;
    expect(ours?.size).toBeGreaterThan(20);
    // What only a guest that runs an operating system can tell is not in the real ones.
    const guests = /^balloon\.(unused|available|usable|swap_in|swap_out|major_fault|minor_fault|disk_caches)$/;
    for (const [field, type] of ours ?? [])
      if (!guests.test(field)) expect([field, theirs?.get(field)]).toEqual([field, type]);
  });

  hostTest("lives the life of a container, answer for answer and event for event", async () => {
    const [real, simulated] = await both("lxc");
    const xml = containerXml(NAME, UUID, { memoryMiB: 32, vcpus: 1, init: ["/bin/sleep", "100000"], devices: [] });
    for (const player of [real, simulated]) {
      const { dom } = player;
      await commonLife(player, xml);
      await player.step("connectGetAllDomainStats", { doms: [], stats: 0, flags: 0 });
      await player.step("domainManagedSave", { dom, flags: 0 });
      await player.step("domainSave", { dom, to: scratch("compared.save") });
      await player.step("domainSetVcpusFlags", { dom, nvcpus: 1, flags: 1 });
      await player.step("domainSnapshotNum", { dom, flags: 0 });
      await player.step("domainGetBlockInfo", { dom, path: "/", flags: 0 });
      await player.step("domainGetSchedulerParametersFlags", { dom, nparams: 16, flags: 1 }, fieldsOf);
      await player.step("domainGetMemoryParameters", { dom, nparams: 16, flags: 1 }, fieldsOf);
      await player.step("domainMemoryStats", { dom, maxStats: 16, flags: 0 }, ({ stats }) =>
        stats.map(({ tag }) => tag),
      );
      await commonEnd(player);
    }
    expect(simulated.told).toEqual(real.told);
  });
});

function fieldsOf({ params }: { readonly params: readonly { readonly field: string; readonly type: string }[] }) {
  return params.map(({ field, type }) => [field, type]);
}
