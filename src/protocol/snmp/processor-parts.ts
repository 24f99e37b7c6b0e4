import { createHash } from "node:crypto";
import type { Admission } from "./admission.js";
import type { SnmpCounters } from "./counters.js";
import type { SnmpPeer } from "./peer.js";
import type { Requester, Responder } from "./responder.js";
import type { SetOrigin } from "./set-queue.js";
import { sourceOf } from "./source-limiter.js";
import type { Vacm } from "./vacm.js";

/** Takes an answer that could not be given at once. */
export type AnswerLater = (response: Buffer) => void;

/** Bounds on answers. */
export interface AnswerLimits {
  /** Octets of an answer in a datagram, whatever the peer could take. */
  readonly responseOctets: number;
  /** How many times as long as the request an answer may be that anybody, or the owner of a community, can cause. */
  readonly unauthenticatedFactor: number;
  readonly communityFactor: number;
}

/** What the processing of messages works with. */
export interface ProcessorParts {
  readonly counters: SnmpCounters;
  readonly limits: AnswerLimits;
  readonly admission: Admission;
  readonly responder: Responder;
  /** The rights that hold at the moment. */
  readonly vacm: () => Vacm;
  /** Somebody knew no community, user or key. */
  readonly onAuthenticationFailure: ((peer: SnmpPeer) => void) | undefined;
}

/**
 * How long an answer may be. A datagram's sender may have been forged, so that he must not cause much more than he sends.
 * @param factor how many times as long as the request
 */
export function octetLimit(peer: SnmpPeer, request: Buffer, factor: number, { limits }: ProcessorParts): number {
  return peer.stream?.octetLimit ?? Math.min(limits.responseOctets, factor * request.length);
}

/** Whose a SetRequest is. A resent message has a new msgID and a new salt, but the same PDU to the octet. */
export function setOrigin(peer: SnmpPeer, requester: Requester, pduOctets: Uint8Array): SetOrigin {
  const { securityModel, securityName, contextName } = requester;
  const digest = createHash("sha256").update(pduOctets).digest("base64");
  return {
    principal: `${securityModel} ${securityName}`,
    source: sourceOf(peer.address),
    identity: JSON.stringify([peer.address, peer.port, contextName, digest]),
  };
}
