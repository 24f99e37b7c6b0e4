import { expect, test } from "vitest";
import { SouthboundRecorder } from "../../../../src/daemon/record/southbound-recorder.js";
import { ClientSession } from "../../../../src/protocol/libvirt/client-session.js";
import type { ArgsOf, CallName, ResultOf } from "../../../../src/protocol/libvirt/procedures.js";
import { ServerSession } from "../../../../src/protocol/libvirt/server-session.js";
import { createSimulatedHost } from "../../../../src/simulator/host/simulated-host.js";
import { ManualClock } from "../../../support/manual-clock.js";
import { pairedChannels, settled } from "../../../support/paired-channels.js";
import { RecordedHost, recordedLines } from "../../../support/recorded-host.js";

const socket = { via: "unix", path: "/x", readOnly: true } as const;

/** A recorder, and clients whose connections it listens to. */
function room() {
  const clock = new ManualClock();
  const lines: string[] = [];
  const recorder = new SouthboundRecorder(clock, (line) => lines.push(line));
  const open = async (serve: (channel: ReturnType<typeof pairedChannels>[1]) => void) => {
    const [ours, theirs] = pairedChannels();
    serve(theirs);
    const dialer = recorder.listenTo("kvm1", () => ({ address: "/x", dial: async () => ours }))(socket);
    return new ClientSession(await dialer.dial(1000), clock);
  };
  return { clock, lines, open, recorded: () => recordedLines(lines.join("\n")) };
}

const call = <N extends CallName>(session: ClientSession, name: N, args: ArgsOf<N>): Promise<ResultOf<N>> =>
  session.call(name, args, { deadlineMs: 60_000 });

test("SouthboundRecorder writes calls, answers, errors and events, each with its time and connection", async () => {
  const { clock, lines, open, recorded } = room();
  const host = createSimulatedHost({ name: "host", driver: "qemu", machines: 3, clock });
  const session = await open((channel) => host.serve(channel));
  await call(session, "connectOpen", { name: "qemu:///system", flags: 0 });
  await call(session, "connectDomainEventCallbackRegisterAny", { eventId: 0 });
  clock.advance(1500);
  const { dom } = await call(session, "domainLookupByName", { name: "web-1" });
  await expect(call(session, "domainLookupByName", { name: "nobody" })).rejects.toThrow();
  await call(session, "domainSuspend", { dom });
  session.close();
  await settled();
  expect(JSON.parse(lines[0] ?? "")).toEqual({ recording: 1, startedAt: expect.stringMatching(/^\d{4}-.*Z$/) });
  const found = recorded();
  expect(found.every((line) => line.host === "kvm1" && line.connection === 1)).toBe(true);
  expect(found[0]).toMatchObject({ opened: "unix", readOnly: true });
  expect(found.find((line) => line.call === "domainLookupByName")).toMatchObject({
    atMs: 1500,
    args: { name: "web-1" },
  });
  expect(found.find((line) => line.error !== undefined)?.error).toMatchObject({ code: 42 });
  expect(found.find((line) => line.event !== undefined)).toMatchObject({
    event: "domainEventCallbackLifecycle",
    message: { dom: { name: "web-1" }, event: 3, detail: 0 },
  });
  expect(found.at(-1)).toMatchObject({ closed: true });
});

test("what was recorded plays again: the same questions get the same answers, 64-bit numbers and octets whole", async () => {
  const { clock, open, recorded } = room();
  const host = createSimulatedHost({ name: "host", driver: "qemu", machines: 3, clock });
  const session = await open((channel) => host.serve(channel));
  await call(session, "connectOpen", { name: "qemu:///system", flags: 0 });
  const ask = async (asked: ClientSession) => [
    await call(asked, "connectListAllDomains", { needResults: 1, flags: 0 }),
    await call(asked, "connectGetAllDomainStats", { doms: [], stats: 0, flags: 0 }),
    await call(asked, "connectGetVersion", {}),
    await call(asked, "connectGetCapabilities", {}),
    await call(asked, "nodeGetInfo", {}),
  ];
  const first = await ask(session);
  const replay = new RecordedHost(clock);
  replay.play(recorded());
  const again = await open((channel) => replay.serve(channel));
  expect(await ask(again)).toEqual(first);
  await expect(call(again, "connectGetSysinfo", { flags: 0 })).rejects.toThrow("not supported");
  expect([...replay.unknown]).toEqual([["connectGetSysinfo", 1]]);
});

test("SouthboundRecorder keeps secrets out: of authentication, of values, of documents and of addresses", async () => {
  const { clock, lines, open } = room();
  const xml = "<domain><graphics type='vnc' passwd='hunter2'/><x>vnc://bob:hunter2@h/</x></domain>";
  const session = await open(
    (channel) =>
      new ServerSession(channel, clock, {
        handler: async (name) => (name === "secretGetValue" ? { value: Buffer.from("hunter2") } : { xml }) as never,
      }),
  );
  const secret = { uuid: "7d3c5a10-0000-4000-8000-0000000000ff", usageType: 0, usageId: "" };
  await call(session, "secretGetValue", { secret, flags: 0 });
  const dom = { name: "a", uuid: secret.uuid, id: 1 };
  await call(session, "domainGetXmlDesc", { dom, flags: 1 });
  await call(session, "domainSetUserPassword", { dom, user: "root", password: "hunter2", flags: 0 });
  await call(session, "authSaslStart", { mech: "PLAIN", nil: 0, data: Buffer.from("\0bob\0hunter2") }).catch(() => {});
  const text = lines.join("\n");
  expect(text).toContain("secretGetValue");
  expect(text).toContain("withheld");
  expect(text).not.toContain("hunter2");
  expect(text).not.toContain(Buffer.from("hunter2").toString("base64"));
});

test("SouthboundRecorder says what it could not read, and lets it pass all the same", async () => {
  const { lines, open } = room();
  const session = await open((channel) => channel.write(Buffer.from("\0\0\0\x03 no packet")));
  await settled();
  expect(lines.join("\n")).toContain('"unreadable"');
  await expect(call(session, "connectGetType", {})).rejects.toThrow();
});
