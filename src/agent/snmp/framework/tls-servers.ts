import type { SessionPeer } from "../../../protocol/snmp/session-sender.js";
import { hasFingerprint, isOfUnknownAuthority, readChain, type ShownCertificate } from "./tls-names.js";
import { ipOctets } from "./transport-address.js";

/** Any certificate that an authority vouches for. */
const ANYBODY = "*";

/**
 * What a certificate is worth that somebody shows where a receiver is expected: `unknown` when nothing that is configured
 * knows it, `invalid` when it is known but not good.
 *
 * @param now wall time, milliseconds
 * @see RFC 6353, object snmpTlstmAddrTable
 */
export function serverVerdict(
  { address, session: { serverFingerprint, serverIdentity } }: SessionPeer,
  shown: ShownCertificate,
  now: number,
): "good" | "unknown" | "invalid" {
  const [own] = readChain(shown.chain);
  if (own === undefined) return "invalid";
  const isNow = Date.parse(own.validFrom) <= now && now <= Date.parse(own.validTo);
  if (serverFingerprint.length > 0) {
    if (!hasFingerprint(own, serverFingerprint)) return "unknown";
    const isSound = shown.distrust === undefined || isOfUnknownAuthority(shown.distrust);
    return isNow && isSound ? "good" : "invalid";
  }
  if (shown.distrust !== undefined) return isOfUnknownAuthority(shown.distrust) ? "unknown" : "invalid";
  const identity = serverIdentity === "" ? address : serverIdentity;
  const isNamed =
    identity === ANYBODY || (ipOctets(identity) ? own.checkIP(identity) : own.checkHost(identity)) !== undefined;
  return isNow && isNamed ? "good" : "invalid";
}
