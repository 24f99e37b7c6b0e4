import { Fault } from "../../base/fault.js";
import type { CallLimit } from "../../inventory/hypervisor-call.js";
import type { HypervisorMachines } from "../../inventory/hypervisor-machines.js";
import type { TuningScope } from "../../inventory/tuning.js";
import { addDevice, deviceText, removeDevice, replaceDevice } from "../../protocol/libvirt/document/domain-edit.js";
import type { DomainName } from "../driver-event.js";
import { asGiven, domainText, domainTextToDefine, liveDomainTextToUse, previewOf } from "./document-reading.js";
import { lookUp } from "./domain-call.js";
import type { Calls } from "./operation-time.js";
import type { Writer } from "./writer.js";

type MachineDevices = Pick<
  HypervisorMachines,
  "readDevice" | "attachDevice" | "detachDevice" | "updateDevice" | "previewDevice"
>;

/** What a change is to affect, as libvirt numbers it. */
export const effect: Readonly<Record<TuningScope, number>> = { live: 1, config: 2 };

const editors = { attach: addDevice, detach: removeDevice, update: replaceDevice } as const;

/** A guest lets go of a device in its own time, and tells only the daemon. */
const ASK_AGAIN_MS = 200;

/** Plugging devices in and out. */
export function machineDevices(writer: Writer): MachineDevices {
  const read = async (calls: Calls, uuid: string, device: string, scope: TuningScope): Promise<string | undefined> => {
    const text = await (scope === "live" ? liveDomainTextToUse : domainTextToDefine)(calls, uuid);
    return asGiven(() => deviceText(text, device));
  };
  const change = (
    operation: "attach-device" | "detach-device" | "update-device",
    args: { uuid: string; device: string; scope: TuningScope; limit: CallLimit },
    act: (calls: Calls, dom: DomainName) => Promise<unknown>,
    shows?: (found: string | undefined) => boolean,
  ): Promise<void> => {
    const { uuid, device, scope, limit } = args;
    const happened = shows && (async (calls: Calls) => shows(await read(calls, uuid, device, scope)));
    return writer.undertake({ operation, limit, scope, ...(happened && { happened }) }, async (calls) => {
      await act(calls, await lookUp(calls, uuid));
    });
  };

  return {
    readDevice: (uuid, device, scope, limit) => writer.ask(limit, (calls) => read(calls, uuid, device, scope)),

    attachDevice: (uuid, device, scope, limit) => {
      const act = (calls: Calls, dom: DomainName) =>
        calls.call("domainAttachDeviceFlags", { dom, xml: device, flags: effect[scope] });
      return change("attach-device", { uuid, device, scope, limit }, act, (found) => found !== undefined);
    },

    detachDevice: (uuid, device, scope, limit) => {
      const act = async (calls: Calls, dom: DomainName): Promise<void> => {
        // libvirt wants the device as it describes it, which has more than what tells it from others.
        const found = await read(calls, uuid, device, scope);
        if (found === undefined) throw new Fault("absent", "the machine has no such device");
        await calls.call("domainDetachDeviceFlags", { dom, xml: found, flags: effect[scope] });
        while (scope === "live" && (await read(calls, uuid, found, scope)) !== undefined)
          await calls.pause(ASK_AGAIN_MS);
      };
      return change("detach-device", { uuid, device, scope, limit }, act, (found) => found === undefined);
    },

    updateDevice: (uuid, device, scope, limit) => {
      const act = (calls: Calls, dom: DomainName) =>
        calls.call("domainUpdateDeviceFlags", { dom, xml: device, flags: effect[scope] });
      return change("update-device", { uuid, device, scope, limit }, act);
    },

    previewDevice: (uuid, action, device, limit) =>
      writer.ask(limit, async (calls) => {
        const before = await domainText(calls, uuid);
        return previewOf(
          before,
          asGiven(() => editors[action](before, device)),
        );
      }),
  };
}
