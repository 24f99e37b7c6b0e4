import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { systemClock } from "../../src/base/clock.js";
import { silentLog } from "../../src/base/log.js";
import { listenPrivately } from "../../src/daemon/simulated-hosts.js";
import { serveFleet } from "../../src/simulator/fleet.js";
import { fingerprint } from "../../src/transport/known-hosts.js";
import { makeSshKey, type SshServerOptions, startSshServer } from "./ssh-server.js";
import { temporaryFolder } from "./temporary-folder.js";

const key = makeSshKey();

/** A computer that is reached by SSH: a simulated host there, and a key to log in with. */
export async function farComputer(options: SshServerOptions = { keys: [key] }) {
  const folder = temporaryFolder();
  const socket = join(folder, "sim.sock");
  const fleet = await serveFleet({
    ...{ path: socket, hosts: 1, machines: 5, seed: 7, life: false },
    ...{ clock: systemClock, log: silentLog, listen: listenPrivately },
  });
  onTestFinished(() => fleet.stop());
  const server = await startSshServer(options);
  const keyFile = join(folder, "key");
  writeFileSync(keyFile, key.private);
  const { parsed } = server.hostKey;
  const uriOf = (more: string) => `qemu+ssh://ops@127.0.0.1:${server.port}/system?socket=${socket}&${more}`;
  return {
    server,
    socket,
    hostKey: fingerprint({ type: parsed.type, blob: parsed.getPublicSSH() }),
    uri: uriOf(`keyfile=${keyFile}`),
    passwordUri: uriOf("sshauth=password"),
  };
}
