import { describe, expect, test } from "vitest";
import type { Fault } from "../../../../src/base/fault.js";
import { codecOf } from "../../../../src/codec/xdr/codec.js";
import { ClientSession, type ClientSessionOptions } from "../../../../src/protocol/libvirt/client-session.js";
import {
  bodyOfError,
  errorCodec,
  isNoDomain,
  isNoSupport,
  libvirtErrorOf,
  libvirtFault,
} from "../../../../src/protocol/libvirt/error.js";
import {
  decodePacket,
  encodeKeepalive,
  encodePacket,
  type PacketHeader,
} from "../../../../src/protocol/libvirt/frame.js";
import { PacketFramer } from "../../../../src/protocol/libvirt/framer.js";
import { type LibvirtEvent, procedureNumbered } from "../../../../src/protocol/libvirt/procedures.js";
import { ManualClock } from "../../../support/manual-clock.js";
import { pairedChannels, settled } from "../../../support/paired-channels.js";

const dom = { name: "web", uuid: "6695eb01-f6a4-8304-79aa-97f2502e193f", id: 3 };
const soon = { deadlineMs: 1000 };

/** A daemon that keeps what it is sent and says what the test tells it to. */
function open(options: ClientSessionOptions = {}, highWaterOctets = Number.POSITIVE_INFINITY) {
  const clock = new ManualClock();
  const [near, far] = pairedChannels({ highWaterOctets });
  const session = new ClientSession(near, clock, options);
  const framer = new PacketFramer();
  const calls: PacketHeader[] = [];
  let ended = false;
  const daemon = {
    listen() {
      far.listen({
        onData(octets) {
          framer.push(octets);
          for (let packet = framer.next(); packet; packet = framer.next()) calls.push(decodePacket(packet).header);
        },
        onClose() {
          ended = true;
        },
      });
    },
    reply(call: PacketHeader | undefined, result: unknown) {
      if (call === undefined) throw new Error("no such call came");
      const row = procedureNumbered(call.program, call.procedure);
      if (row?.kind !== "call") throw new Error("no such procedure");
      far.write(encodePacket({ ...call, type: 1 }, (writer) => codecOf(row.result).encode(writer, result as never)));
    },
    fail(call: PacketHeader | undefined, fault: Fault) {
      if (call === undefined) throw new Error("no such call came");
      far.write(
        encodePacket({ ...call, type: 1, status: 1 }, (writer) => errorCodec.encode(writer, bodyOfError(fault))),
      );
    },
    event(procedure: number, message: unknown) {
      const row = procedureNumbered(0x20008086, procedure);
      if (row?.kind !== "event") throw new Error("no such event");
      const header = { program: row.program, version: 1, procedure, type: 2, serial: 0, status: 0 };
      far.write(encodePacket(header, (writer) => codecOf(row.message).encode(writer, message as never)));
    },
    get ended() {
      return ended;
    },
  };
  daemon.listen();
  return { clock, near, far, session, calls, daemon };
}

/** How a promise ended, for promises that must not. */
const outcome = (promise: Promise<unknown>) =>
  promise.then(
    () => "resolved",
    (error: unknown) => error,
  );

