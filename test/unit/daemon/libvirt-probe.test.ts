import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../src/base/clock.js";
import { silentLog } from "../../../src/base/log.js";
import { libvirtProbe } from "../../../src/daemon/libvirt-probe.js";
import { startSimulatedHosts } from "../../../src/daemon/simulated-hosts.js";
import { parseLibvirtUri } from "../../../src/driver/uri.js";
import { listenUnix } from "../../../src/transport/unix.js";
import { abandonSocket } from "../../support/abandoned-socket.js";
import { ManualClock } from "../../support/manual-clock.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

test("libvirtProbe().offers() opens what a daemon has, and believes it when it refuses a driver", async () => {
  const hosts = await startSimulatedHosts(
    { hosts: 1, machines: 1, seed: 1 },
    temporaryFolder(),
    systemClock,
    silentLog,
  );
  onTestFinished(() => hosts.stop());
  const uri = hosts.plansBeside([])[0]?.uri ?? "";
  const probe = libvirtProbe(systemClock);
  expect(await probe.offers(parseLibvirtUri(uri, false))).toBe(true);
  const other = uri.replace(/^[a-z]+/, uri.startsWith("lxc") ? "qemu" : "lxc");
  expect(await probe.offers(parseLibvirtUri(other, false))).toBe(false);
});

test("libvirtProbe().canOpen() wants a socket that this user may open", async () => {
  const folder = temporaryFolder();
  const probe = libvirtProbe(systemClock);
  await writeFile(join(folder, "file"), "");
  expect(await probe.canOpen(join(folder, "file"))).toBe(false);
  expect(await probe.canOpen(join(folder, "none"))).toBe(false);
  const server = await listenUnix(join(folder, "socket"), () => {});
  onTestFinished(() => server.close());
  expect(await probe.canOpen(join(folder, "socket"))).toBe(true);
});

test("libvirtProbe().offers() finds nobody behind the socket of a daemon that was killed", async () => {
  const path = join(temporaryFolder(), "socket");
  abandonSocket(path);
  const target = parseLibvirtUri(`qemu+unix:///system?socket=${path}`, false);
  expect(await libvirtProbe(systemClock).offers(target)).toBe(false);
});

test("libvirtProbe().offers() leaves it open when a daemon takes the connection and says nothing", async () => {
  const path = join(temporaryFolder(), "socket");
  const clock = new ManualClock();
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const server = await listenUnix(path, (channel) => {
    channel.listen({ onData: arrive, onClose: () => {} });
  });
  onTestFinished(() => server.close());
  const offering = libvirtProbe(clock).offers(parseLibvirtUri(`qemu+unix:///system?socket=${path}`, false));
  await arrived;
  clock.advance(5_000);
  expect(await offering).toBeUndefined();
});
