import { describe, expect, test } from "vitest";
import { codecOf } from "../../../src/codec/xdr/codec.js";
import type { Shape } from "../../../src/codec/xdr/shape.js";
import { errorCodec } from "../../../src/protocol/libvirt/error.js";
import { decodePacket, encodeKeepalive, encodePacket, type PacketHeader } from "../../../src/protocol/libvirt/frame.js";
import { PacketFramer } from "../../../src/protocol/libvirt/framer.js";
import { allProcedures } from "../../../src/protocol/libvirt/procedures.js";

/** One field a line, as libvirt 9.0.0 and its test driver put them on the wire. */
const hex = (...fields: readonly string[]) => Buffer.from(fields.join("").replaceAll(" ", ""), "hex");

const testDomain = { name: "test", uuid: "6695eb01-f6a4-8304-79aa-97f2502e193f", id: 1 };
const testDomainOctets = [
  "00000004 74657374", // name "test"
  "6695eb01f6a4830479aa97f2502e193f", // UUID
  "00000001", // id
].join("");

const remote = { program: 0x20008086, version: 1 };
const callHeader = (procedure: number, serial: number) => ({ ...remote, procedure, type: 0, serial, status: 0 });
const replyHeader = (procedure: number, serial: number, status = 0) => ({
  ...remote,
  procedure,
  type: 1,
  serial,
  status,
});

interface Vector {
  readonly name: string;
  readonly wire: Buffer;
  readonly header: PacketHeader;
  readonly codec: ReturnType<typeof codecOf<unknown>>;
  readonly payload: unknown;
}

function shapeOf(name: string, part: "args" | "result" | "message"): ReturnType<typeof codecOf<unknown>> {
  const row = allProcedures.find((candidate) => candidate.name === name);
  if (row === undefined) throw new Error(`no procedure ${name}`);
  if (row.kind === "call" && part !== "message") return codecOf(row[part] as Shape<unknown>);
  if (row.kind === "event" && part === "message") return codecOf(row.message as Shape<unknown>);
  throw new Error(`${name} has no ${part}`);
}

const vectors: readonly Vector[] = [
  {
    name: "a call without arguments",
    wire: hex("0000001c", "20008086", "00000001", "00000042", "00000000", "00000001", "00000000"),
    header: callHeader(66, 1),
    codec: shapeOf("authList", "args"),
    payload: {},
  },
  {
    name: "the authentication types",
    wire: hex(
      "00000024 20008086 00000001 00000042 00000001 00000001 00000000",
      "00000001", // one type
      "00000000", // none
    ),
    header: replyHeader(66, 1),
    codec: shapeOf("authList", "result"),
    payload: { types: [0] },
  },
  {
    name: "an optional text that is there",
    wire: hex(
      "00000038 20008086 00000001 00000001 00000000 00000003 00000000",
      "00000001", // a name follows
      "0000000f 746573743a2f2f2f64656661756c74 00", // 15 octets, one of padding
      "00000000", // flags
    ),
    header: callHeader(1, 3),
    codec: shapeOf("connectOpen", "args"),
    payload: { name: "test:///default", flags: 0 },
  },
  {
    name: "an optional text that is not there",
    wire: hex(
      "00000024 20008086 00000001 00000001 00000000 00000003 00000000",
      "00000000", // no name
      "00000001", // read-only
    ),
    header: callHeader(1, 3),
    codec: shapeOf("connectOpen", "args"),
    payload: { name: undefined, flags: 1 },
  },
  {
    name: "a version in 64 bits",
    wire: hex("00000024 20008086 00000001 0000009d 00000001 00000009 00000000", "00000000 00895440"),
    header: replyHeader(157, 9),
    codec: shapeOf("connectGetLibVersion", "result"),
    payload: { libVer: 9_000_000n },
  },
  {
    name: "a list of domains",
    wire: hex(
      "00000040 20008086 00000001 00000111 00000001 0000000c 00000000",
      "00000001", // one domain
      testDomainOctets,
      "00000001", // how many there are
    ),
    header: replyHeader(273, 12),
    codec: shapeOf("connectListAllDomains", "result"),
    payload: { domains: [testDomain], ret: 1 },
  },
  {
    name: "statistics as typed parameters",
    wire: hex(
      "00000070 20008086 00000001 00000158 00000001 0000000d 00000000",
      "00000001", // one record
      testDomainOctets,
      "00000002", // two parameters
      "0000000b 73746174652e7374617465 00", // "state.state"
      "00000001 00000001", // int 1
      "0000000c 73746174652e726561736f6e", // "state.reason"
      "00000001 00000000", // int 0
    ),
    header: replyHeader(344, 13),
    codec: shapeOf("connectGetAllDomainStats", "result"),
    payload: {
      retStats: [
        {
          dom: testDomain,
          params: [
            { field: "state.state", type: "int", value: 1 },
            { field: "state.reason", type: "int", value: 0 },
          ],
        },
      ],
    },
  },
  {
    name: "a typed parameter of each type",
    wire: hex(
      "000000bc 20008086 00000001 0000015a 00000002 00000000 00000000",
      "00000005", // callback id
      testDomainOctets,
      "00000007", // seven parameters
      "00000001 61000000 00000001 ffffffff", // int -1
      "00000001 62000000 00000002 ffffffff", // unsigned int
      "00000001 63000000 00000003 ffffffff ffffffff", // long long -1
      "00000001 64000000 00000004 ffffffff ffffffff", // unsigned long long
      "00000001 65000000 00000005 3fe00000 00000000", // double 0.5
      "00000001 66000000 00000006 00000001", // boolean
      "00000000 00000007 00000001 78000000", // a text without a name
    ),
    header: { ...remote, procedure: 346, type: 2, serial: 0, status: 0 },
    codec: shapeOf("domainEventCallbackTunable", "message"),
    payload: {
      callbackId: 5,
      dom: testDomain,
      params: [
        { field: "a", type: "int", value: -1 },
        { field: "b", type: "uint", value: 4294967295 },
        { field: "c", type: "llong", value: -1n },
        { field: "d", type: "ullong", value: 18446744073709551615n },
        { field: "e", type: "double", value: 0.5 },
        { field: "f", type: "boolean", value: true },
        { field: "", type: "string", value: "x" },
      ],
    },
  },
  {
    name: "a node's CPU model as 32 characters of four octets",
    wire: hex(
      "000000bc 20008086 00000001 00000006 00000001 00000010 00000000",
      "00000069 00000036 00000038 00000036", // "i686"
      "00000000".repeat(28),
      "00000000 00300000", // memory, KiB
      "00000010", // CPUs
      "00000578", // MHz
      "00000002 00000002 00000002 00000002", // NUMA nodes, sockets, cores, threads
    ),
    header: replyHeader(6, 16),
    codec: shapeOf("nodeGetInfo", "result"),
    payload: { model: "i686", memory: 3_145_728n, cpus: 16, mhz: 1400, nodes: 2, sockets: 2, cores: 2, threads: 2 },
  },
  {
    name: "a state in an unsigned char and a count in an unsigned short",
    wire: hex(
      "0000003c 20008086 00000001 00000010 00000001 00000011 00000000",
      "00000001", // running
      "00000000 00800000", // maximum memory, KiB
      "00000000 00200000", // memory, KiB
      "00000002", // virtual CPUs
      "18ecedb4 d867b260", // CPU time, ns
    ),
    header: replyHeader(16, 17),
    codec: shapeOf("domainGetInfo", "result"),
    payload: {
      state: 1,
      maxMem: 8_388_608n,
      memory: 2_097_152n,
      nrVirtCpu: 2,
      cpuTime: 1_796_071_712_394_556_000n,
    },
  },
  {
    name: "a lifecycle event with a callback id of 0",
    wire: hex(
      "00000044 20008086 00000001 0000013e 00000002 00000000 00000000",
      "00000000", // callback id
      testDomainOctets,
      "00000003 00000000", // suspended, paused
    ),
    header: { ...remote, procedure: 318, type: 2, serial: 0, status: 0 },
    codec: shapeOf("domainEventCallbackLifecycle", "message"),
    payload: { callbackId: 0, dom: testDomain, event: 3, detail: 0 },
  },
  {
    name: "an error",
    wire: hex(
      "00000070 20008086 00000001 00000017 00000001 00000012 00000001",
      "0000002a", // code: no domain
      "0000000c", // subsystem: test driver
      "00000001 00000010 446f6d61696e206e6f7420666f756e64", // "Domain not found"
      "00000002", // level: error
      "00000000", // no domain object
      "00000001 00000010 446f6d61696e206e6f7420666f756e64", // the text again
      "00000000 00000000", // no further texts
      "ffffffff ffffffff", // two numbers
      "00000000", // no network object
    ),
    header: replyHeader(23, 18, 1),
    codec: errorCodec as ReturnType<typeof codecOf<unknown>>,
    payload: {
      code: 42,
      domain: 12,
      message: "Domain not found",
      level: 2,
      str1: "Domain not found",
      int1: -1,
      int2: -1,
    },
  },
];

