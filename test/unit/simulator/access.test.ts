import { describe, expect, test } from "vitest";
import type { Fault } from "../../../src/base/fault.js";
import { ClientSession } from "../../../src/protocol/libvirt/client-session.js";
import { libvirtErrorOf } from "../../../src/protocol/libvirt/error.js";
import { libraryName } from "../../../src/simulator/host/call-rules.js";
import { createSimulatedHost } from "../../../src/simulator/host/simulated-host.js";
import { ManualClock } from "../../support/manual-clock.js";
import { pairedChannels } from "../../support/paired-channels.js";
import { connectTo } from "../../support/simulator-client.js";

const codeOf = (call: Promise<unknown>): Promise<number | undefined> =>
  call.then(
    () => undefined,
    (error: Fault) => libvirtErrorOf(error)?.code,
  );

function newHost() {
  const clock = new ManualClock();
  return { clock, host: createSimulatedHost({ name: "host", driver: "qemu", clock }) };
}

describe("a read-only connection", () => {
  test("reads, and is refused every change with code 29", async () => {
    const { clock, host } = newHost();
    const { call, domain } = await connectTo(host, clock, { readOnly: true });
    const dom = await domain("web-1");
    await call("domainGetXmlDesc", { dom, flags: 0 });
    await call("connectGetAllDomainStats", { doms: [], stats: 0, flags: 0 });
    const refused = [
      call("domainSuspend", { dom }),
      call("domainDestroyFlags", { dom, flags: 0 }),
      call("domainCreateXml", { xmlDesc: "<domain/>", flags: 0 }),
      call("domainDefineXmlFlags", { xml: "<domain/>", flags: 0 }),
      call("domainUndefineFlags", { dom, flags: 0 }),
      call("domainSetAutostart", { dom, autostart: 1 }),
      call("domainSetMemoryFlags", { dom, memory: 1n, flags: 0 }),
      call("domainGetXmlDesc", { dom, flags: 1 }),
      call("domainGetHostname", { dom, flags: 0 }),
    ];
    expect(await Promise.all(refused.map(codeOf))).toEqual(refused.map(() => 29));
    expect(host.state.registry.require(dom).condition.state).toBe(1);
  });

  test("can also be asked for when opening", async () => {
    const { clock, host } = newHost();
    const [ours, theirs] = pairedChannels();
    host.serve(theirs);
    const session = new ClientSession(ours, clock);
    await session.call("connectOpen", { name: "qemu:///system", flags: 1 }, { deadlineMs: 1000 });
    const { dom } = await session.call("domainLookupByName", { name: "web-1" }, { deadlineMs: 1000 });
    expect(await codeOf(session.call("domainSuspend", { dom }, { deadlineMs: 1000 }))).toBe(29);
  });
});

test("a host is opened by its own URI, by any of its scheme or by none, and once", async () => {
  for (const [name, code] of [
    ["qemu:///system", undefined],
    ["qemu:///session", undefined],
    ["", undefined],
    [undefined, undefined],
    ["lxc:///system", 5],
  ] as const) {
    const { clock, host } = newHost();
    const [ours, theirs] = pairedChannels();
    host.serve(theirs);
    const session = new ClientSession(ours, clock);
    const open = () => codeOf(session.call("connectOpen", { name, flags: 0 }, { deadlineMs: 1000 }));
    expect(await open()).toBe(code);
    if (code === undefined) expect(await open()).toBe(1);
  }
});

test("nothing is told before a hypervisor is opened", async () => {
  const { clock, host } = newHost();
  const [ours, theirs] = pairedChannels();
  host.serve(theirs);
  const session = new ClientSession(ours, clock);
  expect(await codeOf(session.call("connectListAllDomains", { needResults: 1, flags: 0 }, { deadlineMs: 1000 }))).toBe(
    1,
  );
});

test("what a client has registered for ends with its registration and with its connection", async () => {
  const { clock, host } = newHost();
  const client = await connectTo(host, clock);
  const other = await connectTo(host, clock, { eventIds: [0] });
  const { callbackId } = await client.call("connectDomainEventCallbackRegisterAny", { eventId: 0 });
  expect(await codeOf(other.call("connectDomainEventCallbackDeregisterAny", { callbackId }))).toBe(8);
  await client.call("connectDomainEventCallbackDeregisterAny", { callbackId });
  const dom = await client.domain("web-1");
  await client.call("domainSuspend", { dom });
  expect(client.events).toEqual([]);
  expect(other.events).toHaveLength(1);
  expect(await codeOf(client.call("connectDomainEventCallbackRegisterAny", { eventId: 99 }))).toBe(8);
});

test("a registration for one machine hears of that machine only", async () => {
  const { clock, host } = newHost();
  const client = await connectTo(host, clock);
  const dom = await client.domain("web-1");
  await client.call("connectDomainEventCallbackRegisterAny", { eventId: 0, dom });
  await client.call("domainSuspend", { dom: await client.domain("db-1") });
  await client.call("domainSuspend", { dom });
  expect(client.events.map(({ message }) => ("dom" in message ? message.dom.name : ""))).toEqual(["web-1"]);
});

test("libraryName() names the function of libvirt's library", () => {
  expect(libraryName("domainGetXmlDesc")).toBe("virDomainGetXMLDesc");
  expect(libraryName("nodeGetCpuStats")).toBe("virNodeGetCPUStats");
  expect(libraryName("connectGetAllDomainStats")).toBe("virDomainListGetStats");
});
