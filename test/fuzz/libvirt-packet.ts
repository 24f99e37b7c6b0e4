import assert from "node:assert/strict";
import { DecodeError, Fault } from "../../src/base/fault.js";
import { codecOf } from "../../src/codec/xdr/codec.js";
import type { XdrReader } from "../../src/codec/xdr/reader.js";
import type { Shape } from "../../src/codec/xdr/shape.js";
import { handlerFrom } from "../../src/protocol/libvirt/call-handler.js";
import { ClientSession } from "../../src/protocol/libvirt/client-session.js";
import { errorCodec } from "../../src/protocol/libvirt/error.js";
import { decodePacket, encodeKeepalive, encodePacket, type PacketHeader } from "../../src/protocol/libvirt/frame.js";
import { PacketFramer } from "../../src/protocol/libvirt/framer.js";
import { procedureNumbered } from "../../src/protocol/libvirt/procedures.js";
import { ServerSession } from "../../src/protocol/libvirt/server-session.js";
import { encodeStreamData, encodeStreamHole } from "../../src/protocol/libvirt/stream-packet.js";
import { CapturedChannel } from "../support/captured-channel.js";
import { ManualClock } from "../support/manual-clock.js";

const dom = { name: "test", uuid: "6695eb01-f6a4-8304-79aa-97f2502e193f", id: 1 };
const remote = { program: 0x20008086, version: 1, status: 0 };

const download = { program: remote.program, version: 1, procedure: 209, serial: 4 };
const volume = { vol: { pool: "p", name: "v", key: "k" }, offset: 0n, length: 0n, flags: 1 };

function packet(procedure: number, type: number, serial: number, shape: Shape<never> | undefined, value: unknown) {
  return encodePacket({ ...remote, procedure, type, serial }, (writer) => {
    if (shape) codecOf(shape).encode(writer, value as never);
  });
}

function seeds(): Buffer[] {
  const statistics = procedureNumbered(remote.program, 344);
  const lifecycle = procedureNumbered(remote.program, 318);
  assert(statistics?.kind === "call" && lifecycle?.kind === "event");
  const params = [
    { field: "state.state", type: "int", value: 1 },
    { field: "cpu.time", type: "ullong", value: 12345678901234567890n },
    { field: "block.0.name", type: "string", value: "vda" },
  ];
  return [
    packet(344, 1, 1, statistics.result as Shape<never>, { retStats: [{ dom, params }] }),
    packet(344, 0, 7, statistics.args as Shape<never>, { doms: [dom], stats: 1, flags: 0 }),
    packet(318, 2, 0, lifecycle.message as Shape<never>, { callbackId: 0, dom, event: 2, detail: 0 }),
    encodePacket({ ...remote, procedure: 6, type: 1, serial: 2, status: 1 }, (writer) =>
      errorCodec.encode(writer, { code: 42, domain: 10, message: "gone", level: 2, int1: 0, int2: 0 }),
    ),
    Buffer.concat([encodeKeepalive("ping"), encodeKeepalive("pong")]),
    Buffer.concat([
      encodePacket({ ...remote, procedure: 209, type: 1, serial: 4 }),
      encodeStreamData(download, Buffer.from("content")),
      encodeStreamHole(download, 1n << 40n),
      encodeStreamData(download, Buffer.alloc(0)),
    ]),
  ];
}

/** Decodes a payload and holds the codec to its word. */
function check(codec: ReturnType<typeof codecOf<never>>, payload: XdrReader, header: PacketHeader): void {
  const value = codec.decode(payload);
  payload.end();
  const again = decodePacket(encodePacket(header, (writer) => codec.encode(writer, value)));
  assert.deepStrictEqual(codec.decode(again.payload), value);
}

function checkPackets(input: Buffer): void {
  const framer = new PacketFramer();
  framer.push(Buffer.from(input));
  for (let octets = framer.next(); octets; octets = framer.next()) {
    const { header, payload } = decodePacket(octets);
    const row = procedureNumbered(header.program, header.procedure);
    if (header.status === 1) check(errorCodec as never, payload, header);
    else if (row?.kind === "event") check(codecOf(row.message) as never, payload, header);
    else if (row !== undefined) check(codecOf(header.type === 0 ? row.args : row.result) as never, payload, header);
  }
}

/** In pieces whose size the input's last octet gives. */
function feed(channel: CapturedChannel, input: Buffer): void {
  const piece = (input.at(-1) ?? 0) + 1;
  for (let at = 0; at < input.length; at += piece) channel.give(Buffer.from(input.subarray(at, at + piece)));
}

function feedClient(input: Buffer): void {
  const channel = new CapturedChannel();
  const session = new ClientSession(channel, new ManualClock());
  const deadline = { deadlineMs: 1000 };
  const calls: Promise<unknown>[] = [
    session.call("connectGetAllDomainStats", { doms: [], stats: 0, flags: 0 }, deadline),
    session.call("nodeGetInfo", {}, deadline),
    session.call("domainGetXmlDesc", { dom, flags: 0 }, deadline),
    session.openStream("storageVolDownload", volume, deadline),
  ];
  for (const call of calls) call.catch(() => {});
  feed(channel, input);
  const cause = session.endReason?.cause;
  assert(cause === undefined || cause instanceof DecodeError, `ended by ${cause}`);
  session.close();
}

function feedServer(input: Buffer): void {
  const channel = new CapturedChannel();
  const session = new ServerSession(channel, new ManualClock(), { handler: handlerFrom({}) });
  let reason: Fault | undefined;
  void session.closed.then((fault) => {
    reason = fault;
  });
  feed(channel, input);
  queueMicrotask(() => assert(reason?.cause === undefined || reason.cause instanceof DecodeError));
}

export const target = {
  name: "libvirt-packet",
  seeds: seeds(),
  /** Codec, client and server take anything: they refuse it in their own words, or understand it and can say it again. */
  run(input: Buffer): void {
    feedClient(input);
    feedServer(input);
    try {
      checkPackets(input);
    } catch (error) {
      if (!(error instanceof DecodeError || (error instanceof Fault && error.code === "invalid"))) throw error;
    }
  },
};
