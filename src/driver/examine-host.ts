import { reasonOf } from "../base/fault.js";
import type { Authentication } from "../protocol/libvirt/handshake.js";
import type { Connection } from "./connection.js";
import { isAnswer } from "./outcome.js";

/** Something that a host may let its clients read. */
export interface Readable {
  readonly what: string;
  readonly readable: boolean;
  /** How many there are, where that can be counted. */
  readonly count?: number;
  /** Why it cannot be read. */
  readonly reason?: string;
}

/** What a host says of itself and lets this connection read. */
export interface HostExamination {
  /** The socket that was used. */
  readonly address: string;
  readonly transport: "unix" | "tls" | "ssh";
  /** `QEMU` */
  readonly driver: string;
  readonly hypervisorVersion: string | undefined;
  readonly libvirtVersion: string;
  readonly hostname: string | undefined;
  /** How the daemon itself wanted to know us, beside what the transport proves. */
  readonly authentication: Authentication;
  readonly readOnly: boolean;
  readonly reads: readonly Readable[];
}

/**
 * Asks for one of everything that the gateway reads of a host, and notes what is refused.
 * @throws {Fault} what ends the connection
 */
export async function examineHost(connection: Connection): Promise<HostExamination> {
  const { opened, session, socket } = connection;
  const list = { needResults: 1, flags: 0 };
  const found = await connection.call("connectListAllDomains", list);
  const [first] = found.domains;
  const reads = [
    { what: "machines", readable: true, count: found.domains.length },
    ...(first ? [await reading("descriptions", connection.call("domainGetXmlDesc", { dom: first, flags: 0 }))] : []),
    ...(first ? [await reading("states", connection.call("domainGetState", { dom: first, flags: 0 }))] : []),
    await reading("computer", connection.call("nodeGetInfo", {})),
    await reading("capabilities", connection.call("connectGetCapabilities", {})),
    await reading("storage pools", connection.call("connectListAllStoragePools", list), ({ pools }) => pools.length),
    await reading("networks", connection.call("connectListAllNetworks", list), ({ nets }) => nets.length),
  ];
  return {
    address: session.peer,
    transport: socket.via,
    driver: opened.type,
    hypervisorVersion: opened.version,
    libvirtVersion: opened.libvirtVersion,
    hostname: opened.hostname,
    authentication: opened.authentication,
    readOnly: socket.readOnly,
    reads,
  };
}

async function reading<T>(what: string, answer: Promise<T>, count?: (result: T) => number): Promise<Readable> {
  try {
    const result = await answer;
    return { what, readable: true, ...(count && { count: count(result) }) };
  } catch (error) {
    if (!isAnswer(error)) throw error;
    return { what, readable: false, reason: reasonOf(error) };
  }
}
