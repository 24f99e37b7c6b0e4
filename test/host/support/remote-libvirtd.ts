import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeCertificate, writeCertificate } from "../../support/certificates.js";
import { end, isAlive, pidIn, startInBackground } from "./processes.js";
import { until } from "./until.js";

export interface RemoteLibvirtd {
  /** Its read-write unix socket, as seen from outside its namespace. */
  readonly socket: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const libvirtFolders = {
  run: "/run/libvirt",
  lib: "/var/lib/libvirt",
  log: "/var/log/libvirt",
  cache: "/var/cache/libvirt",
};

/**
 * Starts a second libvirtd with folders of its own, as another computer would have it.
 * @param settings lines of libvirtd.conf
 * @param mounts files of ours that it shall see instead of its computer's
 * @param modules whether it has all drivers, and not only those that need no module (test)
 */
export async function startRemoteLibvirtd(
  folder: string,
  settings: readonly string[],
  {
    listen = false,
    mounts = {},
    modules = false,
  }: { listen?: boolean; mounts?: Readonly<Record<string, string>>; modules?: boolean } = {},
): Promise<RemoteLibvirtd> {
  for (const name of [...Object.keys(libvirtFolders), "drivers"]) mkdirSync(join(folder, name), { recursive: true });
  const configuration = join(folder, "libvirtd.conf");
  writeFileSync(configuration, `${settings.join("\n")}\n`);
  const binds = Object.entries(libvirtFolders).map(
    ([name, at]) => `mkdir -p ${at}; mount --bind ${join(folder, name)} ${at}`,
  );
  for (const [at, file] of Object.entries(mounts))
    binds.push(`mkdir -p ${dirname(at)}; touch ${at}; mount --bind ${file} ${at}`);
  const pidFile = join(folder, "pid");
  const daemon = `exec /usr/sbin/libvirtd -f ${configuration} -p ${pidFile} ${listen ? "--listen" : ""}`;
  const script = ["set -e", "mount --make-rprivate /", ...binds, daemon].join("\n");
  const { pid, log } = startInBackground("unshare", ["--mount", "bash", "-c", script], {
    log: join(folder, "libvirtd.log"),
    env: modules ? {} : { LIBVIRT_DRIVER_DIR: join(folder, "drivers") },
  });
  await until(`libvirtd to write ${pidFile} (${log})`, () => {
    if (!isAlive(pid)) throw new Error(`libvirtd ended, see ${log}`);
    return pidIn(pidFile) !== undefined;
  });
  return { socket: join(folder, "run", "libvirt-sock"), pid, stop: () => end(pid, "SIGKILL") };
}

/** libvirtd's settings and our files for TLS between the two of them. */
export async function certified(folder: string, port: number) {
  const authority = await makeCertificate("authority", { usage: "authority" });
  const ca = writeCertificate(folder, authority).certificate;
  const wish = { issuer: authority, usage: "server", names: ["127.0.0.1"] } as const;
  const server = writeCertificate(folder, await makeCertificate("server", wish));
  const client = await makeCertificate("client", { issuer: authority, usage: "client" });
  const settings = [
    ...["listen_tls = 1", "listen_tcp = 0", 'listen_addr = "127.0.0.1"', `tls_port = "${port}"`],
    ...[`ca_file = "${ca}"`, `cert_file = "${server.certificate}"`, `key_file = "${server.key}"`],
    ...['auth_unix_rw = "none"', 'tls_allowed_dn_list = ["CN=client"]'],
  ];
  return { settings, files: { ca, ...writeCertificate(folder, client) } };
}

/** The program that makes accounts for `saslAccounts`. */
export const saslTool = "saslpasswd2";

/** One account for SCRAM-SHA-256, in a database of its own. @returns what the daemon must see instead of its computer's files */
export function saslAccounts(folder: string, user: string, password: string): Readonly<Record<string, string>> {
  const database = join(folder, "sasldb");
  const made = spawnSync(saslTool, ["-p", "-c", "-f", database, "-a", "libvirt", user], { input: password });
  if (made.status !== 0) throw new Error(`${saslTool}: ${made.stderr}`);
  const settings = join(folder, "sasl.conf");
  writeFileSync(settings, `mech_list: scram-sha-256\nsasldb_path: ${database}\n`);
  return { "/etc/sasl2/libvirt.conf": settings };
}
