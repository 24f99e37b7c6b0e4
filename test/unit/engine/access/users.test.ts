import { describe, expect, test } from "vitest";
import { Secret } from "../../../../src/base/secret.js";
import { PasswordHasher } from "../../../../src/engine/access/password.js";
import { type NewUser, Users } from "../../../../src/engine/access/users.js";
import { openMemoryStore } from "../../../support/memory-store.js";

const print = "ab".repeat(32);
const key = { type: "ssh-ed25519", key: "AAAAC3Nz" };

function asked(changes: Partial<NewUser> = {}): NewUser {
  return { name: "bob", groups: ["monitor"], sshKeys: [], certificates: [], snmpUser: "bob", ...changes };
}

async function open(store = openMemoryStore()) {
  return Users.open(await store, new PasswordHasher());
}

describe("Users", () => {
  test("are known by what they show, over a restart, and no longer once they are removed", async () => {
    const store = openMemoryStore();
    const password = new Secret("correct horse");
    await (await open(store)).add(asked({ password, sshKeys: [key], certificates: [print.toUpperCase()] }), 5);
    const users = await open(store);
    const bob = { name: "bob", groups: ["monitor"] };
    expect(await users.withPassword("bob", new Secret("correct horse"))).toEqual(bob);
    expect(users.withSshKey("bob", key)).toEqual(bob);
    expect(users.withCertificate(print)).toEqual(bob);
    expect(users.withSnmpUser("bob")).toEqual(bob);
    await users.remove("bob");
    expect(users.withCertificate(print)).toBeUndefined();
    expect((await open(store)).list()).toEqual([]);
    await expect(users.remove("bob")).rejects.toMatchObject({ code: "absent" });
  });

  test("a wrong password, a wrong name and a user without a password are refused alike", async () => {
    const users = await open();
    await users.add(asked({ password: new Secret("correct horse") }), 0);
    await users.add(asked({ name: "key", snmpUser: "key" }), 0);
    for (const [name, password] of [
      ["bob", "correct horsf"],
      ["bob", "x".repeat(5000)],
      ["eve", "correct horse"],
      ["key", "correct horse"],
    ] as const) {
      expect(await users.withPassword(name, new Secret(password)), name).toBeUndefined();
    }
    expect(users.withSshKey("bob", key)).toBeUndefined();
  });

  test("a password is stored as salt and hash only", async () => {
    const store = await openMemoryStore();
    const users = await Users.open(store, new PasswordHasher());
    await users.add(asked({ password: new Secret("correct horse") }), 0);
    const [entry] = await store.list("access/user/");
    expect(entry?.value).toContain('"salt"');
    expect(entry?.value).not.toContain("correct horse");
  });

  test("names, groups and credentials that are none, or taken, are refused", async () => {
    const users = await open();
    await users.add(asked({ certificates: [print] }), 0);
    for (const [wrong, code] of [
      [asked(), "exists"],
      [asked({ name: "x", certificates: [print], snmpUser: "x" }), "exists"],
      [asked({ name: "x" }), "exists"],
      [asked({ name: "X Y" }), "invalid"],
      [asked({ name: "x", snmpUser: "x", groups: ["No Group"] }), "invalid"],
      [asked({ name: "x", snmpUser: "x", certificates: ["zz"] }), "invalid"],
      [asked({ name: "x", snmpUser: "x", password: new Secret("short") }), "invalid"],
      [{ name: "x", groups: [], sshKeys: [], certificates: [] }, "invalid"],
    ] as const) {
      await expect(users.add(wrong, 0)).rejects.toMatchObject({ code });
    }
    expect(users.list()).toHaveLength(1);
  });
});

test("PasswordHasher turns a flood of attempts away instead of keeping it", async () => {
  const hasher = new PasswordHasher(2);
  const attempts = Array.from({ length: 3 }, async () => hasher.check(new Secret("x"), undefined));
  const outcomes = await Promise.allSettled(attempts.slice(2));
  expect(outcomes[0]).toMatchObject({ status: "rejected", reason: { code: "busy" } });
  expect(await Promise.all(attempts.slice(0, 2))).toEqual([false, false]);
  expect(await hasher.check(new Secret("x"), undefined)).toBe(false);
});
