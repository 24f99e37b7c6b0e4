import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { resolve } from "node:path";
import { Fault, reasonOf } from "../../base/fault.js";
import { checkHostOrder, type SecretKey } from "../added-hosts.js";
import { findStateDirectory } from "../ask-gateway.js";
import type { ClientOptions, CommandContext, ExitCode } from "../command.js";
import { loadConfiguration } from "../config-file.js";
import { hostReport } from "../host-report.js";
import { keepHost } from "../host-state.js";
import { visitHost } from "../host-visit.js";
import { hostConfiguration } from "../read-configuration.js";
import { json, printable, type Terminal } from "../terminal.js";

export interface HostAddOptions extends ClientOptions {
  readonly name?: string;
  readonly allowWrite?: true;
  readonly saslUser?: string;
  readonly passwordFile?: string;
  readonly sshPasswordFile?: string;
  readonly passphraseFile?: string;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly hostKey?: string;
  readonly untested?: true;
  readonly dryRun?: true;
}

/** Looks at a host and, if it can be used, keeps it; the gateway that runs serves it at once. */
export async function hostAdd(uri: string, options: HostAddOptions, context: CommandContext): Promise<ExitCode> {
  const { terminal, env } = context;
  const stateDirectory = await findStateDirectory(options, env);
  const loaded = await loadConfiguration({ config: options.config, env });
  const host = {
    name: options.name ?? nameFor(uri),
    uri,
    ...(options.allowWrite && { allow_write: true }),
    ...(options.saslUser !== undefined && { sasl_user: options.saslUser }),
    ...(options.caFile !== undefined && { ca_file: resolve(options.caFile) }),
    ...(options.certFile !== undefined && { cert_file: resolve(options.certFile) }),
    ...(options.keyFile !== undefined && { key_file: resolve(options.keyFile) }),
  };
  const order = checkHostOrder({ host, secrets: await secretsOf(options, terminal) });
  const keeping = { stateDirectory, loaded, dryRun: options.dryRun === true };
  await keepHost(order, { ...keeping, dryRun: true }); // what cannot be kept need not be looked at
  const visit = {
    host: hostConfiguration(order.host),
    secrets: order.secrets,
    stateDirectory,
    hostKey: options.hostKey,
  };
  const visited = options.untested ? undefined : await visitHost(visit, terminal, env);
  const answer = await keepHost({ ...order, pins: visited?.pins ?? [] }, keeping);
  if (options.json) {
    terminal.out(json({ ...answer, accepted: visited?.pins ?? [], found: visited?.examination }));
    return 0;
  }
  if (visited) terminal.out(hostReport(terminal, uri, visited.examination));
  terminal.out(`host ${answer.name} (${printable(uri)}) ${outcome(answer)}\n`);
  return 0;
}

function outcome({ dryRun, served }: { readonly dryRun: boolean; readonly served: boolean }): string {
  if (dryRun) return "would be added";
  return served ? "added and served" : "added; the gateway serves it from its next start on";
}

/** The first part of the server's name, an address, or the driver of this computer. */
function nameFor(uri: string): string {
  const [, driver = "", server = ""] =
    /^([a-z][a-z0-9]*)(?:\+[a-z0-9]+)?:\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/?]*)/i.exec(uri) ?? [];
  const bare = server.replace(/^\[|\]$/g, "");
  if (bare === "") return driver.toLowerCase() || "host";
  const word = isIP(bare) === 0 ? (bare.split(".")[0] ?? bare) : bare.replaceAll(":", "-").replace(/^-+/, "");
  return word.toLowerCase();
}

async function secretsOf(
  { passwordFile, sshPasswordFile, passphraseFile }: HostAddOptions,
  terminal: Terminal,
): Promise<Partial<Record<SecretKey, string>>> {
  const secrets: Partial<Record<SecretKey, string>> = {};
  const wanted = [
    ["sasl_password_file", passwordFile, "Password for the daemon: "],
    ["ssh_password_file", sshPasswordFile, "Password for SSH: "],
    ["ssh_passphrase_file", passphraseFile, "Passphrase of the key: "],
  ] as const;
  if (wanted.filter(([, file]) => file === "-").length > 1 && !process.stdin.isTTY)
    throw new Fault("invalid", "standard input has one secret only: give the others in files");
  for (const [key, file, question] of wanted) {
    if (file !== undefined) secrets[key] = file === "-" ? await typed(question, terminal) : await contentOf(file);
  }
  return secrets;
}

/** What a person types, or what a program writes. */
async function typed(question: string, terminal: Terminal): Promise<string> {
  return (await terminal.ask(question, { hidden: true })) ?? terminal.firstLine();
}

async function contentOf(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).replace(/\r?\n$/, "");
  } catch (error) {
    throw new Fault("invalid", `${file} cannot be read: ${reasonOf(error)}; name a file with the secret, or -`);
  }
}