describe("ClientSession.call()", () => {
  test("gives each call its own answer when answers overtake each other", async () => {
    const { session, calls, daemon } = open();
    const state = session.call("domainGetState", { dom, flags: 0 }, soon);
    const hostname = session.call("connectGetHostname", {}, soon);
    await settled();
    daemon.reply(calls[1], { hostname: "box" });
    daemon.reply(calls[0], { state: 1, reason: 5 });
    expect(await hostname).toEqual({ hostname: "box" });
    expect(await state).toEqual({ state: 1, reason: 5 });
    expect(session.counters).toMatchObject({ calls: 2, errors: 0, timeouts: 0, dropped: 0 });
  });

  test("rejects with libvirt's error as the cause of a fault", async () => {
    const { session, calls, daemon } = open();
    const lookup = outcome(session.call("domainLookupByName", { name: "gone" }, soon));
    await settled();
    daemon.fail(calls[0], libvirtFault("NO_DOMAIN", "Domain not found", 10));
    const fault = await lookup;
    expect(fault).toMatchObject({ name: "Fault", code: "absent", message: "Domain not found" });
    expect(libvirtErrorOf(fault)).toMatchObject({ code: 42, domain: 10, level: 2 });
    expect([isNoDomain(fault), isNoSupport(fault)]).toEqual([true, false]);
    expect(session.counters.errors).toBe(1);
    expect(session.endReason).toBeUndefined();
  });

  test("sends at most four calls at a time and the others in order", async () => {
    const { session, calls, daemon } = open();
    const procedures = ["connectGetType", "connectGetUri", "connectGetHostname"] as const;
    const answers = Array.from({ length: 9 }, (_, i) =>
      outcome(session.call(procedures[i % 3] ?? "connectGetType", {}, soon)),
    );
    await settled();
    expect(calls.map((call) => call.procedure)).toEqual([3, 110, 59, 3]);
    daemon.reply(calls[2], { hostname: "box" });
    await settled();
    expect(calls.map((call) => call.procedure)).toEqual([3, 110, 59, 3, 110]);
    session.close();
    expect((await Promise.all(answers)).filter((answer) => answer === "resolved")).toHaveLength(1);
  });

  test("refuses more than may wait", async () => {
    const { session } = open({ maximumWaiting: 2 });
    const calls = Array.from({ length: 7 }, () => outcome(session.call("connectGetType", {}, soon)));
    expect(await calls[6]).toMatchObject({ code: "busy" });
    session.close();
    expect(await calls[5]).toMatchObject({ code: "unreachable" });
  });

  test("refuses arguments the procedure cannot carry and sends nothing", async () => {
    const { session, calls } = open();
    const call = session.call("domainGetState", { dom: { ...dom, uuid: "nonsense" }, flags: 0 }, soon);
    await expect(call).rejects.toMatchObject({
      code: "invalid",
      message: 'domainGetState: dom: uuid: "nonsense" is no UUID',
    });
    await settled();
    expect(calls).toEqual([]);
  });

  test("rejects at the deadline, drops the late answer, and keeps the place until it came", async () => {
    const { session, calls, daemon, clock } = open({ maximumInFlight: 1 });
    const stuck = outcome(session.call("domainGetState", { dom, flags: 0 }, { deadlineMs: 499.997 }));
    const behind = session.call("connectGetHostname", {}, { deadlineMs: 5000 });
    await settled();
    clock.advance(499);
    expect(session.counters.timeouts).toBe(0);
    clock.advance(1);
    expect(await stuck).toMatchObject({ code: "timeout", message: expect.stringContaining("within 500 ms") });
    await settled();
    expect(calls).toHaveLength(1);
    expect(session.abandonedCalls).toBe(1);
    daemon.reply(calls[0], { state: 1, reason: 1 });
    await settled();
    daemon.reply(calls[1], { hostname: "box" });
    expect(await behind).toEqual({ hostname: "box" });
    expect(session.abandonedCalls).toBe(0);
    expect(session.counters).toMatchObject({ timeouts: 1, late: 1, dropped: 0 });
  });

  test("rejects at the deadline while it waits, and never sends it", async () => {
    const { session, calls, daemon, clock } = open({ maximumInFlight: 1 });
    const first = session.call("connectGetType", {}, { deadlineMs: 5000 });
    const second = outcome(session.call("connectGetHostname", {}, { deadlineMs: 100 }));
    clock.advance(100);
    expect(await second).toMatchObject({ code: "timeout" });
    await settled();
    daemon.reply(calls[0], { type: "QEMU" });
    expect(await first).toEqual({ type: "QEMU" });
    await settled();
    expect(calls).toHaveLength(1);
  });

  test("waits while the channel is full", async () => {
    const { session, calls, far, daemon } = open({}, 10);
    far.pause();
    const answers = [1, 2, 3].map(() => outcome(session.call("connectGetType", {}, soon)));
    await settled();
    expect(session.counters.octetsOut).toBe(28);
    far.resume();
    await settled();
    expect(calls).toHaveLength(3);
    for (const call of calls) daemon.reply(call, { type: "LXC" });
    expect(await Promise.all(answers)).toEqual(["resolved", "resolved", "resolved"]);
  });
});

describe("ClientSession events", () => {
  test("reach every listener in order, with their callback id", async () => {
    const { session, daemon } = open();
    const events: LibvirtEvent[] = [];
    session.subscribe((event) => events.push(event));
    daemon.event(318, { callbackId: 0, dom, event: 5, detail: 1 });
    daemon.event(319, { callbackId: 2, dom });
    await settled();
    expect(events).toEqual([
      { name: "domainEventCallbackLifecycle", message: { callbackId: 0, dom, event: 5, detail: 1 } },
      { name: "domainEventCallbackReboot", message: { callbackId: 2, dom } },
    ]);
  });

  test("survive a listener that throws, and stop after unsubscribing", async () => {
    const { session, daemon } = open();
    const seen: string[] = [];
    session.subscribe(() => {
      throw new Error("a bug");
    });
    const stop = session.subscribe((event) => seen.push(event.name));
    daemon.event(319, { callbackId: 1, dom });
    await settled();
    stop();
    daemon.event(319, { callbackId: 1, dom });
    await settled();
    expect(seen).toEqual(["domainEventCallbackReboot"]);
    expect(session.endReason).toBeUndefined();
    expect(session.counters.events).toBe(2);
  });

  test("that are newer than the table are counted and dropped", async () => {
    const { session, far } = open();
    far.write(encodePacket({ program: 0x20008086, version: 1, procedure: 4000, type: 2, serial: 0, status: 0 }));
    await settled();
    expect(session.counters.dropped).toBe(1);
    expect(session.endReason).toBeUndefined();
  });
});

