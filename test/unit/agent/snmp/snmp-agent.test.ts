import { beforeEach, describe, expect, test } from "vitest";
import {
  type ConfiguredCommunity,
  type ConfiguredTarget,
  configuredRows,
} from "../../../../src/agent/snmp/framework/configured-rows.js";
import { FrameworkTables } from "../../../../src/agent/snmp/framework/framework-tables.js";
import { SnmpAgent, type SnmpAgentSettings } from "../../../../src/agent/snmp/snmp-agent.js";
import { SystemTexts } from "../../../../src/agent/snmp/system-texts.js";
import { silentLog } from "../../../../src/base/log.js";
import { rulesWith } from "../../../../src/engine/access/first-rules.js";
import { machinePath } from "../../../../src/engine/access/inventory-path.js";
import { visibleInventory } from "../../../../src/engine/access/visible-inventory.js";
import { ChangeFeed } from "../../../../src/engine/change-feed.js";
import type { UnnumberedEvent } from "../../../../src/inventory/event.js";
import { encodeCommunityMessage, openMessage, readCommunityMessage } from "../../../../src/protocol/snmp/message.js";
import type { Principal } from "../../../../src/protocol/snmp/object-source.js";
import { decodePdu, type Pdu } from "../../../../src/protocol/snmp/pdu.js";
import { MemoryPort } from "../../../support/datagram-port.js";
import { generation, hostGeneration, machine, stillInventory } from "../../../support/generations.js";
import { ManualClock } from "../../../support/manual-clock.js";
import { TableStore } from "../../../support/table-store.js";

const manager = { address: "192.0.2.1", port: 162 };
const running = machine(1, { gatewayIndex: 11, host: "kvm1", name: "web" });
const two = generation(hostGeneration("kvm1", [running]), hostGeneration("lxc1", [machine(1, { gatewayIndex: 12 })]));

const engineId = Buffer.from("8000000005010203040506", "hex");

function target(name: string, contextName: string): ConfiguredTarget {
  return { name, peer: manager, version: "v2c", securityName: name, securityLevel: "noAuthNoPriv", contextName };
}

function community(name: string, contextName: string): ConfiguredCommunity {
  return { version: "v2c", community: name, securityName: name, contextName };
}

type Changes = Partial<Omit<SnmpAgentSettings, "rows">> & {
  readonly targets?: readonly ConfiguredTarget[];
  readonly communities?: readonly ConfiguredCommunity[];
};
const threeCommunities = [community("all", ""), community("one", "kvm1"), community("other", "lxc1")];

function settings({ targets, communities = threeCommunities, ...changes }: Changes = {}): SnmpAgentSettings {
  const everyone = [target("all", ""), target("one", "kvm1"), target("other", "lxc1")];
  return {
    rows: configuredRows({ users: [], communities, targets: targets ?? everyone }, engineId),
    notifications: { perVm: true, bulk: false, bulkWindowMs: 1000 },
    identification: { version: "1.2.3", name: "gateway", contact: "noc", location: "rack" },
    ...changes,
  };
}

let clock: ManualClock;
let port: MemoryPort;
let feed: ChangeFeed;
let framework: FrameworkTables;
let system: SystemTexts;

function openFramework(authenticationTraps: boolean): Promise<FrameworkTables> {
  return FrameworkTables.open({ store: new TableStore(), engineId, random: () => 0, authenticationTraps });
}

beforeEach(async () => {
  clock = new ManualClock();
  port = new MemoryPort();
  feed = await ChangeFeed.open(new TableStore());
  framework = await openFramework(true);
  system = await SystemTexts.open(new TableStore());
});

function start(changes: Changes = {}, shown = two): SnmpAgent {
  return new SnmpAgent({
    ...settings(changes),
    ports: [port],
    identity: { engineId, boots: 3 },
    framework,
    system,
    inventory: stillInventory(shown),
    feed,
    clock,
    log: silentLog,
  });
}

