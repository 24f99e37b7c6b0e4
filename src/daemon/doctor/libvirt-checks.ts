import { access, constants, readFile, stat } from "node:fs/promises";
import { connect } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { reasonOf } from "../../base/fault.js";
import { type Check, type Examination, failed, note, type Outcome, ok, skipped, warning } from "./finding.js";

const SYSTEM_FOLDER = "/run/libvirt";
const CONNECT_MS = 3_000;
const WRITERS = "libvirt";

// biome-ignore format: read as a table
const socketNames = ["libvirt-sock-ro", "virtqemud-sock-ro", "virtlxcd-sock-ro", "virtxend-sock-ro"] as const;

/** The libvirt of this computer. */
export const libvirtChecks: readonly Check[] = [
  { name: "libvirt-socket", run: checkSocket },
  { name: "libvirt-connect", run: checkConnect },
  { name: "libvirt-write-access", run: checkWriteAccess },
  { name: "libvirt-session", run: checkSession },
];

async function present(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of socketNames) {
    const path = join(folder, name);
    const status = await stat(path).catch(() => undefined);
    if (status?.isSocket()) found.push(path);
  }
  return found;
}

async function checkSocket(): Promise<Outcome> {
  const paths = await present(SYSTEM_FOLDER);
  return paths.length > 0
    ? ok(paths.join(", "))
    : note(
        `no libvirt daemon listens in ${SYSTEM_FOLDER}; only simulated or remote hosts can be served`,
        "apt-get install --no-install-recommends libvirt-daemon-system, then: systemctl start libvirtd",
      );
}

async function checkConnect(): Promise<Outcome | readonly Outcome[]> {
  const paths = await present(SYSTEM_FOLDER);
  if (paths.length === 0) return skipped("there is no libvirt socket");
  return Promise.all(
    paths.map(async (path): Promise<Outcome> => {
      try {
        await connects(path);
        return ok("accepts connections", path);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        if (code === "EACCES")
          return failed(
            "this user may not open it",
            `usermod -aG ${WRITERS} ${userInfo().username}, then log in again`,
            path,
          );
        return failed(
          `nobody answers: ${reasonOf(error)}`,
          "systemctl restart libvirtd (or the virt…d.socket of this driver); journalctl -u libvirtd says why it ended",
          path,
        );
      }
    }),
  );
}

function connects(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error(`no answer within ${CONNECT_MS} ms`)));
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
  });
}

/** Only hosts that may be written to need it; polkit lets members of one group through, and root. */
async function checkWriteAccess({ configuration, gateway }: Examination): Promise<Outcome> {
  const configured = typeof configuration === "string" ? [] : (configuration.configuration?.hosts ?? []);
  const writable = configured.filter((host) => host.allowWrite).map((host) => host.name);
  if (typeof gateway !== "string")
    writable.push(...gateway.hosts.filter((host) => host.allowWrite && !host.simulated).map((host) => host.name));
  if (writable.length === 0) return ok("not needed: no host may be written to");
  const names = [...new Set(writable)].join(", ");
  if (process.getuid?.() === 0) return ok(`root may write to ${names}`);
  const line = (await readFile("/etc/group", "utf8").catch(() => ""))
    .split("\n")
    .find((one) => one.startsWith(`${WRITERS}:`));
  const id = Number(line?.split(":")[2] ?? Number.NaN);
  return process.getgroups?.().includes(id)
    ? ok(`this user is in group ${WRITERS}, which may write to ${names}`)
    : warning(
        `hosts ${names} may be written to, but this user is not in group ${WRITERS}`,
        `usermod -aG ${WRITERS} ${userInfo().username}, then log in again`,
      );
}

async function checkSession({ env }: Examination): Promise<Outcome> {
  const folder = env["XDG_RUNTIME_DIR"];
  if (folder === undefined || folder === "") return skipped("this session has no XDG_RUNTIME_DIR");
  const path = join(folder, "libvirt", "libvirt-sock");
  const usable = await access(path, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  return usable
    ? ok(`${path} serves this user's own machines (qemu:///session)`)
    : ok("this user has no session daemon");
}
