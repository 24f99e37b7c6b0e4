import type { Dialer } from "../../src/base/channel.js";
import type { Clock } from "../../src/base/clock.js";
import { Fault } from "../../src/base/fault.js";
import type { SocketCandidate } from "../../src/driver/uri.js";
import { type CallHandlers, handlerFrom } from "../../src/protocol/libvirt/call-handler.js";
import { type DomainDocument, newDomain, writeDomain } from "../../src/protocol/libvirt/document/domain.js";
import { libvirtFault } from "../../src/protocol/libvirt/error.js";
import type { CallName } from "../../src/protocol/libvirt/procedures.js";
import { ServerSession } from "../../src/protocol/libvirt/server-session.js";
import type { TypedParameter } from "../../src/protocol/libvirt/typed-parameter.js";
import { pairedChannels } from "./paired-channels.js";

/** One machine of the fake; change its members, then tell about it with `emit` or not at all. */
export interface FakeMachine {
  readonly uuid: string;
  name: string;
  id: number;
  state: number;
  reason: number;
  persistent: boolean;
  autostart: boolean;
  managedSave: boolean;
  cpuTimeNs: bigint;
  document: DomainDocument;
  /** Its monitor does not answer. */
  hung: boolean;
  /** Calls that wait for its monitor; while there is one, others get what needs no monitor. */
  waiting: (() => void)[];
}

const MONITOR_GROUPS = 2 | 4 | 8 | 32;
const filters = { active: 1, inactive: 2, persistent: 4, managedSave: 256, autostart: 1024 };

export interface FakeLibvirtOptions {
  readonly driver?: string;
  /** What `<domain type=…>` says. */
  readonly type?: string;
  readonly lacks?: readonly CallName[];
  readonly capabilities?: string;
  /** Calls that this daemon answers beside those of every fake, or instead of them. */
  readonly more?: CallHandlers;
}

/**
 * A libvirt daemon in memory that speaks the real protocol through the product's own server session. It has as much
 * behaviour as a monitor can tell from a daemon: lists, states, documents, statistics, events, monitors that hang.
 */
export class FakeLibvirt {
  readonly machines = new Map<string, FakeMachine>();
  /** Every call that arrived, by name. */
  readonly calls: CallName[] = [];
  /** Sockets that were dialled. */
  readonly dialled: string[] = [];
  down: string | undefined;
  /** Holds every call of this name until released. */
  readonly held = new Map<CallName, (() => void)[]>();
  readonly #options: FakeLibvirtOptions;
  readonly #clock: Clock;
  readonly #sessions = new Map<ServerSession, Map<number, number>>();
  #lastId = 0;

  constructor(clock: Clock, options: FakeLibvirtOptions = {}) {
    this.#clock = clock;
    this.#options = options;
  }

