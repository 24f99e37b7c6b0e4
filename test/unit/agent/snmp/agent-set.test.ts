import { setImmediate as turn } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { configuredRows, type WriteAccess } from "../../../../src/agent/snmp/framework/configured-rows.js";
import { FrameworkTables } from "../../../../src/agent/snmp/framework/framework-tables.js";
import { SnmpAgent } from "../../../../src/agent/snmp/snmp-agent.js";
import { type SystemText, SystemTexts } from "../../../../src/agent/snmp/system-texts.js";
import { Fault } from "../../../../src/base/fault.js";
import { silentLog } from "../../../../src/base/log.js";
import { ChangeFeed } from "../../../../src/engine/change-feed.js";
import { openMessage, readCommunityMessage } from "../../../../src/protocol/snmp/message.js";
import type { PlainPdu } from "../../../../src/protocol/snmp/pdu.js";
import type { PduVarBind } from "../../../../src/protocol/snmp/var-bind.js";
import { identification } from "../../../support/contexts.js";
import { MemoryPort } from "../../../support/datagram-port.js";
import { cell, integer, octets, pointer, text } from "../../../support/framework.js";
import { generation, hostGeneration, machine, stillInventory } from "../../../support/generations.js";
import { InformReceiver } from "../../../support/inform-receiver.js";
import { ManualClock } from "../../../support/manual-clock.js";
import { ENGINE_ID, testUser } from "../../../support/snmp-agent.js";
import { getRequest, openV3, setRequest, v3Request } from "../../../support/snmp-manager.js";
import { TableStore } from "../../../support/table-store.js";

const CREATE_AND_GO = 4;
const manager = { address: "192.0.2.1", port: 50_000 };
const receiverPeer = { address: "192.0.2.10", port: 162 };
const admin = testUser("admin", "SHA-256", "AES");
const running = machine(1, { host: "kvm1", name: "web" });
const shown = generation(hostGeneration("kvm1", [running]), hostGeneration("lxc1", []));

let store: TableStore;
let clock: ManualClock;
let port: MemoryPort;
let feed: ChangeFeed;
let agent: SnmpAgent;

async function start(write: WriteAccess, fixed: readonly SystemText[] = []): Promise<void> {
  port = new MemoryPort();
  feed = await ChangeFeed.open(new TableStore());
  const framework = await FrameworkTables.open({
    store,
    engineId: ENGINE_ID,
    random: () => 0,
    authenticationTraps: false,
  });
  const rows = configuredRows({ users: [{ ...admin, write }], communities: [], targets: [] }, ENGINE_ID);
  agent = new SnmpAgent({
    ports: [port],
    identity: { engineId: ENGINE_ID, boots: 7 },
    framework,
    system: await SystemTexts.open(store),
    inventory: stillInventory(shown),
    feed,
    clock,
    log: silentLog,
    identification: { ...identification, fixed },
    rows,
    notifications: { perVm: true, bulk: false, bulkWindowMs: 1000 },
  });
}

beforeEach(async () => {
  store = new TableStore();
  clock = new ManualClock();
  await start("notifications");
});

/** What the agent answers the administrator. */
async function ask(pdu: PlainPdu, contextName = ""): Promise<PlainPdu> {
  port.sent.length = 0;
  port.deliver(v3Request({ pdu, user: admin, level: "authPriv", contextName }), manager);
  while (!port.sent.some(({ peer }) => peer === manager)) await turn();
  const answer = openV3(Buffer.from(port.sent.find(({ peer }) => peer === manager)?.octets ?? []), admin).pdu;
  if (answer.type === "Trap" || answer.type === "GetBulkRequest") throw new TypeError("no answer");
  return answer;
}

async function set(...varBinds: PduVarBind[]): Promise<number> {
  return (await ask(setRequest(...varBinds))).errorStatus;
}

/** A target that is to acknowledge, in SNMPv2c, made as a manager makes one. */
const newTarget: readonly PduVarBind[] = [
  cell("snmpNotifyRowStatus", ["all"], integer(CREATE_AND_GO)),
  cell("snmpNotifyTag", ["all"], text("all")),
  cell("snmpNotifyType", ["all"], integer(2)),
  cell("snmpTargetAddrRowStatus", ["nms"], integer(CREATE_AND_GO)),
  cell("snmpTargetAddrTDomain", ["nms"], pointer(1, 3, 6, 1, 6, 1, 1)),
  cell("snmpTargetAddrTAddress", ["nms"], octets("c000020a00a2")),
  cell("snmpTargetAddrTagList", ["nms"], text("all other")),
  cell("snmpTargetAddrTimeout", ["nms"], integer(100)),
  cell("snmpTargetAddrParams", ["nms"], text("p")),
  cell("snmpTargetParamsRowStatus", ["p"], integer(CREATE_AND_GO)),
  cell("snmpTargetParamsMPModel", ["p"], integer(1)),
  cell("snmpTargetParamsSecurityModel", ["p"], integer(2)),
  cell("snmpTargetParamsSecurityName", ["p"], text("told")),
  cell("snmpTargetParamsSecurityLevel", ["p"], integer(1)),
];
/** The community that it is told with, and the right to be told. */
const newCommunity: readonly PduVarBind[] = [
  cell("snmpCommunityStatus", ["c"], integer(CREATE_AND_GO)),
  cell("snmpCommunityName", ["c"], text("secret")),
  cell("snmpCommunitySecurityName", ["c"], text("told")),
  cell("vacmSecurityToGroupStatus", [2, "told"], integer(CREATE_AND_GO)),
  cell("vacmGroupName", [2, "told"], text("told")),
];

