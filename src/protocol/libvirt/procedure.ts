import { type Fields, type StructShape, struct } from "../../codec/xdr/shape.js";

/** A procedure that is called and answered. */
export interface CallRow<A extends Fields, R extends Fields> {
  readonly kind: "call";
  readonly number: number;
  readonly args: StructShape<A>;
  readonly result: StructShape<R>;
}

/** A message the daemon sends by itself. */
export interface EventRow<M extends Fields> {
  readonly kind: "event";
  readonly number: number;
  readonly message: StructShape<M>;
}

/** A row of the procedure table: number, arguments and result in wire order. */
export const call = <const A extends Fields, const R extends Fields>(
  number: number,
  args: A,
  result: R,
): CallRow<A, R> => ({
  kind: "call",
  number,
  args: struct(args),
  result: struct(result),
});

/** A row of the procedure table: number and members of the message in wire order. */
export const event = <const M extends Fields>(number: number, message: M): EventRow<M> => ({
  kind: "event",
  number,
  message: struct(message),
});
