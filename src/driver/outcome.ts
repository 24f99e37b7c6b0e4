import { Fault } from "../base/fault.js";
import { isNoDomain, libvirtErrorOf } from "../protocol/libvirt/error.js";

/** Whether the daemon itself answered, if only to say no: then the connection is sound and the trouble is the machine's. */
export function isAnswer(error: unknown): boolean {
  return libvirtErrorOf(error) !== undefined || (error instanceof Fault && error.code === "unsupported");
}

/** The deadline passed before the daemon answered. */
export function isMissedDeadline(error: unknown): boolean {
  return error instanceof Fault && error.code === "timeout" && !isAnswer(error);
}

/** What an answer brings, or `undefined` when the driver or the machine cannot tell. @throws what ends the connection */
export async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isAnswer(error)) return undefined;
    throw error;
  }
}

/** As `orUndefined`, of a machine. @throws also what says that the machine does not exist, see `isNoDomain` */
export async function present<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isAnswer(error) && !isNoDomain(error)) return undefined;
    throw error;
  }
}
