import snmp, { type Session, type User, type Varbind } from "net-snmp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DatagramPort } from "../../src/base/channel.js";
import { systemClock } from "../../src/base/clock.js";
import { compareOids } from "../../src/protocol/snmp/oid.js";
import { bindUdp } from "../../src/transport/udp.js";
import { AUTH_PASSWORD, PRIV_PASSWORD, sampleObjects, testAgent, testUser } from "../support/snmp-agent.js";

const SYS_DESCR = "1.3.6.1.2.1.1.1.0";
const everyOid = sampleObjects
  .map(({ oid }) => oid)
  .sort(compareOids)
  .map((oid) => oid.join("."));
const PATIENCE = { retries: 3, timeout: 10_000 };

const { engine } = testAgent(
  [
    testUser("open"),
    testUser("signing", "SHA-512"),
    testUser("secret", "SHA-256", "AES"),
    testUser("long", "SHA", "AES-256"),
  ],
  { clock: systemClock },
);
let port: DatagramPort;

beforeAll(async () => {
  port = await bindUdp({ address: "127.0.0.1", port: 0 });
  port.listen((datagram, peer) => {
    const response = engine.handle(datagram, peer);
    if (response) port.send(response, peer);
  });
});

afterAll(() => port.close());

function withCommunity(version: 0 | 1): Session {
  return snmp.createSession("127.0.0.1", "public", { ...PATIENCE, port: port.local.port, version });
}

function withUser(user: User, context = ""): Session {
  return snmp.createV3Session("127.0.0.1", user, { ...PATIENCE, port: port.local.port, context });
}

const secret: User = {
  name: "secret",
  level: snmp.SecurityLevel.authPriv,
  authProtocol: snmp.AuthProtocols.sha256,
  authKey: AUTH_PASSWORD,
  privProtocol: snmp.PrivProtocols.aes,
  privKey: PRIV_PASSWORD,
};
const users: readonly User[] = [
  { name: "open", level: snmp.SecurityLevel.noAuthNoPriv },
  {
    name: "signing",
    level: snmp.SecurityLevel.authNoPriv,
    authProtocol: snmp.AuthProtocols.sha512,
    authKey: AUTH_PASSWORD,
  },
  secret,
  {
    name: "long",
    level: snmp.SecurityLevel.authPriv,
    authProtocol: snmp.AuthProtocols.sha,
    authKey: AUTH_PASSWORD,
    privProtocol: snmp.PrivProtocols.aes256b,
    privKey: PRIV_PASSWORD,
  },
];

/** Runs one request, and closes the session whatever becomes of it. */
async function asking<T>(session: Session, ask: (done: (error: Error | null, result?: T) => void) => void): Promise<T> {
  try {
    return await new Promise((resolve, reject) => {
      ask((error, result) => (error ? reject(error) : resolve(result as T)));
    });
  } finally {
    session.close();
  }
}

function get(session: Session, ...oids: string[]): Promise<Varbind[]> {
  return asking(session, (done) => session.get(oids, done));
}

async function subtree(session: Session, oid: string): Promise<string[]> {
  const seen: string[] = [];
  const feed = (varbinds: Varbind[]): void => void seen.push(...varbinds.map((varbind) => varbind.oid));
  await asking(session, (done) => session.subtree(oid, 20, feed, done));
  return seen;
}

describe("npm's net-snmp", () => {
  test.each([0, 1] as const)("reads with version %i of the message", async (version) => {
    const [varbind] = await get(withCommunity(version), SYS_DESCR);
    expect(varbind?.value?.toString()).toBe("a small agent");
  });

  test("walks by GETBULK what is there, in order", async () => {
    expect(await subtree(withCommunity(1), "1.3.6.1")).toEqual(everyOid);
  });

  test.each(users)("reads and walks as $name", async (user) => {
    const [varbind] = await get(withUser(user), SYS_DESCR);
    expect(varbind?.value?.toString()).toBe("a small agent");
    expect(await subtree(withUser(user, "host1"), "1.3.6.1")).toEqual(everyOid);
  });

  test("is told of a missing object and instance", async () => {
    const column = "1.3.6.1.2.1.236.1.4.1.2";
    const [object, instance] = await get(withUser(secret), "1.3.6.1.2.1.99.0", `${column}.99`);
    expect(object?.type).toBe(snmp.ObjectType.NoSuchObject);
    expect(instance?.type).toBe(snmp.ObjectType.NoSuchInstance);
  });

  test("is refused with a reason", async () => {
    await expect(get(withUser({ ...secret, authKey: "not the password" }), SYS_DESCR)).rejects.toThrow(/digest/i);
    await expect(get(withUser({ ...secret, name: "nobody" }), SYS_DESCR)).rejects.toThrow(/user/i);
  });
});
