import type { HostsAnswer } from "../../agent/console/control-routes.js";
import type { HostView } from "../../agent/console/host-view.js";
import { askGateway, findStateDirectory } from "../ask-gateway.js";
import type { ClientOptions, CommandContext, ExitCode } from "../command.js";
import { type Column, duration, json, table } from "../terminal.js";

const linkColours = { up: "green", down: "red", connecting: "yellow" } as const;

const columns: readonly Column<HostView>[] = [
  { title: "HOST", text: (host) => host.name },
  {
    title: "LINK",
    text: (host) => host.link,
    colour: (host) => linkColours[host.link],
  },
  { title: "DRIVER", text: (host) => host.driver ?? "-" },
  { title: "HYPERVISOR", text: (host) => host.hypervisorVersion ?? "-" },
  { title: "LIBVIRT", text: (host) => host.libvirtVersion ?? "-" },
  { title: "RUNNING", align: "right", text: (host) => `${host.machinesByState.running ?? 0}/${host.machines}` },
  { title: "STUCK", align: "right", text: (host) => String(host.stuck.length) },
  { title: "AGE", align: "right", text: (host) => duration(host.listedAgeMs) },
  { title: "URI", text: (host) => (host.simulated ? `${host.uri} (simulated)` : host.uri) },
];

/** Lists the hosts of the running gateway. */
export async function hosts(options: ClientOptions, { terminal, env }: CommandContext): Promise<ExitCode> {
  const answer = await askGateway<HostsAnswer>(await findStateDirectory(options, env), "/v1/hosts");
  if (options.json) {
    terminal.out(json(answer));
    return 0;
  }
  terminal.out(table(terminal, columns, answer.hosts));
  for (const host of answer.hosts)
    if (host.linkReason !== undefined) terminal.err(`${host.name}: ${host.linkReason}\n`);
  return 0;
}
