import { describe, expect, test } from "vitest";
import type { DatagramPeer } from "../../../../src/base/channel.js";
import type { ObjectSource, Oid, VarBind } from "../../../../src/protocol/snmp/object-source.js";
import { openTables, sampleObjects, type TestAgent, testAgent } from "../../../support/snmp-agent.js";
import { listSource } from "../../../support/snmp-list-source.js";
import {
  communityRequest,
  getBulkRequest,
  getNextRequest,
  getRequest,
  openCommunity,
  setRequest,
} from "../../../support/snmp-manager.js";

const V1 = 0;
const V2C = 1;
const peer = { address: "192.0.2.7", port: 40000 };
const sysDescr = [1, 3, 6, 1, 2, 1, 1, 1, 0];
const vmEntry = [1, 3, 6, 1, 2, 1, 236, 1, 4, 1];
const endOfMibView = { type: "endOfMibView" };

function ask({ engine }: TestAgent, version: number, pdu: Parameters<typeof communityRequest>[1]) {
  return openCommunity(engine.handle(communityRequest(version, pdu), peer));
}

function oidsOf(varBinds: readonly { oid: Oid }[]): string[] {
  return varBinds.map(({ oid }) => oid.join("."));
}

/** A column of strings, all of one length. */
function strings(count: number, octets: number): VarBind[] {
  return Array.from({ length: count }, (_, i) => ({
    oid: [1, 3, 6, 1, 4, 1, 99, 1, i + 1],
    value: { type: "OctetString", value: Buffer.alloc(octets, 97) },
  }));
}

describe("GetRequest", () => {
  test("tells a missing object from a missing instance in SNMPv2c (RFC 3416, section 4.2.1)", () => {
    const answer = ask(testAgent([]), V2C, getRequest([...vmEntry, 3, 1], [...vmEntry, 2, 9], [...vmEntry, 2, 2]));
    expect(answer).toMatchObject({ errorStatus: 0, errorIndex: 0 });
    expect(answer.varBinds.map(({ value }) => value.type)).toEqual(["noSuchObject", "noSuchInstance", "OctetString"]);
  });

  test("says noSuchName and which in SNMPv1, and repeats the list", () => {
    const pdu = getRequest(sysDescr, [...vmEntry, 2, 9], [...vmEntry, 3, 1]);
    expect(ask(testAgent([]), V1, pdu)).toMatchObject({ errorStatus: 2, errorIndex: 2, varBinds: pdu.varBinds });
  });

  test("of a Counter64 says noSuchName in SNMPv1 (RFC 3584, section 4.2.2.1)", () => {
    const pdu = getRequest(sysDescr, [...vmEntry, 17, 1]);
    expect(ask(testAgent([]), V1, pdu)).toMatchObject({ errorStatus: 2, errorIndex: 2 });
  });

  test("that cannot fit is tooBig: the list empty in SNMPv2c, repeated in SNMPv1", () => {
    const asked = testAgent([], { objects: listSource(strings(128, 100)) });
    const pdu = getRequest(...strings(128, 100).map(({ oid }) => oid));
    expect(ask(asked, V2C, pdu)).toMatchObject({ errorStatus: 1, errorIndex: 0, varBinds: [] });
    const fewer = getRequest(...strings(60, 100).map(({ oid }) => oid));
    expect(ask(asked, V1, fewer)).toMatchObject({ errorStatus: 1, errorIndex: 0, varBinds: fewer.varBinds });
    // What was asked is itself too large to be sent back, so only silence is left (RFC 3416, section 4.2.1).
    expect(asked.engine.handle(communityRequest(V1, pdu), peer)).toBeUndefined();
    expect(asked.counters.snmpSilentDrops).toBe(1);
  });

  test("fits to the last octet, wherever the lengths around it grow by one", () => {
    for (let octets = 0; octets < 300; octets++) {
      const only = { oid: [1, 3, 6, 1, 1], value: { type: "OctetString", value: Buffer.alloc(octets) } } as const;
      const limited = (responseOctets: number) =>
        testAgent([], { objects: listSource([only]), limits: { responseOctets } });
      const pdu = getRequest(only.oid);
      const needed = limited(1000).engine.handle(communityRequest(V2C, pdu), peer)?.length ?? 0;
      expect(ask(limited(needed), V2C, pdu), `${octets} octets`).toMatchObject({ errorStatus: 0, varBinds: [only] });
      expect(ask(limited(needed - 1), V2C, pdu), `${octets} octets`).toMatchObject({ errorStatus: 1 });
    }
  });
});

