import { describe, expect, test } from "vitest";
import { reportOid } from "../../../../src/protocol/snmp/counters.js";
import { messageFlag } from "../../../../src/protocol/snmp/message-v3.js";
import type { SecurityLevel } from "../../../../src/protocol/snmp/security.js";
import type { UsmUser } from "../../../../src/protocol/snmp/usm.js";
import { ENGINE_ID, openTables, type TestAgent, testAgent, testUser } from "../../../support/snmp-agent.js";
import {
  getRequest,
  openV3,
  setRequest,
  type V3Answer,
  type V3Request,
  v3Request,
} from "../../../support/snmp-manager.js";

const sysDescr = [1, 3, 6, 1, 2, 1, 1, 1, 0];
const peer = { address: "192.0.2.7", port: 40000 };
const open: UsmUser = testUser("open");
const signing: UsmUser = testUser("signing", "SHA-256");
const secret: UsmUser = testUser("secret", "SHA-256", "AES");
const stranger: UsmUser = { ...secret, name: "stranger" };
const levels: readonly SecurityLevel[] = ["noAuthNoPriv", "authNoPriv", "authPriv"];

function agent(): TestAgent {
  return testAgent([open, signing, secret]);
}

function request(changes: Partial<V3Request> = {}): V3Request {
  return { pdu: getRequest(sysDescr), user: secret, level: "authPriv", ...changes };
}

function ask({ engine }: TestAgent, changes: Partial<V3Request> = {}): V3Answer {
  const asked = request(changes);
  return openV3(engine.handle(v3Request(asked), peer), asked.user);
}

/** Requires a Report of this counter and nothing else, with the counter's value, and returns it. */
function expectReport(answer: V3Answer, counter: keyof typeof reportOid, value = 1): V3Answer {
  expect(answer.pdu).toEqual({
    type: "Report",
    requestId: expect.any(Number),
    errorStatus: 0,
    errorIndex: 0,
    varBinds: [{ oid: reportOid[counter], value: { type: "Counter32", value } }],
  });
  expect(answer.flags & messageFlag.reportable).toBe(0);
  return answer;
}

