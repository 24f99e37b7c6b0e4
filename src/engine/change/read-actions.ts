import { Fault } from "../../base/fault.js";
import type { Action, ActionOf, NodeAction } from "./action.js";
import { dataOf } from "./data-text.js";
import {
  type Check,
  count,
  documentText,
  flag,
  optional,
  scope,
  shape,
  text,
  tuning,
  uuid,
  whole,
} from "./value-checks.js";

/** What people and other worlds may ask for; what is done on a node beside its hypervisor is part of larger changes only. */
export type OrderedAction = Exclude<Action, NodeAction>;

type Members<Of extends OrderedAction> = { readonly [Member in keyof Omit<Of, "do">]-?: Check };

const machine = { host: text, machine: uuid };
const volume = { host: text, pool: text, volume: text };
const pool = { host: text, pool: text };
const network = { host: text, network: text };
const device = { ...machine, scope, device: documentText };
const snapshot = { ...machine, name: text };
const definition = { document: documentText, autostart: optional(flag) };

/** What each action consists of. */
// biome-ignore format: read as a table
const members: { readonly [Do in OrderedAction["do"]]: Members<ActionOf<Do>> } = {
  start:                   { ...machine, paused: optional(flag), discardSaved: optional(flag) },
  shutdown:                machine,
  reboot:                  machine,
  reset:                   machine,
  suspend:                 machine,
  resume:                  machine,
  save:                    machine,
  restore:                 machine,
  "discard-saved":         machine,
  destroy:                 machine,
  "set-autostart":         { ...machine, autostart: flag },
  define:                  { ...machine, ...definition },
  undefine:                { ...machine, withState: optional(flag) },
  tune:                    { ...machine, scope, tuning },
  "attach-device":         device,
  "detach-device":         device,
  "update-device":         device,
  "create-snapshot":       { ...snapshot, description: optional(text), diskOnly: optional(flag) },
  "revert-snapshot":       snapshot,
  "delete-snapshot":       snapshot,
  migrate:                 { ...machine, destination: text, request: shape({
                             destinationUri: text, live: flag, dataUri: optional(text), persist: flag,
                             bandwidthMiBPerS: optional(whole), copyStorage: optional(flag) }) },
  "create-volume":         { ...volume, document: documentText },
  "clone-volume":          { ...volume, document: documentText, source: shape({ pool: text, name: text }) },
  "resize-volume":         { ...volume, capacityBytes: whole, shrink: optional(flag) },
  "upload-volume":         { ...volume, transfer: text, lengthBytes: optional(whole), sparse: optional(flag) },
  "download-volume":       { ...volume, transfer: text, sparse: optional(flag) },
  "delete-volume":         volume,
  "define-pool":           { ...pool, ...definition },
  "build-pool":            pool,
  "start-pool":            pool,
  "stop-pool":             pool,
  "refresh-pool":          pool,
  "undefine-pool":         pool,
  "set-pool-autostart":    { ...pool, autostart: flag },
  "define-network":        { ...network, ...definition },
  "start-network":         network,
  "stop-network":          network,
  "undefine-network":      network,
  "set-network-autostart": { ...network, autostart: flag },
};

/** Actions in one change. */
const MOST = 1000;

/**
 * Reads what somebody asks for.
 * @param text what `dataText` made of a list of actions
 * @throws {Fault} `invalid` for anything else, saying which member of which action
 */
export function readActions(text: string): readonly OrderedAction[] {
  const list = dataOf(text);
  if (!Array.isArray(list) || !count(1, MOST)(list.length))
    throw new Fault("invalid", `an order is a list of 1 to ${MOST} actions`);
  return list.map(readAction);
}

function readAction(value: unknown, index: number): OrderedAction {
  const { do: word, ...rest } = Object(value) as Record<string, unknown>;
  const where = `action ${index + 1}`;
  if (typeof word !== "string" || !Object.hasOwn(members, word))
    throw new Fault("invalid", `${where} is nothing that can be done`);
  const known = members[word as OrderedAction["do"]] as Readonly<Record<string, Check>>;
  for (const [member, check] of Object.entries(known))
    if (!check(rest[member])) throw new Fault("invalid", `${where} (${word}): ${member} is missing or not valid`);
  const strange = Object.keys(rest).find((member) => !Object.hasOwn(known, member));
  if (strange !== undefined) throw new Fault("invalid", `${where} (${word}) has no ${strange.slice(0, 40)}`);
  return value as OrderedAction;
}
