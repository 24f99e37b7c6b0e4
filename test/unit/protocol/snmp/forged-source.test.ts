import { describe, expect, test } from "vitest";
import { Admission } from "../../../../src/protocol/snmp/admission.js";
import { ManualClock } from "../../../support/manual-clock.js";
import { ENGINE_ID, testAgent, testUser } from "../../../support/snmp-agent.js";
import { communityRequest, getRequest, v3Request } from "../../../support/snmp-manager.js";

const pdu = getRequest([1, 3, 6, 1, 2, 1, 1, 1, 0]);
const manager = { address: "192.0.2.7", port: 161 };
const reader = testUser("reader", "SHA-256", "AES");
const open = testUser("open");
const sourceRate = { perSecond: 10, burst: 20 };
const authentic = v3Request({ pdu, user: reader, level: "authPriv" });
const wrongKey = Buffer.from(authentic);
wrongKey.writeUInt8((wrongKey.at(-1) ?? 0) ^ 1, wrongKey.length - 1);

/** What somebody without a key can send in a manager's name. */
const forged: Readonly<Record<string, Buffer>> = {
  "no SNMP": Buffer.from("GET / HTTP/1.1"),
  "an unknown community": communityRequest(1, pdu, "guess"),
  "a known community": communityRequest(1, pdu),
  discovery: v3Request({ pdu, user: { name: "" }, level: "noAuthNoPriv", engineId: new Uint8Array(0) }),
  "another engine": v3Request({
    pdu,
    user: open,
    level: "noAuthNoPriv",
    engineId: Buffer.from("8000000006ffff", "hex"),
  }),
  "an unknown user": v3Request({ pdu, user: { name: "nobody" }, level: "noAuthNoPriv" }),
  "a user without authentication": v3Request({ pdu, user: open, level: "noAuthNoPriv" }),
  "a known user with a wrong key": wrongKey,
  "what was heard before the last start": v3Request({ pdu, user: reader, level: "authPriv", boots: 6 }),
};

describe("SnmpEngine under a flood in a manager's name", () => {
  test.each(Object.entries(forged))("of %s goes on answering the manager, who has a key", (_, datagram) => {
    const { engine } = testAgent([open, reader], { limits: { sourceRate }, engineId: ENGINE_ID });
    for (let i = 0; i < 500; i += 1) {
      for (let sent = 0; sent < 4; sent += 1) engine.handle(datagram, manager);
      if (i % 5 === 0) expect(engine.handle(authentic, manager)).toBeDefined();
    }
  });

  test.each(Object.entries(forged).filter(([name]) => name !== "a known community"))(
    "of %s goes on answering the manager's community",
    (_, datagram) => {
      const { engine } = testAgent([open, reader], { limits: { sourceRate } });
      for (let i = 0; i < 2000; i += 1) {
        engine.handle(datagram, manager);
        if (i % 100 === 0) expect(engine.handle(communityRequest(1, pdu), manager)).toBeDefined();
      }
    },
  );

  test.each([
    "discovery",
    "another engine",
    "an unknown user",
    "a known user with a wrong key",
    "what was heard before the last start",
  ])("sends Reports for %s no faster than their budget, to one source and to all", (name) => {
    const { engine, clock, counters } = testAgent([open, reader], { limits: { sourceRate } });
    const datagram = forged[name] ?? Buffer.alloc(0);
    const reports = (address: string, count: number): number =>
      Array.from({ length: count }, () => engine.handle(datagram, { address, port: 1 })).filter(Boolean).length;
    expect(reports("192.0.2.7", 50)).toBe(20);
    let all = 0;
    for (let i = 0; i < 100; i += 1) all += reports(`198.51.100.${i}`, 10);
    expect(all).toBe(200 - 20);
    expect(counters.rateLimited).toBe(30 + 1000 - 180);
    clock.advance(100);
    expect(reports("203.0.113.1", 50)).toBe(10);
    expect(reports("127.0.0.1", 50)).toBe(50);
  });

  test("tells of failed authentication however many Reports were sent", () => {
    let failures = 0;
    const { engine } = testAgent([reader], {
      limits: { sourceRate },
      onAuthenticationFailure: () => {
        failures += 1;
      },
    });
    for (let i = 0; i < 30; i += 1) engine.handle(wrongKey, manager);
    expect(failures).toBe(30);
  });
});

test("Admission bounds even those with a key, each name at each source for itself", () => {
  const clock = new ManualClock();
  const admission = new Admission({ perSecond: 1, burst: 2 }, clock);
  const admitted = (address: string, name: string): number =>
    Array.from({ length: 100 }, () => admission.admitsAuthentic(address, name)).filter(Boolean).length;
  expect([admitted("192.0.2.7", "a"), admitted("192.0.2.7", "b"), admitted("192.0.2.8", "a")]).toEqual([40, 40, 40]);
  clock.advance(1000);
  expect([admitted("192.0.2.7", "a"), admitted("127.0.0.1", "a")]).toEqual([20, 100]);
});
