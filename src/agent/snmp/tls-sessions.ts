import type { Channel, DatagramPeer } from "../../base/channel.js";
import type { Clock } from "../../base/clock.js";
import { Fault } from "../../base/fault.js";
import type { SnmpCounters } from "../../protocol/snmp/counters.js";
import type { VarBind } from "../../protocol/snmp/object-source.js";
import type { ReceiverPeer, SessionPlan } from "../../protocol/snmp/peer.js";
import type { OpenSession, SessionPeer } from "../../protocol/snmp/session-sender.js";
import { snmpTlstmAddrEntry, snmpTlstmSession } from "../../schema/generated/snmp-tls-tm-mib.js";
import type { ShownCertificate } from "./framework/tls-names.js";
import { serverVerdict } from "./framework/tls-servers.js";

/**
 * Opens a TLS connection to whoever listens there.
 * @param clientFingerprint of the certificate to show; empty for the gateway's own
 * @throws {Fault} `absent` when there is no such certificate; `unreachable` or `timeout`
 */
export type DialTls = (
  peer: DatagramPeer,
  clientFingerprint: Uint8Array,
) => Promise<{ readonly channel: Channel; readonly certificate: ShownCertificate }>;

export function hasSession(peer: ReceiverPeer): peer is SessionPeer {
  return peer.session !== undefined;
}

/**
 * Opens sessions only to those whose certificate is the one that is expected.
 * @param onWrong told of another's
 */
export function sessionOpener(
  dial: DialTls | undefined,
  clock: Clock,
  counters: SnmpCounters,
  onWrong: (verdict: "unknown" | "invalid", peer: SessionPeer) => void,
): OpenSession {
  return async (peer) => {
    if (dial === undefined) throw new Fault("unsupported", "this gateway opens no TLS connections");
    const { channel, certificate } = await dial(peer, peer.session.clientFingerprint);
    const verdict = serverVerdict(peer, certificate, clock.now());
    if (verdict === "good") return channel;
    channel.listen({ onData: () => {}, onClose: () => {} });
    channel.close();
    if (verdict === "unknown") counters.snmpTlstmSessionUnknownServerCertificate += 1;
    else counters.snmpTlstmSessionInvalidServerCertificates += 1;
    onWrong(verdict, peer);
    throw new Fault("denied", `the certificate of ${peer.address} is ${verdict}: ${advice[verdict]}`);
  };
}

const advice = {
  unknown: "give its fingerprint, or the file of the authority that it comes from",
  invalid: "it is expired, revoked, or for another name",
} as const;

/** A counter as notifications about servers carry it. */
export function tlstmCounter(
  name: "snmpTlstmSessionUnknownServerCertificate" | "snmpTlstmSessionInvalidServerCertificates",
  counters: SnmpCounters,
): VarBind {
  const { oid, scalars } = snmpTlstmSession;
  return { oid: [...oid, scalars[name].id, 0], value: { type: "Counter32", value: counters[name] } };
}

/** The row of a receiver, as a notification about it carries it. */
export function serverFingerprint({ targetName, serverFingerprint: value }: SessionPlan): VarBind {
  const { oid, columns } = snmpTlstmAddrEntry;
  const key = [...Buffer.from(targetName, "utf8")];
  return {
    oid: [...oid, columns.snmpTlstmAddrServerFingerprint.id, ...key],
    value: { type: "OctetString", value },
  };
}
