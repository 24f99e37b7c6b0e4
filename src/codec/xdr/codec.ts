import { Fault } from "../../base/fault.js";
import type { XdrReader } from "./reader.js";
import type { Shape, ShapeNode, StructNode } from "./shape.js";
import type { XdrWriter } from "./writer.js";

/** Reads and writes values of one shape. */
export interface XdrCodec<T> {
  /** The fewest octets a value takes. */
  readonly minimumOctets: number;
  /** @throws {DecodeError} when the octets are no such value */
  decode(reader: XdrReader): T;
  /** @throws {Fault} "invalid", naming the member, when the shape cannot hold the value */
  encode(writer: XdrWriter, value: T): void;
}

const compiled = new WeakMap<ShapeNode, XdrCodec<never>>();

/** The codec of a shape: a tree of closures, made once per shape. */
export function codecOf<T>(shape: Shape<T>): XdrCodec<T> {
  let codec = compiled.get(shape) as XdrCodec<T> | undefined;
  if (codec === undefined) {
    codec = compile(shape) as XdrCodec<T>;
    compiled.set(shape, codec as XdrCodec<never>);
  }
  return codec;
}

function compile(node: ShapeNode): XdrCodec<never> {
  switch (node.kind) {
    case "int32":
      return codec<number>(
        4,
        (reader) => reader.int32(),
        (writer, value) => writer.int32(value),
      );
    case "uint32":
      return codec<number>(
        4,
        (reader) => reader.uint32(),
        (writer, value) => writer.uint32(value),
      );
    case "int64":
      return codec<bigint>(
        8,
        (reader) => reader.int64(),
        (writer, value) => writer.int64(value),
      );
    case "uint64":
      return codec<bigint>(
        8,
        (reader) => reader.uint64(),
        (writer, value) => writer.uint64(value),
      );
    case "float64":
      return codec<number>(
        8,
        (reader) => reader.float64(),
        (writer, value) => writer.float64(value),
      );
    case "smallInt": {
      const { minimum, maximum } = node;
      return codec<number>(
        4,
        (reader) => reader.smallInt(minimum, maximum),
        (writer, value) => writer.smallInt(value, minimum, maximum),
      );
    }
    case "string": {
      const { maximum } = node;
      return codec<string>(
        4,
        (reader) => reader.string(maximum),
        (writer, value) => writer.string(value, maximum),
      );
    }
    case "opaque": {
      const { maximum } = node;
      return codec<Uint8Array>(
        4,
        (reader) => reader.opaque(maximum),
        (writer, value) => writer.opaque(value, maximum),
      );
    }
    case "charArray":
      return charArrayCodec(node.maximum);
    case "charText":
      return node.fixed ? fixedCharTextCodec(node.maximum) : charTextCodec(node.maximum);
    case "optional":
      return optionalCodec(codecOf(node.of));
    case "list":
      return listCodec(codecOf(node.of), node.maximum);
    case "struct":
      return structCodec(node);
    case "custom":
      return { minimumOctets: node.minimumOctets, decode: node.decode as () => never, encode: node.encode };
  }
}

function codec<T>(
  minimumOctets: number,
  decode: (reader: XdrReader) => T,
  encode: (writer: XdrWriter, value: T) => void,
): XdrCodec<never> {
  return { minimumOctets, decode, encode } as XdrCodec<T> as XdrCodec<never>;
}

function charArrayCodec(maximum: number): XdrCodec<never> {
  return codec<Uint8Array>(
    4,
    (reader) => reader.charArray(reader.count(maximum, 4)),
    (writer, value) => {
      writer.count(value.length, maximum);
      writer.charArray(value);
    },
  );
}

function charTextCodec(maximum: number): XdrCodec<never> {
  return codec<string>(
    4,
    (reader) => upToNul(reader.charArray(reader.count(maximum, 4))),
    (writer, value) => {
      const characters = withNul(value, maximum);
      writer.uint32(characters.length);
      writer.charArray(characters);
    },
  );
}

function fixedCharTextCodec(length: number): XdrCodec<never> {
  return codec<string>(
    length * 4,
    (reader) => upToNul(reader.charArray(length)),
    (writer, value) => {
      const characters = Buffer.alloc(length);
      withNul(value, length).copy(characters);
      writer.charArray(characters);
    },
  );
}

function upToNul(characters: Buffer): string {
  const end = characters.indexOf(0);
  return characters.toString("utf8", 0, end < 0 ? characters.length : end);
}

function withNul(text: string, maximum: number): Buffer {
  const characters = Buffer.from(`${text}\0`);
  if (characters.length > maximum) throw new Fault("invalid", `a text is longer than ${maximum - 1} octets`);
  if (characters.indexOf(0) < characters.length - 1) throw new Fault("invalid", "a text contains NUL");
  return characters;
}

function optionalCodec(inner: XdrCodec<unknown>): XdrCodec<never> {
  return codec<unknown>(
    4,
    (reader) => (reader.presence() ? inner.decode(reader) : undefined),
    (writer, value) => {
      writer.presence(value !== undefined);
      if (value !== undefined) inner.encode(writer, value);
    },
  );
}

function listCodec(element: XdrCodec<unknown>, maximum: number): XdrCodec<never> {
  const { minimumOctets } = element;
  return codec<readonly unknown[]>(
    4,
    (reader) => {
      const count = reader.count(maximum, minimumOctets);
      const values: unknown[] = [];
      for (let i = 0; i < count; i++) values.push(element.decode(reader));
      return values;
    },
    (writer, values) => {
      if (!Array.isArray(values)) throw new Fault("invalid", `${values} is no list`);
      writer.count(values.length, maximum);
      for (const value of values) element.encode(writer, value);
    },
  );
}

function structCodec(node: StructNode): XdrCodec<never> {
  const names = Object.keys(node.fields);
  const codecs = Object.values(node.fields).map((field) => codecOf(field));
  return codec<Record<string, unknown>>(
    codecs.reduce((sum, field) => sum + field.minimumOctets, 0),
    (reader) => {
      const value: Record<string, unknown> = {};
      for (let i = 0; i < names.length; i++) value[names[i] as string] = codecs[i]?.decode(reader);
      return value;
    },
    (writer, value) => {
      if (typeof value !== "object" || value === null) throw new Fault("invalid", `${value} is no struct`);
      for (let i = 0; i < names.length; i++) {
        const name = names[i] as string;
        try {
          codecs[i]?.encode(writer, value[name]);
        } catch (error) {
          throw error instanceof Fault ? new Fault(error.code, `${name}: ${error.message}`) : error;
        }
      }
    },
  );
}
