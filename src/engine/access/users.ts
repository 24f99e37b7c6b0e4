import { Fault } from "../../base/fault.js";
import type { Secret } from "../../base/secret.js";
import type { Store } from "../../base/store.js";
import type { AccessSubject } from "./access-rules.js";
import type { PasswordHash, PasswordHasher } from "./password.js";

/** A public key as in `authorized_keys`: its type and its base64 text. */
export interface SshKey {
  readonly type: string;
  readonly key: string;
}

/** Somebody who may ask for something, and how he shows who he is. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
  /** Wall time, milliseconds. */
  readonly createdAt: number;
  readonly password?: PasswordHash;
  readonly sshKeys: readonly SshKey[];
  /** SHA-256 fingerprints of client certificates, in lower-case hexadecimal. */
  readonly certificates: readonly string[];
  /** Name of the SNMP user that acts for him. */
  readonly snmpUser?: string;
}

/** A user as somebody sets him up. */
export interface NewUser {
  readonly name: string;
  readonly groups: readonly string[];
  readonly password?: Secret;
  readonly sshKeys: readonly SshKey[];
  readonly certificates: readonly string[];
  readonly snmpUser?: string;
}

const PREFIX = "access/user/";
const NAME = /^[a-z_][a-z0-9_.@-]{0,63}$/;
const GROUP = /^[a-z][a-z0-9-]{0,63}$/;

/** The users, in the state directory. */
export class Users {
  readonly #store: Store;
  readonly #hasher: PasswordHasher;
  readonly #users: Map<string, User>;

  private constructor(store: Store, hasher: PasswordHasher, users: Map<string, User>) {
    this.#store = store;
    this.#hasher = hasher;
    this.#users = users;
  }

  static async open(store: Store, hasher: PasswordHasher): Promise<Users> {
    const users = (await store.list(PREFIX)).map(({ value }) => JSON.parse(value) as User);
    return new Users(store, hasher, new Map(users.map((user) => [user.name, user])));
  }

  /** By name. */
  list(): readonly User[] {
    return [...this.#users.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws {Fault} what `add` would refuse with, but for its password */
  require(asked: NewUser): void {
    this.#check(asked);
  }

  /**
   * @param now wall time, milliseconds
   * @throws {Fault} `invalid` for a name, group or credential that is none; `exists` for a name or a credential that is taken
   */
  async add(asked: NewUser, now: number): Promise<User> {
    this.#check(asked);
    const { name, groups, sshKeys, certificates, snmpUser } = asked;
    const password = asked.password && (await this.#hasher.hash(asked.password));
    const user: User = {
      ...{ name, groups: [...new Set(groups)], createdAt: now, sshKeys },
      certificates: certificates.map((print) => print.toLowerCase()),
      ...(password && { password }),
      ...(snmpUser !== undefined && { snmpUser }),
    };
    await this.#store
      .write([{ key: PREFIX + name, value: JSON.stringify(user), expectedRevision: 0 }])
      .catch((error) => {
        throw error instanceof Fault && error.code === "exists" ? taken(name) : error;
      });
    this.#users.set(name, user);
    return user;
  }

  /** @throws {Fault} `absent` */
  async remove(name: string): Promise<void> {
    if (!this.#users.has(name)) throw new Fault("absent", `there is no user ${name}`);
    await this.#store.write([{ key: PREFIX + name, value: undefined }]);
    this.#users.delete(name);
  }

  /** @returns who it is, or undefined for a wrong name or password, without telling which */
  async withPassword(name: string, password: Secret): Promise<AccessSubject | undefined> {
    const user = this.#users.get(name);
    const isRight = await this.#hasher.check(password, user?.password);
    return isRight && user ? subjectOf(user) : undefined;
  }

  /** @param name that the client gave; the key must be one of his */
  withSshKey(name: string, { type, key }: SshKey): AccessSubject | undefined {
    const user = this.#users.get(name);
    return user?.sshKeys.some((one) => one.type === type && one.key === key) ? subjectOf(user) : undefined;
  }

  /** @param fingerprint SHA-256 of the certificate, hexadecimal */
  withCertificate(fingerprint: string): AccessSubject | undefined {
    return this.#find((user) => user.certificates.includes(fingerprint.toLowerCase()));
  }

  withSnmpUser(snmpUser: string): AccessSubject | undefined {
    return this.#find((user) => user.snmpUser === snmpUser);
  }

  #find(isMeant: (user: User) => boolean): AccessSubject | undefined {
    for (const user of this.#users.values()) if (isMeant(user)) return subjectOf(user);
    return undefined;
  }

  #check({ name, groups, password, sshKeys, certificates, snmpUser }: NewUser): void {
    if (!NAME.test(name))
      throw new Fault(
        "invalid",
        `"${name.slice(0, 64)}" is no user name: lower-case letters, digits and _.@-, at most 64`,
      );
    if (this.#users.has(name)) throw taken(name);
    const wrong = groups.find((group) => !GROUP.test(group));
    if (wrong !== undefined)
      throw new Fault("invalid", `"${wrong.slice(0, 64)}" is no group name: lower-case letters, digits and -`);
    if (password === undefined && sshKeys.length === 0 && certificates.length === 0 && snmpUser === undefined) {
      throw new Fault(
        "invalid",
        `user ${name} has nothing to show who he is; give a password, a key, a certificate or an SNMP user`,
      );
    }
    for (const print of certificates) {
      if (!/^[0-9a-f]{64}$/i.test(print))
        throw new Fault("invalid", `"${print.slice(0, 80)}" is no SHA-256 fingerprint`);
      if (this.withCertificate(print)) throw new Fault("exists", "another user has this certificate");
    }
    if (snmpUser !== undefined && this.withSnmpUser(snmpUser)) {
      throw new Fault("exists", `another user has the SNMP user ${snmpUser}`);
    }
  }
}

function taken(name: string): Fault {
  return new Fault("exists", `there is a user ${name} already; remove him first, or choose another name`);
}

function subjectOf({ name, groups }: User): AccessSubject {
  return { name, groups };
}
