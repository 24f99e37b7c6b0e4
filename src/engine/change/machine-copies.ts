import { Fault } from "../../base/fault.js";
import { isActive } from "../../inventory/machine.js";
import type { ActionOf, MigrateAction, SnapshotAction } from "./action.js";
import { type Call, hypervisorOf, type Operation, type OperationsOf } from "./operation.js";

async function hasSnapshot(action: SnapshotAction, call: Call): Promise<boolean> {
  const list = await hypervisorOf(action, call).listSnapshots(action.machine, call.limit);
  return list.some(({ name }) => name === action.name);
}

const createSnapshot: Operation<ActionOf<"create-snapshot">> = {
  title: ({ machine, name }) => `make snapshot ${name} of machine ${machine}`,
  access: "create",
  needs: () => [["create-snapshot"]],
  async plan(action, world) {
    const { host, machine, name } = action;
    const status = await world.requireMachine(host, machine);
    const list = await world.hypervisor(host).listSnapshots(machine, world.limit);
    if (list.some((one) => one.name === name))
      throw new Fault("exists", `${status.name} has a snapshot ${name}; choose another name`);
    return { needed: true, undo: { do: "delete-snapshot", host, machine, name } };
  },
  perform: ({ host, machine, name, description, diskOnly }, call) =>
    hypervisorOf({ host }, call).createSnapshot(
      machine,
      { name, ...(description !== undefined && { description }), ...(diskOnly !== undefined && { diskOnly }) },
      call.limit,
    ),
  isDone: hasSnapshot,
};

const revertSnapshot: Operation<ActionOf<"revert-snapshot">> = {
  title: ({ machine, name }) => `bring machine ${machine} back to snapshot ${name}`,
  access: "exec",
  needs: () => [["revert-snapshot"]],
  async plan(action, world) {
    const status = await world.requireMachine(action.host, action.machine);
    const list = await world.hypervisor(action.host).listSnapshots(action.machine, world.limit);
    if (!list.some(({ name }) => name === action.name))
      throw new Fault("absent", `${status.name} has no snapshot ${action.name}`);
    return { needed: true, final: true };
  },
  perform: ({ host, machine, name }, call) => hypervisorOf({ host }, call).revertSnapshot(machine, name, call.limit),
  isDone: async () => undefined,
};

const deleteSnapshot: Operation<ActionOf<"delete-snapshot">> = {
  title: ({ machine, name }) => `delete snapshot ${name} of machine ${machine}`,
  access: "delete",
  needs: () => [["delete-snapshot"]],
  async plan(action, world) {
    await world.requireMachine(action.host, action.machine);
    const list = await world.hypervisor(action.host).listSnapshots(action.machine, world.limit);
    return list.some(({ name }) => name === action.name) ? { needed: true, final: true } : { needed: false };
  },
  perform: ({ host, machine, name }, call) => hypervisorOf({ host }, call).deleteSnapshot(machine, name, call.limit),
  isDone: async (action, call) => !(await hasSnapshot(action, call)),
};

const migrate: Operation<MigrateAction> = {
  title: ({ machine, destination }) => `migrate machine ${machine} to host ${destination}`,
  access: "exec",
  long: true,
  needs: () => [["migrate"]],
  async plan({ host, machine, destination, request }, world) {
    if (host === destination) throw new Fault("invalid", `machine ${machine} is on host ${host} already`);
    const status = await world.requireMachine(host, machine);
    if (request.live !== isActive(status.state)) {
      const how = request.live ? "migrate it without live" : "migrate it live";
      throw new Fault("invalid", `${status.name} is ${status.state}; ${how}`);
    }
    const there = await world.machine(destination, machine);
    if (there !== undefined && isActive(there.state))
      throw new Fault("exists", `${status.name} runs on host ${destination} already`);
    const object = { kind: "machine", uuid: machine } as const;
    world.expect(destination, object, { ...status, persistent: request.persist });
    world.expect(host, object, request.persist ? undefined : { ...status, state: "stopped" });
    return { needed: true, final: true };
  },
  perform: ({ host, machine, request }, call) =>
    hypervisorOf({ host }, call).migrate(machine, request, call.limit, call.onProgress),
  async isDone({ host, machine, destination, request }, call) {
    const there = await hypervisorOf({ host: destination }, call).machineStatus(machine, call.limit);
    if (there === undefined || isActive(there.state) !== request.live) return false;
    const here = await hypervisorOf({ host }, call).machineStatus(machine, call.limit);
    return here === undefined || (request.live ? !isActive(here.state) : !request.persist);
  },
};

/** Snapshots of machines. */
export const snapshotOperations: OperationsOf<SnapshotAction> = {
  "create-snapshot": createSnapshot,
  "revert-snapshot": revertSnapshot,
  "delete-snapshot": deleteSnapshot,
};

/** Moving machines. */
export const migrateOperations: OperationsOf<MigrateAction> = { migrate };
