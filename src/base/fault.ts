/** Every failure the gateway can explain. One word per cause; agents translate it once, at the edge. */
export type FaultCode =
  | "absent"
  | "exists"
  | "invalid"
  | "busy"
  | "unsupported"
  | "denied"
  | "driver-failed"
  | "unreachable"
  | "timeout"
  | "storage-failed";

/**
 * A failure with a stable code.
 *
 * `code` is API: never reworded, one row each in `mapping/fault.ts`. `message` is for people, says what to do next where
 * that is known, and may change. `path` names the managed object in inventory terms, for example `host/kvm1`.
 */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly code: FaultCode;
  readonly path: string | undefined;

  constructor(code: FaultCode, message: string, options: { path?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.path = options.path;
  }
}

/**
 * Octets that do not parse. Thrown by codecs and protocol decoders only; the protocol handles it as its standard says
 * (SNMP drops and counts, libvirt's protocol closes the connection).
 */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
  /** Where in the input the trouble was found, in octets; -1 when there is no one place. */
  readonly offset: number;

  constructor(message: string, offset = -1) {
    super(message);
    this.offset = offset;
  }
}

/** A readable line for any thrown value, for logs and messages. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