describe("GetNextRequest", () => {
  test("walks in order, and ends with the OID that was asked", () => {
    const asked = testAgent([]);
    const seen: Oid[] = [];
    for (let oid: Oid = [0, 0]; ; ) {
      const [next] = ask(asked, V2C, getNextRequest(oid)).varBinds;
      if (next === undefined || next.value.type === "endOfMibView") {
        expect(next?.oid).toEqual(oid);
        break;
      }
      oid = next.oid;
      seen.push(oid);
    }
    expect(oidsOf(seen.map((oid) => ({ oid })))).toEqual(oidsOf(listed(listSource(sampleObjects))));
  });

  test("passes over Counter64 in SNMPv1, and ends with noSuchName (RFC 3584, section 4.2.2.2)", () => {
    const asked = testAgent([]);
    const passing = ask(asked, V1, getNextRequest([...vmEntry, 9, 3]));
    expect(oidsOf(passing.varBinds)).toEqual(["1.3.6.1.4.1.8072.9999.1"]);
    expect(ask(asked, V1, getNextRequest(sysDescr, [1, 3, 7]))).toMatchObject({ errorStatus: 2, errorIndex: 2 });
  });
});

test("a walk of SNMPv1 passes over ten thousand Counter64 in one request, and gives up at a hundred thousand", () => {
  const column = (count: number): VarBind[] =>
    Array.from({ length: count }, (_, i) => ({
      oid: [1, 3, 6, 1, 4, 1, 99, 1, i + 1],
      value: { type: "Counter64", value: 1n },
    }));
  const last: VarBind = { oid: [1, 3, 6, 1, 4, 1, 99, 2, 1], value: { type: "Integer32", value: 1 } };
  const walked = (count: number) =>
    ask(
      testAgent([], { objects: listSource([...column(count), last]) }),
      V1,
      getNextRequest([1, 3, 6, 1, 4, 1, 99, 1]),
    );
  expect(walked(10000)).toMatchObject({ errorStatus: 0, varBinds: [last] });
  expect(walked(100000)).toMatchObject({ errorStatus: 5, errorIndex: 1 });
});

