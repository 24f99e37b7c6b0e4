import { describe, expect, test } from "vitest";
import { Fault } from "../../../../src/base/fault.js";
import { type CallHandlers, handlerFrom } from "../../../../src/protocol/libvirt/call-handler.js";
import { ClientSession } from "../../../../src/protocol/libvirt/client-session.js";
import { isNoSupport, libvirtErrorOf, libvirtFault } from "../../../../src/protocol/libvirt/error.js";
import { encodeKeepalive, encodePacket, HEADER_OCTETS } from "../../../../src/protocol/libvirt/frame.js";
import { openHypervisor } from "../../../../src/protocol/libvirt/handshake.js";
import type { LibvirtEvent } from "../../../../src/protocol/libvirt/procedures.js";
import { ServerSession, type ServerSessionOptions } from "../../../../src/protocol/libvirt/server-session.js";
import { ManualClock } from "../../../support/manual-clock.js";
import { pairedChannels, settled } from "../../../support/paired-channels.js";

const dom = { name: "web", uuid: "6695eb01-f6a4-8304-79aa-97f2502e193f", id: 3 };
const soon = { deadlineMs: 1000 };
const ordinary = { uri: "qemu:///system", readOnly: true, deadlineMs: 5000 };

const hypervisor: CallHandlers = {
  connectOpen: () => ({}),
  connectSupportsFeature: ({ feature }) => ({ supported: feature === 14 ? 1 : 0 }),
  connectGetUri: () => ({ uri: "qemu:///system" }),
  connectGetType: () => ({ type: "QEMU" }),
  connectGetVersion: () => ({ hvVer: 7_002_019n }),
  connectGetLibVersion: () => ({ libVer: 9_000_000n }),
  connectGetHostname: () => ({ hostname: "box" }),
};

interface Setup extends Partial<ServerSessionOptions> {
  readonly handlers?: CallHandlers;
  readonly highWaterOctets?: number;
}

function raw(setup: Setup = {}) {
  const { handlers = {}, highWaterOctets = Number.POSITIVE_INFINITY, ...options } = setup;
  const clock = new ManualClock();
  const [near, far] = pairedChannels({ highWaterOctets });
  const server = new ServerSession(far, clock, {
    handler: handlerFrom({ ...hypervisor, ...handlers }),
    ...options,
  });
  return { clock, near, far, server };
}

function open(setup: Setup = {}) {
  const parts = raw(setup);
  return { ...parts, client: new ClientSession(parts.near, parts.clock) };
}

const outcome = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

describe("openHypervisor()", () => {
  test("goes through the whole opening", async () => {
    const opened: unknown[] = [];
    const { client, clock } = open({
      handlers: {
        connectOpen: (args) => {
          opened.push(args);
          return {};
        },
      },
    });
    expect(await openHypervisor(client, clock, ordinary)).toEqual({
      uri: "qemu:///system",
      type: "QEMU",
      version: "7.2.19",
      libvirtVersion: "9.0.0",
      hostname: "box",
      hasCallbackEvents: true,
      hasCloseCallback: false,
      authentication: "none",
    });
    expect(opened).toEqual([{ name: "qemu:///system", flags: 1 }]);
  });

  test("asks polkit when the daemon wants it", async () => {
    const asked: string[] = [];
    const authorize = async () => asked.push("polkit") === 1;
    const { client, clock } = open({ authentication: "polkit", authorize });
    expect(await openHypervisor(client, clock, ordinary)).toMatchObject({ type: "QEMU" });
    expect(asked).toEqual(["polkit"]);
  });

  test("is denied when polkit says no", async () => {
    const { client, clock } = open({ authentication: "polkit", authorize: async () => false });
    const fault = await outcome(openHypervisor(client, clock, ordinary));
    expect(fault).toMatchObject({ code: "denied" });
    expect(libvirtErrorOf(fault)?.code).toBe(45);
  });

  test("says which driver tells no version and no hostname", async () => {
    const silent = (): never => {
      throw libvirtFault("NO_SUPPORT", "this function is not supported");
    };
    const { client, clock } = open({ handlers: { connectGetVersion: silent, connectGetHostname: silent } });
    expect(await openHypervisor(client, clock, ordinary)).toMatchObject({ version: undefined, hostname: undefined });
  });

  test("keeps one deadline for all of it", async () => {
    const { client, clock } = open({ handlers: { connectOpen: () => new Promise(() => {}) } });
    const opening = outcome(openHypervisor(client, clock, ordinary));
    clock.advance(3000);
    await settled();
    clock.advance(2000);
    expect(await opening).toMatchObject({ code: "timeout" });
  });

  test("begins to ping only when the daemon answers pings", async () => {
    const { client, clock, near } = open();
    await openHypervisor(client, clock, ordinary);
    const before = near.written.length;
    clock.advance(10_000);
    expect(near.written.slice(before)).toEqual([encodeKeepalive("ping")]);
    await settled();
    clock.advance(60_000);
    await settled();
    expect(client.endReason).toMatchObject({ code: "unreachable" });
  });
});

