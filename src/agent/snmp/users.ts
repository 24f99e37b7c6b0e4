import { randomBytes } from "node:crypto";
import { Fault } from "../../base/fault.js";
import type { Store } from "../../base/store.js";
import { localizeKey, passwordToKey, privacyKey } from "../../protocol/snmp/keys.js";
import type { UsmUser } from "../../protocol/snmp/usm.js";
import {
  type AuthProtocolName,
  authProtocols,
  type PrivProtocolName,
  privProtocols,
} from "../../protocol/snmp/usm-protocol.js";

/** A user with passwords, as people set one up. */
export interface PasswordUser {
  readonly name: string;
  readonly auth: AuthProtocolName;
  readonly authPassword: string;
  readonly priv: PrivProtocolName;
  readonly privPassword: string;
}

const PREFIX = "snmp/user/";
const AUTH = authProtocols["SHA-256"];
const PRIV = privProtocols.AES;

/**
 * The user with keys for this engine; takes milliseconds, passwords are slow on purpose.
 * @throws {Fault} `invalid` when a password is too short
 * @see RFC 3414, section 2.6
 */
export function userWithPasswords(user: PasswordUser, engineId: Uint8Array): UsmUser {
  const auth = authProtocols[user.auth];
  const priv = privProtocols[user.priv];
  const master = { auth: passwordToKey(auth, user.authPassword), priv: passwordToKey(auth, user.privPassword) };
  const privBase = localizeKey(auth, master.priv, engineId);
  return {
    name: user.name,
    auth: { protocol: auth, localizedKey: localizeKey(auth, master.auth, engineId) },
    priv: { protocol: priv, localizedKey: privacyKey(auth, priv, privBase, engineId) },
    master,
  };
}

/**
 * A user who needs no password, because random keys for this engine were made for him once and stored.
 * @throws {Fault} `invalid` when the stored keys are damaged, `storage-failed` when the disk refuses
 */
export async function openKeyUser(store: Store, name: string): Promise<UsmUser> {
  const key = PREFIX + name;
  const entry = await store.get(key);
  if (entry !== undefined) return keyUser(name, entry.value);
  const keys = { auth: randomBytes(AUTH.keyOctets).toString("hex"), priv: randomBytes(PRIV.keyOctets).toString("hex") };
  await store.write([{ key, value: JSON.stringify(keys), expectedRevision: 0 }]);
  return keyUser(name, JSON.stringify(keys));
}

/**
 * An `snmp.conf` by which Net-SNMP's tools act as this user without a secret on the command line.
 * @throws {Fault} `invalid` for a user without keys
 */
export function snmpConfText(user: UsmUser): string {
  const { name, auth, priv } = user;
  if (auth === undefined || priv === undefined) throw new Fault("invalid", `the SNMP user ${name} has no keys`);
  return [
    "defVersion 3",
    `defSecurityName ${name}`,
    "defSecurityLevel authPriv",
    `defAuthType ${auth.protocol.name}`,
    `defPrivType ${priv.protocol.name}`,
    `defAuthLocalizedKey 0x${Buffer.from(auth.localizedKey).toString("hex")}`,
    `defPrivLocalizedKey 0x${Buffer.from(priv.localizedKey).toString("hex")}`,
    // The tools look here instead of in their own configuration, and complain about modules that Debian does not have.
    "mibs :",
    "",
  ].join("\n");
}

function keyUser(name: string, text: string): UsmUser {
  const [auth, priv] = [keyIn(text, "auth"), keyIn(text, "priv")];
  if (auth?.length !== AUTH.keyOctets || priv?.length !== PRIV.keyOctets) {
    throw new Fault(
      "invalid",
      `the record ${PREFIX}${name} in the state directory is damaged; remove it to get new keys`,
      {
        path: PREFIX + name,
      },
    );
  }
  return { name, auth: { protocol: AUTH, localizedKey: auth }, priv: { protocol: PRIV, localizedKey: priv } };
}

function keyIn(text: string, member: "auth" | "priv"): Buffer | undefined {
  try {
    const value = (JSON.parse(text) as Partial<Record<string, unknown>> | null)?.[member];
    return typeof value === "string" && /^(?:[0-9a-f]{2})+$/.test(value) ? Buffer.from(value, "hex") : undefined;
  } catch {
    return undefined;
  }
}