describe("SnmpEngine checks SNMPv3 requests", () => {
  test.each([
    { user: open, level: "noAuthNoPriv" },
    { user: signing, level: "authNoPriv" },
    { user: secret, level: "authPriv" },
    { user: secret, level: "authNoPriv" },
  ] as const)("and answers $user.name at $level on the same level", ({ user, level }) => {
    const answer = ask(agent(), { user, level });
    expect(answer.pdu.type).toBe("Response");
    expect(answer.pdu.varBinds[0]?.value).toEqual({ type: "OctetString", value: Buffer.from("a small agent") });
    expect(answer.authentic).toBe(level !== "noAuthNoPriv");
    expect(answer.flags).toBe({ noAuthNoPriv: 0, authNoPriv: 1, authPriv: 3 }[level]);
    expect(answer.msgId).toBe(99);
    expect(answer.usm).toMatchObject({ engineId: ENGINE_ID, engineBoots: 7, engineTime: 0 });
  });

  test("discovery gets unknownEngineIDs with the engine's ID, boots and time (RFC 3414, section 4)", () => {
    const asked = agent();
    asked.clock.advance(12_000);
    const answer = ask(asked, { user: { name: "" }, level: "noAuthNoPriv", engineId: new Uint8Array(0), boots: 0 });
    expectReport(answer, "usmStatsUnknownEngineIDs");
    expect(answer.usm).toMatchObject({ engineId: ENGINE_ID, engineBoots: 7, engineTime: 12 });
    expect(answer.pdu).toMatchObject({ requestId: 1 });
  });

  test.each(levels)("a foreign engine ID gets unknownEngineIDs at %s, before the user is looked up", (level) => {
    const asked = agent();
    expectReport(
      ask(asked, { level, user: stranger, engineId: Buffer.from("800000000601", "hex") }),
      "usmStatsUnknownEngineIDs",
    );
    expect(asked.counters.usmStatsUnknownUserNames).toBe(0);
  });

  test.each(levels)("an unknown user gets unknownUserNames at %s", (level) => {
    const asked = agent();
    expectReport(ask(asked, { level, user: stranger }), "usmStatsUnknownUserNames");
    expectReport(ask(asked, { level, user: { ...secret, name: "" } }), "usmStatsUnknownUserNames", 2);
  });

  test.each([
    { user: open, level: "authNoPriv" },
    { user: open, level: "authPriv" },
    { user: signing, level: "authPriv" },
  ] as const)("$level of user $user.name, who has no such key, gets unsupportedSecLevels", ({ user, level }) => {
    const answer = ask(agent(), { user: { ...secret, name: user.name }, level });
    expectReport(answer, "usmStatsUnsupportedSecLevels");
  });

  test("a wrong digest gets wrongDigests, though time and encryption are wrong too", () => {
    const asked = agent();
    const wrong = testUser("secret", "SHA-512", "AES");
    const answer = ask(asked, { user: wrong, level: "authPriv", boots: 3 });
    expectReport(answer, "usmStatsWrongDigests");
    expect(answer.authentic).toBe(false);
    const sameProtocol = { ...secret, auth: { ...signing.auth, localizedKey: Buffer.alloc(32) } } as UsmUser;
    expectReport(ask(asked, { user: sameProtocol, boots: 3 }), "usmStatsWrongDigests", 2);
    expect(asked.counters.usmStatsNotInTimeWindows).toBe(0);
    expect(asked.counters.usmStatsDecryptionErrors).toBe(0);
  });

  test.each([
    ["boots of before", 6, 0],
    ["boots to come", 8, 0],
    ["a time 151 s ahead", 7, 551],
    ["a time 151 s behind", 7, 249],
  ])("%s get notInTimeWindows, authenticated (RFC 3414, section 3.2)", (_, boots, time) => {
    const asked = agent();
    asked.clock.advance(400_000);
    const answer = expectReport(ask(asked, { boots, time }), "usmStatsNotInTimeWindows");
    expect(answer.authentic).toBe(true);
    expect(answer.flags).toBe(messageFlag.auth);
    expect(answer.usm).toMatchObject({ engineBoots: 7, engineTime: 400 });
    expect(ask(asked, { boots: answer.usm.engineBoots, time: answer.usm.engineTime }).pdu.type).toBe("Response");
  });

  test.each([250, 550])("150 s of difference are allowed: %i at 400", (time) => {
    const asked = agent();
    asked.clock.advance(400_999);
    expect(ask(asked, { time }).pdu.type).toBe("Response");
  });

  test("a replayed request is refused after 150 s and after a restart", () => {
    const asked = agent();
    const recorded = v3Request(request());
    expect(openV3(asked.engine.handle(recorded, peer), secret).pdu.type).toBe("Response");
    asked.clock.advance(151_000);
    expectReport(openV3(asked.engine.handle(recorded, peer), secret), "usmStatsNotInTimeWindows");
    const restarted = testAgent([secret], { boots: 8 });
    expectReport(openV3(restarted.engine.handle(recorded, peer), secret), "usmStatsNotInTimeWindows");
  });

  test("boots at their end admit nothing authentic any more (RFC 3414, section 2.2.2)", () => {
    const asked = testAgent([secret], { boots: 2147483647 });
    expectReport(ask(asked, { boots: 2147483647 }), "usmStatsNotInTimeWindows");
  });

  test("a wrong privacy key gets decryptionErrors when what comes out is no scoped PDU, else silence", () => {
    const asked = agent();
    let silences = 0;
    for (let key = 0; key < 40; key++) {
      const priv = { ...secret.priv, localizedKey: Buffer.alloc(16, key) } as NonNullable<UsmUser["priv"]>;
      const message = asked.engine.handle(v3Request(request({ user: { ...secret, priv } })), peer);
      if (message === undefined) silences += 1;
      else expectReport(openV3(message, secret), "usmStatsDecryptionErrors", key + 1 - silences);
    }
    expect(asked.counters.usmStatsDecryptionErrors).toBe(40 - silences);
    expect(asked.counters.snmpInASNParseErrs).toBe(silences);
    expect(asked.counters.varBinds).toBe(0);
  });

  test("a salt of seven octets gets decryptionErrors", () => {
    expectReport(ask(agent(), { salt: Buffer.alloc(7) }), "usmStatsDecryptionErrors");
  });

  test("an unknown context gets unknownContexts, secured like the request", () => {
    const answer = expectReport(ask(agent(), { contextName: "nope" }), "snmpUnknownContexts");
    expect(answer.authentic).toBe(true);
    expect(answer.flags).toBe(messageFlag.auth | messageFlag.priv);
    expect(answer.contextName).toBe("nope");
    expect(ask(agent(), { contextName: "host1" }).pdu.type).toBe("Response");
  });

  test("a foreign context engine gets unknownPDUHandlers (RFC 3412, section 7.2)", () => {
    const contextEngineId = Buffer.from("800000000601", "hex");
    expectReport(ask(agent(), { contextEngineId }), "snmpUnknownPDUHandlers");
  });

  test("privacy without authentication is dropped as snmpInvalidMsgs", () => {
    const { engine, counters } = agent();
    const flags = messageFlag.priv | messageFlag.reportable;
    expect(engine.handle(v3Request(request({ level: "noAuthNoPriv", flags })), peer)).toBeUndefined();
    expect(counters.snmpInvalidMsgs).toBe(1);
  });

  test("another security model is dropped as snmpUnknownSecurityModels", () => {
    const { engine, counters } = agent();
    expect(engine.handle(v3Request(request({ securityModel: 99 })), peer)).toBeUndefined();
    expect(counters.snmpUnknownSecurityModels).toBe(1);
  });

  test("nothing is reported to who does not want a Report, and nothing about a Report or a Response", () => {
    const { engine, counters } = agent();
    const user = stranger;
    expect(engine.handle(v3Request(request({ user, flags: messageFlag.auth })), peer)).toBeUndefined();
    for (const type of ["Report", "Response", "SNMPv2-Trap"] as const) {
      const pdu = { ...getRequest(sysDescr), type };
      expect(engine.handle(v3Request(request({ user, level: "authNoPriv", pdu })), peer)).toBeUndefined();
      expect(engine.handle(v3Request(request({ level: "authNoPriv", pdu })), peer)).toBeUndefined();
    }
    expect(counters.usmStatsUnknownUserNames).toBe(4);
    expect(counters.snmpUnknownPDUHandlers).toBe(3);
  });

  test("an InformRequest to this agent gets unknownPDUHandlers", () => {
    expectReport(ask(agent(), { pdu: { ...getRequest(sysDescr), type: "InformRequest" } }), "snmpUnknownPDUHandlers");
  });
});

