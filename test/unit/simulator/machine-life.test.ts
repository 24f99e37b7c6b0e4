import { describe, expect, test } from "vitest";
import type { Fault } from "../../../src/base/fault.js";
import { libvirtErrorOf } from "../../../src/protocol/libvirt/error.js";
import type { SimulatedDriver } from "../../../src/simulator/host/driver-profile.js";
import { createSimulatedHost } from "../../../src/simulator/host/simulated-host.js";
import { DomainState } from "../../../src/simulator/life/domain-state.js";
import { ManualClock } from "../../support/manual-clock.js";
import { settled } from "../../support/paired-channels.js";
import { connectTo, eventWords } from "../../support/simulator-client.js";

const LIFECYCLE = 0;
const REBOOT = 1;
const BALLOON = 13;
const AGENT = 18;
const JOB = 21;

async function hostWithClient(driver: SimulatedDriver) {
  const clock = new ManualClock();
  const host = createSimulatedHost({ name: "host", driver, clock });
  const client = await connectTo(host, clock, { eventIds: [LIFECYCLE, REBOOT, BALLOON, AGENT, JOB] });
  /** What was announced since the last time this was asked. */
  const news = async (): Promise<readonly string[]> => {
    await settled();
    return eventWords(client.events.splice(0));
  };
  const state = async (name: string): Promise<string> => {
    const answer = await client.call("domainGetState", { dom: await client.domain(name), flags: 0 });
    return `${answer.state}/${answer.reason}`;
  };
  return { clock, host, client, news, state };
}

const codeOf = (call: Promise<unknown>): Promise<number | undefined> =>
  call.then(
    () => undefined,
    (error: Fault) => libvirtErrorOf(error)?.code,
  );