describe("a packet of libvirt", () => {
  for (const { name, wire, header, codec, payload } of vectors) {
    test(`${name}: decodePacket() and the codec read it to its end`, () => {
      const packet = decodePacket(wire);
      expect(packet.header).toEqual(header);
      expect(codec.decode(packet.payload)).toEqual(payload);
      packet.payload.end();
    });
    test(`${name}: encodePacket() writes the same octets`, () => {
      expect(encodePacket(header, (writer) => codec.encode(writer, payload)).toString("hex")).toBe(
        wire.toString("hex"),
      );
    });
    test(`${name}: PacketFramer finds it when it is cut at any octet, and leaves what follows`, () => {
      for (let cut = 0; cut <= wire.length; cut++) {
        const framer = new PacketFramer();
        framer.push(Buffer.from(wire.subarray(0, cut)));
        const early = framer.next();
        framer.push(Buffer.concat([wire.subarray(cut), wire.subarray(0, 5)]));
        expect(early ?? framer.next()).toEqual(wire);
        expect(framer.next()).toBeUndefined();
        expect(framer.pending).toBe(5);
      }
    });
    test(`${name}: a payload cut at any octet is refused`, () => {
      for (let cut = 28; cut < wire.length; cut++) {
        const packet = decodePacket(wire.subarray(0, cut));
        expect(() => codec.decode(packet.payload)).toThrow(expect.objectContaining({ name: "DecodeError" }));
      }
    });
  }
});

test("encodeKeepalive() writes ping and pong", () => {
  expect(encodeKeepalive("ping")).toEqual(hex("0000001c 6b656570 00000001 00000001 00000002 00000000 00000000"));
  expect(encodeKeepalive("pong")).toEqual(hex("0000001c 6b656570 00000001 00000002 00000002 00000000 00000000"));
});

test("decodePacket() refuses types and states that do not exist", () => {
  const packet = (type: string, status: string) => hex("0000001c 20008086 00000001 00000001", type, "00000001", status);
  expect(() => decodePacket(packet("00000007", "00000000"))).toThrow(expect.objectContaining({ offset: 16 }));
  expect(() => decodePacket(packet("00000001", "00000003"))).toThrow(expect.objectContaining({ offset: 24 }));
});