describe("ClientSession keepalive", () => {
  test("answers a ping at once, even when all places are taken", async () => {
    const { session, far, near } = open();
    const calls = Array.from({ length: 6 }, () => outcome(session.call("connectGetType", {}, soon)));
    far.write(encodeKeepalive("ping"));
    await settled();
    expect(near.written.at(-1)).toEqual(encodeKeepalive("pong"));
    session.close();
    await Promise.all(calls);
  });

  test("pings in silence and ends when nothing is heard after the last", async () => {
    const { session, near, clock } = open({ keepalive: { intervalMs: 100, count: 2 } });
    session.startKeepalive();
    clock.advance(99);
    expect(near.written).toEqual([]);
    clock.advance(1);
    clock.advance(100);
    expect(near.written).toEqual([encodeKeepalive("ping"), encodeKeepalive("ping")]);
    clock.advance(99);
    expect(session.endReason).toBeUndefined();
    clock.advance(1);
    expect(await session.closed).toMatchObject({ code: "unreachable", message: "left does not answer keepalive" });
  });

  test("takes any packet for life", async () => {
    const { session, far, clock } = open({ keepalive: { intervalMs: 100, count: 2 } });
    session.startKeepalive();
    for (let i = 0; i < 20; i++) {
      clock.advance(150);
      far.write(encodeKeepalive("pong"));
      await settled();
    }
    expect(session.endReason).toBeUndefined();
  });
});

describe("ClientSession ends", () => {
  const malformed: { readonly name: string; readonly octets: (calls: PacketHeader[]) => Buffer }[] = [
    { name: "a length below the header's", octets: () => Buffer.from("0000001b", "hex") },
    { name: "a length above libvirt's limit", octets: () => Buffer.from("02000005", "hex") },
    { name: "an answer that is too short", octets: ([call]) => encodePacket({ ...(call as PacketHeader), type: 1 }) },
    {
      name: "an answer that is too long",
      octets: ([call]) =>
        encodePacket({ ...(call as PacketHeader), type: 1 }, (writer) => {
          writer.string("QEMU", 9);
          writer.uint32(0);
        }),
    },
    {
      name: "an answer to another procedure",
      octets: ([call]) => encodePacket({ ...(call as PacketHeader), type: 1, procedure: 2 }),
    },
    { name: "a call", octets: ([call]) => encodePacket({ ...(call as PacketHeader), type: 0 }) },
    {
      name: "an error without its body",
      octets: ([call]) => encodePacket({ ...(call as PacketHeader), type: 1, status: 1 }),
    },
  ];
  for (const { name, octets } of malformed) {
    test(`on ${name}, with the reason as cause, and takes every pending call along`, async () => {
      const { session, far, calls, daemon, clock } = open({ maximumInFlight: 1 });
      const pending = [1, 2].map(() => outcome(session.call("connectGetType", {}, soon)));
      await settled();
      far.write(octets(calls));
      const reason = await session.closed;
      expect(reason).toMatchObject({ code: "unreachable", cause: { name: "DecodeError" } });
      expect(await Promise.all(pending)).toEqual([reason, reason]);
      await settled();
      expect(daemon.ended).toBe(true);
      clock.advance(10_000);
      expect(session.counters.timeouts).toBe(0);
    });
  }

  test("when the channel breaks, with its error as cause", async () => {
    const { session, far } = open();
    const pending = outcome(session.call("connectGetType", {}, soon));
    const broken = new Error("ECONNRESET");
    far.fail(broken);
    expect(await pending).toMatchObject({ code: "unreachable", cause: broken });
    await expect(session.call("connectGetType", {}, soon)).rejects.toMatchObject({ code: "unreachable" });
  });

  test("once, and ignores what comes afterwards", async () => {
    const { session, daemon } = open();
    const events: unknown[] = [];
    session.subscribe((event) => events.push(event));
    daemon.event(319, { callbackId: 1, dom });
    session.close();
    session.close();
    await settled();
    expect(events).toEqual([]);
    expect(await session.closed).toBe(session.endReason);
  });
});
