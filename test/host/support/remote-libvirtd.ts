import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
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
 * Starts a second libvirtd with the drivers that need no module (test) and folders of its own, as another computer would have it.
 * @param settings lines of libvirtd.conf
 * @param mounts files of ours that it shall see instead of its computer's
 */
export async function startRemoteLibvirtd(
  folder: string,
  settings: readonly string[],
  { listen = false, mounts = {} }: { listen?: boolean; mounts?: Readonly<Record<string, string>> } = {},
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
    env: { LIBVIRT_DRIVER_DIR: join(folder, "drivers") },
  });
  await until(`libvirtd to write ${pidFile} (${log})`, () => {
    if (!isAlive(pid)) throw new Error(`libvirtd ended, see ${log}`);
    return pidIn(pidFile) !== undefined;
  });
  return { socket: join(folder, "run", "libvirt-sock"), pid, stop: () => end(pid, "SIGKILL") };
}
