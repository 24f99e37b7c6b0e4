import { EngineClock } from "../../src/protocol/snmp/engine-clock.js";
import { encodeCommunityMessage, openMessage, readCommunityMessage } from "../../src/protocol/snmp/message.js";
import { decodeScopedPdu, encodeScopedPdu, readV3Message } from "../../src/protocol/snmp/message-v3.js";
import { decodePdu, type Pdu, type PlainPdu } from "../../src/protocol/snmp/pdu.js";
import { Usm, type UsmUser } from "../../src/protocol/snmp/usm.js";
import type { ManualClock } from "./manual-clock.js";

const usmStats = { usmStatsNotInTimeWindows: 2, usmStatsUnknownUserNames: 3, usmStatsUnknownEngineIDs: 4 } as const;

/** An engine that takes informs: the authoritative side of what the agent's sender does. */
export class InformReceiver {
  readonly engineId: Buffer;
  readonly #usm: Usm;
  readonly #users: readonly UsmUser[];
  /** Every inform that came, as often as it came. */
  readonly taken: PlainPdu[] = [];
  /** What was reported back. */
  readonly reports: string[] = [];

  constructor(engineId: Buffer, boots: number, clock: ManualClock, users: readonly UsmUser[]) {
    this.engineId = engineId;
    this.#users = users;
    this.#usm = new Usm(engineId, new EngineClock(boots, clock));
    this.#usm.setUsers(users);
  }

  get users(): readonly UsmUser[] {
    return this.#users;
  }

  /** @returns the answer */
  take(octets: Uint8Array): Buffer {
    const datagram = Buffer.from(octets);
    const { version, rest } = openMessage(datagram);
    if (version !== 3) {
      const { community, pduOctets } = readCommunityMessage(rest);
      return encodeCommunityMessage(version, community, this.#acknowledge(decodePdu(pduOctets)));
    }
    const message = readV3Message(rest);
    const verdict = this.#usm.open(message, datagram);
    if (!verdict.ok) {
      const id = usmStats[verdict.statistic as keyof typeof usmStats];
      this.reports.push(verdict.statistic);
      const report: PlainPdu = {
        type: "Report",
        requestId: 0,
        errorStatus: 0,
        errorIndex: 0,
        varBinds: [{ oid: [1, 3, 6, 1, 6, 3, 15, 1, 1, id, 0], value: { type: "Counter32", value: 1 } }],
      };
      return this.#usm.protect(message.msgId, verdict.security, scoped(this.engineId, "", report), false);
    }
    const { contextEngineId, contextName, pduOctets } = decodeScopedPdu(verdict.scopedPdu, verdict.padded);
    const response = this.#acknowledge(decodePdu(pduOctets));
    const octetsOfPdu = encodeScopedPdu(contextEngineId, contextName, response);
    return this.#usm.protect(message.msgId, verdict.security, octetsOfPdu, false);
  }

  #acknowledge(pdu: Pdu): PlainPdu {
    if (pdu.type !== "InformRequest") throw new Error(`a receiver does not take a ${pdu.type}`);
    this.taken.push(pdu);
    return { ...pdu, type: "Response" };
  }
}

function scoped(engineId: Buffer, contextName: string, pdu: PlainPdu): Buffer {
  return encodeScopedPdu(engineId, Buffer.from(contextName), pdu);
}