describe("SnmpEngine lets nobody near data without credentials", () => {
  const engineIds = [ENGINE_ID, new Uint8Array(0), Buffer.from("8000000001", "hex"), Buffer.alloc(33)];
  const names = ["", "stranger", "secret", "signing"];
  const pdus = [getRequest(sysDescr), setRequest({ oid: sysDescr, value: { type: "Integer32", value: 1 } })];

  test("whatever user, engine ID, flags and keys a request has", () => {
    const asked = testAgent([signing, secret], { sources: { open: () => expect.unreachable("data was reached") } });
    const noKeys = { protocol: secret.auth?.protocol, localizedKey: Buffer.alloc(32) } as NonNullable<UsmUser["auth"]>;
    let requests = 0;
    for (const engineId of engineIds) {
      for (const name of names) {
        for (const pdu of pdus) {
          for (const level of levels) {
            for (let flags = 0; flags < 8; flags++) {
              // Without authentication a user is known by name alone: reaching data is then up to the views, tested below.
              if ((flags & 3) === 0 && ["secret", "signing"].includes(name)) continue;
              const user = { name, auth: noKeys, priv: { ...secret.priv, localizedKey: Buffer.alloc(16) } } as UsmUser;
              asked.engine.handle(v3Request({ pdu, user, level, flags, engineId }), peer);
              requests += 1;
            }
          }
        }
      }
    }
    expect(requests).toBeGreaterThan(500);
    expect(asked.counters.snmpInPkts).toBe(requests);
    expect(asked.counters.varBinds).toBe(0);
    expect(asked.counters.internalErrors).toBe(0);
  });

  test("a level below what the group needs is an authorizationError (RFC 3413, section 3.2)", () => {
    const tables = openTables(["secret"]);
    const vacm = { ...tables, access: tables.access.map((row) => ({ ...row, securityLevel: "authPriv" as const })) };
    const asked = testAgent([secret], { vacm });
    for (const level of ["noAuthNoPriv", "authNoPriv"] as const) {
      expect(ask(asked, { level }).pdu).toMatchObject({ type: "Response", errorStatus: 16, errorIndex: 0 });
    }
    expect(ask(asked).pdu).toMatchObject({ errorStatus: 0 });
  });
});

