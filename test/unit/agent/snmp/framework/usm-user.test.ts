import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { accessOf } from "../../../../../src/agent/snmp/framework/compile-access.js";
import { configuredRows } from "../../../../../src/agent/snmp/framework/configured-rows.js";
import { usmUserTable } from "../../../../../src/mapping/snmp/usm-user-table.js";
import { changedKey } from "../../../../../src/protocol/snmp/key-change.js";
import { compareOids } from "../../../../../src/protocol/snmp/oid.js";
import type { UsmUser } from "../../../../../src/protocol/snmp/usm.js";
import { authProtocols } from "../../../../../src/protocol/snmp/usm-protocol.js";
import { cell, FrameworkBench, integer, octets, pointer } from "../../../../support/framework.js";
import { ENGINE_ID, testUser } from "../../../../support/snmp-agent.js";

const ACTIVE = 1;
const CREATE_AND_GO = 4;
const CREATE_AND_WAIT = 5;
const template = testUser("template", "SHA-256", "AES");
const open = testUser("open");
const other = Buffer.from("80000000059999", "hex");

let bench: FrameworkBench;
beforeEach(async () => {
  bench = await FrameworkBench.open();
  configure(bench);
});

function configure({ framework }: FrameworkBench): void {
  framework.configure(configuredRows({ users: [template, open], communities: [], targets: [] }, ENGINE_ID));
}

const alice = [ENGINE_ID, "alice"];
const at = (name: string, value: Parameters<typeof cell>[2], index = alice) => cell(name, index, value);
const status = (value: number, index = alice) => at("usmUserStatus", integer(value), index);
const cloneFrom = (name: string, index = alice) => {
  const { oid } = at("usmUserSecurityName", { type: "Null" }, [ENGINE_ID, name]);
  return at("usmUserCloneFrom", pointer(...oid), index);
};
const value = (name: string, index = alice) => bench.value(usmUserTable, index, name);
const user = (name: string, on = bench): UsmUser | undefined =>
  accessOf(on.framework, ENGINE_ID).users.find((one) => one.name === name);
const authChange = randomBytes(64);
const privChange = randomBytes(32);
const changes = [
  at("usmUserAuthKeyChange", octets(authChange.toString("hex"))),
  at("usmUserPrivKeyChange", octets(privChange.toString("hex"))),
];

/** Alice, made from the template with keys of her own. */
async function makeAlice(): Promise<void> {
  expect(await bench.set(status(CREATE_AND_GO), cloneFrom("template"), ...changes)).toBe("noError");
}