describe("GetBulkRequest (RFC 3416, section 4.2.3)", () => {
  const a = [...vmEntry, 2];
  const b = [...vmEntry, 9];

  test("answers non-repeaters once and repeaters repetition by repetition", () => {
    const answer = ask(testAgent([]), V2C, getBulkRequest(1, 2, sysDescr, a, b));
    expect(oidsOf(answer.varBinds)).toEqual([
      "1.3.6.1.2.1.1.2.0",
      ...[1, 2].flatMap((row) => [[...a, row].join("."), [...b, row].join(".")]),
    ]);
  });

  test.each([
    ["negative counts are zero", -5, -5, 0],
    ["more non-repeaters than variable bindings", 9, 9, 2],
    ["no repetitions", 1, 0, 1],
    ["no non-repeaters", 0, 2, 4],
  ])("%s", (_, nonRepeaters, maxRepetitions, count) => {
    const answer = ask(testAgent([]), V2C, getBulkRequest(nonRepeaters, maxRepetitions, a, b));
    expect(answer).toMatchObject({ errorStatus: 0, errorIndex: 0 });
    expect(answer.varBinds).toHaveLength(count);
  });

  test("says endOfMibView with the OID asked in that step, and stops after a repetition of nothing else", () => {
    const last = [1, 3, 6, 1, 4, 1, 8072, 9999, 2];
    const answer = ask(testAgent([]), V2C, getBulkRequest(0, 100, [1, 3, 6, 1, 4, 1, 8072, 9999, 1], [1, 3, 7]));
    expect(answer.varBinds).toMatchObject([
      { oid: last },
      { oid: [1, 3, 7], value: endOfMibView },
      { oid: last, value: endOfMibView },
      { oid: [1, 3, 7], value: endOfMibView },
    ]);
  });

  test("with max-repetitions 2^31-1 costs no more than one full datagram", () => {
    let reads = 0;
    const endless: ObjectSource = {
      get: () => "noSuchObject",
      after: () => ({
        next: () => {
          reads += 1;
          return { oid: [1, 3, 6, 1, 4, 1, 99, 1, reads], value: { type: "Integer32", value: reads } };
        },
      }),
    };
    const asked = testAgent([], { objects: endless });
    const request = communityRequest(V2C, getBulkRequest(0, 2147483647, [1, 3], [1, 3], [1, 3], [1, 3]));
    const answer = asked.engine.handle(request, peer);
    expect(answer?.length).toBeLessThanOrEqual(1472);
    expect(answer?.length).toBeGreaterThan(1472 - 30);
    expect(openCommunity(answer).varBinds).toHaveLength(reads - 1);
  });

  test("stops at 2,000 variable bindings however much room there is", () => {
    const limits = { responseOctets: 65507, communityFactor: 10000 };
    const asked = testAgent([], { objects: listSource(strings(3000, 1)), limits });
    expect(ask(asked, V2C, getBulkRequest(0, 5000, [1, 3])).varBinds).toHaveLength(2000);
  });

  test("is tooBig only when not even the first variable binding fits", () => {
    const one = testAgent([], { objects: listSource(strings(3, 1300)), limits: { communityFactor: 1000 } });
    expect(ask(one, V2C, getBulkRequest(0, 3, [1, 3]))).toMatchObject({ errorStatus: 0, varBinds: [{}] });
    const none = testAgent([], { objects: listSource(strings(3, 1472)), limits: { communityFactor: 1000 } });
    expect(ask(none, V2C, getBulkRequest(0, 3, [1, 3]))).toMatchObject({ errorStatus: 1, varBinds: [] });
  });

  test("does not exist in SNMPv1", () => {
    const { engine, counters } = testAgent([]);
    expect(engine.handle(communityRequest(V1, getBulkRequest(0, 1, a)), peer)).toBeUndefined();
    expect(counters.snmpInASNParseErrs).toBe(1);
  });

  test("is answered with at most thirty times its octets", () => {
    const asked = testAgent([], { objects: listSource(strings(100, 60)), limits: { responseOctets: 65507 } });
    const request = communityRequest(V2C, getBulkRequest(0, 100, [1, 3]));
    const answer = asked.engine.handle(request, peer);
    expect(answer?.length).toBeLessThanOrEqual(30 * request.length);
    expect(answer?.length).toBeGreaterThan(30 * request.length - 90);
  });
});

describe("SetRequest (RFC 3416, section 4.2.5)", () => {
  const change = { oid: sysDescr, value: { type: "Integer32", value: 1 } } as const;
  const hidden = { ...change, oid: [1, 2] };

  test("is notWritable where nothing can be written, noSuchName in SNMPv1", () => {
    expect(ask(testAgent([]), V2C, setRequest(change))).toMatchObject({
      errorStatus: 17,
      errorIndex: 1,
      varBinds: [change],
    });
    expect(ask(testAgent([]), V1, setRequest(change))).toMatchObject({ errorStatus: 2, errorIndex: 1 });
  });

  test("is noAccess outside the write view, and never reaches the handler then", () => {
    const setHandler = { plan: () => expect.unreachable("the handler was asked") };
    const answer = ask(testAgent([], { setHandler }), V2C, setRequest(change, hidden));
    expect(answer).toMatchObject({ errorStatus: 6, errorIndex: 2, varBinds: [change, hidden] });
  });

  test("is authorizationError for who has no write view", () => {
    const tables = openTables(["reader"]);
    const vacm = { ...tables, access: tables.access.map((row) => ({ ...row, writeViewName: "" })) };
    expect(ask(testAgent([], { vacm }), V2C, setRequest(change))).toMatchObject({ errorStatus: 16, errorIndex: 0 });
  });

  test.each([
    [V2C, 12, 12],
    [V1, 12, 3],
    [V1, 13, 5],
    [V1, 7, 3],
  ] as const)("in version %i tells the handler's error %i as %i", (version, errorStatus, told) => {
    const requests: unknown[] = [];
    const setHandler = {
      plan: (...request: unknown[]) => {
        requests.push(request);
        return { errorStatus, errorIndex: 1 };
      },
    };
    expect(ask(testAgent([], { setHandler }), version, setRequest(change))).toMatchObject({
      errorStatus: told,
      errorIndex: 1,
    });
    expect(requests).toMatchObject([[[change], { securityName: "reader", contextName: "" }]]);
  });
});

