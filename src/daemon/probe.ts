import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { readFile } from "node:fs/promises";
import { request } from "node:https";
import { isIPv6 } from "node:net";
import { Fault, reasonOf } from "../base/fault.js";
import { messageVersion, openMessage } from "../protocol/snmp/message.js";
import {
  decodeUsmParameters,
  encodeScopedPdu,
  encodeV3Message,
  messageFlag,
  readV3Message,
  USM,
} from "../protocol/snmp/message-v3.js";

/** What an SNMP engine says to a stranger. */
export interface DiscoveredEngine {
  /** Hexadecimal. */
  readonly engineId: string;
  readonly engineBoots: number;
  readonly engineTime: number;
}

const RESEND_MS = 1_000;
const nothing = Buffer.alloc(0);

/**
 * Asks an SNMPv3 engine for its ID, as every manager does first; needs no user. Datagrams may be lost, so it asks every second.
 * @throws {Fault} `timeout` when no answer came, `unreachable` when the port is closed
 * @see RFC 3414, section 4
 */
export function discoverEngine(address: string, port: number, timeoutMs: number): Promise<DiscoveredEngine> {
  const msgId = randomInt(0x7fffffff);
  const header = { msgId, msgMaxSize: 65_507, flags: messageFlag.reportable, securityModel: USM };
  const parameters = {
    engineId: nothing,
    engineBoots: 0,
    engineTime: 0,
    userName: nothing,
    authenticationParameters: nothing,
    privacyParameters: nothing,
  };
  const pdu = encodeScopedPdu(nothing, nothing, {
    type: "GetRequest",
    requestId: msgId,
    errorStatus: 0,
    errorIndex: 0,
    varBinds: [],
  });
  const { message } = encodeV3Message(header, parameters, pdu);
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
    const send = () => socket.send(message);
    const resending = setInterval(send, RESEND_MS);
    const giveUp = setTimeout(
      () =>
        end(() => reject(new Fault("timeout", `no SNMP answer from ${address} port ${port} within ${timeoutMs} ms`))),
      timeoutMs,
    );
    function end(settle: () => void): void {
      clearInterval(resending);
      clearTimeout(giveUp);
      socket.removeAllListeners("message");
      socket.close();
      settle();
    }
    socket.on("message", (datagram) => {
      const engine = readReport(datagram, msgId);
      if (engine !== undefined) end(() => resolve(engine));
    });
    socket.once("error", (cause) =>
      end(() => reject(new Fault("unreachable", `SNMP at ${address} port ${port}: ${reasonOf(cause)}`, { cause }))),
    );
    socket.connect(port, address, send);
  });
}

function readReport(datagram: Buffer, msgId: number): DiscoveredEngine | undefined {
  try {
    const { version, rest } = openMessage(datagram);
    if (version !== messageVersion.v3) return undefined;
    const answer = readV3Message(rest);
    const { engineId, engineBoots, engineTime } = decodeUsmParameters(answer.securityParameters);
    if (answer.msgId !== msgId || engineId.length === 0) return undefined;
    return { engineId: Buffer.from(engineId).toString("hex"), engineBoots, engineTime };
  } catch {
    return undefined; // not an answer to us
  }
}

/**
 * One GET of the web port, trusting the gateway's own authority.
 * @returns the HTTP status
 * @throws {Fault} `unreachable`, `timeout`, or `denied` when the certificate is not to be trusted
 */
export async function askWeb(url: string, caFile: string, timeoutMs: number): Promise<number> {
  const ca = await readFile(caFile).catch((cause: unknown) => {
    throw new Fault("absent", `cannot read ${caFile}: ${reasonOf(cause)}`, { cause });
  });
  return new Promise((resolve, reject) => {
    const asking = request(url, { ca, timeout: timeoutMs, agent: false }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
    asking.on("timeout", () => asking.destroy(new Fault("timeout", `${url} did not answer within ${timeoutMs} ms`)));
    asking.on("error", (cause) => {
      if (cause instanceof Fault) return reject(cause);
      const distrust = "code" in cause && /CERT|SIGNATURE|ALTNAME/.test(String(cause.code));
      return reject(new Fault(distrust ? "denied" : "unreachable", `${url}: ${reasonOf(cause)}`, { cause }));
    });
    asking.end();
  });
}
