import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Fault, reasonOf } from "../../base/fault.js";
import type { SshKey } from "../../engine/access/users.js";
import { findStateDirectory, orderGateway } from "../ask-gateway.js";
import type { ClientOptions, CommandContext, ExitCode } from "../command.js";
import { readSecret } from "../secret-file.js";
import { json, type Terminal } from "../terminal.js";
import { addUserPath, type UserAnswer } from "../user-orders.js";

export interface UserAddOptions extends ClientOptions {
  readonly group: readonly string[];
  readonly passwordFile?: string;
  readonly sshKeyFile: readonly string[];
  readonly certificateFile: readonly string[];
  readonly snmpUser?: string;
  readonly dryRun?: true;
}

/** Adds somebody who may ask the gateway for something. */
export async function userAdd(
  name: string,
  options: UserAddOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  const sshKeys = (await Promise.all(options.sshKeyFile.map(readSshKeys))).flat();
  const certificates = await Promise.all(options.certificateFile.map(readFingerprint));
  const { snmpUser } = options;
  const hasOther = sshKeys.length > 0 || certificates.length > 0 || snmpUser !== undefined;
  const password = await passwordFor(options.passwordFile, hasOther, terminal);
  const order = {
    ...{ name, groups: options.group, sshKeys, certificates, dryRun: options.dryRun === true },
    ...(password !== undefined && { password }),
    ...(snmpUser !== undefined && { snmpUser }),
  };
  const answer = await orderGateway<UserAnswer>(state, addUserPath, order);
  if (options.json) terminal.out(json(answer));
  else
    terminal.out(
      `user ${name} ${answer.dryRun ? "would be added" : "added"} (${answer.user.groups.join(", ") || "no group"})\n`,
    );
  for (const group of answer.idleGroups) terminal.err(`no rule is about the group ${group}: it lets him do nothing\n`);
  return 0;
}

/** From the file; asked for when nothing else says who he is. */
async function passwordFor(
  file: string | undefined,
  hasOther: boolean,
  terminal: Terminal,
): Promise<string | undefined> {
  if (file !== undefined && file !== "-") return (await readSecret(file)).reveal();
  if (file === undefined && hasOther) return undefined;
  const typed = await terminal.ask("Password: ", { hidden: true });
  if (typed === undefined) return file === "-" ? terminal.firstLine() : undefined;
  if ((await terminal.ask("Again: ", { hidden: true })) !== typed)
    throw new Fault("invalid", "the two differ; try again");
  return typed;
}

async function contentOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new Fault("invalid", `${file} cannot be read: ${reasonOf(error)}`);
  }
}

/** Lines as in `authorized_keys`, without options. */
async function readSshKeys(file: string): Promise<readonly SshKey[]> {
  const lines = (await contentOf(file))
    .toString()
    .split("\n")
    .map((line) => line.trim());
  const keys = lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [, type, key] = /^((?:ssh|ecdsa|sk)-[\w@.-]+)\s+([A-Za-z0-9+/]+={0,2})(?:\s|$)/.exec(line) ?? [];
      if (type === undefined || key === undefined) {
        throw new Fault("invalid", `${file} has a line that is no public key; give the .pub file`);
      }
      return { type, key };
    });
  if (keys.length === 0) throw new Fault("invalid", `${file} has no public key`);
  return keys;
}

async function readFingerprint(file: string): Promise<string> {
  const content = await contentOf(file);
  try {
    return new X509Certificate(content).fingerprint256.replaceAll(":", "").toLowerCase();
  } catch (cause) {
    throw new Fault("invalid", `${file} is no certificate in PEM or DER`, { cause });
  }
}
