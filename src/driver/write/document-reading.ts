import { DecodeError, Fault } from "../../base/fault.js";
import { parseXml } from "../../codec/xml/parse.js";
import type { DocumentDifference, DocumentPreview } from "../../inventory/hypervisor-call.js";
import type { ManagedObject } from "../../inventory/managed-object.js";
import { compareDocuments } from "../../protocol/libvirt/document/compare.js";
import { libvirtErrorOf } from "../../protocol/libvirt/error.js";
import { lookUp } from "./domain-call.js";
import type { Calls } from "./operation-time.js";

/** Flags of a domain's description: with its secrets, which a definition would lose otherwise; as the next start takes it. */
const SECURE = 1;
const INACTIVE = 2;
/** Stands for a secret. */
const HIDDEN = "(hidden)";

/** The description that the next start takes, without secrets; of what is transient the one it runs with. */
export async function domainText(calls: Calls, uuid: string): Promise<string> {
  return (await calls.call("domainGetXmlDesc", { dom: await lookUp(calls, uuid), flags: INACTIVE })).xml;
}

/** As `domainText`, to be defined again: with its secrets, which must not be shown. */
export async function domainTextToDefine(calls: Calls, uuid: string): Promise<string> {
  return (await calls.call("domainGetXmlDesc", { dom: await lookUp(calls, uuid), flags: INACTIVE | SECURE })).xml;
}

/** The description of the present run, or of the next when there is none. */
export async function liveDomainText(calls: Calls, uuid: string): Promise<string> {
  return (await calls.call("domainGetXmlDesc", { dom: await lookUp(calls, uuid), flags: 0 })).xml;
}

/** As `liveDomainText`, with its secrets, which must not be shown. */
export async function liveDomainTextToUse(calls: Calls, uuid: string): Promise<string> {
  return (await calls.call("domainGetXmlDesc", { dom: await lookUp(calls, uuid), flags: SECURE })).xml;
}

/** As `objectText`, to be defined again: with its secrets. */
export async function objectTextToDefine(calls: Calls, object: ManagedObject): Promise<string | undefined> {
  if (object.kind !== "machine") return objectText(calls, object);
  return unlessAbsent(() => domainTextToDefine(calls, object.uuid));
}

/** An object's description; `undefined` when it does not exist. */
export async function objectText(calls: Calls, object: ManagedObject): Promise<string | undefined> {
  return unlessAbsent(async () => {
    switch (object.kind) {
      case "machine":
        return domainText(calls, object.uuid);
      case "snapshot": {
        const dom = await lookUp(calls, object.machine);
        return (await calls.call("domainSnapshotGetXmlDesc", { snap: { name: object.name, dom }, flags: 0 })).xml;
      }
      case "pool": {
        const { pool } = await calls.call("storagePoolLookupByName", { name: object.name });
        const { persistent } = await calls.call("storagePoolIsPersistent", { pool });
        return (await calls.call("storagePoolGetXmlDesc", { pool, flags: persistent })).xml;
      }
      case "volume": {
        const { pool } = await calls.call("storagePoolLookupByName", { name: object.pool });
        const { vol } = await calls.call("storageVolLookupByName", { pool, name: object.name });
        return (await calls.call("storageVolGetXmlDesc", { vol, flags: 0 })).xml;
      }
      case "network": {
        const { net } = await calls.call("networkLookupByName", { name: object.name });
        const { persistent } = await calls.call("networkIsPersistent", { net });
        return (await calls.call("networkGetXmlDesc", { net, flags: persistent })).xml;
      }
    }
  });
}

/** What `read` gives; `undefined` when libvirt says that the object does not exist. */
export async function unlessAbsent<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Fault && error.code === "absent" && libvirtErrorOf(error)) return undefined;
    throw error;
  }
}

/** Two descriptions of one object and where they differ. @throws {Fault} `invalid` for one that does not parse */
export function previewOf(before: string | undefined, after: string | undefined): DocumentPreview {
  return asGiven(() => {
    const [old, now] = [before, after].map((text) => (text === undefined ? undefined : parseXml(text)));
    if (old && now) return { before, after, differences: compareDocuments(old, now).map(withoutSecret) };
    const root = `/${(old ?? now)?.local ?? ""}`;
    const whole = before === after ? [] : [{ path: root, before, after }];
    return { before, after, differences: whole.map(withoutSecret) };
  });
}

/** Of a secret it is shown that it changes, and not to what. */
function withoutSecret({ path, before, after }: DocumentDifference): DocumentDifference {
  const hidden = (text: string | undefined) =>
    path.endsWith("/@passwd") ? text && HIDDEN : text?.replace(/\bpasswd=("[^"]*"|'[^']*')/g, `passwd="${HIDDEN}"`);
  return { path, before: hidden(before), after: hidden(after) };
}

/** What `read` makes of a description that somebody gave. @throws {Fault} `invalid` when it is none */
export function asGiven<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new Fault("invalid", `the description cannot be read: ${error.message}`, { cause: error });
  }
}