describe("usmUserTable (RFC 3414)", () => {
  test("makes a user from another, with keys that only who knows the old ones can tell", async () => {
    await makeAlice();
    const made = user("alice");
    expect(made?.auth?.protocol).toBe(authProtocols["SHA-256"]);
    const sha256 = authProtocols["SHA-256"];
    const [oldAuth, oldPriv] = [template.auth?.localizedKey, template.priv?.localizedKey];
    expect(made?.auth?.localizedKey).toEqual(changedKey(sha256, oldAuth ?? Buffer.of(), authChange));
    expect(made?.priv?.localizedKey).toEqual(changedKey(sha256, oldPriv ?? Buffer.of(), privChange));
    expect(value("usmUserSecurityName")).toBe("alice");
  });

  test("keeps users and keys over a restart", async () => {
    await makeAlice();
    const later = await bench.reopen();
    configure(later);
    const keys = (on: FrameworkBench) =>
      [user("alice", on)?.auth, user("alice", on)?.priv].map((key) =>
        Buffer.from(key?.localizedKey ?? []).toString("hex"),
      );
    expect(keys(later)).toEqual(keys(bench));
    expect(user("alice", later)).toMatchObject({ auth: { protocol: authProtocols["SHA-256"] } });
  });

  test("lets nobody in who still shares a key with the user he was made from", async () => {
    expect(await bench.set(status(CREATE_AND_GO), cloneFrom("template"))).toBe("inconsistentValue 1");
    expect(await bench.set(status(CREATE_AND_WAIT), cloneFrom("template"))).toBe("noError");
    expect(await bench.set(status(ACTIVE))).toBe("inconsistentValue 1");
    expect(await bench.set(changes[0] ?? status(0))).toBe("noError");
    expect(await bench.set(status(ACTIVE))).toBe("inconsistentValue 1");
    expect(user("alice")).toBeUndefined();
    expect(await bench.set(changes[1] ?? status(0), status(ACTIVE))).toBe("noError");
    expect(user("alice")).toBeDefined();
  });

  test("needs no keys for a user without protection", async () => {
    expect(await bench.set(status(CREATE_AND_GO), cloneFrom("open"))).toBe("noError");
    expect(user("alice")).toEqual({ name: "alice" });
  });

  test("copies once: later writes of usmUserCloneFrom succeed and do nothing", async () => {
    await makeAlice();
    const before = user("alice");
    expect(await bench.set(cloneFrom("open"))).toBe("noError");
    expect(user("alice")).toEqual(before);
  });

  test("does not copy from a user who is not there, or not in use", async () => {
    expect(await bench.set(status(CREATE_AND_WAIT), cloneFrom("nobody"))).toBe("inconsistentName 2");
    expect(await bench.set(status(CREATE_AND_WAIT, [ENGINE_ID, "bob"]))).toBe("noError");
    expect(await bench.set(status(CREATE_AND_WAIT), cloneFrom("bob"))).toBe("inconsistentName 2");
    const nowhere = at("usmUserCloneFrom", pointer(1, 3, 6, 1));
    expect(await bench.set(status(CREATE_AND_WAIT), nowhere)).toBe("inconsistentName 2");
  });

  test("changes keys only after a copy", async () => {
    expect(await bench.set(status(CREATE_AND_WAIT), ...changes)).toBe("inconsistentName 2");
  });

  test("refuses a change of another length, and lets one of a key that is not there do nothing", async () => {
    await makeAlice();
    expect(await bench.set(at("usmUserAuthKeyChange", octets("00".repeat(40))))).toBe("wrongLength 1");
    expect(await bench.set(status(CREATE_AND_GO, [ENGINE_ID, "bob"]), cloneFrom("open", [ENGINE_ID, "bob"]))).toBe(
      "noError",
    );
    expect(await bench.set(at("usmUserAuthKeyChange", octets("00"), [ENGINE_ID, "bob"]))).toBe("noError");
  });

  test("lets a user change his own key, and nobody else through that column", async () => {
    await makeAlice();
    const change = randomBytes(64);
    const own = at("usmUserOwnAuthKeyChange", octets(change.toString("hex")));
    const before = user("alice")?.auth?.localizedKey ?? Buffer.of();
    expect(await bench.set(own)).toBe("noAccess 1");
    const asAlice = { securityModel: 3, securityName: "alice", contextName: "" } as const;
    expect(await bench.setAs({ ...asAlice, securityModel: 2 }, own)).toBe("noAccess 1");
    expect(await bench.setAs(asAlice, own)).toBe("noError");
    expect(user("alice")?.auth?.localizedKey).toEqual(changedKey(authProtocols["SHA-256"], before, change));
  });

  test("gives up protection from the inside out, and gives none anew", async () => {
    await makeAlice();
    const noAuth = at("usmUserAuthProtocol", pointer(1, 3, 6, 1, 6, 3, 10, 1, 1, 1));
    const noPriv = at("usmUserPrivProtocol", pointer(1, 3, 6, 1, 6, 3, 10, 1, 2, 1));
    const sha512 = at("usmUserAuthProtocol", pointer(...authProtocols["SHA-512"].identity));
    expect(await bench.set(noAuth)).toBe("inconsistentValue 1");
    expect(await bench.set(sha512)).toBe("inconsistentValue 1");
    expect(await bench.set(noAuth, noPriv)).toBe("noError");
    expect(user("alice")).toEqual({ name: "alice" });
    expect(await bench.set(at("usmUserAuthProtocol", pointer(...authProtocols.SHA.identity)))).toBe(
      "inconsistentValue 1",
    );
  });

  test("knows its protocols (wrongValue), and wants authentication with privacy", async () => {
    const unknown = at("usmUserAuthProtocol", pointer(1, 3, 6, 1, 6, 3, 10, 1, 1, 99));
    expect(await bench.set(status(CREATE_AND_WAIT), unknown)).toBe("wrongValue 2");
    const aes = at("usmUserPrivProtocol", pointer(1, 3, 6, 1, 6, 3, 10, 1, 2, 4));
    expect(await bench.set(status(CREATE_AND_WAIT), aes)).toBe("inconsistentValue 2");
    const md5 = at("usmUserAuthProtocol", pointer(...authProtocols.MD5.identity));
    expect(await bench.set(status(CREATE_AND_WAIT), aes, md5)).toBe("noError");
  });

  test("never tells a key, nor where a user came from", async () => {
    await makeAlice();
    for (const name of ["usmUserAuthKeyChange", "usmUserOwnPrivKeyChange"]) {
      expect(usmUserTable.masked[name]).toEqual(new Uint8Array(0));
    }
    expect(compareOids(usmUserTable.masked["usmUserCloneFrom"] as number[], [0, 0])).toBe(0);
  });

  test("keeps users of other engines apart from those of this one", async () => {
    const remote = [other, "alice"];
    const given = changes.map((change, i) =>
      at(i === 0 ? "usmUserAuthKeyChange" : "usmUserPrivKeyChange", change.value, remote),
    );
    expect(await bench.set(status(CREATE_AND_GO, remote), cloneFrom("template", remote), ...given)).toBe("noError");
    expect(user("alice")).toBeUndefined();
    const [only, ...more] = accessOf(bench.framework, ENGINE_ID).remoteUsers ?? [];
    expect([Buffer.from(only?.engine ?? []), only?.user.name, more]).toEqual([other, "alice", []]);
  });

  test("cannot be used to change users of the configuration", async () => {
    expect(await bench.set(at("usmUserAuthKeyChange", octets("00".repeat(64)), [ENGINE_ID, "template"]))).toBe(
      "notWritable 1",
    );
  });

  test("refuses an engine ID or a name of impossible length (noCreation)", async () => {
    expect(await bench.set(status(CREATE_AND_WAIT, [Buffer.of(1, 2, 3, 4), "alice"]))).toBe("noCreation 1");
    expect(await bench.set(status(CREATE_AND_WAIT, [ENGINE_ID, ""]))).toBe("noCreation 1");
  });
});
