import { Fault } from "../../src/base/fault.js";
import type { Hypervisor, HypervisorOperation } from "../../src/inventory/hypervisor.js";
import type { DocumentPreview } from "../../src/inventory/hypervisor-call.js";
import type {
  MachineStatus,
  MigrationRequest,
  SnapshotRequest,
  StartOptions,
  UndefineOptions,
} from "../../src/inventory/hypervisor-machines.js";
import type { NetworkStatus } from "../../src/inventory/hypervisor-networks.js";
import type { PoolStatus, VolumePiece, VolumeStatus } from "../../src/inventory/hypervisor-storage.js";
import { isActive, type MachineState } from "../../src/inventory/machine.js";
import type { ManagedObject } from "../../src/inventory/managed-object.js";
import type { MachineTuning, TuningScope } from "../../src/inventory/tuning.js";

/** What becomes of one call that changes something. */
export type Interference =
  /** It is refused. */
  | "refused"
  /** It is done, but nobody is told. */
  | "unanswered"
  /** It is not done, and nobody is told. */
  | "lost";

interface MemoryMachine {
  name: string;
  state: MachineState;
  document: string | undefined;
  autostart: boolean;
  saved: boolean;
  snapshots: string[];
  live: MachineTuning;
  config: MachineTuning;
  devices: string[];
}

/** Everything that a hypervisor has, as plain data. */
export interface MemoryContents {
  readonly machines: Map<string, MemoryMachine>;
  readonly pools: Map<string, { document: string; active: boolean; autostart: boolean }>;
  readonly volumes: Map<string, { document: string; capacityBytes: bigint; content?: string }>;
  readonly networks: Map<string, { document: string; active: boolean; autostart: boolean }>;
}

/** A hypervisor in memory with libvirt's rules, whose calls can be interfered with. Documents are `<domain><uuid>…` and the like. */
export class MemoryHypervisor implements Hypervisor {
  readonly host: string;
  readonly contents: MemoryContents = {
    machines: new Map(),
    pools: new Map(),
    volumes: new Map(),
    networks: new Map(),
  };
  /** Calls that would change something, by name. */
  readonly calls: string[] = [];
  lacking: ReadonlyMap<HypervisorOperation, string> = new Map();
  /** Asked before each call that changes something; `count` from 1. */
  interfere: (count: number, name: string) => Interference | undefined | Promise<Interference | undefined> = () =>
    undefined;
  /** False while nothing answers. */
  reachable = true;

  constructor(host = "h") {
    this.host = host;
  }

  addMachine(uuid: string, machine: Partial<MemoryMachine> = {}): void {
    this.contents.machines.set(uuid, {
      ...{
        name: `m-${uuid.slice(-2)}`,
        state: "stopped",
        document: `<uuid>${uuid}</uuid>`,
        autostart: false,
        saved: false,
      },
      ...{ snapshots: [], devices: [], live: { memoryKiB: 1024n }, config: { memoryKiB: 1024n } },
      ...machine,
    });
  }

  /** For comparing before and after. */
  snapshot(): unknown {
    return structuredClone(this.contents);
  }

  lacks(operation: HypervisorOperation): string | undefined {
    return this.lacking.get(operation);
  }

  async readDocument(object: ManagedObject): Promise<string | undefined> {
    this.#reach();
    switch (object.kind) {
      case "machine":
        return this.contents.machines.get(object.uuid)?.document;
      case "pool":
        return this.contents.pools.get(object.name)?.document;
      case "volume":
        return this.contents.volumes.get(`${object.pool}/${object.name}`)?.document;
      case "network":
        return this.contents.networks.get(object.name)?.document;
      case "snapshot":
        return undefined;
    }
  }

  async previewDocument(object: ManagedObject, document: string | undefined): Promise<DocumentPreview> {
    const before = await this.readDocument(object);
    return {
      before,
      after: document,
      differences: before === document ? [] : [{ path: "/", before, after: document }],
    };
  }

  async machineStatus(uuid: string): Promise<MachineStatus | undefined> {
    this.#reach();
    const machine = this.contents.machines.get(uuid);
    if (!machine) return undefined;
    const { name, state, document, autostart, saved } = machine;
    return {
      ...{
        uuid,
        name,
        state: saved ? "saved" : state,
        reason: "user",
        persistent: document !== undefined,
        autostart,
        saved,
      },
      domainId: isActive(state) ? 1 : undefined,
    };
  }

