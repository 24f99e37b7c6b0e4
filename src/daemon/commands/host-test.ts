import type { HostsAnswer } from "../../agent/console/control-routes.js";
import { Fault } from "../../base/fault.js";
import { readAddedHosts } from "../added-hosts.js";
import { askGateway, findStateDirectory } from "../ask-gateway.js";
import type { ClientOptions, CommandContext, ExitCode } from "../command.js";
import { loadConfiguration } from "../config-file.js";
import { hostReport } from "../host-report.js";
import { keepPins } from "../host-state.js";
import { visitHost } from "../host-visit.js";
import type { HostConfiguration } from "../options.js";
import { hostConfiguration } from "../read-configuration.js";
import { json } from "../terminal.js";

export interface HostTestOptions extends ClientOptions {
  readonly hostKey?: string;
  readonly allowWrite?: true;
}

/** Connects to a host, by its URI or as the gateway knows it by name, and tells what it finds. */
export async function hostTest(which: string, options: HostTestOptions, context: CommandContext): Promise<ExitCode> {
  const { terminal, env } = context;
  const stateDirectory = await findStateDirectory(options, env);
  const allow = options.allowWrite === true;
  const host = /^[a-z][a-z0-9+]*:/i.test(which)
    ? hostConfiguration({ name: "host", uri: which, allow_write: allow })
    : await knownHost(which, options, env, stateDirectory);
  const visit = { host, secrets: {}, stateDirectory, hostKey: options.hostKey };
  const { examination, pins } = await visitHost(visit, terminal, env);
  await keepPins(pins, stateDirectory);
  if (options.json) terminal.out(json({ uri: host.uri, accepted: pins, ...examination }));
  else terminal.out(hostReport(terminal, host.uri, examination));
  return 0;
}

/** The file's host of that name, else the one that was added, else the one that the gateway serves. */
async function knownHost(
  name: string,
  options: ClientOptions,
  env: CommandContext["env"],
  stateDirectory: string,
): Promise<HostConfiguration> {
  const { configuration } = await loadConfiguration({ config: options.config, env });
  const kept = [...(configuration?.hosts ?? []), ...(await readAddedHosts(stateDirectory))];
  const host = kept.find((one) => one.name === name);
  if (host) return host;
  const { hosts } = await askGateway<HostsAnswer>(stateDirectory, "/v1/hosts").catch((error: unknown) => {
    if (error instanceof Fault && error.code === "absent") return { hosts: [] };
    throw error;
  });
  const served = hosts.find((one) => one.name === name);
  if (served) return hostConfiguration({ name, uri: served.uri, allow_write: served.allowWrite });
  const names = [...new Set([...kept, ...hosts].map((one) => one.name))];
  const known = names.length === 0 ? "none is known" : `known are ${names.join(", ")}`;
  throw new Fault("absent", `there is no host ${name}; ${known}; or give a URI such as qemu+ssh://root@kvm1/system`);
}
