import { describe, expect, test } from "vitest";
import { openMessage, readCommunityMessage } from "../../../../src/protocol/snmp/message.js";
import { readV3Message } from "../../../../src/protocol/snmp/message-v3.js";
import type { NotificationTarget, SnmpNotification } from "../../../../src/protocol/snmp/notification.js";
import { trapV1 } from "../../../../src/protocol/snmp/notification.js";
import { decodePdu } from "../../../../src/protocol/snmp/pdu.js";
import { openTables, testAgent, testUser } from "../../../support/snmp-agent.js";
import { openV3 } from "../../../support/snmp-manager.js";

const secret = testUser("secret", "SHA-256", "AES");
const vmCrashed: SnmpNotification = {
  trapOid: [1, 3, 6, 1, 2, 1, 236, 0, 9],
  upTime: 4242,
  varBinds: [{ oid: [1, 3, 6, 1, 2, 1, 236, 1, 4, 1, 6, 3], value: { type: "Integer32", value: 4 } }],
};
const withCounter64: SnmpNotification = {
  ...vmCrashed,
  varBinds: [{ oid: [1, 3, 6, 1, 2, 1, 236, 1, 4, 1, 17, 3], value: { type: "Counter64", value: 4n } }],
};
const target: NotificationTarget = {
  version: "v3",
  securityName: "secret",
  securityLevel: "authPriv",
  contextName: "host1",
};
const toCommunity: NotificationTarget = {
  version: "v2c",
  securityName: "reader",
  securityLevel: "noAuthNoPriv",
  contextName: "",
};

function opened(message: Buffer | string) {
  if (typeof message === "string") throw new Error(`dropped: ${message}`);
  const { version, rest } = openMessage(message);
  const { community, pduOctets } = readCommunityMessage(rest);
  return { version, community: community.toString(), pdu: decodePdu(pduOctets) };
}

