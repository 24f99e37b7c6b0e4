import type { Hypervisor } from "../../inventory/hypervisor.js";
import type { CallLimit } from "../../inventory/hypervisor-call.js";
import type { MachineStatus } from "../../inventory/hypervisor-machines.js";
import type { NetworkStatus } from "../../inventory/hypervisor-networks.js";
import type { PoolStatus, VolumeStatus } from "../../inventory/hypervisor-storage.js";
import { type ManagedObject, objectPath } from "../../inventory/managed-object.js";
import type { NodeAgent } from "../../inventory/node-agent.js";
import type { Ports } from "./ports.js";
import { absentObject } from "./refusals.js";

/**
 * The hosts as they are, and as they will be when the actions planned so far are done: a machine can be started by a change that
 * defines it first. Reads only.
 */
export class World {
  readonly limit: CallLimit;
  readonly nameOf: (host: string, uuid: string) => string | undefined;
  readonly #ports: Ports;
  /** By host and path; `undefined` for what will be gone. */
  readonly #expected = new Map<string, unknown>();

  constructor(ports: Ports, limit: CallLimit, nameOf: World["nameOf"]) {
    this.#ports = ports;
    this.limit = limit;
    this.nameOf = nameOf;
  }

  hypervisor(host: string): Hypervisor {
    return this.#ports.hypervisorOf(host);
  }

  nodeAgent(node: string): NodeAgent {
    return this.#ports.nodeAgentOf(node);
  }

  machine(host: string, uuid: string): Promise<MachineStatus | undefined> {
    return this.#status(host, { kind: "machine", uuid }, () => this.hypervisor(host).machineStatus(uuid, this.limit));
  }

  pool(host: string, name: string): Promise<PoolStatus | undefined> {
    return this.#status(host, { kind: "pool", name }, () => this.hypervisor(host).poolStatus(name, this.limit));
  }

  volume(host: string, pool: string, name: string): Promise<VolumeStatus | undefined> {
    const object = { kind: "volume", pool, name } as const;
    return this.#status(host, object, () => this.hypervisor(host).volumeStatus(pool, name, this.limit));
  }

  network(host: string, name: string): Promise<NetworkStatus | undefined> {
    return this.#status(host, { kind: "network", name }, () => this.hypervisor(host).networkStatus(name, this.limit));
  }

  /** @throws {Fault} `absent` */
  async requireMachine(host: string, uuid: string): Promise<MachineStatus> {
    return required(await this.machine(host, uuid), host, { kind: "machine", uuid });
  }

  /** @throws {Fault} `absent` */
  async requirePool(host: string, name: string): Promise<PoolStatus> {
    return required(await this.pool(host, name), host, { kind: "pool", name });
  }

  /** @throws {Fault} `absent` */
  async requireVolume(host: string, pool: string, name: string): Promise<VolumeStatus> {
    return required(await this.volume(host, pool, name), host, { kind: "volume", pool, name });
  }

  /** @throws {Fault} `absent` */
  async requireNetwork(host: string, name: string): Promise<NetworkStatus> {
    return required(await this.network(host, name), host, { kind: "network", name });
  }

  /** Whether an action planned before decides what the object is; what the hypervisor says of it is then out of date. */
  isExpected(host: string, object: ManagedObject): boolean {
    return this.#expected.has(keyOf(host, object));
  }

  /** What an object will be after the action that is being planned; `undefined` when it will be gone. */
  expect(host: string, object: ManagedObject, status: object | undefined): void {
    this.#expected.set(keyOf(host, object), status);
  }

  async #status<Status>(
    host: string,
    object: ManagedObject,
    read: () => Promise<Status | undefined>,
  ): Promise<Status | undefined> {
    const key = keyOf(host, object);
    return this.#expected.has(key) ? (this.#expected.get(key) as Status | undefined) : read();
  }
}

function keyOf(host: string, object: ManagedObject): string {
  return `${host}/${objectPath(object)}`;
}

function required<Status>(status: Status | undefined, host: string, object: ManagedObject): Status {
  if (status === undefined) throw absentObject(host, object);
  return status;
}
