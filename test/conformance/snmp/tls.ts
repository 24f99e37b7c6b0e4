import { connect } from "node:tls";
import { openMessage } from "../../../src/protocol/snmp/message.js";
import {
  decodeScopedPdu,
  encodeScopedPdu,
  encodeTsmMessage,
  readV3Message,
} from "../../../src/protocol/snmp/message-v3.js";
import { decodePdu, type Pdu } from "../../../src/protocol/snmp/pdu.js";
import { type Check, must, needs, only, SYS_UP_TIME } from "./check.js";
import { get } from "./manager.js";
import type { TlsIdentity, TlsSubject } from "./subject.js";

const WAIT_MS = 20_000;

/** What the agent answers to a GET of sysUpTime over TLS; `undefined` when it ends the session instead. */
function ask({ peer, authority }: TlsSubject, identity: TlsIdentity, engineId: Uint8Array): Promise<Pdu | undefined> {
  const scopedPdu = encodeScopedPdu(engineId, Buffer.alloc(0), { ...get(SYS_UP_TIME), requestId: 47 });
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: peer.address,
      port: peer.port,
      ca: authority,
      ...identity,
      checkServerIdentity: () => undefined,
    });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error("neither an answer nor the end of the session"));
    }, WAIT_MS);
    const end = (pdu?: Pdu): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(pdu);
    };
    let received = Buffer.alloc(0);
    socket.on("secureConnect", () => socket.write(encodeTsmMessage(47, "authPriv", scopedPdu)));
    socket.on("data", (octets) => {
      received = Buffer.concat([received, octets]);
      const whole = messageIn(received);
      if (whole !== undefined) end(decodePdu(decodeScopedPdu(readV3Message(openMessage(whole).rest).data).pduOctets));
    });
    socket.on("error", () => end());
    socket.on("close", () => end());
  });
}

/** The message at the front of a stream, once all of it is there. */
function messageIn(octets: Buffer): Buffer | undefined {
  const first = octets[1] ?? 0;
  const more = first < 128 ? 0 : first - 128;
  if (octets.length < 2 + more) return undefined;
  const length = 2 + more + (more === 0 ? first : octets.readUIntBE(2, more));
  return octets.length < length ? undefined : octets.subarray(0, length);
}

/** The TLS Transport Model. @see RFC 6353; RFC 5591 */
export const tlsChecks: readonly Check[] = [
  {
    id: "P47",
    promise: "TLS, not DTLS: known by fingerprint and by name; a revoked or unknown certificate gets nothing",
    async run({ manager, subject }) {
      const tls = needs(subject.tls, "an address for TLS, and certificates");
      const { engineId } = await manager.engine();
      for (const [how, identity] of Object.entries(tls.known)) {
        const pdu = await ask(tls, identity, engineId);
        must(pdu?.type === "Response", `known by ${how}: ${pdu?.type ?? "the session ends"}`);
        only(pdu);
      }
      for (const [how, identity] of Object.entries(tls.refused)) {
        const pdu = await ask(tls, identity, engineId);
        must(pdu === undefined || pdu.type === "Report", `${how}: a ${pdu?.type}`);
      }
      return undefined;
    },
  },
];
