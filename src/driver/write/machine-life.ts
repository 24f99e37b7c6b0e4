import { Fault } from "../../base/fault.js";
import type { CallLimit } from "../../inventory/hypervisor-call.js";
import type { HypervisorMachines, MachineStatus } from "../../inventory/hypervisor-machines.js";
import { isActive } from "../../inventory/machine.js";
import { isNoSupport } from "../../protocol/libvirt/error.js";
import type { DomainName } from "../driver-event.js";
import { lookUp, readStatus } from "./domain-call.js";
import type { Calls } from "./operation-time.js";
import type { Writer } from "./writer.js";

type MachineLife = Pick<
  HypervisorMachines,
  | "machineStatus"
  | "start"
  | "shutdown"
  | "reboot"
  | "reset"
  | "suspend"
  | "resume"
  | "save"
  | "restore"
  | "discardSaved"
  | "destroy"
  | "setAutostart"
>;

const START_PAUSED = 1;

type Operation = "shutdown" | "reboot" | "reset" | "suspend" | "resume" | "save" | "discard-saved" | "destroy";

/** Starting, stopping and what is between. */
export function machineLife(writer: Writer): MachineLife {
  /** Does `act` to the machine; `shows` tells from its status that it happened. */
  const change = (
    operation: Operation | "start" | "restore" | "set-autostart",
    uuid: string,
    limit: CallLimit,
    act: (calls: Calls, dom: DomainName) => Promise<unknown>,
    shows?: (status: MachineStatus | undefined) => boolean,
  ): Promise<void> => {
    const happened = shows && (async (calls: Calls) => shows(await readStatus(calls, uuid)));
    return writer.undertake({ operation, limit, ...(happened && { happened }) }, async (calls) => {
      await act(calls, await lookUp(calls, uuid));
    });
  };

  return {
    machineStatus: (uuid, limit) => writer.ask(limit, (calls) => readStatus(calls, uuid)),

    start: (uuid, { paused = false, discardSaved = false }, limit) => {
      const act = async (calls: Calls, dom: DomainName): Promise<void> => {
        if (discardSaved && (await readStatus(calls, uuid))?.saved) {
          await calls.call("domainManagedSaveRemove", { dom, flags: 0 });
        }
        await create(calls, dom, paused ? START_PAUSED : 0);
      };
      return change("start", uuid, limit, act, isOn);
    },

    shutdown: (uuid, limit) => {
      const act = (calls: Calls, dom: DomainName) =>
        orOlder(calls.call("domainShutdownFlags", { dom, flags: 0 }), () => calls.call("domainShutdown", { dom }));
      return change("shutdown", uuid, limit, act, (status) => !isOn(status) || status?.state === "stopping");
    },

    reboot: (uuid, limit) =>
      change("reboot", uuid, limit, (calls, dom) => calls.call("domainReboot", { dom, flags: 0 })),

    reset: (uuid, limit) => change("reset", uuid, limit, (calls, dom) => calls.call("domainReset", { dom, flags: 0 })),

    suspend: (uuid, limit) => {
      const act = (calls: Calls, dom: DomainName) => calls.call("domainSuspend", { dom });
      return change("suspend", uuid, limit, act, (status) => status?.state === "paused");
    },

    resume: (uuid, limit) => {
      const act = (calls: Calls, dom: DomainName) => calls.call("domainResume", { dom });
      return change("resume", uuid, limit, act, (status) => status?.state === "running");
    },

    save: (uuid, limit) => {
      const act = (calls: Calls, dom: DomainName) => calls.call("domainManagedSave", { dom, flags: 0 });
      return change("save", uuid, limit, act, (status) => status?.state === "saved");
    },

    restore: (uuid, limit) => {
      const act = async (calls: Calls, dom: DomainName): Promise<void> => {
        if (!(await readStatus(calls, uuid))?.saved) {
          throw new Fault("invalid", `${dom.name} has no saved state to go on from: start it instead`);
        }
        await create(calls, dom, 0);
      };
      return change("restore", uuid, limit, act, isOn);
    },

    discardSaved: (uuid, limit) => {
      const act = (calls: Calls, dom: DomainName) => calls.call("domainManagedSaveRemove", { dom, flags: 0 });
      return change("discard-saved", uuid, limit, act, (status) => !status?.saved);
    },

    destroy: (uuid, limit) => {
      const act = (calls: Calls, dom: DomainName) =>
        orOlder(calls.call("domainDestroyFlags", { dom, flags: 0 }), () => calls.call("domainDestroy", { dom }));
      return change("destroy", uuid, limit, act, (status) => !isOn(status));
    },

    setAutostart: (uuid, autostart, limit) => {
      const act = (calls: Calls, dom: DomainName) =>
        calls.call("domainSetAutostart", { dom, autostart: autostart ? 1 : 0 });
      return change("set-autostart", uuid, limit, act, (status) => status?.autostart === autostart);
    },
  };
}

function isOn(status: MachineStatus | undefined): boolean {
  return status !== undefined && isActive(status.state);
}

/** Drivers of before flags take no flags. */
async function create(calls: Calls, dom: DomainName, flags: number): Promise<void> {
  await orOlder(
    calls.call("domainCreateWithFlags", { dom, flags }),
    flags === 0 ? () => calls.call("domainCreate", { dom }) : undefined,
  );
}

/** What a call gives, or what its predecessor gives where the driver lacks it. */
async function orOlder(call: Promise<unknown>, older: (() => Promise<unknown>) | undefined): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!older || !isNoSupport(error)) throw error;
    await older();
  }
}
