import { isNoDomain, isNoSupport } from "../protocol/libvirt/error.js";
import type { Caller } from "./connection.js";
import type { DomainName } from "./driver-event.js";
import type { LibvirtDriver } from "./hypervisor.js";
import { orUndefined } from "./outcome.js";

/** Filters of the list call; the whole list at once is cheaper than asking every machine. */
const filters = { persistent: 4, managedSave: 256, autostart: 1024 } as const;

const MOST = 16_384;
const noUuid = "00000000-0000-0000-0000-000000000000";

/** All machines of a host, with the facts that a list can tell; a set is `undefined` where the driver has no such filter. */
export interface DomainList {
  readonly domains: readonly DomainName[];
  /** By UUID. */
  readonly persistent: ReadonlySet<string> | undefined;
  readonly managedSave: ReadonlySet<string> | undefined;
  readonly autostart: ReadonlySet<string> | undefined;
}

export async function listDomains(caller: Caller, hypervisor: LibvirtDriver): Promise<DomainList> {
  const domains = (await allDomains(caller)).filter((domain) => isGuest(domain, hypervisor));
  const [persistent, managedSave, autostart] = await Promise.all([
    filtered(caller, filters.persistent),
    filtered(caller, filters.managedSave),
    filtered(caller, filters.autostart),
  ]);
  return { domains, persistent, managedSave, autostart };
}

/** Xen lists its own control domain among its guests, with the number 0 and no UUID of its own. */
export function isGuest(domain: DomainName, hypervisor: LibvirtDriver): boolean {
  return hypervisor.technology !== "xen" || (domain.id !== 0 && domain.uuid !== noUuid);
}

async function allDomains(caller: Caller): Promise<readonly DomainName[]> {
  try {
    return (await caller.call("connectListAllDomains", { needResults: 1, flags: 0 })).domains;
  } catch (error) {
    if (!isNoSupport(error)) throw error;
    return allDomainsOneByOne(caller);
  }
}

/** For daemons and drivers of before the list call. */
async function allDomainsOneByOne(caller: Caller): Promise<readonly DomainName[]> {
  const { ids } = await caller.call("connectListDomains", { maxids: MOST });
  const { names } = await caller.call("connectListDefinedDomains", { maxnames: MOST });
  const domains: DomainName[] = [];
  for (const id of ids) {
    const found = await unlessGone(caller.call("domainLookupById", { id }));
    if (found) domains.push(found.dom);
  }
  for (const name of names) {
    const found = await unlessGone(caller.call("domainLookupByName", { name }));
    if (found) domains.push(found.dom);
  }
  return domains;
}

async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNoDomain(error)) return undefined;
    throw error;
  }
}

async function filtered(caller: Caller, flags: number): Promise<ReadonlySet<string> | undefined> {
  const found = await orUndefined(caller.call("connectListAllDomains", { needResults: 1, flags }));
  return found && new Set(found.domains.map((domain) => domain.uuid));
}