describe("SnmpEngine admits", () => {
  test("known communities only: silence, a count and a notice for others", () => {
    const failures: string[] = [];
    const { engine, counters } = testAgent([], { onAuthenticationFailure: ({ address }) => failures.push(address) });
    expect(engine.handle(communityRequest(V2C, getRequest(sysDescr), "private"), peer)).toBeUndefined();
    expect(counters.snmpInBadCommunityNames).toBe(1);
    expect(failures).toEqual(["192.0.2.7"]);
  });

  test("a community from the addresses it is meant for only", () => {
    const accepts = ({ address }: DatagramPeer) => address === "192.0.2.8";
    const communities = [{ community: "public", securityName: "reader", contextName: "", accepts }];
    const { engine, counters } = testAgent([], { communities });
    const request = communityRequest(V2C, getRequest(sysDescr));
    expect(engine.handle(request, peer)).toBeUndefined();
    expect(engine.handle(request, { ...peer, address: "192.0.2.8" })).toBeDefined();
    expect(counters.snmpInBadCommunityNames).toBe(1);
  });

  test("the versions that are configured only", () => {
    const { engine, counters } = testAgent([], { versions: ["v2c"] });
    expect(engine.handle(communityRequest(V1, getRequest(sysDescr)), peer)).toBeUndefined();
    expect(engine.handle(communityRequest(2, getRequest(sysDescr)), peer)).toBeUndefined();
    expect(counters.snmpInBadVersions).toBe(2);
    expect(engine.handle(communityRequest(V2C, getRequest(sysDescr)), peer)).toBeDefined();
  });

  test("requests only: a Response or a Trap is dropped and counted", () => {
    const { engine, counters } = testAgent([]);
    for (const type of ["Response", "SNMPv2-Trap", "InformRequest", "Report"] as const) {
      expect(engine.handle(communityRequest(V2C, { ...getRequest(sysDescr), type }), peer)).toBeUndefined();
    }
    expect(counters.snmpUnknownPDUHandlers).toBe(4);
  });

  test("the contexts that communities stand for, and is silent about one that is gone", () => {
    const communities = [{ community: "public", securityName: "reader", contextName: "gone" }];
    const { engine, counters } = testAgent([], { communities });
    expect(engine.handle(communityRequest(V2C, getRequest(sysDescr)), peer)).toBeUndefined();
    expect(counters.snmpUnknownContexts).toBe(1);
  });

  test("from one source as many as its bucket holds, then at its rate; loopback always", () => {
    const { engine, clock, counters } = testAgent([], { limits: { sourceRate: { perSecond: 10, burst: 20 } } });
    const request = communityRequest(V2C, getRequest(sysDescr));
    const answered = (address: string, count: number): number =>
      Array.from({ length: count }, () => engine.handle(request, { address, port: 1 })).filter((x) => x).length;
    expect(answered("192.0.2.7", 30)).toBe(20);
    expect(answered("192.0.2.8", 5)).toBe(5);
    clock.advance(500);
    expect(answered("192.0.2.7", 30)).toBe(5);
    clock.advance(3_600_000);
    expect(answered("192.0.2.7", 30)).toBe(20);
    for (const address of ["127.0.0.1", "::1", "::ffff:127.0.0.1"]) expect(answered(address, 50)).toBe(50);
    expect(counters.rateLimited).toBe(45);
  });
});

function listed(source: ObjectSource): VarBind[] {
  const all: VarBind[] = [];
  const cursor = source.after([0]);
  for (let next = cursor.next(); next !== undefined; next = cursor.next()) all.push(next);
  return all;
}
