import { sysOREntry, system } from "../../schema/generated/snmpv2-mib.js";
import { bindScalars, bindTable } from "../bind-table.js";

/** The entity that a context belongs to. */
export interface SystemFacts {
  readonly description: string;
  readonly contact: string;
  readonly name: string;
  readonly location: string;
  /** Hundredths of a second since the agent started. */
  readonly upTimeCs: number;
}

/** A MIB module that is served. */
export interface Capability {
  readonly index: number;
  readonly id: readonly number[];
  readonly description: string;
}

/** Layers 4 and 7: 2^3 + 2^6. */
const END_TO_END_AND_APPLICATIONS = 72;

/** @see RFC 3418, object system */
export const systemScalars = bindScalars<SystemFacts>()(system, {
  sysDescr: ({ description }) => description,
  sysObjectID: () => [0, 0], // no enterprise number is registered for virtgate
  sysUpTime: ({ upTimeCs }) => upTimeCs,
  sysContact: ({ contact }) => contact,
  sysName: ({ name }) => name,
  sysLocation: ({ location }) => location,
  sysServices: () => END_TO_END_AND_APPLICATIONS,
  sysORLastChange: () => 0, // what is served does not change while the agent runs
});

/** @see RFC 3418, object sysORTable */
export const sysOrTable = bindTable<Capability>()(sysOREntry, ({ index }) => [index], {
  sysORID: ({ id }) => id,
  sysORDescr: ({ description }) => description,
  sysORUpTime: () => 0,
});