describe("ServerSession answers", () => {
  test("an unauthenticated call with error 39", async () => {
    const { client } = open({ authentication: "polkit", authorize: async () => false });
    const fault = await outcome(client.call("connectGetHostname", {}, soon));
    expect(libvirtErrorOf(fault)).toMatchObject({ code: 39, domain: 7, message: "authentication required" });
  });

  test("a procedure without a handler with error 3", async () => {
    const { client } = open();
    const fault = await outcome(client.call("domainReset", { dom, flags: 0 }, soon));
    expect(isNoSupport(fault)).toBe(true);
    expect(libvirtErrorOf(fault)?.code).toBe(3);
  });

  test("a handler's fault with the error that fits, a bug with error 1", async () => {
    const { client } = open({
      handlers: {
        domainCreate: () => {
          throw libvirtFault("OPERATION_INVALID", "domain is already running", 10);
        },
        domainDestroy: () => {
          throw new Fault("denied", "not yours");
        },
        domainReboot: () => {
          throw new TypeError("a bug");
        },
      },
    });
    const errors = await Promise.all([
      outcome(client.call("domainCreate", { dom }, soon)),
      outcome(client.call("domainDestroy", { dom }, soon)),
      outcome(client.call("domainReboot", { dom, flags: 0 }, soon)),
    ]);
    expect(errors.map((error) => libvirtErrorOf(error)?.code)).toEqual([55, 88, 1]);
    expect(errors.map((error) => libvirtErrorOf(error)?.message)).toEqual([
      "domain is already running",
      "not yours",
      "a bug",
    ]);
  });

  test("a result that does not fit the procedure with error 8, and goes on", async () => {
    const { client } = open({ handlers: { connectGetType: () => ({ type: 5 as never }) } });
    expect(libvirtErrorOf(await outcome(client.call("connectGetType", {}, soon)))?.code).toBe(8);
    expect(await client.call("connectGetHostname", {}, soon)).toEqual({ hostname: "box" });
  });

  const header = { program: 0x20008086, version: 1, procedure: 59, type: 0, serial: 7, status: 0 };
  const refused = [
    { name: "an unknown program", packet: { ...header, program: 0x20009999 }, says: "Cannot find program" },
    { name: "an unknown version", packet: { ...header, version: 2 }, says: "Cannot find program" },
    { name: "an unknown procedure", packet: { ...header, procedure: 4711 }, says: "unknown procedure: 4711" },
    { name: "an event as a call", packet: { ...header, procedure: 318 }, says: "unknown procedure: 318" },
    { name: "a call with a status", packet: { ...header, status: 1 }, says: "Unexpected message status 1" },
    { name: "a call without its arguments", packet: { ...header, procedure: 16 }, says: "Unable to decode" },
  ];
  for (const { name, packet, says } of refused) {
    test(`${name} with error 39 and the numbers it was sent`, async () => {
      const { near, far } = raw();
      near.listen({ onData: () => {}, onClose: () => {} });
      near.write(encodePacket(packet));
      await settled();
      const [reply] = far.written;
      expect(reply?.readUInt32BE(4)).toBe(packet.program);
      expect(reply?.readUInt32BE(8)).toBe(packet.version);
      expect(reply?.readInt32BE(12)).toBe(packet.procedure);
      expect(reply?.readUInt32BE(16)).toBe(1);
      expect(reply?.readUInt32BE(20)).toBe(7);
      expect(reply?.readUInt32BE(24)).toBe(1);
      expect(reply?.readInt32BE(HEADER_OCTETS)).toBe(39);
      expect(reply?.toString("latin1")).toContain(says);
    });
  }

  test("nothing to packets that are no calls", async () => {
    const { near, far, server } = raw();
    near.listen({ onData: () => {}, onClose: () => {} });
    for (const type of [1, 2, 3, 6]) near.write(encodePacket({ ...header, type }));
    await settled();
    expect(far.written).toEqual([]);
    expect(server.counters.dropped).toBe(4);
  });

  test("a broken length and passed descriptors by closing", async () => {
    for (const octets of [Buffer.from("0000001b00000000", "hex"), encodePacket({ ...header, type: 4 })]) {
      const { near, server } = raw();
      near.listen({ onData: () => {}, onClose: () => {} });
      near.write(octets);
      expect(await server.closed).toMatchObject({ cause: { name: "DecodeError" } });
      await settled();
      expect(near.closed).toBe(true);
    }
  });
});

