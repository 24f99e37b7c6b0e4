import { DecodeError } from "../../base/fault.js";
import { InternTable } from "../../codec/xdr/intern-table.js";
import type { XdrReader } from "../../codec/xdr/reader.js";
import { custom } from "../../codec/xdr/shape.js";
import type { XdrWriter } from "../../codec/xdr/writer.js";

/** A named value of one of seven types, as statistics and tuning calls carry them. */
export type TypedParameter =
  | { readonly field: string; readonly type: "int" | "uint" | "double"; readonly value: number }
  | { readonly field: string; readonly type: "llong" | "ullong"; readonly value: bigint }
  | { readonly field: string; readonly type: "boolean"; readonly value: boolean }
  | { readonly field: string; readonly type: "string"; readonly value: string };

/** The longest text libvirt's protocol carries, in octets. */
export const MAXIMUM_TEXT = 4_194_304;

/** Field names are the same few hundred in every answer. */
const fieldNames = new InternTable();

/** Types by their number on the wire; there is no 0. */
const types = ["int", "uint", "llong", "ullong", "double", "boolean", "string"] as const;

export const typedParameter = custom<TypedParameter>("typed parameter", 12, decode, encode);

function decode(reader: XdrReader): TypedParameter {
  const field = reader.string(MAXIMUM_TEXT, fieldNames);
  const at = reader.offset;
  switch (reader.int32()) {
    case 1:
      return { field, type: "int", value: reader.int32() };
    case 2:
      return { field, type: "uint", value: reader.uint32() };
    case 3:
      return { field, type: "llong", value: reader.int64() };
    case 4:
      return { field, type: "ullong", value: reader.uint64() };
    case 5:
      return { field, type: "double", value: reader.float64() };
    case 6:
      return { field, type: "boolean", value: reader.int32() !== 0 };
    case 7:
      return { field, type: "string", value: reader.string(MAXIMUM_TEXT) };
    default:
      throw new DecodeError("unknown type of a typed parameter", at);
  }
}

function encode(writer: XdrWriter, parameter: TypedParameter): void {
  writer.string(parameter.field, MAXIMUM_TEXT);
  writer.int32(types.indexOf(parameter.type) + 1);
  switch (parameter.type) {
    case "int":
      writer.int32(parameter.value);
      break;
    case "uint":
      writer.uint32(parameter.value);
      break;
    case "llong":
      writer.int64(parameter.value);
      break;
    case "ullong":
      writer.uint64(parameter.value);
      break;
    case "double":
      writer.float64(parameter.value);
      break;
    case "boolean":
      writer.int32(parameter.value ? 1 : 0);
      break;
    case "string":
      writer.string(parameter.value, MAXIMUM_TEXT);
      break;
  }
}
