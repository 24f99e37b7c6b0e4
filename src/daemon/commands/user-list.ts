import { isoTime } from "../../agent/console/host-view.js";
import { findStateDirectory, orderGateway } from "../ask-gateway.js";
import type { ClientOptions, CommandContext, ExitCode } from "../command.js";
import { type Column, json, table } from "../terminal.js";
import { type UsersAnswer, type UserView, usersPath } from "../user-orders.js";

const columns: readonly Column<UserView>[] = [
  { title: "USER", text: ({ name }) => name },
  { title: "GROUPS", text: ({ groups }) => groups.join(",") || "-" },
  { title: "SHOWS WHO HE IS BY", text: credentials },
  { title: "SINCE", text: ({ createdAt }) => isoTime(createdAt) },
];

/** Lists who may ask the gateway for something. */
export async function userList(options: ClientOptions, { terminal, env }: CommandContext): Promise<ExitCode> {
  const answer = await orderGateway<UsersAnswer>(await findStateDirectory(options, env), usersPath, {});
  terminal.out(options.json ? json(answer) : table(terminal, columns, answer.users));
  return 0;
}

function credentials({ hasPassword, sshKeys, certificates, snmpUser }: UserView): string {
  return [
    ...(hasPassword ? ["password"] : []),
    ...(sshKeys.length > 0 ? [`${sshKeys.length} SSH key${sshKeys.length > 1 ? "s" : ""}`] : []),
    ...(certificates.length > 0 ? [`${certificates.length} certificate${certificates.length > 1 ? "s" : ""}`] : []),
    ...(snmpUser === undefined ? [] : [`SNMP user ${snmpUser}`]),
  ].join(", ");
}
