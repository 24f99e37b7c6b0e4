import { access, constants, readdir, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { isLoopback } from "../../transport/http.js";
import { controlPath } from "../control-path.js";
import { problemText } from "../problem.js";
import { shellWord } from "../program.js";
import { type Check, type Examination, failed, note, type Outcome, ok, skipped, warning } from "./finding.js";

const MEBIBYTE = 1024 * 1024;
const LONGEST_SOCKET_PATH = 107;

/** What the gateway keeps and how it is configured. */
export const stateChecks: readonly Check[] = [
  { name: "configuration", run: checkConfiguration },
  { name: "configuration-secrets", run: checkConfigurationSecrets },
  { name: "exposure", run: checkExposure },
  { name: "communities", run: checkCommunities },
  { name: "state-directory", run: checkStateDirectory },
  { name: "state-access", run: checkStateAccess },
  { name: "state-secrets", run: checkStateSecrets },
  { name: "state-space", run: checkStateSpace },
  { name: "control-path", run: checkControlPath },
];

async function checkConfiguration({ configuration, program }: Examination): Promise<Outcome> {
  if (typeof configuration === "string")
    return failed(
      configuration,
      `name a file that can be read, or begin with: ${program} check --sample > virtgate.toml`,
    );
  const { file, problems } = configuration;
  const first = problems[0];
  if (first !== undefined)
    return failed(
      `${problemText(first)}${problems.length > 1 ? ` (and ${problems.length - 1} more)` : ""}`,
      `correct it, then: ${program} check --config ${shellWord(first.file)}`,
    );
  return file === undefined
    ? note("no configuration file: every option has its default", `${program} check --sample > virtgate.toml`)
    : ok(`${file} is valid`);
}

async function checkConfigurationSecrets({ configuration }: Examination): Promise<Outcome> {
  if (typeof configuration === "string") return skipped("the configuration cannot be read");
  const first = configuration.warnings[0];
  return first === undefined
    ? ok("nobody else can read secrets in the configuration")
    : warning(first, `chmod o-r ${shellWord(configuration.file ?? "")}`);
}

async function checkExposure({ configuration }: Examination): Promise<Outcome> {
  const valid = typeof configuration === "string" ? undefined : configuration.configuration;
  if (valid === undefined) return skipped("there is no valid configuration");
  const outside = [
    ...(valid.snmp.enabled ? valid.snmp.addresses : []),
    ...(valid.web.enabled ? [valid.web.address] : []),
  ]
    .filter(({ address }) => !isLoopback(address))
    .map(({ address, port }) => `${address} port ${port}`);
  return outside.length === 0
    ? ok("every listener is on loopback")
    : note(
        `reachable from outside: ${outside.join(", ")}`,
        "let a firewall decide who may reach these, or give the listeners loopback addresses",
      );
}

async function checkCommunities({ configuration }: Examination): Promise<Outcome> {
  const valid = typeof configuration === "string" ? undefined : configuration.configuration;
  if (valid === undefined) return skipped("there is no valid configuration");
  const { communities } = valid.snmp;
  return communities.length === 0
    ? ok("SNMPv1 and v2c are off")
    : warning(
        `${communities.length} community string(s) are accepted: passwords that travel in clear text`,
        "remove the [[snmp.community]] sections and let managers use SNMPv3",
      );
}

async function checkStateDirectory({ stateDirectory, program }: Examination): Promise<Outcome> {
  const found = await stat(stateDirectory).catch(() => undefined);
  if (found === undefined)
    return note(`${stateDirectory} does not exist yet; the first start makes it`, `${program} up`);
  if (!found.isDirectory()) return failed(`${stateDirectory} is no directory`, "name another with --state");
  if ((found.mode & 0o077) !== 0)
    return failed(
      `others can look into ${stateDirectory} (mode ${(found.mode & 0o777).toString(8)})`,
      `chmod 700 ${shellWord(stateDirectory)}`,
    );
  return ok(stateDirectory);
}

async function checkStateAccess({ stateDirectory }: Examination): Promise<Outcome> {
  if ((await stat(stateDirectory).catch(() => undefined)) === undefined)
    return skipped("there is no state directory yet");
  try {
    await access(stateDirectory, constants.R_OK | constants.W_OK | constants.X_OK);
    return ok("this user can read and write it");
  } catch {
    return failed(
      `this user cannot write ${stateDirectory}`,
      `chown -R "$(id -un)" ${shellWord(stateDirectory)}, or run virtgate as its owner`,
    );
  }
}

async function checkStateSecrets({ stateDirectory }: Examination): Promise<Outcome> {
  const entries = await readdir(stateDirectory, { withFileTypes: true, recursive: true }).catch(() => undefined);
  if (entries === undefined) return skipped("there is no state directory that this user can read");
  const open: string[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const found = await stat(path).catch(() => undefined); // it may just have been replaced
    if (found !== undefined && (found.mode & 0o077) !== 0) open.push(path);
  }
  return open.length === 0
    ? ok("nobody else can read keys and state")
    : failed(
        `others could read ${open.slice(0, 3).join(", ")}${open.length > 3 ? ` and ${open.length - 3} more` : ""}`,
        `chmod -R go= ${shellWord(stateDirectory)}`,
      );
}

async function checkStateSpace({ stateDirectory }: Examination): Promise<Outcome> {
  const space = await statfs(stateDirectory).catch(() => undefined);
  if (space === undefined) return skipped("there is no state directory yet");
  const free = (space.bavail * space.bsize) / MEBIBYTE;
  const remedy = `free some: df -h ${shellWord(stateDirectory)}; du -sh ${shellWord(stateDirectory)}`;
  if (free < 32)
    return failed(`${Math.floor(free)} MiB are left on its file system; changes will be refused soon`, remedy);
  if (free < 256) return warning(`${Math.floor(free)} MiB are left on its file system`, remedy);
  return ok(`${Math.floor(free)} MiB free`);
}

async function checkControlPath({ stateDirectory }: Examination): Promise<Outcome> {
  const length = Buffer.byteLength(controlPath(stateDirectory));
  return length <= LONGEST_SOCKET_PATH
    ? ok(`${length} of at most ${LONGEST_SOCKET_PATH} octets`)
    : failed(
        `the control socket's path has ${length} octets, a socket's path at most ${LONGEST_SOCKET_PATH}`,
        "choose a shorter --state",
      );
}