describe("SnmpEngine limits what its answers weigh", () => {
  const long = Array.from({ length: 60 }, () => sysDescr);

  test("msgMaxSize of the request is respected: tooBig with an empty list", () => {
    const asked = agent();
    const message = asked.engine.handle(v3Request(request({ pdu: getRequest(...long), msgMaxSize: 484 })), peer);
    expect(message?.length).toBeLessThanOrEqual(484);
    expect(openV3(message, secret).pdu).toMatchObject({ errorStatus: 1, errorIndex: 0, varBinds: [] });
  });

  test("an unauthenticated request is answered with at most twice its octets", () => {
    const asked = agent();
    const few = v3Request(request({ user: open, level: "noAuthNoPriv", pdu: getRequest(sysDescr) }));
    expect(openV3(asked.engine.handle(few, peer), open).pdu).toMatchObject({ errorStatus: 0 });
    const bulk = { type: "GetBulkRequest", requestId: 1, nonRepeaters: 0, maxRepetitions: 100 } as const;
    const pdu = { ...bulk, varBinds: [{ oid: [1, 3], value: { type: "Null" } }] } as const;
    const many = v3Request(request({ user: open, level: "noAuthNoPriv", pdu }));
    const answer = asked.engine.handle(many, peer);
    expect(answer?.length).toBeLessThanOrEqual(2 * many.length);
    expect(openV3(answer, open).pdu.varBinds.length).toBeGreaterThan(0);
  });

  test("a Report that would be more than twice the request is not sent", () => {
    const asked = testAgent([], { limits: { unauthenticatedFactor: 1.2 } });
    const discovery = { user: { name: "" }, level: "noAuthNoPriv", engineId: new Uint8Array(0) } as const;
    expect(asked.engine.handle(v3Request(request(discovery)), peer)).toBeUndefined();
    expect(asked.counters.amplificationDrops).toBe(1);
    expect(asked.counters.usmStatsUnknownEngineIDs).toBe(1);
  });
});

test("SnmpEngine.reconfigure() takes effect with the next request, for users and views alike", () => {
  const asked = agent();
  expect(ask(asked).pdu.type).toBe("Response");
  const access = { users: [secret], communities: [], versions: [], vacm: openTables([]) };
  asked.engine.reconfigure(access);
  expect(ask(asked).pdu).toMatchObject({ errorStatus: 16 });
  asked.engine.reconfigure({ ...access, users: [] });
  expectReport(ask(asked), "usmStatsUnknownUserNames");
});

test("SnmpEngine answers genErr when its objects fail, counts it and logs it once", () => {
  const logged: string[] = [];
  const log = { debug() {}, info() {}, warn() {}, error: (event: string) => logged.push(event) };
  const objects = {
    get: () => {
      throw new Error("a defect");
    },
    after: () => ({ next: () => undefined }),
  };
  const asked = testAgent([secret], { log, objects });
  for (let i = 1; i <= 3; i++) {
    expect(ask(asked).pdu).toMatchObject({ type: "Response", errorStatus: 5, varBinds: [{ oid: sysDescr }] });
    expect(asked.counters.internalErrors).toBe(i);
  }
  expect(logged).toEqual(["snmp.defect"]);
});

test("SnmpEngine lets a manager with a key poll faster than the rate of a source", () => {
  const asked = testAgent([open, secret], { limits: { sourceRate: { perSecond: 1, burst: 5 } } });
  for (let i = 0; i < 50; i++) expect(ask(asked).pdu.type).toBe("Response");
  for (let i = 0; i < 5; i++) expect(ask(asked, { user: open, level: "noAuthNoPriv" }).pdu.type).toBe("Response");
  expect(asked.engine.handle(v3Request(request({ user: open, level: "noAuthNoPriv" })), peer)).toBeUndefined();
  expect(asked.counters.rateLimited).toBe(1);
});

test("SnmpEngine tells of failed authentication, and not of discovery", () => {
  const failures: string[] = [];
  const asked = testAgent([secret], { onAuthenticationFailure: ({ address }) => failures.push(address) });
  ask(asked, { user: { name: "" }, level: "noAuthNoPriv", engineId: new Uint8Array(0) });
  ask(asked);
  expect(failures).toEqual([]);
  ask(asked, { user: stranger });
  ask(asked, { user: testUser("secret", "SHA"), level: "authNoPriv" });
  expect(failures).toEqual(["192.0.2.7", "192.0.2.7"]);
});