describe("SnmpEngine.encodeNotification()", () => {
  test("sends SNMPv3 with its own engine ID, boots and advancing time (RFC 3414, section 3.1)", () => {
    const { engine, clock } = testAgent([secret]);
    clock.advance(600_000);
    const first = openV3(engine.encodeNotification(vmCrashed, target) as Buffer, secret);
    expect(first).toMatchObject({
      authentic: true,
      flags: 3,
      contextName: "host1",
      usm: { engineBoots: 7, engineTime: 600 },
      pdu: {
        type: "SNMPv2-Trap",
        errorStatus: 0,
        varBinds: [
          { oid: [1, 3, 6, 1, 2, 1, 1, 3, 0], value: { type: "TimeTicks", value: 4242 } },
          { oid: [1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0], value: { type: "ObjectIdentifier", value: vmCrashed.trapOid } },
          ...vmCrashed.varBinds,
        ],
      },
    });
    clock.advance(1000);
    const second = openV3(engine.encodeNotification(vmCrashed, target) as Buffer, secret);
    expect(second.usm.engineTime).toBe(601);
    expect(second.msgId).not.toBe(first.msgId);
    expect(second.usm.privacyParameters).not.toEqual(first.usm.privacyParameters);
  });

  test("sends with SNMPv1 and v2c no more octets than the target takes (RFC 3584, object snmpTargetAddrMMS)", () => {
    const { engine } = testAgent([secret]);
    for (const version of ["v1", "v2c"] as const) {
      const one = { ...toCommunity, version };
      const { length } = engine.encodeNotification(vmCrashed, one) as Buffer;
      expect(engine.encodeNotification(vmCrashed, { ...one, maxMessageSize: length })).toHaveLength(length);
      expect(engine.encodeNotification(vmCrashed, { ...one, maxMessageSize: length - 1 })).toBe("tooBig");
    }
    expect(engine.encodeNotification(vmCrashed, { ...target, maxMessageSize: 50 })).toBeInstanceOf(Buffer);
    const inform = { name: "nms", peer: { address: "192.0.2.1", port: 162 }, inform: { timeoutMs: 1, retries: 0 } };
    expect(engine.inform(vmCrashed, { ...toCommunity, ...inform, maxMessageSize: 60 })).toBe("tooBig");
    expect(engine.inform(vmCrashed, { ...toCommunity, ...inform, maxMessageSize: 484 })).toBeUndefined();
  });

  test("leaves security to the session: no parameters, the level in the flags (RFC 5591, section 5.1)", () => {
    const { engine, counters } = testAgent([]);
    const overTls = { ...target, securityName: "reader", security: "transport" as const };
    const tables = openTables([]);
    const groups = [{ securityModel: 4 as const, securityName: "reader", groupName: "all" }];
    const access = { users: [], communities: [], versions: [], vacm: { ...tables, groups } };
    engine.reconfigure(access);
    const message = engine.encodeNotification(vmCrashed, overTls) as Buffer;
    expect(readV3Message(openMessage(message).rest)).toMatchObject({ flags: 3, securityModel: 4 });
    expect(readV3Message(openMessage(message).rest).securityParameters).toHaveLength(0);
    engine.reconfigure({ ...access, prefixTlsNames: true });
    expect(engine.encodeNotification(vmCrashed, overTls)).toBe("invalidPrefix");
    expect(counters.snmpTsmInvalidPrefixes).toBe(1);
    engine.reconfigure({ ...access, vacm: tables });
    expect(engine.encodeNotification(vmCrashed, overTls)).toBe("notInView");
  });

  test("sends SNMPv2c and SNMPv1 with the community of the security name", () => {
    const { engine } = testAgent([]);
    const v2c = opened(engine.encodeNotification(vmCrashed, toCommunity));
    expect(v2c).toMatchObject({ version: 1, community: "public", pdu: { type: "SNMPv2-Trap" } });
    const agentAddress = Uint8Array.of(192, 0, 2, 1);
    const v1 = opened(engine.encodeNotification(vmCrashed, { ...toCommunity, version: "v1", agentAddress }));
    expect(v1).toEqual({
      version: 0,
      community: "public",
      pdu: {
        type: "Trap",
        enterprise: [1, 3, 6, 1, 2, 1, 236],
        agentAddress: Buffer.from(agentAddress),
        genericTrap: 6,
        specificTrap: 9,
        timeStamp: 4242,
        varBinds: vmCrashed.varBinds,
      },
    });
  });

  test("says why a target is not told", () => {
    const { engine } = testAgent([secret]);
    const told = (change: Partial<NotificationTarget>, notification = vmCrashed): unknown =>
      engine.encodeNotification(notification, { ...target, ...change });
    expect(told({ version: "v1", securityName: "reader", contextName: "" }, withCounter64)).toBe("notInVersion1");
    expect(told({ version: "v2c", securityName: "secret" })).toBe("unknownSecurityName");
    expect(told({ securityName: "stranger" })).toBe("notInView");
    expect(told({ securityName: "reader" })).toBe("unknownSecurityName");
    const octets = { type: "OctetString", value: Buffer.alloc(65500) } as const;
    expect(told({}, { ...vmCrashed, varBinds: [{ oid: [1, 3, 6, 1, 9], value: octets }] })).toBe("tooBig");
  });

  test("tells nobody of what is not in his notify view, be it the notification or one object", () => {
    const tables = openTables(["secret"]);
    const { engine } = testAgent([secret], {
      vacm: {
        ...tables,
        views: [
          ...tables.views,
          { viewName: "internet", subtree: [1, 3, 6, 1, 2, 1, 236, 1, 4, 1, 6, 3], type: "excluded" },
        ],
      },
    });
    expect(engine.encodeNotification(vmCrashed, target)).toBe("notInView");
    const other = { ...vmCrashed, varBinds: [] };
    expect(engine.encodeNotification(other, target)).toBeInstanceOf(Buffer);
    expect(engine.encodeNotification({ ...other, trapOid: [1, 2, 0, 1] }, target)).toBe("notInView");
  });

  test("a user without the key for the level is not told", () => {
    const { engine } = testAgent([testUser("signing", "SHA")]);
    const signing = { ...target, securityName: "signing" };
    expect(engine.encodeNotification(vmCrashed, signing)).toBe("unknownSecurityName");
    expect(engine.encodeNotification(vmCrashed, { ...signing, securityLevel: "authNoPriv" })).toBeInstanceOf(Buffer);
  });
});

describe("trapV1() (RFC 3584, section 3.2)", () => {
  const plain = { upTime: 1, varBinds: [] };

  test.each([
    [[1, 3, 6, 1, 2, 1, 236, 0, 9], [1, 3, 6, 1, 2, 1, 236], 6, 9],
    [[1, 3, 6, 1, 4, 1, 9, 41, 2], [1, 3, 6, 1, 4, 1, 9, 41], 6, 2],
    [[1, 3, 6, 1, 6, 3, 1, 1, 5, 1], [1, 3, 6, 1, 6, 3, 1, 1, 5], 0, 0],
    [[1, 3, 6, 1, 6, 3, 1, 1, 5, 5], [1, 3, 6, 1, 6, 3, 1, 1, 5], 4, 0],
    [[1, 3, 6, 1, 6, 3, 1, 1, 5, 7], [1, 3, 6, 1, 6, 3, 1, 1, 5], 6, 7],
  ])("makes of %j the enterprise %j and the numbers %i and %i", (trapOid, enterprise, genericTrap, specificTrap) => {
    expect(trapV1({ ...plain, trapOid })).toMatchObject({
      enterprise,
      genericTrap,
      specificTrap,
      agentAddress: Uint8Array.of(0, 0, 0, 0),
    });
  });

  test("makes nothing of a Counter64", () => {
    expect(trapV1(withCounter64)).toBeUndefined();
  });
});
