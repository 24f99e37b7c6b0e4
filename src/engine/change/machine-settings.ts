import { isDeepStrictEqual } from "node:util";
import { Fault } from "../../base/fault.js";
import type { HypervisorOperation } from "../../inventory/hypervisor.js";
import { isActive } from "../../inventory/machine.js";
import type { MachineTuning, TuningScope } from "../../inventory/tuning.js";
import type { ActionOf, MachineSettingsAction } from "./action.js";
import { hypervisorOf, type Operation, type OperationsOf } from "./operation.js";
import type { World } from "./world.js";

type DeviceAction = ActionOf<"attach-device" | "detach-device" | "update-device">;

/** What a hypervisor must be able to do for each part of a tuning. */
const tuningNeeds: { readonly [Part in keyof Required<MachineTuning>]: HypervisorOperation } = {
  memoryKiB: "set-memory",
  memoryMaximumKiB: "set-memory",
  vcpuCount: "set-vcpus",
  vcpuMaximum: "set-vcpus",
  memoryLimits: "limit-memory",
  cpuLimits: "limit-cpu",
  blockWeight: "limit-block",
  disks: "limit-disk",
  interfaces: "limit-interface",
  vcpuPinning: "pin-vcpu",
  emulatorPinning: "pin-emulator",
  numaNodes: "set-numa",
};

const configOnly: readonly (keyof MachineTuning)[] = ["memoryMaximumKiB", "vcpuMaximum"];

function partsOf(tuning: MachineTuning): readonly (keyof MachineTuning)[] {
  return (Object.keys(tuningNeeds) as (keyof MachineTuning)[]).filter((part) => tuning[part] !== undefined);
}

/** Of each part that is to change: what it is now, as far as the hypervisor can tell. */
function before(wanted: MachineTuning, present: MachineTuning): MachineTuning {
  return Object.fromEntries(
    partsOf(wanted)
      .filter((part) => present[part] !== undefined)
      .map((part) => [part, narrowed(wanted[part], present[part])]),
  );
}

/** Of a map, only what is to change: other disks and interfaces are nobody's business here. */
function narrowed(wanted: unknown, present: unknown): unknown {
  if (!(wanted instanceof Map) || !(present instanceof Map)) return present;
  return new Map([...present].filter(([key]) => wanted.has(key)));
}

/** Whether a machine is set as wanted; of what was left open in a group, `undefined` is a value. */
function isTuned(wanted: MachineTuning, present: MachineTuning): boolean {
  return partsOf(wanted).every((part) =>
    isDeepStrictEqual(plain(narrowed(wanted[part], present[part])), plain(wanted[part])),
  );
}

