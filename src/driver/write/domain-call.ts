import type { MachineStatus } from "../../inventory/hypervisor-machines.js";
import { isNoDomain } from "../../protocol/libvirt/error.js";
import type { DomainName } from "../driver-event.js";
import { present } from "../outcome.js";
import { stateWords } from "../state.js";
import type { Calls } from "./operation-time.js";

/** The domain as the daemon knows it at present. @throws {Fault} `absent` */
export async function lookUp(calls: Calls, uuid: string): Promise<DomainName> {
  return (await calls.call("domainLookupByUuid", { uuid })).dom;
}

/** What `read` gives, or `undefined` when the machine does not exist. */
async function unlessNoDomain<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isNoDomain(error)) return undefined;
    throw error;
  }
}

/** What the daemon says of a machine right now; `undefined` when there is none. */
export function readStatus(calls: Calls, uuid: string): Promise<MachineStatus | undefined> {
  return unlessNoDomain(async () => {
    const dom = await lookUp(calls, uuid);
    const [state, persistent, autostart, saved] = await Promise.all([
      calls.call("domainGetState", { dom, flags: 0 }),
      present(calls.call("domainIsPersistent", { dom })),
      present(calls.call("domainGetAutostart", { dom })),
      present(calls.call("domainHasManagedSaveImage", { dom, flags: 0 })),
    ]);
    const managedSave = saved?.result === 1;
    const words = stateWords(state.state, state.reason, { managedSave });
    return {
      uuid,
      name: dom.name,
      ...words,
      // Why it is off outlives the image: whoever discards that does not turn it off again.
      state: words.state === "saved" && saved?.result === 0 ? "stopped" : words.state,
      domainId: dom.id < 0 ? undefined : dom.id,
      persistent: persistent?.persistent !== 0,
      autostart: autostart && autostart.autostart === 1,
      saved: managedSave,
    };
  });
}
