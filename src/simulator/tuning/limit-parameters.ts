import type { TypedParameter } from "../../protocol/libvirt/typed-parameter.js";
import type { DriverProfile } from "../host/driver-profile.js";
import { invalidArgument } from "../host/refusals.js";
import type { LimitRow } from "./limit-tables.js";

/** The parameters that tell of limits. */
export function parametersOf<T>(rows: readonly LimitRow<T>[], from: T, live: boolean): readonly TypedParameter[] {
  return rows.map(({ field, type, read }) => typed(field, type, read(from, live)));
}

function typed(field: string, type: TypedParameter["type"], value: number | bigint | string): TypedParameter {
  switch (type) {
    case "llong":
    case "ullong":
      return { field, type, value: BigInt(value) };
    case "string":
      return { field, type, value: String(value) };
    case "boolean":
      return { field, type, value: value !== 0 };
    default:
      return { field, type, value: Number(value) };
  }
}

/** What parameters make of limits. @throws {Fault} for libvirt's INVALID_ARG: unknown, of another type, or out of range */
export function appliedParameters<T>(
  rows: readonly LimitRow<T>[],
  params: readonly TypedParameter[],
  into: T,
  profile: DriverProfile,
): T {
  return params.reduce((so, { field, type, value }) => {
    const row = rows.find((one) => one.field === field);
    if (!row) throw invalidArgument(profile, `parameter '${field}' not supported`);
    if (row.type !== type) {
      throw invalidArgument(
        profile,
        `invalid type '${type}' requested for parameter '${field}', expected '${row.type}'`,
      );
    }
    if (row.type === "string") return row.write(so, String(value));
    const number = Number(value);
    const [least, greatest] = row.range ?? [0, Number.MAX_SAFE_INTEGER];
    if (number > 0 && (number < least || number > greatest)) {
      throw invalidArgument(profile, `value of '${field}' is out of range [${least}, ${greatest}]`);
    }
    return row.write(so, Math.min(number, Number.MAX_SAFE_INTEGER));
  }, into);
}
