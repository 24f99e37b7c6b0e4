import type { PlainValue } from "../../../mapping/bind-table.js";
import { usmUserTable } from "../../../mapping/snmp/usm-user-table.js";
import { type ErrorStatus, errorStatus } from "../../../protocol/snmp/error-status.js";
import { changedKey } from "../../../protocol/snmp/key-change.js";
import type { Oid } from "../../../protocol/snmp/object-source.js";
import { compareOids } from "../../../protocol/snmp/oid.js";
import { securityModel } from "../../../protocol/snmp/security.js";
import type { SetOutcome } from "../../../protocol/snmp/set.js";
import {
  authProtocolOf,
  isOffered,
  privProtocolOf,
  usmNoAuthProtocol,
  usmNoPrivProtocol,
} from "../../../protocol/snmp/usm-protocol.js";
import { usmUserEntry } from "../../../schema/generated/snmp-user-based-sm-mib.js";
import type { Assignment } from "../settable-objects.js";
import { type Moment, type RowChange, type RowDraft, type RowRules, refuse, rowStatus } from "./row-change.js";

/** What a user's row holds besides its columns: localised keys, and how far its making has come. */
export const hiddenOfUser = {
  authKey: "authKey",
  privKey: "privKey",
  /** Keys for any engine, of users with passwords in the configuration; never copied to another. */
  masterAuthKey: "masterAuthKey",
  masterPrivKey: "masterPrivKey",
  cloned: "cloned",
  changed: "changedKeys",
} as const;

/** Bits of `changedKeys`: which keys are no longer those of the user that this one was cloned from. */
const changedKeys = { auth: 1, priv: 2 } as const;

const { inconsistentName, inconsistentValue, noAccess, wrongLength, wrongValue } = errorStatus;

type Step = (draft: RowDraft, assignment: Assignment, change: RowChange, moment: Moment) => ErrorStatus | undefined;

/** In the order in which they are carried out: a clone brings what the others change. */
const steps: readonly (readonly [name: string, step: Step])[] = [
  ["usmUserCloneFrom", clone],
  ["usmUserPrivProtocol", (draft, { name, value }) => dropProtocol(draft, name, value, usmNoPrivProtocol)],
  ["usmUserAuthProtocol", dropAuthProtocol],
  ["usmUserAuthKeyChange", (draft, { value }) => changeKey(draft, "auth", value)],
  ["usmUserPrivKeyChange", (draft, { value }) => changeKey(draft, "priv", value)],
  ["usmUserOwnAuthKeyChange", own("auth")],
  ["usmUserOwnPrivKeyChange", own("priv")],
];

/**
 * How users are made and their keys changed. No key ever travels: a new user starts with the keys of another, and a change
 * is of use only to who knows the old key.
 * @see RFC 3414, object usmUserTable
 */
export const usmUserRules: RowRules = {
  initial: ({ usmUserName = "" }) => ({ usmUserSecurityName: usmUserName }),
  refusal,
  carryOut,
  isReady,
};

function refusal(name: string, value: PlainValue): ErrorStatus | undefined {
  if (name === "usmUserAuthProtocol" && !isKnown(value, usmNoAuthProtocol, authProtocolOf)) return wrongValue;
  if (name === "usmUserPrivProtocol" && !isKnown(value, usmNoPrivProtocol, privProtocolOf)) return wrongValue;
  return undefined;
}

function carryOut(
  draft: RowDraft,
  change: RowChange,
  moment: Moment,
  isNew: boolean,
): SetOutcome | readonly Assignment[] {
  const left = new Set(change.assignments);
  for (const [name, step] of steps) {
    const assignment = change.assignments.find((one) => one.name === name);
    if (assignment === undefined) continue;
    left.delete(assignment);
    const isInitialProtocol = isNew && draft[hiddenOfUser.cloned] === undefined && name.endsWith("Protocol");
    if (isInitialProtocol) draft[name] = assignment.value;
    else {
      const error = step(draft, assignment, change, moment);
      if (error !== undefined) return refuse(error, assignment);
    }
  }
  const hasPrivOnly =
    isSame(draft["usmUserAuthProtocol"], usmNoAuthProtocol) && !isSame(draft["usmUserPrivProtocol"], usmNoPrivProtocol);
  if (hasPrivOnly) {
    const blamed = change.assignments.find(({ name }) => name === "usmUserPrivProtocol") ?? change.assignments[0];
    return refuse(inconsistentValue, blamed);
  }
  return [...left];
}