function publish(): Promise<void> {
  return new Promise((resolve) => {
    feed.subscribe("test", 1, () => resolve());
    feed.publish(
      feed.number([
        {
          kind: "machine-state",
          at: 0,
          host: "kvm1",
          before: running,
          machine: { ...running, state: "stopped" },
          lifecycle: "shut-down",
        },
      ]),
    );
  });
}

const toReceiver = (): Uint8Array[] =>
  port.sent.filter(({ peer }) => peer.address === receiverPeer.address).map((one) => one.octets);

describe("SnmpAgent", () => {
  test("tells a target that a manager has made, until it acknowledges, and after a restart again", async () => {
    await start("all");
    expect(await set(...newTarget, ...newCommunity)).toBe(0);
    port.sent.length = 0;
    await publish();
    expect(toReceiver()).toHaveLength(1);
    clock.advance(1000);
    expect(toReceiver()).toHaveLength(2);
    const receiver = new InformReceiver(ENGINE_ID, 1, clock, []);
    port.deliver(receiver.take(toReceiver()[0] ?? Buffer.of()), receiverPeer);
    clock.advance(60_000);
    expect(toReceiver()).toHaveLength(2);
    expect(agent.informs.get("nms/all")).toMatchObject({ sent: 1, repeated: 1, acknowledged: 1 });

    agent.stop();
    await start("all");
    expect(toReceiver()).toHaveLength(1);
    expect(receiver.take(toReceiver()[0] ?? Buffer.of())).toBeInstanceOf(Buffer);
    expect(receiver.taken.at(-1)?.varBinds[1]?.value).toEqual(pointer(1, 3, 6, 1, 6, 3, 1, 1, 5, 1));
  });

  test("lets who may set notifications set targets, but no communities and no rights", async () => {
    expect(await set(...newTarget)).toBe(0);
    expect(await set(...newCommunity)).toBe(6);
  });

  test("lets nobody set anything who was not told that he may", async () => {
    await start("none");
    expect((await ask(setRequest(...newTarget))).errorStatus).toBe(16);
  });

  test("switches the notifications of one context for as long as it runs (RFC 7666)", async () => {
    const enabled = (value: number): PduVarBind => ({ oid: [1, 3, 6, 1, 2, 1, 236, 1, 9, 0], value: integer(value) });
    expect((await ask(setRequest(enabled(2)), "kvm1")).errorStatus).toBe(0);
    expect((await ask(getRequest(enabled(0).oid), "kvm1")).varBinds).toEqual([enabled(2)]);
    expect((await ask(getRequest(enabled(0).oid))).varBinds).toEqual([enabled(1)]);
    expect((await ask(setRequest(enabled(3)), "kvm1")).errorStatus).toBe(10);
    expect(
      (await ask(setRequest({ ...enabled(1), oid: [...enabled(1).oid.slice(0, -1), 1] }), "kvm1")).errorStatus,
    ).toBe(11);
    agent.stop();
    await start("notifications");
    expect((await ask(getRequest(enabled(0).oid), "kvm1")).varBinds).toEqual([enabled(1)]);
  });

  describe("sysContact, sysName and sysLocation (RFC 3418)", () => {
    const given = (id: number, value: PduVarBind["value"]): PduVarBind => ({
      oid: [1, 3, 6, 1, 2, 1, 1, id, 0],
      value,
    });
    const values = async (contextName = ""): Promise<readonly string[]> => {
      const oids = [4, 5, 6].map((id) => given(id, text("")).oid);
      const { varBinds } = await ask(getRequest(...oids), contextName);
      return varBinds.map(({ value }) => ("value" in value ? String(value.value) : value.type));
    };

    test("are set together, shown at once and after a restart", async () => {
      await start("all");
      expect(await values()).toEqual(["noc@example", "gateway.example", "rack 4"]);
      expect(await set(given(4, text("me")), given(5, text("gw7")), given(6, text("")))).toBe(0);
      expect(await values()).toEqual(["me", "gw7", ""]);
      agent.stop();
      await start("all");
      expect(await values()).toEqual(["me", "gw7", ""]);
    });

    test("are not set when the disk refuses, nor one without the other", async () => {
      await start("all");
      store.refuse(new Fault("storage-failed", "the disk is full"));
      expect(await set(given(4, text("me")))).toBe(14);
      store.refuse(undefined);
      expect(await set(given(4, text("me")), given(6, text("x".repeat(256))))).toBe(8);
      expect(await values()).toEqual(["noc@example", "gateway.example", "rack 4"]);
    });

    test.each([
      ["a wrong type", given(4, integer(1)), 7],
      ["256 characters", given(5, text("x".repeat(256))), 8],
      ["what is no ASCII", given(6, text("Käfig 4")), 10],
      ["another instance", { oid: [1, 3, 6, 1, 2, 1, 1, 4, 1], value: text("x") }, 11],
      ["sysDescr", given(1, text("x")), 17],
      ["sysObjectID, even with a wrong type", given(2, text("x")), 17],
      ["sysUpTime", given(3, { type: "TimeTicks", value: 0 }), 17],
      ["sysServices", given(7, integer(1)), 17],
    ])("refuses %s", async (_what, varBind, status) => {
      await start("all");
      expect(await ask(setRequest(varBind))).toMatchObject({ errorStatus: status, errorIndex: 1 });
    });

    test("are of the gateway: a host's are not for setting, and an operator of notifications sets none", async () => {
      expect(await set(given(4, text("me")))).toBe(6);
      await start("all");
      expect((await ask(setRequest(given(5, text("me"))), "kvm1")).errorStatus).toBe(17);
    });

    test("what the configuration file has holds against what was set before, and nobody can set it", async () => {
      await start("all");
      expect(await set(given(4, text("me")), given(6, text("here")))).toBe(0);
      agent.stop();
      await start("all", ["sysContact"]);
      expect(await values()).toEqual(["noc@example", "gateway.example", "here"]);
      expect(await set(given(4, integer(1)))).toBe(17);
      expect(await set(given(6, text("there")), given(4, text("me")))).toBe(17);
      expect(await values()).toEqual(["noc@example", "gateway.example", "here"]);
    });
  });

  test("has the framework's tables in the default context only", async () => {
    expect((await ask(setRequest(...newTarget), "kvm1")).errorStatus).toBe(17);
  });

  describe("a target that a manager has made", () => {
    /** The communities of what it is told about one machine, when it has a community for each of these contexts. */
    async function told(...contexts: readonly string[]): Promise<readonly string[]> {
      await start("all");
      const access = contexts.flatMap((context): readonly PduVarBind[] => [
        cell("snmpCommunityStatus", [`c-${context}`], integer(CREATE_AND_GO)),
        cell("snmpCommunityName", [`c-${context}`], text(`of ${context}`)),
        cell("snmpCommunitySecurityName", [`c-${context}`], text("told")),
        cell("snmpCommunityContextName", [`c-${context}`], text(context)),
      ]);
      const [, , , ...member] = newCommunity;
      expect(await set(...newTarget, ...access, ...member)).toBe(0);
      port.sent.length = 0;
      await publish();
      return toReceiver().map((octets) =>
        readCommunityMessage(openMessage(Buffer.from(octets)).rest).community.toString(),
      );
    }

    test("hears of a machine from the default context, once, where it may", async () => {
      expect(await told("", "kvm1")).toEqual(["of "]);
    });

    test("hears of it from the machine's host where the default context is not for it", async () => {
      expect(await told("kvm1", "lxc1")).toEqual(["of kvm1"]);
    });

    test("hears of nothing that happens where it has no access", async () => {
      expect(await told("lxc1")).toEqual([]);
    });
  });

  test("tells nothing to a target whose filter rules it out (RFC 3413, section 6)", async () => {
    await start("all");
    const vmShutdown = [1, 3, 6, 1, 2, 1, 236, 0, 3];
    const filter = [
      cell("snmpNotifyFilterProfileRowStatus", ["p"], integer(CREATE_AND_GO)),
      cell("snmpNotifyFilterProfileName", ["p"], text("quiet")),
      cell("snmpNotifyFilterRowStatus", ["quiet", [1]], integer(CREATE_AND_GO)),
      cell("snmpNotifyFilterRowStatus", ["quiet", vmShutdown], integer(CREATE_AND_GO)),
      cell("snmpNotifyFilterType", ["quiet", vmShutdown], integer(2)),
    ];
    expect(await set(...newTarget, ...newCommunity, ...filter)).toBe(0);
    port.sent.length = 0;
    await publish();
    expect(toReceiver()).toEqual([]);
    expect(await set(cell("snmpNotifyFilterRowStatus", ["quiet", vmShutdown], integer(6)))).toBe(0);
    port.sent.length = 0;
    await publish();
    expect(toReceiver()).toHaveLength(1);
  });
});
