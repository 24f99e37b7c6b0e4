import { createSocket, type Socket } from "node:dgram";
import { isIP } from "node:net";
import type { DatagramPeer } from "../../../src/base/channel.js";
import { localizeKey, passwordToKey, privacyKey } from "../../../src/protocol/snmp/keys.js";
import { encodeCommunityMessage } from "../../../src/protocol/snmp/message.js";
import type { Oid } from "../../../src/protocol/snmp/object-source.js";
import type { BulkPdu, Pdu, PlainPdu } from "../../../src/protocol/snmp/pdu.js";
import type { SecurityLevel } from "../../../src/protocol/snmp/security.js";
import type { UsmUser } from "../../../src/protocol/snmp/usm.js";
import { authProtocols, privProtocols } from "../../../src/protocol/snmp/usm-protocol.js";
import type { PduVarBind } from "../../../src/protocol/snmp/var-bind.js";
import { asking, openCommunity, openV3, type V3Answer, v3Request } from "../../support/snmp-manager.js";
import type { Account, Subject } from "./subject.js";

/** Long enough for a loaded computer; only what is never answered takes it. */
const WAIT_MS = 3000;
const TRIES = 4;

/** What may differ from a proper SNMPv3 request. */
export interface V3Options {
  readonly account: Account;
  readonly level?: SecurityLevel;
  readonly context?: string;
  readonly engineId?: Uint8Array;
  readonly boots?: number;
  /** Added to the agent's own time. */
  readonly timeShift?: number;
  readonly msgMaxSize?: number;
  readonly flags?: number;
}

/** What an agent tells anybody of itself. */
export interface Engine {
  readonly engineId: Buffer;
  readonly boots: number;
  readonly time: number;
  readonly at: number;
}

const nobody: UsmUser = { name: "" };

/** A manager with one socket that asks one agent one thing at a time. */
export class Manager {
  readonly #socket: Socket;
  readonly #peer: DatagramPeer;
  readonly #community: string;
  /** Above the fixed numbers that checks put into messages of their own. */
  readonly #firstId = 1000 + Math.floor(Math.random() * 1e6);
  #lastId = this.#firstId;
  #receive: ((octets: Buffer) => void) | undefined;
  #engine: Engine | undefined;

