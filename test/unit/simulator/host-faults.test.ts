import { describe, expect, test } from "vitest";
import { DecodeError, Fault } from "../../../src/base/fault.js";
import { libvirtErrorOf } from "../../../src/protocol/libvirt/error.js";
import { createSimulatedHost } from "../../../src/simulator/host/simulated-host.js";
import { ManualClock } from "../../support/manual-clock.js";
import { pairedChannels, settled } from "../../support/paired-channels.js";
import { connectTo, eventWords } from "../../support/simulator-client.js";

async function hostWithClient() {
  const clock = new ManualClock();
  const host = createSimulatedHost({ name: "host", driver: "qemu", clock });
  return { clock, host, client: await connectTo(host, clock, { eventIds: [0] }) };
}

/** Whether a promise is done once everything under way has arrived. */
async function isDone(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  const note = (): void => {
    done = true;
  };
  promise.then(note, note);
  await settled();
  return done;
}

const MONITOR_GROUPS = 2 | 4 | 8 | 32;
const NO_WAIT = 1 << 29;

describe("a machine that hangs", () => {
  test("keeps the first call that needs its process, and answers the others that do not want to wait in part", async () => {
    const { host, client, clock } = await hostWithClient();
    const second = await connectTo(host, clock);
    const dom = await client.domain("web-1");
    host.faults.hangMachine("web-1");
    const first = client.call("connectGetAllDomainStats", { doms: [dom], stats: MONITOR_GROUPS, flags: NO_WAIT });
    expect(await isDone(first)).toBe(false);
    const { retStats } = await second.call("connectGetAllDomainStats", {
      doms: [dom],
      stats: MONITOR_GROUPS,
      flags: NO_WAIT,
    });
    const fields = retStats[0]?.params.map(({ field }) => field) ?? [];
    expect(fields).toContain("balloon.current");
    expect(fields).not.toContain("balloon.rss");
    expect(fields).not.toContain("vcpu.0.time");
    host.faults.recoverMachine("web-1");
    expect((await first).retStats[0]?.params.map(({ field }) => field)).toContain("balloon.rss");
  });

  test("answers what does not need its process as usual", async () => {
    const { host, client } = await hostWithClient();
    const dom = await client.domain("web-1");
    host.faults.hangMachine("web-1");
    await client.call("domainGetState", { dom, flags: 0 });
    await client.call("domainGetInfo", { dom });
    await client.call("domainGetXmlDesc", { dom, flags: 0 });
    const { retStats } = await client.call("connectGetAllDomainStats", { doms: [], stats: 1 | 16, flags: NO_WAIT });
    expect(retStats).toHaveLength(12);
    expect(await client.call("domainGetControlInfo", { dom, flags: 0 })).toMatchObject({ state: 2 });
  });

  test("refuses a second change after thirty seconds with code 68", async () => {
    const { host, client, clock } = await hostWithClient();
    const dom = await client.domain("web-1");
    host.faults.hangMachine("web-1");
    const first = client.call("domainSuspend", { dom });
    expect(await isDone(first)).toBe(false);
    const second = client.call("domainSuspend", { dom }).catch((error: unknown) => error);
    expect(await isDone(second)).toBe(false);
    clock.advance(29_000);
    expect(await isDone(second)).toBe(false);
    clock.advance(2000);
    expect(libvirtErrorOf(await second)?.code).toBe(68);
    host.faults.recoverMachine("web-1");
    await first;
  });
});

test("HostFaults.hang() answers nothing until it recovers, then everything", async () => {
  const { host, client } = await hostWithClient();
  host.faults.hang();
  const asked = client.call("connectGetHostname", {});
  expect(await isDone(asked)).toBe(false);
  host.faults.recover();
  expect(await asked).toEqual({ hostname: "host" });
});

test("HostFaults.slow() delays each answer", async () => {
  const { host, client, clock } = await hostWithClient();
  host.faults.slow(500);
  const asked = client.call("connectGetHostname", {});
  await settled();
  clock.advance(499);
  expect(await isDone(asked)).toBe(false);
  clock.advance(1);
  expect(await asked).toEqual({ hostname: "host" });
  host.faults.slow(0);
  await client.call("connectGetHostname", {});
});

test("HostFaults.refuse() closes new connections and keeps the others", async () => {
  const { host, client } = await hostWithClient();
  host.faults.refuse(true);
  const [ours, theirs] = pairedChannels();
  let closed = false;
  ours.listen({ onData: () => {}, onClose: () => (closed = true) });
  host.serve(theirs);
  await settled();
  expect(closed).toBe(true);
  await client.call("connectGetHostname", {});
});

test("HostFaults.disconnectAll() ends every connection, pending calls included; the host serves on", async () => {
  const { host, client, clock } = await hostWithClient();
  host.faults.hang();
  const asked = client.call("connectGetHostname", {}).catch((error: unknown) => error);
  await settled();
  host.faults.disconnectAll();
  expect(await asked).toMatchObject({ code: "unreachable" });
  host.faults.recover();
  await (await connectTo(host, clock)).call("connectGetHostname", {});
});

test("HostFaults.garbage() is found out by the client", async () => {
  const { host, client } = await hostWithClient();
  host.faults.garbage();
  const reason = await client.session.closed;
  expect(reason.cause).toBeInstanceOf(DecodeError);
});

test("HostFaults.loseEvents() loses as many as it says", async () => {
  const { host, client } = await hostWithClient();
  const dom = await client.domain("web-1");
  host.faults.loseEvents(1);
  await client.call("domainSuspend", { dom });
  await client.call("domainResume", { dom });
  await settled();
  expect(eventWords(client.events)).toEqual(["web-1: 4/0"]);
});

test("HostFaults.failCall() fails one call with one error until it is told otherwise", async () => {
  const { host, client } = await hostWithClient();
  host.faults.failCall("connectGetHostname", "SYSTEM_ERROR");
  const error = await client.call("connectGetHostname", {}).catch((thrown: unknown) => thrown);
  expect(libvirtErrorOf(error)?.code).toBe(38);
  host.faults.failCall("connectGetHostname", undefined);
  await client.call("connectGetHostname", {});
});

test("HostFaults.loseDriver() tells those who asked to be told", async () => {
  const { host, client } = await hostWithClient();
  await client.call("connectRegisterCloseCallback", {});
  host.faults.loseDriver(1);
  await settled();
  expect(client.events).toEqual([{ name: "connectEventConnectionClosed", message: { reason: 1 } }]);
});

test("HostFaults.hangMachine() needs a machine", async () => {
  const { host } = await hostWithClient();
  expect(() => host.faults.hangMachine("nobody")).toThrow(Fault);
});