/** A user who shares a key with somebody else is not let in. */
function isReady(values: Readonly<RowDraft>): boolean {
  const changed = Number(values[hiddenOfUser.changed] ?? 0);
  return (
    values[hiddenOfUser.cloned] !== undefined &&
    (isSame(values["usmUserAuthProtocol"], usmNoAuthProtocol) || (changed & changedKeys.auth) !== 0) &&
    (isSame(values["usmUserPrivProtocol"], usmNoPrivProtocol) || (changed & changedKeys.priv) !== 0)
  );
}

/** The first time only; later ones succeed and do nothing. */
function clone(draft: RowDraft, { value }: Assignment, _change: RowChange, moment: Moment): ErrorStatus | undefined {
  if (draft[hiddenOfUser.cloned] !== undefined) return undefined;
  const source = isOid(value) ? rowAt(value, moment) : undefined;
  if (source?.[usmUserTable.rowStatus] !== rowStatus.active) return inconsistentName;
  for (const name of ["usmUserAuthProtocol", "usmUserPrivProtocol", hiddenOfUser.authKey, hiddenOfUser.privKey]) {
    const copied = source[name];
    if (copied === undefined) delete draft[name];
    else draft[name] = copied;
  }
  draft[hiddenOfUser.cloned] = 1;
  return undefined;
}

/** A RowPointer names the first accessible column of a row. @see RFC 2579, textual convention RowPointer */
function rowAt(pointer: Oid, moment: Moment): Readonly<RowDraft> | undefined {
  const { oid, columns } = usmUserEntry;
  const head = [...oid, columns.usmUserSecurityName.id];
  if (compareOids(pointer.slice(0, head.length), head) !== 0) return undefined;
  return moment.rows(usmUserTable).get(pointer.slice(head.length))?.values;
}

function dropAuthProtocol(draft: RowDraft, { name, value }: Assignment): ErrorStatus | undefined {
  const drops = isSame(value, usmNoAuthProtocol);
  if (drops && !isSame(draft["usmUserPrivProtocol"], usmNoPrivProtocol)) return inconsistentValue;
  return dropProtocol(draft, name, value, usmNoAuthProtocol);
}

/** A protocol can be given up, never changed for another: there is no key for that one. */
function dropProtocol(draft: RowDraft, name: string, value: PlainValue, none: Oid): ErrorStatus | undefined {
  if (!isSame(value, none)) return isSame(value, draft[name]) ? undefined : inconsistentValue;
  draft[name] = none;
  delete draft[name === "usmUserAuthProtocol" ? hiddenOfUser.authKey : hiddenOfUser.privKey];
  return undefined;
}

function own(kind: "auth" | "priv"): Step {
  return (draft, { value }, { keyValues }, { requester }) => {
    const isOwn = requester.securityModel === securityModel.usm && requester.securityName === keyValues["usmUserName"];
    if (!isOwn) return noAccess;
    // Before the row is active there is nobody who could change his own key.
    if (draft[usmUserTable.rowStatus] !== rowStatus.active) return inconsistentName;
    return changeKey(draft, kind, value);
  };
}

function changeKey(draft: RowDraft, kind: "auth" | "priv", value: PlainValue): ErrorStatus | undefined {
  if (draft[hiddenOfUser.cloned] === undefined) return inconsistentName;
  const auth = isOid(draft["usmUserAuthProtocol"]) ? authProtocolOf(draft["usmUserAuthProtocol"]) : undefined;
  const key = draft[kind === "auth" ? hiddenOfUser.authKey : hiddenOfUser.privKey];
  // Without the protocol there is no key; the set succeeds and does nothing.
  if (auth === undefined || !(key instanceof Uint8Array)) return undefined;
  if (!(value instanceof Uint8Array) || value.length !== 2 * key.length) return wrongLength;
  draft[kind === "auth" ? hiddenOfUser.authKey : hiddenOfUser.privKey] = changedKey(auth, key, value);
  draft[hiddenOfUser.changed] = Number(draft[hiddenOfUser.changed] ?? 0) | changedKeys[kind];
  return undefined;
}

function isKnown(
  value: PlainValue,
  none: Oid,
  find: (identity: Oid) => Parameters<typeof isOffered>[0] | undefined,
): boolean {
  if (!isOid(value)) return false;
  const protocol = find(value);
  return isSame(value, none) || (protocol !== undefined && isOffered(protocol));
}

function isSame(value: PlainValue | undefined, oid: PlainValue | undefined): boolean {
  return isOid(value) && isOid(oid) && compareOids(value, oid) === 0;
}

function isOid(value: PlainValue | undefined): value is Oid {
  return Array.isArray(value);
}
