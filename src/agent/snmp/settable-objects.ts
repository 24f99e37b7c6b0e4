import type { PlainValue } from "../../mapping/bind-table.js";
import { type ErrorStatus, errorStatus } from "../../protocol/snmp/error-status.js";
import type { Oid } from "../../protocol/snmp/object-source.js";
import type { SetHandler, SetOutcome, SetRequester, SetStep } from "../../protocol/snmp/set.js";
import type { PduVarBind } from "../../protocol/snmp/var-bind.js";
import type { ObjectShape } from "../../schema/smi/shape.js";
import { readValue } from "./typed-value.js";

/** A scalar or column that can be set, with what the OIDs of its instances begin with. */
export interface SettableObject {
  readonly oid: Oid;
  readonly name: string;
  readonly shape: ObjectShape;
}

/** A value that one variable binding gives to an object. */
export interface Assignment {
  /** Which variable binding, counted from one. */
  readonly errorIndex: number;
  readonly name: string;
  readonly value: PlainValue;
}

/** The same, with the rest of the instance's OID. */
export interface InstanceAssignment extends Assignment {
  readonly key: Oid;
}

/** Objects that are set together: what one request wants of them happens in one step. */
export interface SettableGroup {
  readonly objects: readonly SettableObject[];
  /** Whether an instance can be set by nobody, whatever the value; without it none is so. */
  isFixed?(name: string, key: Oid): boolean;
  /** What is wrong with a value whatever else is the case, besides what the shape tells. */
  refusal(name: string, value: PlainValue): ErrorStatus | undefined;
  /** Whether there can ever be such an instance. */
  canExist(name: string, key: Oid): boolean;
  /** Tests against this moment, and changes nothing. @param assignments at least one */
  plan(assignments: readonly InstanceAssignment[], requester: SetRequester): SetOutcome | SetStep;
}

interface Place {
  readonly group: SettableGroup;
  readonly object: SettableObject;
}

const { noError, notWritable, noCreation } = errorStatus;

/** Everything that can be set in one kind of context. */
class ObjectIndex {
  readonly #places = new Map<string, Place>();
  readonly #lengths: readonly number[];

  constructor(groups: readonly SettableGroup[]) {
    for (const group of groups) {
      for (const object of group.objects) this.#places.set(object.oid.join("."), { group, object });
    }
    this.#lengths = [...new Set([...this.#places.values()].map(({ object }) => object.oid.length))];
  }

  find(oid: Oid): Place | undefined {
    for (const length of this.#lengths) {
      const place = this.#places.get(oid.slice(0, length).join("."));
      if (place !== undefined) return place;
    }
    return undefined;
  }
}

/** Finds the object of each variable binding, checks its value, and leaves the rest to the groups. */
export class SettableObjects implements SetHandler {
  readonly #inDefault: ObjectIndex;
  readonly #inHosts: ObjectIndex;

  /** @param groups those of the default context, and those that each host's context has */
  constructor(groups: { readonly inDefault: readonly SettableGroup[]; readonly inHosts: readonly SettableGroup[] }) {
    this.#inDefault = new ObjectIndex(groups.inDefault);
    this.#inHosts = new ObjectIndex(groups.inHosts);
  }

  /** @see RFC 3416, section 4.2.5 */
  plan(varBinds: readonly PduVarBind[], requester: SetRequester): SetOutcome | readonly SetStep[] {
    const index = requester.contextName === "" ? this.#inDefault : this.#inHosts;
    const byGroup = new Map<SettableGroup, InstanceAssignment[]>();
    for (const [i, varBind] of varBinds.entries()) {
      const read = readAssignment(index, varBind, i + 1);
      if (typeof read === "number") return { errorStatus: read, errorIndex: i + 1 };
      const assignments = byGroup.get(read.group);
      if (assignments) assignments.push(read.assignment);
      else byGroup.set(read.group, [read.assignment]);
    }
    const steps: SetStep[] = [];
    for (const [group, assignments] of byGroup) {
      const step = group.plan(assignments, requester);
      if ("errorStatus" in step) {
        if (step.errorStatus !== noError) return step;
      } else steps.push(step);
    }
    return steps;
  }
}

function readAssignment(
  index: ObjectIndex,
  { oid, value: given }: PduVarBind,
  errorIndex: number,
): { readonly group: SettableGroup; readonly assignment: InstanceAssignment } | ErrorStatus {
  const place = index.find(oid);
  if (place === undefined) return notWritable;
  const { group, object } = place;
  const key = oid.slice(object.oid.length);
  if (group.isFixed?.(object.name, key)) return notWritable;
  const read = readValue(object.shape, given);
  if ("error" in read) return read.error;
  const { value } = read;
  const refused = group.refusal(object.name, value);
  if (refused !== undefined) return refused;
  if (!group.canExist(object.name, key)) return noCreation;
  return { group, assignment: { errorIndex, name: object.name, value, key } };
}
