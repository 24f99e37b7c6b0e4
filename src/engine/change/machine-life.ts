import { Fault } from "../../base/fault.js";
import type { Hypervisor, HypervisorOperation } from "../../inventory/hypervisor.js";
import type { CallLimit } from "../../inventory/hypervisor-call.js";
import type { MachineStatus } from "../../inventory/hypervisor-machines.js";
import { isActive, type MachineState } from "../../inventory/machine.js";
import type { Action, MachineLifeAction } from "./action.js";
import { hypervisorOf, type Operation, type OperationsOf } from "./operation.js";

type LifeWord = MachineLifeAction["do"];

/** One row of the lifecycle. */
interface Life<Of extends MachineLifeAction> {
  /** States from which it makes sense. */
  readonly from: readonly MachineState[];
  /** In these there is nothing to do. */
  readonly already: readonly MachineState[];
  /** What somebody should do instead, from another state. */
  readonly instead: Partial<Readonly<Record<MachineState, string>>>;
  /** What it will be; absent when that is what it is. */
  readonly to?: MachineState;
  call(hypervisor: Hypervisor, action: Of, limit: CallLimit): Promise<void>;
  /** What takes it back. `final`: nothing does. */
  undo(action: Of, before: MachineStatus): Action | "final";
  /** Whether a machine is as after it. Absent: nobody can tell. */
  isDone?(status: MachineStatus | undefined): boolean;
}

const off = ["stopped", "crashed"] as const;
const idle = (status: MachineStatus | undefined): boolean => status === undefined || !isActive(status.state);

function on<Do extends LifeWord>(word: Do, { host, machine }: MachineLifeAction) {
  return { do: word, host, machine } as const;
}

const lives: { readonly [Do in LifeWord]: Life<Extract<MachineLifeAction, { readonly do: Do }>> } = {
  start: {
    from: [...off, "saved"],
    already: ["running"],
    instead: { paused: "resume it", "pm-suspended": "wake it by resuming it" },
    to: "running",
    call: (hypervisor, { machine, paused, discardSaved }, limit) =>
      hypervisor.start(
        machine,
        { ...(paused !== undefined && { paused }), ...(discardSaved !== undefined && { discardSaved }) },
        limit,
      ),
    undo: (action, before) =>
      before.state !== "saved" ? on("destroy", action) : action.discardSaved ? "final" : on("save", action),
    isDone: (status) => status !== undefined && isActive(status.state),
  },
  shutdown: {
    from: ["running"],
    already: [...off, "saved", "stopping"],
    instead: { paused: "resume it first, or destroy it" },
    to: "stopping",
    call: (hypervisor, { machine }, limit) => hypervisor.shutdown(machine, limit),
    undo: () => "final",
  },
  reboot: {
    from: ["running"],
    already: [],
    instead: { stopped: "start it", crashed: "start it", saved: "restore it", paused: "resume it first, or reset it" },
    call: (hypervisor, { machine }, limit) => hypervisor.reboot(machine, limit),
    undo: () => "final",
  },
  reset: {
    from: ["running", "paused", "crashed", "stopping"],
    already: [],
    instead: { stopped: "start it", saved: "restore it" },
    call: (hypervisor, { machine }, limit) => hypervisor.reset(machine, limit),
    undo: () => "final",
  },
  suspend: {
    from: ["running"],
    already: ["paused"],
    instead: { stopped: "start it first", saved: "restore it first" },
    to: "paused",
    call: (hypervisor, { machine }, limit) => hypervisor.suspend(machine, limit),
    undo: (action) => on("resume", action),
    isDone: (status) => status?.state === "paused",
  },
  resume: {
    from: ["paused", "pm-suspended"],
    already: ["running"],
    instead: { stopped: "start it", crashed: "start it", saved: "restore it" },
    to: "running",
    call: (hypervisor, { machine }, limit) => hypervisor.resume(machine, limit),
    undo: (action, { state }) => (state === "paused" ? on("suspend", action) : "final"),
    isDone: (status) => status?.state === "running",
  },
  save: {
    from: ["running", "paused"],
    already: ["saved"],
    instead: { stopped: "start it first" },
    to: "saved",
    call: (hypervisor, { machine }, limit) => hypervisor.save(machine, limit),
    undo: (action) => on("restore", action),
    isDone: (status) => status?.saved === true && !isActive(status.state),
  },
  restore: {
    from: ["saved"],
    already: [],
    instead: { stopped: "start it, nothing of it is saved", running: "save it first" },
    to: "running",
    call: (hypervisor, { machine }, limit) => hypervisor.restore(machine, limit),
    undo: (action) => on("save", action),
    isDone: (status) => status !== undefined && isActive(status.state),
  },
  "discard-saved": {
    from: ["saved"],
    already: [...off],
    instead: {},
    to: "stopped",
    call: (hypervisor, { machine }, limit) => hypervisor.discardSaved(machine, limit),
    undo: () => "final",
    isDone: (status) => status?.saved !== true,
  },
  destroy: {
    from: ["running", "paused", "stopping", "pm-suspended", "preparing", "restoring", "saving"],
    already: [...off, "saved"],
    instead: { migrating: "cancel its migration first" },
    to: "stopped",
    call: (hypervisor, { machine }, limit) => hypervisor.destroy(machine, limit),
    // What was in its memory is lost either way; a machine that nobody defined is gone with it.
    undo: (action, { persistent }) => (persistent ? on("start", action) : "final"),
    isDone: idle,
  },
};

function operation<Do extends LifeWord>(word: Do): Operation<Extract<MachineLifeAction, { readonly do: Do }>> {
  const life = lives[word] as Life<MachineLifeAction>;
  return {
    title: (action) => `${word.replace("-", " ")} machine ${action.machine}`,
    access: "exec",
    needs: () => [[word as HypervisorOperation]],
    async plan(action, world) {
      const status = await world.requireMachine(action.host, action.machine);
      if (life.already.includes(status.state)) return { needed: false };
      // What a hypervisor cannot tell, it may still know.
      const isClear = status.state !== "unknown" && status.state !== "other";
      if (isClear && !life.from.includes(status.state)) throw wrongState(word, status, life.instead[status.state]);
      const undo = life.undo(action, status);
      const after = { ...status, state: life.to ?? status.state, saved: life.to === "saved" };
      const gone = life.to === "stopped" && !status.persistent;
      world.expect(action.host, { kind: "machine", uuid: action.machine }, gone ? undefined : after);
      if (undo === "final") return { needed: true, final: true };
      return { needed: true, undo };
    },
    perform: (action, call) => life.call(hypervisorOf(action, call), action, call.limit),
    isDone: async (action, call) =>
      life.isDone?.(await hypervisorOf(action, call).machineStatus(action.machine, call.limit)),
  };
}

function wrongState(word: LifeWord, { name, state }: MachineStatus, instead: string | undefined): Fault {
  const advice = instead === undefined ? "" : `; ${instead}`;
  return new Fault("invalid", `cannot ${word.replace("-", " ")} ${name} while it is ${state}${advice}`);
}

/** Starting and stopping machines. */
export const machineLifeOperations: OperationsOf<MachineLifeAction> = {
  start: operation("start"),
  shutdown: operation("shutdown"),
  reboot: operation("reboot"),
  reset: operation("reset"),
  suspend: operation("suspend"),
  resume: operation("resume"),
  save: operation("save"),
  restore: operation("restore"),
  "discard-saved": operation("discard-saved"),
  destroy: operation("destroy"),
};