/** Publishes and waits until the agent has heard of it: subscribers hear in the order in which they came. */
async function publish(...events: readonly UnnumberedEvent[]): Promise<void> {
  let waiting = events.length;
  await new Promise<void>((resolve) => {
    feed.subscribe("test", events.length, () => {
      waiting -= 1;
      if (waiting === 0) resolve();
    });
    feed.publish(feed.number(events));
  });
  expect(waiting).toBe(0);
}

function opened(octets: Uint8Array): { community: string; pdu: Pdu } {
  const message = readCommunityMessage(openMessage(Buffer.from(octets)).rest);
  return { community: Buffer.from(message.community).toString(), pdu: decodePdu(message.pduOctets) };
}

/** What was sent, as community, trap and the numbers of the rows it speaks of. */
function told(): readonly string[] {
  return port.sent.map(({ octets, peer }) => {
    expect(peer).toEqual(manager);
    const { community, pdu } = opened(octets);
    if (pdu.type !== "SNMPv2-Trap") return `${community} ${pdu.type}`;
    const trap = pdu.varBinds[1]?.value;
    const oid = trap?.type === "ObjectIdentifier" ? trap.value.join(".") : "";
    const rows = new Set(pdu.varBinds.slice(2).map((one) => one.oid.at(-1)));
    return [community, oid, ...rows].join(" ");
  });
}

const stopped: UnnumberedEvent = {
  kind: "machine-state",
  at: 0,
  host: "kvm1",
  before: running,
  machine: { ...running, state: "stopped" },
  lifecycle: "shut-down",
};

const COLD_START = "1.3.6.1.6.3.1.1.5.1";
const WARM_START = "1.3.6.1.6.3.1.1.5.2";
const AUTHENTICATION_FAILURE = "1.3.6.1.6.3.1.1.5.5";
const VM_SHUTDOWN = "1.3.6.1.2.1.236.0.3";
const VM_BULK_SHUTDOWN = "1.3.6.1.2.1.236.0.13";
const VM_BULK_DELETED = "1.3.6.1.2.1.236.0.20";
const VM_DELETED = "1.3.6.1.2.1.236.0.10";

function request(community: string, oid: readonly number[]): Buffer {
  return encodeCommunityMessage(1, Buffer.from(community), {
    type: "GetRequest",
    requestId: 5,
    errorStatus: 0,
    errorIndex: 0,
    varBinds: [{ oid, value: { type: "Null" } }],
  });
}