  private constructor(socket: Socket, peer: DatagramPeer, community: string) {
    this.#socket = socket;
    this.#peer = peer;
    this.#community = community;
    socket.on("message", (octets) => this.#receive?.(octets));
  }

  /** @param from an address of this computer */
  static async open(subject: Subject, { at = 0, from }: { at?: number; from?: string } = {}): Promise<Manager> {
    const peer = subject.addresses[at];
    if (peer === undefined) throw new TypeError(`${subject.name} has no address ${at}`);
    const socket = createSocket(isIP(peer.address) === 6 ? "udp6" : "udp4");
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      if (from === undefined) socket.connect(peer.port, peer.address, resolve);
      // A connected socket takes answers only from the address that was asked.
      else socket.bind(0, from, () => socket.connect(peer.port, peer.address, resolve));
    });
    socket.on("error", () => {}); // a port that is closed for the moment
    return new Manager(socket, peer, subject.community);
  }

  get peer(): DatagramPeer {
    return this.#peer;
  }

  close(): void {
    this.#socket.close();
  }

  nextId(): number {
    this.#lastId = (this.#lastId % 0x7ffffffe) + 1;
    return this.#lastId;
  }

  /** Sends and forgets. */
  send(octets: Uint8Array): void {
    this.#socket.send(octets);
  }

  /** Sends, again when nothing comes, until an answer is the one that is waited for. */
  async exchange(
    octets: Uint8Array,
    isAnswer: (octets: Buffer) => boolean,
    tries = TRIES,
  ): Promise<Buffer | undefined> {
    for (let i = 0; i < tries; i++) {
      const answer = await new Promise<Buffer | undefined>((resolve) => {
        const timer = setTimeout(() => resolve(undefined), WAIT_MS);
        this.#receive = (received) => {
          if (!isAnswer(received)) return;
          clearTimeout(timer);
          resolve(received);
        };
        this.#socket.send(octets);
      });
      this.#receive = undefined;
      if (answer !== undefined) return answer;
    }
    return undefined;
  }

  /**
   * Whether the agent keeps silent to a message. It is followed by a question that is always answered: agents take messages in
   * order, so nobody has to wait for what does not come.
   */
  async isSilent(octets: Uint8Array, times = 1): Promise<boolean> {
    const id = this.nextId();
    const question = encodeCommunityMessage(1, Buffer.from(this.#community), {
      ...get([1, 3, 6, 1, 2, 1, 1, 3, 0]),
      requestId: id,
    });
    let others = 0;
    for (let i = 0; i < times; i++) this.#socket.send(octets);
    const answer = await this.exchange(question, (received) => {
      const answered = requestIdOf(received);
      const isOurs = answered === id;
      // A question before was sent twice on a loaded computer, and its second answer comes now.
      const isEarlier = answered !== undefined && answered > this.#firstId && answered < id;
      if (!isOurs && !isEarlier) others += 1;
      return isOurs;
    });
    if (answer === undefined) throw new Error("the agent answers nothing any more");
    return others === 0;
  }

  async v1(pdu: PlainPdu, community = this.#community): Promise<PlainPdu> {
    return this.#community2(0, pdu, community);
  }

  async v2c(pdu: PlainPdu | BulkPdu, community = this.#community): Promise<PlainPdu> {
    return this.#community2(1, pdu, community);
  }

  /** The answer's octets. */
  async v2cOctets(pdu: PlainPdu | BulkPdu, community = this.#community): Promise<Buffer> {
    const requestId = this.nextId();
    const octets = encodeCommunityMessage(1, Buffer.from(community), { ...pdu, requestId });
    return needed(await this.exchange(octets, (answer) => requestIdOf(answer) === requestId));
  }

  async #community2(version: number, pdu: PlainPdu | BulkPdu, community: string): Promise<PlainPdu> {
    const requestId = this.nextId();
    const octets = encodeCommunityMessage(version, Buffer.from(community), { ...pdu, requestId });
    return openCommunity(needed(await this.exchange(octets, (answer) => requestIdOf(answer) === requestId)));
  }

  /** Who the agent is, and what time it has. @see RFC 3414, section 4 */
  async engine(anew = false): Promise<Engine> {
    if (this.#engine !== undefined && !anew) return this.#engine;
    const msgId = this.nextId();
    const message = v3Request({
      pdu: get(),
      user: nobody,
      level: "noAuthNoPriv",
      engineId: new Uint8Array(0),
      boots: 0,
      msgId,
    });
    const answer = openV3(needed(await this.exchange(message, () => true)), nobody);
    const { engineId, engineBoots, engineTime } = answer.usm;
    this.#engine = { engineId: Buffer.from(engineId), boots: engineBoots, time: engineTime, at: performance.now() };
    return this.#engine;
  }

  /** A request as a manager makes it that knows the agent's engine, but for `options`. */
  async v3Message(pdu: Pdu, options: V3Options, msgId = this.nextId()): Promise<{ octets: Buffer; user: UsmUser }> {
    const engine = await this.engine();
    const user = userOf(options.account, engine.engineId);
    const passed = Math.floor((performance.now() - engine.at) / 1000);
    const octets = v3Request({
      pdu,
      user,
      level: options.level ?? levelOf(options.account),
      engineId: options.engineId ?? engine.engineId,
      contextEngineId: engine.engineId,
      boots: options.boots ?? engine.boots,
      time: Math.max(0, engine.time + passed + (options.timeShift ?? 0)),
      contextName: options.context ?? "",
      msgId,
      ...(options.msgMaxSize === undefined ? {} : { msgMaxSize: options.msgMaxSize }),
      ...(options.flags === undefined ? {} : { flags: options.flags }),
    });
    return { octets, user };
  }

  async v3(pdu: PlainPdu | BulkPdu, options: V3Options): Promise<V3Answer & { readonly octets: Buffer }> {
    const { octets, user } = await this.v3Message({ ...pdu, requestId: this.nextId() }, options);
    const answer = needed(await this.exchange(octets, () => true));
    return { ...openV3(answer, user), octets: answer };
  }

  /** All instances below `root`, by GETBULK. */
  async walk(root: Oid, most = 1_000_000): Promise<readonly PduVarBind[]> {
    const found: PduVarBind[] = [];
    for (let last = root; found.length < most; ) {
      const { errorStatus, varBinds } = await this.v2c(bulk(0, 50, last));
      if (errorStatus !== 0) throw new Error(`GETBULK after ${last.join(".")} gives error ${errorStatus}`);
      for (const one of varBinds) {
        if (one.value.type === "endOfMibView" || !root.every((arc, i) => one.oid[i] === arc)) return found;
        found.push(one);
      }
      const next = varBinds.at(-1)?.oid;
      if (next === undefined) throw new Error(`GETBULK after ${last.join(".")} gives nothing`);
      last = next;
    }
    return found;
  }
}

export function get(...oids: Oid[]): PlainPdu {
  return { type: "GetRequest", requestId: 0, errorStatus: 0, errorIndex: 0, varBinds: asking(...oids) };
}

export function getNext(...oids: Oid[]): PlainPdu {
  return { ...get(...oids), type: "GetNextRequest" };
}

export function bulk(nonRepeaters: number, maxRepetitions: number, ...oids: Oid[]): BulkPdu {
  return { type: "GetBulkRequest", requestId: 0, nonRepeaters, maxRepetitions, varBinds: asking(...oids) };
}

export function set(...varBinds: PduVarBind[]): PlainPdu {
  return { type: "SetRequest", requestId: 0, errorStatus: 0, errorIndex: 0, varBinds };
}

function levelOf({ auth, priv }: Account): SecurityLevel {
  return priv ? "authPriv" : auth ? "authNoPriv" : "noAuthNoPriv";
}

/** The account with keys for one engine. @see RFC 3414, section 2.6 */
export function userOf({ name, auth, priv }: Account, engineId: Uint8Array): UsmUser {
  if (auth === undefined) return { name };
  const protocol = authProtocols[auth[0]];
  const authKey = { protocol, localizedKey: localizeKey(protocol, passwordToKey(protocol, auth[1]), engineId) };
  if (priv === undefined) return { name, auth: authKey };
  const base = localizeKey(protocol, passwordToKey(protocol, priv[1]), engineId);
  const privProtocol = privProtocols[priv[0]];
  return {
    name,
    auth: authKey,
    priv: { protocol: privProtocol, localizedKey: privacyKey(protocol, privProtocol, base, engineId) },
  };
}

function needed(octets: Buffer | undefined): Buffer {
  if (octets === undefined) throw new Error("there was no answer");
  return octets;
}

/** request-id of an answer in SNMPv1 or SNMPv2c; `undefined` for any other message. */
function requestIdOf(octets: Buffer): number | undefined {
  try {
    return openCommunity(octets).requestId;
  } catch {
    return undefined;
  }
}
