import { parseXml } from "../../codec/xml/parse.js";
import type { Hypervisor } from "../../inventory/hypervisor.js";
import type { Technology } from "../../inventory/machine.js";
import { compareDocuments } from "../../protocol/libvirt/document/compare.js";
import { readDomain } from "../../protocol/libvirt/document/domain.js";
import { isNoSupport, libvirtErrorOf } from "../../protocol/libvirt/error.js";
import { errorNumber } from "../../protocol/libvirt/error-codes.js";
import type { DomainName } from "../driver-event.js";
import { asGiven, domainText, objectText, objectTextToDefine, previewOf, unlessAbsent } from "./document-reading.js";
import { lookUp, readStatus } from "./domain-call.js";
import type { Calls } from "./operation-time.js";
import type { Writer } from "./writer.js";

type MachineDefinition = Pick<Hypervisor, "readDocument" | "previewDocument" | "defineMachine" | "undefineMachine">;

/** What may be removed along with a definition: managed save image, metadata of snapshots, firmware variables, of checkpoints. */
const undefineFlags = { managedSave: 1, snapshots: 2, firmware: 4, checkpoints: 16 } as const;

/** Descriptions: read, compared, defined, undefined. */
export function machineDefinition(writer: Writer): MachineDefinition {
  return {
    readDocument: (object, limit) => writer.ask(limit, (calls) => objectText(calls, object)),

    previewDocument: (object, document, limit) =>
      writer.ask(limit, async (calls) => previewOf(await objectTextToDefine(calls, object), document)),

    defineMachine: async (document, limit) => {
      const wanted = asGiven(() => readDomain(document));
      let uuid = wanted.uuid;
      const happened = async (calls: Calls): Promise<boolean> => {
        const { dom } = await calls.call("domainLookupByName", { name: wanted.name });
        const found = await unlessAbsent(() => domainText(calls, dom.uuid));
        if (found === undefined || compareDocuments(wanted.tree, parseXml(found)).length > 0) return false;
        uuid = dom.uuid;
        return true;
      };
      await writer.undertake({ operation: "define", limit, happened }, async (calls) => {
        uuid = (await define(calls, document)).uuid;
      });
      return uuid ?? "";
    },

    undefineMachine: (uuid, { withState = false }, limit) => {
      const happened = async (calls: Calls): Promise<boolean> => {
        const status = await readStatus(calls, uuid);
        return !status?.persistent;
      };
      return writer.undertake({ operation: "undefine", limit, happened }, async (calls) => {
        const dom = await lookUp(calls, uuid);
        const flags = withState ? stateFlags(writer.driver.technology) : 0;
        await undefine(calls, dom, flags);
      });
    },
  };
}

/** Defines a domain, by the older call where the driver has no other. */
export async function define(calls: Calls, xml: string): Promise<DomainName> {
  try {
    return (await calls.call("domainDefineXmlFlags", { xml, flags: 0 })).dom;
  } catch (error) {
    if (!isNoSupport(error)) throw error;
    return (await calls.call("domainDefineXml", { xml })).dom;
  }
}

/** A driver refuses flags that it does not know. */
function stateFlags(technology: Technology): number {
  const { managedSave, snapshots, firmware, checkpoints } = undefineFlags;
  switch (technology) {
    case "kvm":
    case "qemu":
      return managedSave | snapshots | firmware | checkpoints;
    case "test":
      return managedSave | snapshots | checkpoints;
    case "xen":
    case "vz":
    case "hyperv":
      return managedSave;
    default:
      return 0;
  }
}

async function undefine(calls: Calls, dom: DomainName, flags: number): Promise<void> {
  try {
    await calls.call("domainUndefineFlags", { dom, flags });
  } catch (error) {
    const isOldCall = flags === 0 && isNoSupport(error);
    const isOldFlag = (flags & undefineFlags.checkpoints) !== 0 && isUnknownFlag(error);
    if (isOldCall) await calls.call("domainUndefine", { dom });
    else if (isOldFlag) await calls.call("domainUndefineFlags", { dom, flags: flags & ~undefineFlags.checkpoints });
    else throw error;
  }
}

function isUnknownFlag(error: unknown): boolean {
  const found = libvirtErrorOf(error);
  return found?.code === errorNumber("INVALID_ARG") && found.message.includes("unsupported flags");
}
