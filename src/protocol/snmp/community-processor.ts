import { DecodeError } from "../../base/fault.js";
import type { CommunityTable } from "./community.js";
import {
  communityMessageSize,
  encodeCommunityMessage,
  messageVersion,
  type OpenedMessage,
  readCommunityMessage,
} from "./message.js";
import { decodePdu } from "./pdu.js";
import type { SnmpPeer } from "./peer.js";
import { type AnswerLater, octetLimit, type ProcessorParts, setOrigin } from "./processor-parts.js";
import type { Envelope } from "./responder.js";
import { securityModel } from "./security.js";
import type { SetOrigin } from "./set-queue.js";

/** Answers a message of SNMPv1 or SNMPv2c. @throws {DecodeError} @see RFC 3584, section 5.2 */
export function answerCommunity(
  datagram: Buffer,
  { version, rest }: OpenedMessage,
  peer: SnmpPeer,
  later: AnswerLater,
  communities: CommunityTable,
  parts: ProcessorParts,
): Buffer | undefined {
  const { counters, limits, responder, vacm } = parts;
  const message = readCommunityMessage(rest);
  const community = communities.find(message.community, peer);
  if (community === undefined) {
    counters.snmpInBadCommunityNames += 1;
    parts.onAuthenticationFailure?.(peer);
    return undefined;
  }
  if (!parts.admission.admitsNamed(peer.address, community.securityName)) {
    counters.rateLimited += 1;
    return undefined;
  }
  const pdu = decodePdu(message.pduOctets);
  const version1 = version === messageVersion.v1;
  if (version1 && pdu.type === "GetBulkRequest") throw new DecodeError("GetBulkRequest in SNMPv1");
  const envelope: Envelope = {
    octetLimit: octetLimit(peer, datagram, limits.communityFactor, parts),
    sizeOf: (pduOctets) => communityMessageSize(version, message.community, pduOctets),
    seal: (response) => encodeCommunityMessage(version, message.community, response),
  };
  const requester = {
    securityModel: version1 ? securityModel.v1 : securityModel.v2c,
    securityName: community.securityName,
    securityLevel: "noAuthNoPriv" as const,
    contextName: community.contextName,
  };
  const origin = (): SetOrigin => setOrigin(peer, requester, message.pduOctets);
  const response = responder.respond({ pdu, requester, envelope, vacm, origin, later });
  if (typeof response !== "string") return response;
  // These versions have no Reports for managers; silence is what the standard leaves.
  if (response !== "later") counters[response] += 1;
  return undefined;
}