/** What each act announces and leads to; as recorded from libvirt 9.0. */
describe("a virtual machine", () => {
  test("that is started resumes before it says that it started; its agent comes later", async () => {
    const { client, clock, news, state } = await hostWithClient("qemu");
    const { dom } = await client.call("domainCreateWithFlags", { dom: await client.domain("test-1"), flags: 0 });
    expect(dom.id).toBeGreaterThan(0);
    expect(await news()).toEqual(["test-1: domainEventCallbackAgentLifecycle", "test-1: 4/0", "test-1: 2/0"]);
    expect(await state("test-1")).toBe("1/1");
    clock.advance(25_000);
    expect(await news()).toEqual(["test-1: domainEventCallbackAgentLifecycle"]);
  });

  test("that is destroyed says so twice, and once more is an invalid operation", async () => {
    const { client, news, state } = await hostWithClient("qemu");
    const dom = await client.domain("web-1");
    await client.call("domainDestroyFlags", { dom, flags: 0 });
    expect(await news()).toEqual(["web-1: 6/2", "web-1: 5/1"]);
    expect(await state("web-1")).toBe("5/2");
    expect(await codeOf(client.call("domainDestroyFlags", { dom, flags: 0 }))).toBe(55);
    expect(await news()).toEqual([]);
  });

  test("that is asked to shut down does it after a while, by way of a state of its own", async () => {
    const { client, clock, news, state } = await hostWithClient("qemu");
    await client.call("domainShutdownFlags", { dom: await client.domain("web-1"), flags: 0 });
    expect(await state("web-1")).toBe("1/1");
    clock.advance(1000);
    expect(await news()).toEqual([]);
    for (let waited = 0; (await state("web-1")) === "1/1" && waited < 100; waited++) clock.advance(100);
    expect(await state("web-1")).toBe("4/0");
    expect(await news()).toEqual(["web-1: 6/1"]);
    clock.advance(1000);
    expect(await state("web-1")).toBe("5/1");
    expect(await news()).toEqual(["web-1: 5/0"]);
  });

  test("that is destroyed meanwhile does not shut down later", async () => {
    const { client, clock, news } = await hostWithClient("qemu");
    const dom = await client.domain("web-1");
    await client.call("domainShutdownFlags", { dom, flags: 0 });
    await client.call("domainDestroyFlags", { dom, flags: 0 });
    await client.call("domainCreateWithFlags", { dom, flags: 0 });
    await news();
    clock.advance(7000);
    expect(await news()).toEqual([]);
  });

  test("that is paused and resumed says so once each", async () => {
    const { client, news, state } = await hostWithClient("qemu");
    const dom = await client.domain("web-1");
    await client.call("domainSuspend", { dom });
    await client.call("domainSuspend", { dom });
    expect(await news()).toEqual(["web-1: 3/0"]);
    expect(await state("web-1")).toBe("3/1");
    await client.call("domainResume", { dom });
    expect(await news()).toEqual(["web-1: 4/0"]);
    expect(await state("web-1")).toBe("1/5");
    expect(await codeOf(client.call("domainResume", { dom }))).toBe(55);
  });

  test("that is saved pauses first, is shut off with an image, and is restored by its next start", async () => {
    const { client, news, state } = await hostWithClient("qemu");
    const dom = await client.domain("web-1");
    await client.call("domainManagedSave", { dom, flags: 0 });
    expect(await news()).toEqual(["web-1: 3/0", "web-1: domainEventCallbackJobCompleted", "web-1: 5/4"]);
    expect(await state("web-1")).toBe("5/5");
    expect(await client.call("domainHasManagedSaveImage", { dom, flags: 0 })).toEqual({ result: 1 });
    await client.call("domainCreateWithFlags", { dom, flags: 0 });
    expect(await news()).toEqual(["web-1: domainEventCallbackAgentLifecycle", "web-1: 2/2", "web-1: 4/2"]);
    expect(await state("web-1")).toBe("1/3");
    expect(await client.call("domainHasManagedSaveImage", { dom, flags: 0 })).toEqual({ result: 0 });
  });

  test("reboots within its run: same id, and its counters go on", async () => {
    const { client, clock, news } = await hostWithClient("qemu");
    const dom = await client.domain("web-1");
    const before = await client.call("domainGetInfo", { dom });
    await client.call("domainReboot", { dom, flags: 0 });
    clock.advance(7000);
    expect(await news()).toEqual(["web-1: domainEventCallbackReboot"]);
    expect((await client.domain("web-1")).id).toBe(dom.id);
    expect((await client.call("domainGetInfo", { dom })).cpuTime).toBeGreaterThan(before.cpuTime);
  });

  test("that is created lasts as long as it runs; defined meanwhile it stays", async () => {
    const { client, news } = await hostWithClient("qemu");
    const xml = "<domain type='qemu'><name>n</name><memory>1024</memory><os><type>hvm</type></os></domain>";
    const { dom } = await client.call("domainCreateXml", { xmlDesc: xml, flags: 1 });
    expect(await news()).toEqual(["n: 2/0", "n: 3/0"]);
    expect(await codeOf(client.call("domainUndefineFlags", { dom, flags: 0 }))).toBe(55);
    expect(await codeOf(client.call("domainManagedSave", { dom, flags: 0 }))).toBe(55);
    expect(await codeOf(client.call("domainSetAutostart", { dom, autostart: 1 }))).toBe(55);
    await client.call("domainDestroyFlags", { dom, flags: 0 });
    expect(await codeOf(client.call("domainGetInfo", { dom }))).toBe(42);
  });

  test("is defined, redefined and undefined; running it lives on as a transient one", async () => {
    const { client, news } = await hostWithClient("qemu");
    const xml = "<domain type='kvm'><name>n</name><memory>1024</memory><os><type>hvm</type></os></domain>";
    const { dom } = await client.call("domainDefineXmlFlags", { xml, flags: 0 });
    expect(await codeOf(client.call("domainDefineXmlFlags", { xml, flags: 0 }))).toBe(9);
    const named = xml.replace("<memory>", `<uuid>${dom.uuid}</uuid><memory>`);
    await client.call("domainDefineXmlFlags", { xml: named, flags: 0 });
    expect(await news()).toEqual(["n: 0/0", "n: 0/1"]);
    await client.call("domainCreateWithFlags", { dom, flags: 0 });
    await client.call("domainUndefineFlags", { dom, flags: 0 });
    expect(await news()).toEqual(["n: 4/0", "n: 2/0", "n: 1/0"]);
    expect(await client.call("domainIsPersistent", { dom })).toEqual({ persistent: 0 });
    await client.call("domainDestroyFlags", { dom, flags: 0 });
    expect(await codeOf(client.call("domainGetInfo", { dom }))).toBe(42);
  });

  test("with a managed save image is undefined only together with it", async () => {
    const { client } = await hostWithClient("qemu");
    const dom = await client.domain("backup-1");
    expect(await codeOf(client.call("domainUndefineFlags", { dom, flags: 0 }))).toBe(55);
    await client.call("domainUndefineFlags", { dom, flags: 1 });
    expect(await codeOf(client.call("domainLookupByUuid", { uuid: dom.uuid }))).toBe(42);
  });

  test("that is off is renamed under both names", async () => {
    const { client, news } = await hostWithClient("qemu");
    await client.call("domainRename", { dom: await client.domain("test-1"), newName: "probe", flags: 0 });
    expect(await news()).toEqual(["test-1: 1/1", "probe: 0/2"]);
    expect(await codeOf(client.domain("test-1"))).toBe(42);
    expect((await client.domain("probe")).name).toBe("probe");
  });

  test("takes no title that its document could not carry", async () => {
    const { client } = await hostWithClient("qemu");
    const dom = await client.domain("web-1");
    const title = (metadata: string) => client.call("domainSetMetadata", { dom, type: 1, metadata, flags: 3 });
    expect(await codeOf(title("a\u0001b"))).toBe(8);
    await title("<&>");
    expect((await client.call("domainGetXmlDesc", { dom, flags: 2 })).xml).toContain("<title>&lt;&amp;&gt;</title>");
  });

  test("says when its balloon changes, and cannot be given more than it has at most", async () => {
    const { client, news } = await hostWithClient("qemu");
    const dom = await client.domain("web-1");
    const { maxMem } = await client.call("domainGetInfo", { dom });
    await client.call("domainSetMemoryFlags", { dom, memory: maxMem / 2n, flags: 1 });
    expect(await news()).toEqual(["web-1: domainEventCallbackBalloonChange"]);
    expect((await client.call("domainGetInfo", { dom })).memory).toBe(maxMem / 2n);
    expect(await codeOf(client.call("domainSetMemoryFlags", { dom, memory: maxMem + 1n, flags: 1 }))).toBe(8);
  });

  test("that fails, panics or loses its storage announces and keeps why", async () => {
    const { host, client, news, state } = await hostWithClient("qemu");
    const { life, registry } = host.state;
    const machine = async (name: string) => registry.require(await client.domain(name));
    life.fail(await machine("web-1"));
    expect(await news()).toEqual(["web-1: 5/5"]);
    expect(await state("web-1")).toBe("5/3");
    life.panic(await machine("db-1"));
    expect(await news()).toEqual(["db-1: 8/0", "db-1: 5/2"]);
    expect(await state("db-1")).toBe("5/3");
    life.storageFails(await machine("mail-1"));
    expect(await news()).toEqual(["mail-1: 3/2"]);
    expect(await state("mail-1")).toBe("3/5");
  });
});

