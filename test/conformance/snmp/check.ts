import type { Oid } from "../../../src/protocol/snmp/object-source.js";
import type { PlainPdu } from "../../../src/protocol/snmp/pdu.js";
import type { PduVarBind } from "../../../src/protocol/snmp/var-bind.js";
import { Manager } from "./manager.js";
import type { Subject } from "./subject.js";

/** A promise of section 12 of our SNMP reference, and how to find out whether an agent keeps it. */
export interface Check {
  readonly id: string;
  readonly promise: string;
  /** @returns what was seen, for the table; rejects with what is wrong, or with `NotApplicable` */
  run(bench: Bench): Promise<string | undefined>;
}

/** What a check works with. */
export interface Bench {
  readonly subject: Subject;
  readonly manager: Manager;
  /** The part of the tree that checks are made on, read once. */
  readonly snapshot: readonly PduVarBind[];
  /** How much of what can be done more or less often; 1 is usual. */
  readonly effort: number;
}

/** The subject lacks what a check needs. */
export class NotApplicable extends Error {
  override readonly name = "NotApplicable";
}

/** @throws an error that says what is wrong */
export function must(condition: boolean, wrong: string): asserts condition {
  if (!condition) throw new Error(wrong);
}

export function needs<T>(part: T | undefined, what: string): T {
  if (part === undefined) throw new NotApplicable(`needs ${what}`);
  return part;
}

/** Instances that a snapshot may have. */
export const MOST = 20_000;

export function text(oid: Oid): string {
  return oid.join(".");
}

/** The one variable binding of an answer that must be without error. */
export function only({ errorStatus, errorIndex, varBinds }: PlainPdu): PduVarBind {
  must(errorStatus === 0, `error ${errorStatus} at ${errorIndex}`);
  const [one] = varBinds;
  if (one === undefined || varBinds.length !== 1)
    throw new Error(`${varBinds.length} variable bindings instead of one`);
  return one;
}

export function find(bench: Bench, type: PduVarBind["value"]["type"], isGood = (_: PduVarBind): boolean => true) {
  return bench.snapshot.find((one) => one.value.type === type && isGood(one));
}

/** Another manager for one step. */
export async function withManager<T>(
  subject: Subject,
  options: Parameters<typeof Manager.open>[1],
  step: (manager: Manager) => Promise<T>,
): Promise<T> {
  const manager = await Manager.open(subject, options);
  try {
    return await step(manager);
  } finally {
    manager.close();
  }
}

export const SYS_UP_TIME: Oid = [1, 3, 6, 1, 2, 1, 1, 3, 0];
export const SYS_DESCR: Oid = [1, 3, 6, 1, 2, 1, 1, 1, 0];
/** Nothing is ever registered there. */
export const NOWHERE: Oid = [1, 3, 6, 1, 2, 1, 9999, 1, 0];
export const VM_MIB: Oid = [1, 3, 6, 1, 2, 1, 236];