describe("ServerSession limits", () => {
  test("stop reading at the fifth call, keepalive included", async () => {
    const release: (() => void)[] = [];
    const { near, far } = raw({
      handlers: {
        connectGetHostname: () => new Promise((resolve) => release.push(() => resolve({ hostname: "box" }))),
      },
    });
    near.listen({ onData: () => {}, onClose: () => {} });
    for (let serial = 1; serial <= 8; serial++) {
      near.write(encodePacket({ program: 0x20008086, version: 1, procedure: 59, type: 0, serial, status: 0 }));
    }
    near.write(encodeKeepalive("ping"));
    await settled();
    expect(release).toHaveLength(5);
    expect(far.paused).toBe(true);
    expect(far.written).toEqual([]);
    for (let done = 0; done < 8; done++) {
      release.shift()?.();
      await settled();
    }
    expect(far.written).toHaveLength(9);
    expect(far.written.at(-1)?.equals(encodeKeepalive("pong"))).toBe(false);
    expect(far.written.some((packet) => packet.equals(encodeKeepalive("pong")))).toBe(true);
  });

  test("keep events for a client that does not read, drop the oldest beyond, and read no calls meanwhile", async () => {
    const { near, far, server } = raw({ highWaterOctets: 10, maximumWaitingEvents: 3 });
    const got: Buffer[] = [];
    near.pause();
    near.listen({ onData: (octets) => got.push(octets), onClose: () => {} });
    for (let callbackId = 0; callbackId < 8; callbackId++)
      server.sendEvent("domainEventCallbackReboot", { callbackId, dom });
    near.write(encodeKeepalive("ping"));
    await settled();
    expect(far.written).toHaveLength(1);
    expect(server.droppedEvents).toBe(4);
    near.resume();
    await settled();
    const pong = got.pop();
    expect(got.map((event) => event.readInt32BE(HEADER_OCTETS))).toEqual([0, 5, 6, 7]);
    expect(pong).toEqual(encodeKeepalive("pong"));
  });
});

test("ServerSession.sendEvent() reaches the client as a typed event", async () => {
  const { client, server } = open();
  const events: LibvirtEvent[] = [];
  client.subscribe((event) => events.push(event));
  server.sendEvent("domainEventCallbackLifecycle", { callbackId: 0, dom, event: 2, detail: 0 });
  await settled();
  expect(events).toEqual([
    { name: "domainEventCallbackLifecycle", message: { callbackId: 0, dom, event: 2, detail: 0 } },
  ]);
  expect(() => server.sendEvent("domainEventCallbackReboot", { callbackId: 0.5, dom })).toThrow(
    expect.objectContaining({ code: "invalid" }),
  );
});

test("ServerSession pings a client that announced keepalive, and no other", async () => {
  const { near, far, clock, server } = raw({ keepalive: { intervalMs: 100, count: 2 } });
  near.listen({ onData: () => {}, onClose: () => {} });
  clock.advance(1000);
  expect(far.written).toEqual([]);
  near.write(
    encodePacket({ program: 0x20008086, version: 1, procedure: 60, type: 0, serial: 1, status: 0 }, (writer) =>
      writer.int32(10),
    ),
  );
  await settled();
  clock.advance(100);
  expect(far.written.at(-1)).toEqual(encodeKeepalive("ping"));
  clock.advance(200);
  expect(await server.closed).toMatchObject({ code: "unreachable" });
});