describe("a container", () => {
  test("starts and is destroyed with one event each", async () => {
    const { client, news } = await hostWithClient("lxc");
    const dom = await client.domain("vpn-1");
    await client.call("domainCreateWithFlags", { dom, flags: 0 });
    await client.call("domainDestroyFlags", { dom, flags: 0 });
    expect(await news()).toEqual(["vpn-1: 2/0", "vpn-1: 5/1"]);
  });

  test("shuts down without a state of its own", async () => {
    const { client, clock, news, state } = await hostWithClient("lxc");
    await client.call("domainShutdownFlags", { dom: await client.domain("dns-1"), flags: 0 });
    clock.advance(7000);
    expect(await news()).toEqual(["dns-1: 5/0"]);
    expect(await state("dns-1")).toBe("5/1");
  });

  test("reboots into a new run: another id, and counters from zero", async () => {
    const { client, clock, news } = await hostWithClient("lxc");
    const dom = await client.domain("dns-1");
    const before = await client.call("domainGetInfo", { dom });
    await client.call("domainReboot", { dom, flags: 0 });
    clock.advance(7000);
    expect(await news()).toEqual(["dns-1: domainEventCallbackReboot"]);
    expect((await client.domain("dns-1")).id).toBeGreaterThan(dom.id);
    expect((await client.call("domainGetInfo", { dom })).cpuTime).toBeLessThan(before.cpuTime);
  });

  test("whose controller dies is off as if it had shut down", async () => {
    const { host, client, news, state } = await hostWithClient("lxc");
    host.state.life.fail(host.state.registry.require(await client.domain("dns-1")));
    expect(await news()).toEqual(["dns-1: 5/5"]);
    expect(await state("dns-1")).toBe("5/1");
  });

  test.each([
    ["domainManagedSave", { flags: 0 }],
    ["domainReset", { flags: 0 }],
    ["domainSetVcpusFlags", { nvcpus: 1, flags: 1 }],
    ["domainGetVcpusFlags", { flags: 1 }],
    ["domainGetBlockInfo", { path: "/", flags: 0 }],
  ] as const)("has no %s: code 3", async (name, args) => {
    const { client } = await hostWithClient("lxc");
    expect(await codeOf(client.call(name, { dom: await client.domain("dns-1"), ...args } as never))).toBe(3);
  });

  test("has no bulk statistics: code 3", async () => {
    const { client } = await hostWithClient("lxc");
    expect(await codeOf(client.call("connectGetAllDomainStats", { doms: [], stats: 0, flags: 0 }))).toBe(3);
  });
});

test("a machine begins in the state that its document, its id and its image tell of", async () => {
  const { client, host } = await hostWithClient("qemu");
  for (const machine of host.state.registry.all()) {
    const dom = await client.domain(machine.name);
    const { xml } = await client.call("domainGetXmlDesc", { dom, flags: 0 });
    const running = machine.condition.state !== DomainState.shutoff;
    expect(dom.id > 0).toBe(running);
    expect(/<domain [^>]*id="\d+"/.test(xml)).toBe(running);
    expect(machine.managedSave && running).toBe(false);
  }
});
