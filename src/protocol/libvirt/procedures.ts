import type { Fields, ValueOf } from "../../codec/xdr/shape.js";
import type { CallRow, EventRow } from "./procedure.js";
import { authenticationProcedures } from "./procedures/authentication.js";
import { checkpointProcedures } from "./procedures/checkpoint.js";
import { connectionProcedures } from "./procedures/connection.js";
import { domainDeviceProcedures } from "./procedures/domain-device.js";
import { domainGuestProcedures } from "./procedures/domain-guest.js";
import { domainLifeProcedures } from "./procedures/domain-life.js";
import { domainListProcedures } from "./procedures/domain-list.js";
import { domainStatisticsProcedures } from "./procedures/domain-statistics.js";
import { domainTuningProcedures } from "./procedures/domain-tuning.js";
import { eventProcedures } from "./procedures/event.js";
import { interfaceProcedures } from "./procedures/interface.js";
import { migrationProcedures } from "./procedures/migration.js";
import { networkProcedures } from "./procedures/network.js";
import { nodeProcedures } from "./procedures/node.js";
import { nodeDeviceProcedures } from "./procedures/node-device.js";
import { nwfilterProcedures } from "./procedures/nwfilter.js";
import { qemuProcedures } from "./procedures/qemu.js";
import { secretProcedures } from "./procedures/secret.js";
import { snapshotProcedures } from "./procedures/snapshot.js";
import { storageProcedures } from "./procedures/storage.js";
import { programs } from "./programs.js";

/** Program remote: everything normal. */
const remoteProcedures = {
  ...authenticationProcedures,
  ...connectionProcedures,
  ...nodeProcedures,
  ...domainListProcedures,
  ...domainLifeProcedures,
  ...domainTuningProcedures,
  ...domainDeviceProcedures,
  ...domainStatisticsProcedures,
  ...domainGuestProcedures,
  ...migrationProcedures,
  ...snapshotProcedures,
  ...checkpointProcedures,
  ...storageProcedures,
  ...networkProcedures,
  ...interfaceProcedures,
  ...nodeDeviceProcedures,
  ...nwfilterProcedures,
  ...secretProcedures,
  ...eventProcedures,
} as const;

type Table = typeof remoteProcedures & typeof qemuProcedures;

/** The name of anything in the table: what libvirt calls `REMOTE_PROC_DOMAIN_GET_STATE` is `domainGetState` here. */
type ProcedureName = keyof Table;

/** Procedures that are called and answered. */
export type CallName = { [N in ProcedureName]: Table[N] extends { kind: "call" } ? N : never }[ProcedureName];

/** Messages the daemon sends by itself. */
export type EventName = Exclude<ProcedureName, CallName>;

/** The arguments of a call. */
export type ArgsOf<N extends CallName> = Table[N] extends { args: infer S } ? ValueOf<S> : never;

/** The result of a call. */
export type ResultOf<N extends CallName> = Table[N] extends { result: infer S } ? ValueOf<S> : never;

/** The content of an event. */
export type MessageOf<N extends EventName> = Table[N] extends { message: infer S } ? ValueOf<S> : never;

/** An event with its content, as a union over all events: switch on `name`. */
export type LibvirtEvent = { [N in EventName]: { readonly name: N; readonly message: MessageOf<N> } }[EventName];

/** A row with what the packets' headers say. */
export type Procedure = (CallRow<Fields, Fields> | EventRow<Fields>) & {
  readonly name: ProcedureName;
  readonly program: number;
};

/** All procedures of both programs. */
export const allProcedures: readonly Procedure[] = [
  ...rowsOf(programs.remote, remoteProcedures),
  ...rowsOf(programs.qemu, qemuProcedures),
];

const byName = new Map<string, Procedure>(allProcedures.map((row) => [row.name, row]));
const byNumber = new Map(allProcedures.map((row) => [key(row.program, row.number), row]));

/** The row of a call. */
export function callNamed(name: CallName): CallRow<Fields, Fields> & { readonly program: number } {
  return byName.get(name) as CallRow<Fields, Fields> & Procedure;
}

/** The row of an event. */
export function eventNamed(name: EventName): EventRow<Fields> & { readonly program: number } {
  return byName.get(name) as EventRow<Fields> & Procedure;
}

/** @returns undefined for a number the program does not have, which newer daemons may use */
export function procedureNumbered(program: number, number: number): Procedure | undefined {
  return byNumber.get(key(program, number));
}

function rowsOf(program: number, table: object): Procedure[] {
  return Object.entries(table).map(([name, row]) => ({ ...row, name, program }));
}

function key(program: number, number: number): string {
  return `${program}.${number}`;
}
