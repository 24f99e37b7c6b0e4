import { Fault, reasonOf } from "../../base/fault.js";
import { codecOf } from "../../codec/xdr/codec.js";
import { int32, struct, type ValueOf } from "../../codec/xdr/shape.js";
import { type ErrorName, errorForFault, errorNumber, faultCodeOf } from "./error-codes.js";
import { domain, maybe, network, text } from "./shapes.js";

/** What follows the header of a reply that says "error". */
const errorBody = struct({
  code: int32,
  domain: int32,
  message: maybe(text),
  level: int32,
  dom: maybe(domain),
  str1: maybe(text),
  str2: maybe(text),
  str3: maybe(text),
  int1: int32,
  int2: int32,
  net: maybe(network),
});

export type ErrorBody = ValueOf<typeof errorBody>;

export const errorCodec = codecOf(errorBody);

/** The parts of libvirt that report errors; numbers as in libvirt's `virErrorDomain`. */
export const errorDomain = { none: 0, qemu: 10, rpc: 7, test: 12, lxc: 17 } as const;

const LEVEL_ERROR = 2;

/** Characters of a message we send. */
const LONGEST_MESSAGE = 8192;

/** An error as libvirt reports it; the `cause` of the `Fault` that a failed call rejects with. */
export class LibvirtError extends Error {
  override readonly name = "LibvirtError";
  /** libvirt's error number. Later releases may use a more specific one for the same trouble: branch on few. */
  readonly code: number;
  /** Which part of libvirt reported it. */
  readonly domain: number;
  /** 1 warning, 2 error. */
  readonly level: number;

  constructor(code: number, domain: number, level: number, message: string) {
    super(message);
    this.code = code;
    this.domain = domain;
    this.level = level;
  }
}

/** The fault for an error body that a daemon sent. */
export function faultOfBody(body: ErrorBody): Fault {
  const message = body.message ?? `libvirt error ${body.code}`;
  return faultOf(new LibvirtError(body.code, body.domain, body.level, message));
}

/** A fault that arrives at the client as this libvirt error; for those who serve libvirt's protocol. */
export function libvirtFault(name: ErrorName, message: string, domain: number = errorDomain.none): Fault {
  return faultOf(new LibvirtError(errorNumber(name), domain, LEVEL_ERROR, message));
}

/** The error body that tells a client of anything a handler threw. */
export function bodyOfError(thrown: unknown): ErrorBody {
  const known = libvirtErrorOf(thrown);
  return {
    code: known?.code ?? errorNumber(thrown instanceof Fault ? errorForFault[thrown.code] : "INTERNAL_ERROR"),
    domain: known?.domain ?? errorDomain.none,
    message: (known?.message ?? reasonOf(thrown)).slice(0, LONGEST_MESSAGE),
    level: known?.level ?? LEVEL_ERROR,
    int1: -1,
    int2: -1,
  };
}

/** What libvirt said, when `thrown` is a fault that a daemon's error caused. */
export function libvirtErrorOf(thrown: unknown): LibvirtError | undefined {
  return thrown instanceof Fault && thrown.cause instanceof LibvirtError ? thrown.cause : undefined;
}

/** The domain does not exist, or no longer: between listing and asking that is normal. */
export const isNoDomain = (thrown: unknown): boolean => hasCode(thrown, "NO_DOMAIN");

/** The driver, or a daemon older than the procedure, lacks the call: stop asking. */
export const isNoSupport = (thrown: unknown): boolean => {
  const error = libvirtErrorOf(thrown);
  return error !== undefined && (error.code === errorNumber("NO_SUPPORT") || isUnknownProcedure(error));
};

function hasCode(thrown: unknown, name: ErrorName): boolean {
  return libvirtErrorOf(thrown)?.code === errorNumber(name);
}

function faultOf(error: LibvirtError): Fault {
  const code = isUnknownProcedure(error) ? "unsupported" : faultCodeOf(error.code);
  return new Fault(code, error.message, { cause: error });
}

/** How daemons say that they are older than a procedure; libvirt's own client goes by the text as well. */
function isUnknownProcedure(error: LibvirtError): boolean {
  return error.code === errorNumber("RPC") && error.message.startsWith("unknown procedure");
}
