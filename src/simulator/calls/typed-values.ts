import type { TypedParameter } from "../../protocol/libvirt/typed-parameter.js";

/** Shorthands for the typed parameters that calls answer with. */
export const ullong = (field: string, value: bigint | number): TypedParameter => ({
  field,
  type: "ullong",
  value: BigInt(value),
});

export const llong = (field: string, value: bigint | number): TypedParameter => ({
  field,
  type: "llong",
  value: BigInt(value),
});

export const uint = (field: string, value: number): TypedParameter => ({ field, type: "uint", value });

export const int = (field: string, value: number): TypedParameter => ({ field, type: "int", value });

export const text = (field: string, value: string): TypedParameter => ({ field, type: "string", value });

/** The answer of the calls that tell first how many parameters there are: asked for none, they give none but the number. */
export function countedParameters(
  params: readonly TypedParameter[],
  asked: number,
): { params: readonly TypedParameter[]; nparams: number } {
  return asked === 0
    ? { params: [], nparams: params.length }
    : { params: params.slice(0, asked), nparams: params.length };
}
