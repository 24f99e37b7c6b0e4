import { DecodeError } from "../../base/fault.js";
import { codecOf } from "../../codec/xdr/codec.js";
import type { XdrReader } from "../../codec/xdr/reader.js";
import { errorCodec } from "../../protocol/libvirt/error.js";
import { decodePacket, type PacketHeader, packetStatus, packetType } from "../../protocol/libvirt/frame.js";
import { PacketFramer } from "../../protocol/libvirt/framer.js";
import { type CallName, type Procedure, procedureNumbered } from "../../protocol/libvirt/procedures.js";
import { type Recorded, recordedValue } from "./recorded-value.js";
import { isWithheld, withoutSecrets } from "./withheld.js";

/** What one packet says, as a recording has it. */
export type Said = Readonly<Record<string, Recorded | undefined>>;

/** The longest that is told of one value: what is longer, such as a volume's content, is not part of any scenario. */
const LONGEST_OCTETS = 1 << 20;

/**
 * Listens to both directions of one connection to a daemon, and tells of calls, answers and events in libvirt's words. Content of
 * streams, keepalive and secrets are left out. What cannot be read ends the listening, with the reason, and nothing else.
 */
export class Conversation {
  readonly #tell: (said: Said) => void;
  readonly #toDaemon = new PacketFramer();
  readonly #fromDaemon = new PacketFramer();
  /** Calls that are not answered yet, by serial. */
  readonly #open = new Map<number, CallName>();
  #readable = true;

  constructor(tell: (said: Said) => void) {
    this.#tell = tell;
  }

  /** What the gateway sends. The octets are not changed and not kept for long. */
  sent(octets: Uint8Array): void {
    this.#take(this.#toDaemon, Buffer.from(octets));
  }

  /** What the daemon sends. */
  received(octets: Buffer): void {
    this.#take(this.#fromDaemon, octets);
  }

  #take(framer: PacketFramer, octets: Buffer): void {
    if (!this.#readable) return;
    try {
      framer.push(octets);
      for (let packet = framer.next(); packet; packet = framer.next()) this.#read(packet);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#readable = false;
      this.#tell({ unreadable: error.message });
    }
  }

  #read(packet: Buffer): void {
    const { header, payload } = decodePacket(packet);
    const row = procedureNumbered(header.program, header.procedure);
    if (!row) return;
    if (header.type === packetType.call && row.kind === "call") this.#readCall(header, row, payload);
    else if (header.type === packetType.reply && row.kind === "call") this.#readReply(header, row, payload);
    else if (header.type === packetType.message && row.kind === "event") {
      this.#tell({ event: row.name, message: told(codecOf(row.message).decode(payload)) });
    }
  }

  #readCall({ serial }: PacketHeader, row: Procedure & { readonly kind: "call" }, payload: XdrReader): void {
    const name = row.name as CallName;
    this.#open.set(serial, name);
    this.#tell({
      call: name,
      serial,
      ...(isWithheld(name) ? withheld : { args: told(codecOf(row.args).decode(payload)) }),
    });
  }

  #readReply(header: PacketHeader, row: Procedure & { readonly kind: "call" }, payload: XdrReader): void {
    const { serial } = header;
    const name = this.#open.get(serial);
    if (name === undefined) return;
    this.#open.delete(serial);
    if (header.status === packetStatus.error) {
      const { code, domain, level, message } = errorCodec.decode(payload);
      this.#tell({ answers: serial, error: { code, domain, level, message: withoutSecrets(message ?? "") } });
    } else {
      this.#tell({
        answers: serial,
        ...(isWithheld(name) ? withheld : { result: told(codecOf(row.result).decode(payload)) }),
      });
    }
  }
}

const withheld = { withheld: true } as const;

/** A value with no secrets in it. */
function told(value: unknown): Recorded {
  return cleaned(recordedValue(value));
}

function cleaned(value: Recorded): Recorded {
  if (typeof value === "string") return value.length > LONGEST_OCTETS ? "too long" : withoutSecrets(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(cleaned);
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, one === undefined ? undefined : cleaned(one)]),
  );
}