  start(uuid: string, { paused, discardSaved }: StartOptions): Promise<void> {
    return this.#act("start", () => {
      const machine = this.#machine(uuid);
      if (isActive(machine.state)) throw new Fault("invalid", "domain is already running");
      if (discardSaved || machine.saved) machine.saved = false;
      machine.state = paused ? "paused" : "running";
    });
  }

  shutdown(uuid: string): Promise<void> {
    return this.#act("shutdown", () => this.#turn(uuid, ["running"], "stopped"));
  }

  reboot(uuid: string): Promise<void> {
    return this.#act("reboot", () => this.#turn(uuid, ["running"], "running"));
  }

  reset(uuid: string): Promise<void> {
    return this.#act("reset", () => this.#turn(uuid, ["running", "paused"], this.#machine(uuid).state));
  }

  suspend(uuid: string): Promise<void> {
    return this.#act("suspend", () => this.#turn(uuid, ["running", "paused"], "paused"));
  }

  resume(uuid: string): Promise<void> {
    return this.#act("resume", () => this.#turn(uuid, ["paused"], "running"));
  }

  save(uuid: string): Promise<void> {
    return this.#act("save", () => {
      if (this.#machine(uuid).document === undefined) throw new Fault("invalid", "domain is transient");
      this.#turn(uuid, ["running", "paused"], "stopped");
      this.#machine(uuid).saved = true;
    });
  }

  restore(uuid: string): Promise<void> {
    return this.#act("restore", () => {
      const machine = this.#machine(uuid);
      if (!machine.saved) throw new Fault("invalid", "nothing is saved");
      machine.saved = false;
      machine.state = "running";
    });
  }

  discardSaved(uuid: string): Promise<void> {
    return this.#act("discardSaved", () => {
      this.#machine(uuid).saved = false;
    });
  }

  destroy(uuid: string): Promise<void> {
    return this.#act("destroy", () => {
      const machine = this.#machine(uuid);
      if (!isActive(machine.state)) throw new Fault("invalid", "domain is not running");
      machine.state = "stopped";
      if (machine.document === undefined) this.contents.machines.delete(uuid);
    });
  }

  setAutostart(uuid: string, autostart: boolean): Promise<void> {
    return this.#act("setAutostart", () => {
      const machine = this.#machine(uuid);
      if (machine.document === undefined) throw new Fault("invalid", "domain is transient");
      machine.autostart = autostart;
    });
  }

  defineMachine(document: string): Promise<string> {
    return this.#act("defineMachine", () => {
      const uuid = /<uuid>(.*?)<\/uuid>/.exec(document)?.[1];
      if (uuid === undefined) throw new Fault("invalid", "no UUID in the document");
      const machine = this.contents.machines.get(uuid);
      if (machine) machine.document = document;
      else this.addMachine(uuid, { document });
      return uuid;
    });
  }

  undefineMachine(uuid: string, { withState }: UndefineOptions): Promise<void> {
    return this.#act("undefineMachine", () => {
      const machine = this.#machine(uuid);
      if (machine.document === undefined) throw new Fault("invalid", "domain is transient");
      if (!withState && (machine.saved || machine.snapshots.length > 0)) throw new Fault("invalid", "it has state");
      if (isActive(machine.state)) Object.assign(machine, { document: undefined, autostart: false });
      else this.contents.machines.delete(uuid);
    });
  }

  async readTuning(uuid: string, scope: TuningScope): Promise<MachineTuning> {
    this.#reach();
    return this.#machine(uuid)[scope];
  }

  tune(uuid: string, tuning: MachineTuning, scope: TuningScope): Promise<void> {
    return this.#act("tune", () => {
      const machine = this.#machine(uuid);
      machine[scope] = { ...machine[scope], ...tuning };
    });
  }

  async previewTuning(uuid: string): Promise<DocumentPreview> {
    const before = await this.readDocument({ kind: "machine", uuid });
    return { before, after: before, differences: [{ path: "/memory", before: "old", after: "new" }] };
  }

  async readDevice(uuid: string, device: string): Promise<string | undefined> {
    this.#reach();
    return this.#machine(uuid).devices.find((one) => targetOf(one) === targetOf(device));
  }

  attachDevice(uuid: string, device: string): Promise<void> {
    return this.#act("attachDevice", () => {
      const { devices } = this.#machine(uuid);
      if (devices.some((one) => targetOf(one) === targetOf(device)))
        throw new Fault("invalid", "target exists already");
      devices.push(device);
    });
  }

  detachDevice(uuid: string, device: string): Promise<void> {
    return this.#act("detachDevice", () => {
      const machine = this.#machine(uuid);
      machine.devices = machine.devices.filter((one) => targetOf(one) !== targetOf(device));
    });
  }

  updateDevice(uuid: string, device: string): Promise<void> {
    return this.#act("updateDevice", () => {
      const machine = this.#machine(uuid);
      machine.devices = machine.devices.map((one) => (targetOf(one) === targetOf(device) ? device : one));
    });
  }

  async previewDevice(uuid: string, _action: string, device: string): Promise<DocumentPreview> {
    const before = await this.readDevice(uuid, device);
    return {
      before,
      after: device,
      differences: before === device ? [] : [{ path: "/devices", before, after: device }],
    };
  }

  async listSnapshots(uuid: string) {
    this.#reach();
    return this.#machine(uuid).snapshots.map((name) => ({ name, parent: undefined, current: false }));
  }

  createSnapshot(uuid: string, { name }: SnapshotRequest): Promise<void> {
    return this.#act("createSnapshot", () => void this.#machine(uuid).snapshots.push(name));
  }

  revertSnapshot(uuid: string): Promise<void> {
    return this.#act("revertSnapshot", () => void this.#machine(uuid));
  }

  deleteSnapshot(uuid: string, name: string): Promise<void> {
    return this.#act("deleteSnapshot", () => {
      const machine = this.#machine(uuid);
      machine.snapshots = machine.snapshots.filter((one) => one !== name);
    });
  }

  migrate(uuid: string, _request: MigrationRequest): Promise<void> {
    return this.#act("migrate", () => void this.contents.machines.delete(uuid));
  }

  async poolStatus(name: string): Promise<PoolStatus | undefined> {
    this.#reach();
    const pool = this.contents.pools.get(name);
    if (!pool) return undefined;
    const { active, autostart } = pool;
    return { name, uuid: name, active, autostart, persistent: true, capacityBytes: 0n, availableBytes: 0n };
  }

  definePool(document: string): Promise<string> {
    return this.#act("definePool", () => {
      const name = nameIn(document);
      this.contents.pools.set(name, {
        ...(this.contents.pools.get(name) ?? { active: false, autostart: false }),
        document,
      });
      return name;
    });
  }

  buildPool(name: string): Promise<void> {
    return this.#act("buildPool", () => void found(this.contents.pools, name));
  }

  startPool(name: string): Promise<void> {
    return this.#act("startPool", () => switched(found(this.contents.pools, name), true));
  }

  stopPool(name: string): Promise<void> {
    return this.#act("stopPool", () => switched(found(this.contents.pools, name), false));
  }

  refreshPool(name: string): Promise<void> {
    return this.#act("refreshPool", () => void found(this.contents.pools, name));
  }

  setPoolAutostart(name: string, autostart: boolean): Promise<void> {
    return this.#act("setPoolAutostart", () => {
      found(this.contents.pools, name).autostart = autostart;
    });
  }

  undefinePool(name: string): Promise<void> {
    return this.#act("undefinePool", () => {
      if (found(this.contents.pools, name).active) throw new Fault("invalid", "pool is active");
      this.contents.pools.delete(name);
    });
  }

  async volumeStatus(pool: string, name: string): Promise<VolumeStatus | undefined> {
    this.#reach();
    const volume = this.contents.volumes.get(`${pool}/${name}`);
    if (!volume) return undefined;
    return { pool, name, key: name, path: name, capacityBytes: volume.capacityBytes, allocationBytes: 0n };
  }

  createVolume(pool: string, document: string): Promise<string> {
    return this.#act("createVolume", () => {
      const name = nameIn(document);
      if (this.contents.volumes.has(`${pool}/${name}`)) throw new Fault("exists", "volume exists");
      this.contents.volumes.set(`${pool}/${name}`, { document, capacityBytes: 1n });
      return name;
    });
  }

  cloneVolume(pool: string, document: string): Promise<string> {
    return this.createVolume(pool, document);
  }

  resizeVolume(pool: string, name: string, capacityBytes: bigint): Promise<void> {
    return this.#act("resizeVolume", () => {
      found(this.contents.volumes, `${pool}/${name}`).capacityBytes = capacityBytes;
    });
  }

  deleteVolume(pool: string, name: string): Promise<void> {
    return this.#act("deleteVolume", () => {
      found(this.contents.volumes, `${pool}/${name}`);
      this.contents.volumes.delete(`${pool}/${name}`);
    });
  }

  async uploadVolume(pool: string, name: string, content: AsyncIterable<VolumePiece>): Promise<void> {
    const volume = found(this.contents.volumes, `${pool}/${name}`);
    await this.#act("uploadVolume", () => {});
    volume.content = "";
    for await (const piece of content) {
      this.#reach();
      volume.content += "octets" in piece ? Buffer.from(piece.octets).toString() : "0".repeat(Number(piece.zeroBytes));
    }
  }

  async *downloadVolume(pool: string, name: string): AsyncGenerator<VolumePiece> {
    const { content = "" } = found(this.contents.volumes, `${pool}/${name}`);
    for (const letter of content) yield { octets: Buffer.from(letter) };
  }

  async networkStatus(name: string): Promise<NetworkStatus | undefined> {
    this.#reach();
    const network = this.contents.networks.get(name);
    if (!network) return undefined;
    return {
      name,
      uuid: name,
      active: network.active,
      autostart: network.autostart,
      persistent: true,
      bridge: undefined,
    };
  }

  defineNetwork(document: string): Promise<string> {
    return this.#act("defineNetwork", () => {
      const name = nameIn(document);
      const old = this.contents.networks.get(name) ?? { active: false, autostart: false };
      this.contents.networks.set(name, { ...old, document });
      return name;
    });
  }

  startNetwork(name: string): Promise<void> {
    return this.#act("startNetwork", () => switched(found(this.contents.networks, name), true));
  }

  stopNetwork(name: string): Promise<void> {
    return this.#act("stopNetwork", () => switched(found(this.contents.networks, name), false));
  }

  setNetworkAutostart(name: string, autostart: boolean): Promise<void> {
    return this.#act("setNetworkAutostart", () => {
      found(this.contents.networks, name).autostart = autostart;
    });
  }

  undefineNetwork(name: string): Promise<void> {
    return this.#act("undefineNetwork", () => {
      found(this.contents.networks, name);
      this.contents.networks.delete(name);
    });
  }

  async #act<Result>(name: string, change: () => Result): Promise<Result> {
    this.#reach();
    this.calls.push(name);
    const interference = await this.interfere(this.calls.length, name);
    if (interference === "refused") throw new Fault("driver-failed", `${name} was refused by the test`);
    if (interference === "lost") throw new Fault("timeout", `${name} was lost by the test`);
    const result = change();
    if (interference === "unanswered") throw new Fault("timeout", `${name} was not answered by the test`);
    return result;
  }

  #reach(): void {
    if (!this.reachable) throw new Fault("unreachable", `host ${this.host} does not answer`);
  }

  #machine(uuid: string): MemoryMachine {
    return found(this.contents.machines, uuid);
  }

  #turn(uuid: string, from: readonly MachineState[], to: MachineState): void {
    const machine = this.#machine(uuid);
    if (!from.includes(machine.state)) throw new Fault("invalid", `domain is ${machine.state}`);
    machine.state = to;
  }
}

function found<Value>(map: ReadonlyMap<string, Value>, key: string): Value {
  const value = map.get(key);
  if (value === undefined) throw new Fault("absent", `there is no ${key}`);
  return value;
}

function switched(one: { active: boolean }, active: boolean): void {
  if (one.active === active) throw new Fault("invalid", `it is ${active ? "active" : "inactive"} already`);
  one.active = active;
}

function nameIn(document: string): string {
  const name = /<name>(.*?)<\/name>/.exec(document)?.[1];
  if (name === undefined) throw new Fault("invalid", "no name in the document");
  return name;
}

function targetOf(device: string): string | undefined {
  return /target='(.*?)'/.exec(device)?.[1];
}
