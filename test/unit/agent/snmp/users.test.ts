import { describe, expect, test } from "vitest";
import { openKeyUser, snmpConfText, userWithPasswords } from "../../../../src/agent/snmp/users.js";
import { TableStore } from "../../../support/table-store.js";

const engineId = Buffer.from("000000000000000000000002", "hex");

test("userWithPasswords() localises both keys for the engine (RFC 3414, section A.3.2)", () => {
  const user = userWithPasswords(
    { name: "operator", auth: "SHA", authPassword: "maplesyrup", priv: "AES", privPassword: "maplesyrup" },
    engineId,
  );
  expect(Buffer.from(user.auth?.localizedKey ?? []).toString("hex")).toBe("6695febc9288e36282235fc7151f128497b38f3f");
  expect(Buffer.from(user.priv?.localizedKey ?? []).toString("hex")).toBe("6695febc9288e36282235fc7151f1284");
});

test("userWithPasswords() refuses a password that is too short", () => {
  const short = {
    name: "operator",
    auth: "SHA",
    authPassword: "short",
    priv: "AES",
    privPassword: "maplesyrup",
  } as const;
  expect(() => userWithPasswords(short, engineId)).toThrow(/at least 8/);
});

describe("openKeyUser()", () => {
  test("makes keys once and finds them again", async () => {
    const store = new TableStore();
    const user = await openKeyUser(store, "monitor");
    expect(user.auth?.localizedKey.length).toBe(32);
    expect(user.priv?.localizedKey.length).toBe(16);
    expect(await openKeyUser(store, "monitor")).toEqual(user);
    expect(await openKeyUser(store, "other")).not.toEqual(user);
  });

  test.each(["", "{}", '{"auth":"00","priv":"00"}', '{"auth":7}', "[]", "null"])(
    "refuses the damaged record %j",
    async (value) => {
      const store = new TableStore();
      await store.write([{ key: "snmp/user/monitor", value }]);
      await expect(openKeyUser(store, "monitor")).rejects.toMatchObject({ code: "invalid" });
    },
  );
});

describe("snmpConfText()", () => {
  test("gives Net-SNMP's tools the localised keys", async () => {
    const user = await openKeyUser(new TableStore(), "monitor");
    const hex = (octets: Uint8Array | undefined): string => Buffer.from(octets ?? []).toString("hex");
    expect(snmpConfText(user).split("\n")).toEqual([
      "defVersion 3",
      "defSecurityName monitor",
      "defSecurityLevel authPriv",
      "defAuthType SHA-256",
      "defPrivType AES",
      `defAuthLocalizedKey 0x${hex(user.auth?.localizedKey)}`,
      `defPrivLocalizedKey 0x${hex(user.priv?.localizedKey)}`,
      "mibs :",
      "",
    ]);
  });

  test("refuses a user without keys", () => {
    expect(() => snmpConfText({ name: "nobody" })).toThrow(/no keys/);
  });
});
