import { isProblem, readScalar } from "./data/scalar.js";
import type { DefaultValue, YangSchema } from "./schema-node.js";
import type { Place } from "./statement.js";
import type { YangType } from "./type.js";
import { YangError } from "./yang-error.js";

/** A default, with the type that it must be a value of. */
export interface GivenDefault {
  readonly type: YangType;
  readonly value: DefaultValue;
  readonly place: Place;
}

/** @throws {YangError} when a default is no value of its type */
export function checkDefaults(schema: YangSchema, given: Iterable<GivenDefault>): void {
  for (const { type, value, place } of given) {
    const { text, context } = value;
    const moduleOf = (prefix: string) => (prefix === "" ? context.module : context.prefixes.get(prefix));
    if (type.base === "empty") throw new YangError("the type empty has no default", place);
    const read = readScalar(type, "text", text, { schema, format: "yang", moduleOf });
    if (isProblem(read)) throw new YangError(`default: ${read.message}`, place);
  }
}