describe("SnmpAgent", () => {
  test("tells every target that it starts (RFC 3418, notification coldStart)", () => {
    start();
    expect(told()).toEqual([`all ${COLD_START}`, `one ${COLD_START}`, `other ${COLD_START}`]);
  });

  test("tells of a machine to the targets whose context has it, by that context's number", async () => {
    start();
    port.sent.length = 0;
    await publish(stopped);
    expect(told()).toEqual([`all ${VM_SHUTDOWN} 11`, `one ${VM_SHUTDOWN} 1`]);
  });

  test("stamps a trap with sysUpTime", async () => {
    start();
    clock.advance(12_345);
    port.sent.length = 0;
    await publish(stopped);
    const pdu = opened(port.sent[0]?.octets ?? Buffer.of()).pdu;
    expect(pdu.varBinds[0]).toEqual({ oid: [1, 3, 6, 1, 2, 1, 1, 3, 0], value: { type: "TimeTicks", value: 1234 } });
  });

  test("tells of a machine that is gone with its last number", async () => {
    start();
    port.sent.length = 0;
    await publish({ kind: "machine-removed", at: 0, host: "kvm1", machine: running, lifecycle: "undefined" });
    expect(told()).toEqual([`all ${VM_DELETED} 11`, `one ${VM_DELETED} 1`]);
  });

  test("is silent about the machines of a host that is no longer configured", async () => {
    start({}, generation(hostGeneration("lxc1", []), hostGeneration("lxc2", [])));
    port.sent.length = 0;
    await publish({ kind: "machine-removed", at: 0, host: "kvm1", machine: running, lifecycle: "observed" }, stopped);
    expect(told()).toEqual([]);
  });

  test("sends nothing about machines when vmPerVMNotificationsEnabled is false", async () => {
    start({ notifications: { perVm: false, bulk: false, bulkWindowMs: 1000 } });
    port.sent.length = 0;
    await publish(stopped);
    expect(told()).toEqual([]);
  });

  describe("with vmBulkNotificationsEnabled", () => {
    const bulk = { perVm: false, bulk: true, bulkWindowMs: 1000 };

    /** Bulk notifications that were sent: community, trap, machines in hexadecimal. */
    function toldInBulk(): readonly string[] {
      return port.sent.map(({ octets }) => {
        const { community, pdu } = opened(octets);
        const [, trap, affected, ...more] = pdu.varBinds;
        expect(more).toEqual([]);
        expect(affected?.oid).toEqual([1, 3, 6, 1, 2, 1, 236, 1, 11, 0]);
        const oid = trap?.value.type === "ObjectIdentifier" ? trap.value.value.join(".") : "";
        const list = affected?.value.type === "OctetString" ? Buffer.from(affected.value.value).toString("hex") : "";
        return `${community} ${oid} ${list}`;
      });
    }

    test("tells once of all that changed alike, by the numbers of each target's context (RFC 7666, section 4.2)", async () => {
      start({ notifications: bulk });
      port.sent.length = 0;
      const other = { ...running, uuid: "x", index: 9, gatewayIndex: 16 };
      await publish(stopped, { ...stopped, before: other, machine: { ...other, state: "stopped" } });
      expect(port.sent).toEqual([]);
      clock.advance(1000);
      expect(toldInBulk()).toEqual([`all ${VM_BULK_SHUTDOWN} 0021`, `one ${VM_BULK_SHUTDOWN} 8080`]);
    });

    test("tells of machines that are gone by the numbers that they had", async () => {
      start({ notifications: bulk, targets: [target("one", "kvm1")] });
      port.sent.length = 0;
      await publish({ kind: "machine-removed", at: 0, host: "kvm1", machine: running, lifecycle: "undefined" });
      clock.advance(1000);
      expect(toldInBulk()).toEqual([`one ${VM_BULK_DELETED} 80`]);
    });

    test("tells of a thousand changes in one datagram, beside those about single machines when both are on", async () => {
      const agent = start({ notifications: { ...bulk, perVm: true }, targets: [target("one", "kvm1")] });
      await publish(...Array.from({ length: 1000 }, () => stopped));
      clock.advance(1000);
      expect(agent.notifications).toMatchObject({ sent: 1 + 1000 + 1, dropped: 0 });
    });

    test("tells machine by machine when no datagram can hold the list", async () => {
      start({ notifications: bulk, targets: [target("one", "kvm1")] });
      port.sent.length = 0;
      const far = { ...running, uuid: "x", index: 2_147_483_647 };
      await publish(stopped, { ...stopped, before: far, machine: { ...far, state: "stopped" } });
      clock.advance(1000);
      expect(told()).toEqual([`one ${VM_SHUTDOWN} 1`, `one ${VM_SHUTDOWN} 2147483647`]);
    });

    test("goes on gathering when it gets another configuration, for where the target is then", async () => {
      const agent = start({ notifications: bulk, targets: [target("one", "kvm1")] });
      port.sent.length = 0;
      await publish(stopped);
      clock.advance(500);
      const moved = { ...target("one", "kvm1"), peer: { address: "192.0.2.99", port: 1162 } };
      agent.reconfigure(settings({ notifications: bulk, targets: [moved] }));
      expect(port.sent.map(({ peer }) => peer)).toEqual([moved.peer]);
      port.sent.length = 0;
      clock.advance(499);
      expect(port.sent).toEqual([]);
      clock.advance(1);
      expect(toldInBulk()).toEqual([`one ${VM_BULK_SHUTDOWN} 80`]);
      expect(port.sent[0]?.peer).toMatchObject(moved.peer);
    });

    test("loses nothing that waits when it stops, or has other targets", async () => {
      const agent = start({ notifications: bulk, targets: [target("one", "kvm1")] });
      port.sent.length = 0;
      await publish(stopped);
      agent.reconfigure(settings({ notifications: bulk, targets: [target("other", "lxc1")] }));
      expect(told()[0]).toBe(`one ${VM_BULK_SHUTDOWN} 0`);
      agent.reconfigure(settings({ notifications: bulk, targets: [target("one", "kvm1")] }));
      port.sent.length = 0;
      await publish(stopped);
      agent.stop();
      expect(toldInBulk()).toEqual([`one ${VM_BULK_SHUTDOWN} 80`]);
    });
  });

  describe("of machines that a target's principal may not see", () => {
    const mail = { ...running, uuid: "00000000-0000-4000-8000-0000000000aa", index: 2, gatewayIndex: 13 };
    const mailStopped: UnnumberedEvent = { ...stopped, before: mail, machine: { ...mail, state: "stopped" } };
    const rule = {
      ...{ name: "mail", module: "*", operations: ["read"] as const, effect: "permit" as const },
      target: { path: machinePath("kvm1", mail.uuid) },
    };
    const rules = rulesWith([{ name: "one", groups: ["one"], rules: [rule] }]);
    const own = visibleInventory(rules, { name: "one", groups: ["one"] });
    const visibility = { of: ({ securityName }: Principal) => (securityName === "one" ? own : undefined) };
    const both = [target("all", ""), target("one", "kvm1")];
    /** Who was told what list of machines. */
    const listed = () =>
      port.sent.map(({ octets }) => {
        const { community: name, pdu } = opened(octets);
        const list = pdu.type === "SNMPv2-Trap" ? pdu.varBinds[2]?.value : undefined;
        return `${name} ${list?.type === "OctetString" ? Buffer.from(list.value).toString("hex") : ""}`;
      });

    test("it hears nothing, one by one", async () => {
      start({ visibility, targets: both });
      port.sent.length = 0;
      await publish(stopped, mailStopped);
      expect(told()).toEqual([`all ${VM_SHUTDOWN} 11`, `all ${VM_SHUTDOWN} 13`, `one ${VM_SHUTDOWN} 2`]);
    });

    test("it hears nothing in bulk", async () => {
      start({ visibility, targets: both, notifications: { perVm: false, bulk: true, bulkWindowMs: 1000 } });
      port.sent.length = 0;
      await publish(stopped, mailStopped);
      clock.advance(1000);
      expect(listed()).toEqual(["all 0028", "one 40"]); // 11 and 13; 2
    });

    test("nor of what was gathered before its rights were changed", async () => {
      const notifications = { perVm: false, bulk: true, bulkWindowMs: 1000 };
      const one = target("one", "kvm1");
      const agent = start({ targets: [one], notifications });
      await publish(stopped, mailStopped);
      agent.reconfigure(settings({ visibility, targets: [one], notifications }));
      port.sent.length = 0;
      clock.advance(1000);
      expect(listed()).toEqual(["one 40"]); // 2, not 1
    });

    test("nor when they go, but of its last one it does", async () => {
      start({ visibility, targets: both }, generation(hostGeneration("kvm1", []), hostGeneration("lxc1", [])));
      port.sent.length = 0;
      const removed = { kind: "machine-removed", at: 0, host: "kvm1", lifecycle: "undefined" } as const;
      await publish({ ...removed, machine: running }, { ...removed, machine: mail });
      expect(told()).toEqual([`all ${VM_DELETED} 11`, `all ${VM_DELETED} 13`, `one ${VM_DELETED} 2`]);
    });
  });

  test("answers for a context of which nothing may be seen as for one that does not exist", () => {
    const nothing = visibleInventory(rulesWith([]), { name: "none", groups: [] });
    const communities = [community("hidden", "kvm1"), community("absent", "xen9"), community("all", "kvm1")];
    const agent = start({
      visibility: { of: ({ securityName }) => (securityName === "all" ? undefined : nothing) },
      communities,
      targets: [],
    });
    const ask = (name: string) => {
      const before = { ...agent.counters };
      port.sent.length = 0;
      port.deliver(request(name, [1, 3, 6, 1, 2, 1, 1, 5, 0]), manager);
      const counted = Object.entries(agent.counters).filter(
        ([key, count]) => before[key as keyof typeof before] !== count,
      );
      return { sent: port.sent.length, counted: counted.map(([key]) => key) };
    };
    expect(ask("hidden")).toEqual(ask("absent"));
    expect(ask("hidden").sent).toBe(0);
    expect(ask("all").sent).toBe(1);
  });

  test("counts what it could not send", async () => {
    const agent = start({ targets: [target("nobody", "")] });
    await publish(stopped);
    expect(agent.notifications).toEqual({ sent: 0, dropped: 2, lostEvents: 0 });
  });

  test("loses and counts the oldest of more events than can wait, and tells a burst of a thousand whole", async () => {
    const agent = start({ targets: [target("one", "kvm1")] });
    port.sent.length = 0;
    await publish(...Array.from({ length: 1000 }, () => stopped));
    expect(agent.notifications).toMatchObject({ sent: 1001, lostEvents: 0 });
    const flood = Array.from({ length: 10_005 }, () => stopped);
    feed.publish(feed.number(flood));
    expect(agent.notifications.lostEvents).toBe(5);
    agent.stop();
  });

  test("hears no more after stop()", async () => {
    start().stop();
    port.sent.length = 0;
    await publish(stopped);
    expect(told()).toEqual([]);
  });

  test("answers with what it is told to be, and after reconfigure() with the new", () => {
    const agent = start();
    port.sent.length = 0;
    port.deliver(request("all", [1, 3, 6, 1, 2, 1, 1, 5, 0]), manager);
    expect(opened(port.sent[0]?.octets ?? Buffer.of()).pdu.varBinds[0]?.value).toEqual({
      type: "OctetString",
      value: Buffer.from("gateway"),
    });
    const { identification } = settings();
    agent.reconfigure(
      settings({ identification: { ...identification, name: "renamed" }, targets: [target("all", "")] }),
    );
    port.sent.length = 0;
    port.deliver(request("all", [1, 3, 6, 1, 2, 1, 1, 5, 0]), manager);
    expect(opened(port.sent[0]?.octets ?? Buffer.of()).pdu.varBinds[0]?.value).toEqual({
      type: "OctetString",
      value: Buffer.from("renamed"),
    });
  });

  test("tells the targets of a new configuration (RFC 3418, notification warmStart)", () => {
    const agent = start();
    port.sent.length = 0;
    agent.reconfigure(settings({ targets: [target("all", "")] }));
    expect(told()).toEqual([`all ${WARM_START}`]);
  });

  test("tells of an unknown community at most once a second (RFC 3418, notification authenticationFailure)", () => {
    const agent = start({ targets: [target("all", "")] });
    port.sent.length = 0;
    for (let i = 0; i < 5; i += 1) port.deliver(request("guess", [1, 3, 6, 1]), manager);
    expect(told()).toEqual([`all ${AUTHENTICATION_FAILURE}`]);
    clock.advance(1000);
    port.deliver(request("guess", [1, 3, 6, 1]), manager);
    expect(told()).toHaveLength(2);
    expect(agent.counters.snmpInBadCommunityNames).toBe(6);
  });

  test("keeps failures to itself when authentication traps are off", async () => {
    framework = await openFramework(false);
    start({ targets: [target("all", "")] });
    port.sent.length = 0;
    port.deliver(request("guess", [1, 3, 6, 1]), manager);
    expect(told()).toEqual([]);
  });

  test("serves its own figures in the default context only", () => {
    start();
    const snmpInPkts = [1, 3, 6, 1, 2, 1, 11, 1, 0];
    const boots = [1, 3, 6, 1, 6, 3, 10, 2, 1, 2, 0];
    port.sent.length = 0;
    port.deliver(request("all", snmpInPkts), manager);
    port.deliver(request("all", boots), manager);
    port.deliver(request("one", snmpInPkts), manager);
    expect(port.sent.map(({ octets }) => opened(octets).pdu.varBinds[0]?.value)).toEqual([
      { type: "Counter32", value: 1 },
      { type: "Integer32", value: 3 },
      { type: "noSuchObject" },
    ]);
  });
});
