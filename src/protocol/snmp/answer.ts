import { type ErrorStatus, errorStatus } from "./error-status.js";
import type { ObjectSource } from "./object-source.js";
import { type PduVarBind, varBindSize } from "./var-bind.js";
import type { View } from "./view.js";
import type { WorkBudget } from "./visible-cursor.js";

/** What a reading request is answered from, and within which bounds. */
export interface ReadScope {
  readonly source: ObjectSource;
  readonly view: View;
  readonly budget: WorkBudget;
  /** SNMPv1 knows no exceptions and no Counter64. */
  readonly version1: boolean;
  /** Octets that the content of the variable-bindings list may take. */
  readonly listOctets: number;
  /** Variable bindings that the list may have. */
  readonly listLength: number;
}

/** The fields of a Response-PDU, with the error-status of SNMPv2. */
export interface Answer {
  readonly errorStatus: ErrorStatus;
  readonly errorIndex: number;
  readonly varBinds: readonly PduVarBind[];
}

/** Variable bindings found so far, kept within the bounds of the answer, so that no work is done for what cannot be sent. */
export class BoundedList {
  readonly varBinds: PduVarBind[] = [];
  readonly #length: number;
  #octetsLeft: number;

  constructor({ listOctets, listLength }: ReadScope) {
    this.#octetsLeft = listOctets;
    this.#length = listLength;
  }

  /** @returns false, and does not add, when it would not fit; nothing may be added any more then */
  add(varBind: PduVarBind): boolean {
    this.#octetsLeft -= varBindSize(varBind);
    if (this.#octetsLeft < 0) return false;
    this.varBinds.push(varBind);
    return true;
  }

  get isFull(): boolean {
    return this.varBinds.length >= this.#length;
  }
}

export function success(varBinds: readonly PduVarBind[]): Answer {
  return { errorStatus: errorStatus.noError, errorIndex: 0, varBinds };
}

/** An error, with the request's list. @param errorIndex counted from one */
export function failure(status: ErrorStatus, errorIndex: number, asked: readonly PduVarBind[]): Answer {
  return { errorStatus: status, errorIndex, varBinds: asked };
}

/** The answer does not fit: SNMPv1 repeats what was asked, SNMPv2 says nothing. @see RFC 3416, section 4.2.1 */
export function tooBig(asked: readonly PduVarBind[], scope: ReadScope): Answer {
  return failure(errorStatus.tooBig, 0, scope.version1 ? asked : []);
}
