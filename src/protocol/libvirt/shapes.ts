import { Fault } from "../../base/fault.js";
import { uuidOctets } from "../../base/uuid.js";
import { custom, int32, list, optional, string, struct } from "../../codec/xdr/shape.js";
import { MAXIMUM_TEXT, typedParameter } from "./typed-parameter.js";

/** libvirt's ordinary text. */
export const text = string(MAXIMUM_TEXT);

/** A value that may be missing. */
export const maybe = optional;

/** 16 octets on the wire, canonical lower-case text in the program. */
export const uuid = custom<string>(
  "uuid",
  16,
  (reader) => reader.uuid(),
  (writer, value) => {
    const octets = uuidOctets(value);
    if (octets === undefined) throw new Fault("invalid", `"${value}" is no UUID`);
    writer.fixedOpaque(octets, 16);
  },
);

/** At most `maximum` typed parameters. */
export const typedParameters = (maximum: number) => list(typedParameter, maximum);

/** `id` is -1 for a domain that is not active. The daemon finds the domain by its UUID alone. */
export const domain = struct({ name: text, uuid, id: int32 });
export const network = struct({ name: text, uuid });
export const networkPort = struct({ net: network, uuid });
export const nwfilter = struct({ name: text, uuid });
export const nwfilterBinding = struct({ portdev: text, filtername: text });
export const networkInterface = struct({ name: text, mac: text });
export const storagePool = struct({ name: text, uuid });
export const storageVolume = struct({ pool: text, name: text, key: text });
export const nodeDevice = struct({ name: text });
export const secret = struct({ uuid, usageType: int32, usageId: text });
export const checkpoint = struct({ name: text, dom: domain });
export const snapshot = struct({ name: text, dom: domain });