  readonly dialer = (socket: SocketCandidate): Dialer => ({
    address: addressOf(socket),
    dial: async () => {
      this.dialled.push(addressOf(socket));
      if (this.down !== undefined) throw new Fault("unreachable", this.down);
      const [near, far] = pairedChannels();
      const events = new Map<number, number>();
      const session = new ServerSession(far, this.#clock, { handler: this.#handler(events) });
      this.#sessions.set(session, events);
      void session.closed.then(() => this.#sessions.delete(session));
      return near;
    },
  });

  get connections(): number {
    return this.#sessions.size;
  }

  add(name: string, facts: Partial<Omit<FakeMachine, "uuid" | "name">> & { uuid?: string } = {}): FakeMachine {
    const uuid = facts.uuid ?? `00000000-0000-4000-8000-${String(this.machines.size + 1).padStart(12, "0")}`;
    const document = newDomain({
      type: this.#options.type ?? "kvm",
      name,
      uuid,
      osType: "hvm",
      memoryKiB: 1024,
      disks: [
        {
          ...{ type: "file", device: "disk", driver: "qemu", format: "raw", source: `/${name}.img`, pool: undefined },
          ...{ protocol: undefined, hosts: [], target: "vda", bus: "virtio", readOnly: false, serial: undefined },
        },
      ],
      interfaces: [
        {
          ...{ type: "bridge", mac: `52:54:00:00:00:${uuid.slice(-2)}`, model: "virtio", target: `tap-${name}` },
          ...{ guestDevice: undefined, network: undefined, bridge: "br0", device: undefined },
        },
      ],
    });
    const machine: FakeMachine = {
      ...{ uuid, name, id: -1, state: 5, reason: 0, persistent: true, autostart: false, managedSave: false },
      ...{ cpuTimeNs: 0n, document, hung: false, waiting: [] },
      ...facts,
    };
    if (machine.state !== 5 && machine.id < 0) machine.id = this.#nextId();
    this.machines.set(uuid, machine);
    return machine;
  }

  /** A machine that runs. */
  addRunning(name: string): FakeMachine {
    return this.add(name, { state: 1, reason: 1 });
  }

  start(machine: FakeMachine): void {
    Object.assign(machine, { id: this.#nextId(), state: 1, reason: 1, cpuTimeNs: 0n });
    this.emit(machine, 2, 0);
  }

  stop(machine: FakeMachine): void {
    Object.assign(machine, { id: -1, state: 5, reason: 2 });
    if (!machine.persistent) this.machines.delete(machine.uuid);
    this.emit(machine, 5, 1);
  }

  /** Sends a lifecycle event to all who registered for it. */
  emit(machine: FakeMachine, event: number, detail: number): void {
    for (const [session, events] of this.#sessions) {
      const callbackId = events.get(0);
      if (callbackId === undefined) continue;
      session.sendEvent("domainEventCallbackLifecycle", { callbackId, dom: domainOf(machine), event, detail });
    }
  }

  /** Tells all sessions of a change to a pool or a network. */
  emitResource(change: { readonly pool: string } | { readonly network: string }): void {
    for (const session of this.#sessions.keys()) {
      const what = { callbackId: 0, event: 0, detail: 0 };
      if ("pool" in change)
        session.sendEvent("storagePoolEventLifecycle", { ...what, pool: { name: "p", uuid: change.pool } });
      else session.sendEvent("networkEventLifecycle", { ...what, net: { name: "n", uuid: change.network } });
    }
  }

  emitDeviceAdded(machine: FakeMachine): void {
    for (const [session, events] of this.#sessions) {
      const callbackId = events.get(19);
      if (callbackId === undefined) continue;
      session.sendEvent("domainEventCallbackDeviceAdded", { callbackId, dom: domainOf(machine), devAlias: "net1" });
    }
  }

  loseDriver(): void {
    for (const session of this.#sessions.keys()) session.sendEvent("connectEventConnectionClosed", { reason: 0 });
  }

  /** As SIGKILL does: every connection is gone, and none can be made until `down` is cleared. */
  kill(): void {
    this.down = "nobody listens";
    for (const session of this.#sessions.keys()) session.close();
  }

  /** A monitor answers again. */
  revive(machine: FakeMachine): void {
    machine.hung = false;
    for (const answer of machine.waiting.splice(0)) answer();
  }

  /** From now on calls of this name wait for `release`. */
  hold(name: CallName): void {
    this.held.set(name, []);
  }

  release(name: CallName): void {
    const waiting = this.held.get(name) ?? [];
    this.held.delete(name);
    for (const answer of waiting) answer();
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  #handler(events: Map<number, number>): ReturnType<typeof handlerFrom> {
    const handlers = { ...this.#handlers(events), ...this.#options.more };
    const table = handlerFrom(
      Object.fromEntries(
        Object.entries(handlers).filter(([name]) => !this.#options.lacks?.includes(name as CallName)),
      ) as CallHandlers,
    );
    return async (name, args) => {
      this.calls.push(name);
      const answer = await table(name, args);
      const held = this.held.get(name);
      if (held) await new Promise<void>((resolve) => held.push(resolve));
      return answer;
    };
  }

  #handlers(events: Map<number, number>): CallHandlers {
    const one = ({ dom }: { dom: { uuid: string; name: string } }): FakeMachine => this.#require(dom.uuid);
    return {
      connectOpen: () => ({}),
      connectSupportsFeature: () => ({ supported: 1 }),
      connectGetUri: () => ({ uri: "fake:///" }),
      connectGetType: () => ({ type: this.#options.driver ?? "QEMU" }),
      connectGetVersion: () => ({ hvVer: 7002019n }),
      connectGetLibVersion: () => ({ libVer: 9000000n }),
      connectGetHostname: () => ({ hostname: "box" }),
      connectGetCapabilities: () => ({ capabilities: this.#options.capabilities ?? "<capabilities/>" }),
      nodeGetInfo: () => ({
        ...{ model: "x86_64", memory: 2048n, cpus: 2, mhz: 1000, nodes: 1, sockets: 1, cores: 2, threads: 1 },
      }),
      connectRegisterCloseCallback: () => ({}),
      connectDomainEventCallbackRegisterAny: ({ eventId }) => {
        events.set(eventId, events.size);
        return { callbackId: events.size - 1 };
      },
      connectListAllDomains: ({ flags }) => {
        const domains = [...this.machines.values()]
          .filter(
            (machine) =>
              (!(flags & filters.persistent) || machine.persistent) &&
              (!(flags & filters.autostart) || machine.autostart) &&
              (!(flags & filters.managedSave) || machine.managedSave),
          )
          .map(domainOf);
        return { domains, ret: domains.length };
      },
      domainLookupByUuid: ({ uuid }) => ({ dom: domainOf(this.#require(uuid)) }),
      domainGetState: (args) => ({ state: one(args).state, reason: one(args).reason }),
      domainIsPersistent: (args) => ({ persistent: Number(one(args).persistent) }),
      domainGetAutostart: (args) => ({ autostart: Number(one(args).autostart) }),
      domainHasManagedSaveImage: (args) => ({ result: Number(one(args).managedSave) }),
      domainGetXmlDesc: (args) => ({ xml: writeDomain(one(args).document) }),
      domainGetInfo: (args) => {
        const { state, cpuTimeNs, document } = one(args);
        const memory = BigInt(document.memoryKiB);
        return { state, maxMem: memory, memory, nrVirtCpu: document.vcpuCount, cpuTime: cpuTimeNs };
      },
      domainGetVcpuPinInfo: ({ ncpumaps, maplen }) => ({ cpumaps: Buffer.alloc(ncpumaps * maplen, 3), num: ncpumaps }),
      domainGetBlockInfo: () => ({ allocation: 1024n, capacity: 4096n, physical: 2048n }),
      domainInterfaceStats: () => ({
        ...{ rxBytes: 1n, rxPackets: 2n, rxErrs: 3n, rxDrop: -1n },
        ...{ txBytes: 5n, txPackets: 6n, txErrs: 7n, txDrop: 8n },
      }),
      domainBlockStats: () => ({ rdReq: 1n, rdBytes: 2n, wrReq: 3n, wrBytes: 4n, errs: -1n }),
      domainGetVcpus: () => ({ info: [{ number: 0, state: 1, cpuTime: 9n, cpu: 0 }], cpumaps: Buffer.alloc(0) }),
      connectGetAllDomainStats: async ({ doms, stats }) => {
        const asked = doms.length === 0 ? [...this.machines.keys()] : doms.map((dom) => dom.uuid);
        const retStats = [];
        for (const uuid of asked) {
          const machine = this.machines.get(uuid);
          if (machine) retStats.push({ dom: domainOf(machine), params: await statisticsOf(machine, stats) });
        }
        return { retStats };
      },
    };
  }

  #require(uuid: string): FakeMachine {
    const machine = this.machines.get(uuid);
    if (!machine) throw libvirtFault("NO_DOMAIN", `no domain with matching uuid '${uuid}'`);
    return machine;
  }
}

function domainOf({ name, uuid, id }: FakeMachine): { name: string; uuid: string; id: number } {
  return { name, uuid, id };
}

/** As QEMU's driver: what needs the monitor is left out while another call waits for it, and never comes while it hangs. */
async function statisticsOf(machine: FakeMachine, groups: number): Promise<TypedParameter[]> {
  const running = machine.id >= 0;
  const number = (field: string, value: bigint): TypedParameter => ({ field, type: "ullong", value });
  const parameters: TypedParameter[] = [];
  if (groups & 1) {
    parameters.push({ field: "state.state", type: "int", value: machine.state });
    parameters.push({ field: "state.reason", type: "int", value: machine.reason });
  }
  if (groups & 16 && running) {
    parameters.push({ field: "net.0.name", type: "string", value: `tap-${machine.name}` });
    parameters.push(number("net.0.rx.bytes", 10n), number("net.0.tx.pkts", 20n));
  }
  if (!(groups & MONITOR_GROUPS) || !running) return parameters;
  const busy = machine.waiting.length > 0;
  if (machine.hung && !busy) await new Promise<void>((resolve) => machine.waiting.push(resolve));
  parameters.push(number("cpu.time", machine.cpuTimeNs), number("balloon.current", 1024n));
  if (!busy) {
    parameters.push(number("balloon.rss", 512n), { field: "block.0.name", type: "string", value: "vda" });
    parameters.push(number("block.0.rd.reqs", 7n), number("block.0.capacity", 4096n));
  }
  return parameters;
}

function addressOf(socket: SocketCandidate): string {
  return socket.via === "unix" ? socket.path : `${socket.host}:${socket.port}`;
}
