import type { XdrReader } from "./reader.js";
import type { XdrWriter } from "./writer.js";

declare const carries: unique symbol;

/** What a value looks like on the wire, as data. `T` is the value's type in the program. */
export type Shape<T> = ShapeNode & { readonly [carries]: T };

/** The value type of a shape. */
export type ValueOf<S> = S extends { readonly [carries]: infer T } ? T : never;

/** Named members in wire order. */
export type Fields = Readonly<Record<string, Shape<unknown>>>;

/** The value type of a struct. An optional member may be left out, which says the same as `undefined`. */
export type StructValue<F extends Fields> = {
  readonly [K in RequiredKey<F>]: ValueOf<F[K]>;
} & { readonly [K in Exclude<keyof F, RequiredKey<F>>]?: ValueOf<F[K]> };

type RequiredKey<F extends Fields> = {
  [K in keyof F]: undefined extends ValueOf<F[K]> ? never : K;
}[keyof F];

export type StructShape<F extends Fields> = StructNode & { readonly [carries]: StructValue<F> };

/** A shape without its value type, for what walks over shapes: the codec compiler, test data generators. */
export type ShapeNode =
  | { readonly kind: "int32" | "uint32" | "int64" | "uint64" | "float64" }
  /** C's `char`, `unsigned char` and `unsigned short`: four octets all the same. */
  | { readonly kind: "smallInt"; readonly minimum: number; readonly maximum: number }
  | { readonly kind: "string"; readonly maximum: number }
  | { readonly kind: "opaque"; readonly maximum: number }
  | { readonly kind: "charArray"; readonly maximum: number }
  | { readonly kind: "charText"; readonly maximum: number; readonly fixed: boolean }
  | { readonly kind: "optional"; readonly of: Shape<unknown> }
  | { readonly kind: "list"; readonly of: Shape<unknown>; readonly maximum: number }
  | StructNode
  | CustomNode;

export interface StructNode {
  readonly kind: "struct";
  readonly fields: Fields;
}

/** A value read and written by hand: unions, and values that deserve a better type than the wire's. */
interface CustomNode {
  readonly kind: "custom";
  readonly name: string;
  /** The fewest octets it takes. */
  readonly minimumOctets: number;
  readonly decode: (reader: XdrReader) => unknown;
  readonly encode: (writer: XdrWriter, value: never) => void;
}

const shape = <T>(node: ShapeNode) => node as Shape<T>;

export const int32 = shape<number>({ kind: "int32" });
export const uint32 = shape<number>({ kind: "uint32" });
/** `hyper`: always a bigint. */
export const int64 = shape<bigint>({ kind: "int64" });
/** `unsigned hyper`: always a bigint. */
export const uint64 = shape<bigint>({ kind: "uint64" });
export const float64 = shape<number>({ kind: "float64" });
export const int8 = shape<number>({ kind: "smallInt", minimum: -0x80, maximum: 0x7f });
export const uint8 = shape<number>({ kind: "smallInt", minimum: 0, maximum: 0xff });
export const uint16 = shape<number>({ kind: "smallInt", minimum: 0, maximum: 0xffff });

/** Text of at most `maximum` octets of UTF-8. */
export const string = (maximum: number) => shape<string>({ kind: "string", maximum });

/** Octets, at most `maximum`. */
export const opaque = (maximum: number) => shape<Uint8Array>({ kind: "opaque", maximum });

/** A variable array of C `char`, which is not opaque on the wire: octets, at most `maximum`. */
export const charArray = (maximum: number) => shape<Uint8Array>({ kind: "charArray", maximum });

/** A variable array of C `char` that holds text and its final NUL: at most `maximum - 1` octets of UTF-8. */
export const charText = (maximum: number) => shape<string>({ kind: "charText", maximum, fixed: false });

/** An array of `length` C `char`s that holds text, filled up with NUL: at most `length - 1` octets of UTF-8. */
export const fixedCharText = (length: number) => shape<string>({ kind: "charText", maximum: length, fixed: true });

/** A value or nothing. */
export const optional = <T>(of: Shape<T>) => shape<T | undefined>({ kind: "optional", of });

/** At most `maximum` values. */
export const list = <T>(of: Shape<T>, maximum: number) => shape<readonly T[]>({ kind: "list", of, maximum });

/** Members in the order of the wire. */
export const struct = <F extends Fields>(fields: F) =>
  shape<StructValue<F>>({ kind: "struct", fields }) as StructShape<F>;

/** A value with its own reader and writer. */
export const custom = <T>(
  name: string,
  minimumOctets: number,
  decode: (reader: XdrReader) => T,
  encode: (writer: XdrWriter, value: T) => void,
) => shape<T>({ kind: "custom", name, minimumOctets, decode, encode });
