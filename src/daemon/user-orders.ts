import { Fault } from "../base/fault.js";
import type { HttpRoute } from "../base/http.js";
import { Secret } from "../base/secret.js";
import type { NewUser, SshKey, User } from "../engine/access/users.js";
import { orderRoute } from "./control-order.js";
import { gatewayOwner, type WriteService } from "./write-service.js";

export const addUserPath = "/v1/users/add";
export const removeUserPath = "/v1/users/remove";
export const usersPath = "/v1/users";
export const ownMachinePath = "/v1/users/own";

/** A user, without what his password could be guessed from. */
export interface UserView {
  readonly name: string;
  readonly groups: readonly string[];
  /** Wall time, milliseconds. */
  readonly createdAt: number;
  readonly hasPassword: boolean;
  readonly sshKeys: readonly SshKey[];
  readonly certificates: readonly string[];
  readonly snmpUser: string | undefined;
}

export interface UsersAnswer {
  readonly users: readonly UserView[];
}

export interface UserAnswer {
  readonly user: UserView;
  readonly dryRun: boolean;
  /** Those of his groups that no rule is about: they let him do nothing. */
  readonly idleGroups: readonly string[];
}

/** Whose a machine is, or would be; absent: nobody's. */
export interface OwnerAnswer {
  readonly owner?: string;
  readonly before?: string;
  readonly dryRun: boolean;
}

/**
 * What `virtgate user …` orders.
 * @param usersChanged is called before the command hears of it
 */
export function userOrders(writes: WriteService, usersChanged: () => Promise<void>): readonly HttpRoute[] {
  const { users, owners, clock } = writes;
  return [
    orderRoute(usersPath, async (): Promise<UsersAnswer> => ({ users: users.list().map(userView) })),
    orderRoute(addUserPath, async (order): Promise<UserAnswer> => {
      const asked = checkNewUser(order);
      const dryRun = isDryRun(order);
      users.require(asked);
      const ruled = new Set(writes.access.rules.lists.flatMap(({ groups }) => groups));
      const idleGroups = asked.groups.filter((group) => !ruled.has(group));
      if (dryRun) return { user: plannedView(asked, clock.now()), dryRun, idleGroups };
      const user = await users.add(asked, clock.now());
      await usersChanged();
      await writes.tell(
        gatewayOwner(),
        `add user ${user.name} (${user.groups.join(", ") || "no group"})`,
        `user/${user.name}`,
      );
      return { user: userView(user), dryRun, idleGroups };
    }),
    orderRoute(ownMachinePath, async (order): Promise<OwnerAnswer> => {
      const { host, machine: uuid, user } = Object(order) as Readonly<Record<string, unknown>>;
      const owner = user === undefined ? undefined : users.list().find(({ name }) => name === user)?.name;
      if (user !== undefined && owner === undefined)
        throw new Fault("absent", "there is no such user; user list lists them");
      if (typeof host !== "string" || typeof uuid !== "string")
        throw new Fault("invalid", "the order names no machine");
      const machine = { host, uuid };
      const before = owners.of(machine);
      const dryRun = isDryRun(order);
      if (!dryRun && before !== owner) {
        await owners.set(machine, owner);
        await usersChanged();
        const what = owner === undefined ? "take a machine from its owner" : `give a machine to user ${owner}`;
        await writes.tell(gatewayOwner(), what, `host/${host}/machine/${uuid}`);
      }
      return { ...(owner !== undefined && { owner }), ...(before !== undefined && { before }), dryRun };
    }),
    orderRoute(removeUserPath, async (order): Promise<UserAnswer> => {
      const { name } = Object(order) as { readonly name?: unknown };
      const user = users.list().find((one) => one.name === name);
      if (user === undefined) throw new Fault("absent", "there is no such user");
      const dryRun = isDryRun(order);
      if (!dryRun) {
        await owners.forget(user.name);
        await users.remove(user.name);
        await usersChanged();
        await writes.tell(gatewayOwner(), `remove user ${user.name}`, `user/${user.name}`);
      }
      return { user: userView(user), dryRun, idleGroups: [] };
    }),
  ];
}

function isDryRun(order: unknown): boolean {
  return (Object(order) as { readonly dryRun?: unknown }).dryRun === true;
}

/** @throws {Fault} `invalid` for what has not the form of a user; `Users` checks the rest */
function checkNewUser(order: unknown): NewUser {
  const { name, groups, password, sshKeys, certificates, snmpUser } = Object(order) as Partial<Record<string, unknown>>;
  const keys = Array.isArray(sshKeys) ? sshKeys.map(sshKeyOf) : [];
  if (typeof name !== "string" || keys.includes(undefined)) throw new Fault("invalid", "the order describes no user");
  return {
    name,
    groups: texts(groups),
    sshKeys: keys.filter((key) => key !== undefined),
    certificates: texts(certificates),
    ...(typeof password === "string" && { password: new Secret(password) }),
    ...(typeof snmpUser === "string" && { snmpUser }),
  };
}

function sshKeyOf(value: unknown): SshKey | undefined {
  const { type, key } = Object(value) as Partial<Record<keyof SshKey, unknown>>;
  return typeof type === "string" && typeof key === "string" ? { type, key } : undefined;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

function userView({ name, groups, createdAt, password, sshKeys, certificates, snmpUser }: User): UserView {
  return { name, groups, createdAt, hasPassword: password !== undefined, sshKeys, certificates, snmpUser };
}

function plannedView({ name, groups, password, sshKeys, certificates, snmpUser }: NewUser, now: number): UserView {
  return { name, groups, createdAt: now, hasPassword: password !== undefined, sshKeys, certificates, snmpUser };
}
