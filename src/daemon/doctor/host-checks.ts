import { reasonOf } from "../../base/fault.js";
import { readAddedHosts } from "../added-hosts.js";
import type { HostConfiguration } from "../options.js";
import { shellWord } from "../program.js";
import { readSecret } from "../secret-file.js";
import { type Check, type Examination, failed, type Outcome, ok, skipped } from "./finding.js";

/** The hosts of the file and those that commands added, before anybody connects to them. */
export const hostChecks: readonly Check[] = [
  { name: "added-hosts", run: checkAddedHosts },
  { name: "host-secrets", run: checkHostSecrets },
];

async function checkAddedHosts({ stateDirectory, configuration, program }: Examination): Promise<Outcome> {
  const added = await readAddedHosts(stateDirectory).catch(reasonOf);
  if (typeof added === "string") return failed(added, "correct it, or remove it and add the hosts again");
  const inFile = new Set(hostsOf(configuration).map(({ name }) => name));
  const hidden = added.map(({ name }) => name).filter((name) => inFile.has(name));
  return hidden.length > 0
    ? failed(
        `the configuration file has hosts of the same names as added ones, and hides them: ${hidden.join(", ")}`,
        hidden.map((name) => `${program} host remove ${name}`).join("; "),
      )
    : ok(added.length === 0 ? "none were added by command" : added.map(({ name }) => name).join(", "));
}

/** Everything that is read only when a connection is opened. */
async function checkHostSecrets({ stateDirectory, configuration }: Examination): Promise<readonly Outcome[]> {
  const added = await readAddedHosts(stateDirectory).catch(() => []);
  const looks = [...hostsOf(configuration), ...added].flatMap((host) =>
    [host.saslPasswordFile, host.sshPasswordFile, host.sshPassphraseFile].flatMap((file) =>
      file === undefined ? [] : [lookAt(host.name, file)],
    ),
  );
  return looks.length === 0 ? [skipped("no host needs a password or a passphrase")] : Promise.all(looks);
}

async function lookAt(host: string, file: string): Promise<Outcome> {
  try {
    await readSecret(file);
    return ok(`${file} can be read by this user alone`, host);
  } catch (error) {
    return failed(
      reasonOf(error),
      `write the secret into ${file} as the gateway's user and run: chmod 600 ${shellWord(file)}`,
      host,
    );
  }
}

function hostsOf(configuration: Examination["configuration"]): readonly HostConfiguration[] {
  return typeof configuration === "string" ? [] : (configuration.configuration?.hosts ?? []);
}