/** Without members that are `undefined`, so that an absent one equals one that is known to be open. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return new Map([...value].map(([key, member]) => [key, plain(member)]));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, plain(member)]),
  );
}

const setAutostart: Operation<ActionOf<"set-autostart">> = {
  title: ({ machine, autostart }) => `${autostart ? "start" : "do not start"} machine ${machine} with its host`,
  access: "update",
  needs: () => [["set-autostart"]],
  async plan(action, world) {
    const status = await world.requireMachine(action.host, action.machine);
    if (status.autostart === action.autostart) return { needed: false };
    if (!status.persistent) throw new Fault("invalid", `${status.name} is not defined, so it cannot be started again`);
    world.expect(action.host, { kind: "machine", uuid: action.machine }, { ...status, autostart: action.autostart });
    return { needed: true, undo: { ...action, autostart: !action.autostart } };
  },
  perform: (action, call) => hypervisorOf(action, call).setAutostart(action.machine, action.autostart, call.limit),
  isDone: async (action, call) =>
    (await hypervisorOf(action, call).machineStatus(action.machine, call.limit))?.autostart === action.autostart,
};

const define: Operation<ActionOf<"define">> = {
  title: ({ machine }) => `define machine ${machine}`,
  access: "create",
  piecemeal: true,
  needs: () => [["define"]],
  async plan(action, world) {
    const { host, machine: uuid, document } = action;
    const object = { kind: "machine", uuid } as const;
    const status = await world.machine(host, uuid);
    const preview = await world.hypervisor(host).previewDocument(object, document, world.limit);
    // A machine that only runs has a document, too, and redefining makes it stay.
    if (status?.persistent && preview.before !== undefined && preview.differences.length === 0)
      return { needed: false };
    world.expect(
      host,
      object,
      status
        ? { ...status, persistent: true }
        : {
            uuid,
            name: uuid,
            state: "stopped",
            reason: "unknown",
            domainId: undefined,
            persistent: true,
            autostart: false,
            saved: false,
          },
    );
    const isOld = status?.persistent === true && preview.before !== undefined;
    return {
      needed: true,
      preview,
      undo: isOld
        ? { do: "define", host, machine: uuid, document: preview.before }
        : { do: "undefine", host, machine: uuid },
    };
  },
  async perform(action, call) {
    const hypervisor = hypervisorOf(action, call);
    const uuid = await hypervisor.defineMachine(action.document, call.limit);
    if (uuid !== action.machine) {
      await hypervisor.undefineMachine(uuid, {}, call.limit);
      throw new Fault("invalid", `the document is about machine ${uuid}, not ${action.machine}`);
    }
    if (action.autostart) await hypervisor.setAutostart(uuid, true, call.limit);
  },
  async isDone(action, call) {
    const hypervisor = hypervisorOf(action, call);
    const object = { kind: "machine", uuid: action.machine } as const;
    const status = await hypervisor.machineStatus(action.machine, call.limit);
    if (status?.persistent !== true || (action.autostart && !status.autostart)) return false;
    return (await hypervisor.previewDocument(object, action.document, call.limit)).differences.length === 0;
  },
};

const undefine: Operation<ActionOf<"undefine">> = {
  title: ({ machine }) => `undefine machine ${machine}`,
  access: "delete",
  needs: () => [["undefine"]],
  async plan(action, world) {
    const { host, machine: uuid } = action;
    const object = { kind: "machine", uuid } as const;
    const status = await world.requireMachine(host, uuid);
    if (!status.persistent) return { needed: false };
    if (status.saved && !action.withState) {
      throw new Fault("invalid", `${status.name} has a saved state; discard it first, or ask for it to go, too`);
    }
    const preview = await world.hypervisor(host).previewDocument(object, undefined, world.limit);
    const snapshots = action.withState
      ? await world.hypervisor(host).listSnapshots(uuid, world.limit).catch(noneWhereUnsupported)
      : [];
    world.expect(host, object, isActive(status.state) ? { ...status, persistent: false } : undefined);
    const losesState = action.withState === true && (status.saved || snapshots.length > 0);
    if (losesState || preview.before === undefined) return { needed: true, final: true, preview };
    // The mark that it starts with its host goes with the definition.
    const marks = status.autostart ? ({ autostart: true } as const) : {};
    return { needed: true, preview, undo: { do: "define", host, machine: uuid, document: preview.before, ...marks } };
  },
  perform: (action, call) =>
    hypervisorOf(action, call).undefineMachine(
      action.machine,
      action.withState === undefined ? {} : { withState: action.withState },
      call.limit,
    ),
  isDone: async (action, call) =>
    (await hypervisorOf(action, call).machineStatus(action.machine, call.limit))?.persistent !== true,
};

function noneWhereUnsupported(error: unknown): readonly never[] {
  if (error instanceof Fault && error.code === "unsupported") return [];
  throw error;
}

const tune: Operation<ActionOf<"tune">> = {
  title: ({ machine, scope, tuning }) =>
    `set ${partsOf(tuning)
      .map((part) => tuningNeeds[part].replace("set-", "").replaceAll("-", " "))
      .join(", ")} of machine ${machine} ${scope === "live" ? "as it runs" : "for its next start"}`,
  access: "update",
  piecemeal: true,
  needs: ({ tuning, scope }) =>
    [...new Set(partsOf(tuning).map((part) => tuningNeeds[part]))].map((need) => [need, scope]),
  async plan(action, world) {
    const { host, machine, tuning, scope } = action;
    const parts = partsOf(tuning);
    if (parts.length === 0) return { needed: false };
    const status = await world.requireMachine(host, machine);
    const hypervisor = world.hypervisor(host);
    checkScope(status, scope);
    const wrong = scope === "live" ? parts.find((part) => configOnly.includes(part)) : undefined;
    if (wrong) throw new Fault("unsupported", `${wrong} can be changed for the next start only, not while it runs`);
    // One that is only about to exist is what its document says; nothing is there to go back to.
    if (world.isExpected(host, { kind: "machine", uuid: machine }) && !(await exists(world, host, machine)))
      return { needed: true };
    const present = await hypervisor.readTuning(machine, scope, world.limit);
    if (isTuned(tuning, present)) return { needed: false };
    const preview = scope === "config" ? await hypervisor.previewTuning(machine, tuning, world.limit) : undefined;
    const unknown = parts.filter((part) => present[part] === undefined);
    const shown = preview === undefined ? {} : { preview };
    // What the hypervisor cannot tell it cannot be set back to.
    if (unknown.length > 0) return { needed: true, final: true, ...shown };
    return { needed: true, undo: { ...action, tuning: before(tuning, present) }, ...shown };
  },
  perform: (action, call) => hypervisorOf(action, call).tune(action.machine, action.tuning, action.scope, call.limit),
  isDone: async (action, call) =>
    isTuned(action.tuning, await hypervisorOf(action, call).readTuning(action.machine, action.scope, call.limit)),
};

async function exists(world: World, host: string, machine: string): Promise<boolean> {
  return (await world.hypervisor(host).machineStatus(machine, world.limit)) !== undefined;
}

function checkScope(
  status: { readonly name: string; readonly state: Parameters<typeof isActive>[0]; readonly persistent: boolean },
  scope: TuningScope,
): void {
  if (scope === "live" && !isActive(status.state)) {
    throw new Fault(
      "invalid",
      `${status.name} is ${status.state}; change its configuration instead, or start it first`,
    );
  }
  if (scope === "config" && !status.persistent) {
    throw new Fault("invalid", `${status.name} is not defined, so it has no next start; change it as it runs`);
  }
}

/** The device that brings things back where they were, found before the change. */
function deviceOperation<Do extends DeviceAction["do"]>(word: Do): Operation<DeviceAction & { readonly do: Do }> {
  const verb = word.slice(0, word.indexOf("-")) as "attach" | "detach" | "update";
  return {
    title: ({ machine, scope }) =>
      `${verb} a device of machine ${machine} ${scope === "live" ? "as it runs" : "for its next start"}`,
    access: "update",
    needs: ({ scope }) => [[word, scope]],
    async plan(action, world) {
      const { host, machine, device, scope } = action;
      const status = await world.requireMachine(host, machine);
      checkScope(status, scope);
      const hypervisor = world.hypervisor(host);
      const present = await hypervisor.readDevice(machine, device, scope, world.limit);
      if (verb === "detach" && present === undefined) return { needed: false };
      if (verb === "update" && present === undefined) throw new Fault("absent", `${status.name} has no such device`);
      if (verb === "attach" && present !== undefined)
        throw new Fault("exists", `${status.name} has such a device; update it instead`);
      const preview = await hypervisor.previewDevice(machine, verb, device, world.limit);
      if (verb === "update" && scope === "config" && preview.differences.length === 0) return { needed: false };
      const common = { host, machine, scope } as const;
      const undo =
        verb === "attach"
          ? ({ do: "detach-device", ...common, device } as const)
          : verb === "detach"
            ? ({ do: "attach-device", ...common, device: present ?? device } as const)
            : ({ do: "update-device", ...common, device: present ?? device } as const);
      return scope === "config" ? { needed: true, undo, preview } : { needed: true, undo };
    },
    async perform({ host, machine, device, scope }, call) {
      const hypervisor = hypervisorOf({ host }, call);
      if (verb === "attach") await hypervisor.attachDevice(machine, device, scope, call.limit);
      else if (verb === "detach") await hypervisor.detachDevice(machine, device, scope, call.limit);
      else await hypervisor.updateDevice(machine, device, scope, call.limit);
    },
    async isDone({ host, machine, device, scope }, call) {
      const hypervisor = hypervisorOf({ host }, call);
      const present = await hypervisor.readDevice(machine, device, scope, call.limit);
      if (verb !== "update") return (present !== undefined) === (verb === "attach");
      if (scope === "live") return undefined;
      return (await hypervisor.previewDevice(machine, "update", device, call.limit)).differences.length === 0;
    },
  };
}

/** What a machine is, has and may use. */
export const machineSettingsOperations: OperationsOf<MachineSettingsAction> = {
  "set-autostart": setAutostart,
  define,
  undefine,
  tune,
  "attach-device": deviceOperation("attach-device"),
  "detach-device": deviceOperation("detach-device"),
  "update-device": deviceOperation("update-device"),
};
