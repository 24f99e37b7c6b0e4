import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, type TestContext, vi } from "vitest";
import { isInstalled } from "../support/installed.js";
import { bringUpMachines } from "./support/baseline.js";
import { run } from "./support/command.js";
import { Gateway } from "./support/gateway.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { limit, openToWrite } from "./support/hypervisor.js";
import { killLibvirt, startLibvirt } from "./support/libvirt-daemon.js";
import type { Driver } from "./support/machines.js";
import { end, isAlive, startInBackground } from "./support/processes.js";
import { scratch } from "./support/room.js";
import { makeKey, Sshd } from "./support/sshd.js";
import { until } from "./support/until.js";
import { machineNames, virsh } from "./support/virsh.js";

const missing = isInstalled("sshd") ? undefined : "sshd is not installed";
const hosts = [
  { name: "far-kvm", driver: "qemu" },
  { name: "far-ct", driver: "lxc" },
] as const;

let folder = "";
let key = "";
let locked = "";
let known = "";
let sshd: Sshd;
let gateway: Gateway;

const uriOf = (driver: Driver, keyFile: string, more = ""): string =>
  `${driver}+ssh://root@127.0.0.1:${sshd.port}/system?keyfile=${keyFile}${more}`;

beforeAll(
  whenPossible(async () => {
    if (missing !== undefined) return;
    await bringUpMachines();
    folder = scratch("ssh");
    mkdirSync(folder, { recursive: true });
    key = await makeKey(join(folder, "key"));
    locked = await makeKey(join(folder, "locked"), "open sesame");
    sshd = await Sshd.start(join(folder, "sshd"), [`${key}.pub`, `${locked}.pub`]);
    known = join(folder, "known_hosts");
    writeFileSync(known, sshd.knownHost);
    const configured = hosts.map(
      ({ name, driver }) =>
        `[[host]]\nname = "${name}"\nuri = "${uriOf(driver, key, `&known_hosts=${known}`)}"\nstate_interval_ms = 1000\n`,
    );
    const listeners = '[snmp]\naddresses = ["127.0.0.1:0"]\n[web]\naddress = "127.0.0.1:0"\n';
    gateway = await Gateway.configured("ssh", `${configured.join("")}${listeners}`);
  }),
);
beforeEach(
  whenPossible(async () => {
    if (missing !== undefined) return;
    await startLibvirt();
    await sshd.again();
  }),
);
afterAll(
  whenPossible(async () => {
    await startLibvirt();
    await gateway?.stop();
    await sshd?.kill();
  }),
);

/** A test that needs a real sshd. */
function sshTest(name: string, body: () => Promise<void>): void {
  hostTest(name, async (context: TestContext) => {
    if (missing !== undefined) context.skip(missing);
    await body();
  });
}

async function link(name: string): Promise<{ readonly link: string; readonly linkReason?: string } | undefined> {
  type Hosts = { readonly hosts: readonly { name: string; link: string; linkReason?: string }[] };
  return (await gateway.json<Hosts>("hosts")).hosts.find((host) => host.name === name);
}

async function stateOf(machine: string): Promise<string | undefined> {
  const found = (await gateway.machines()).find(({ host, name }) => host === "far-kvm" && name === machine);
  return found?.reachable ? found.state : undefined;
}

/** What happens behind SSH is seen: a machine is paused and goes on. */
async function expectLive(): Promise<void> {
  await until("idle-1 to be seen running", async () => (await stateOf("idle-1")) === "running");
  await virsh("qemu", "suspend", "idle-1");
  try {
    await until("idle-1 to be seen paused", async () => (await stateOf("idle-1")) === "paused");
  } finally {
    await virsh("qemu", "resume", "idle-1");
  }
  await until("idle-1 to be seen running again", async () => (await stateOf("idle-1")) === "running");
}

/** Both hosts as virsh tells them here. */
async function expectLists(): Promise<void> {
  for (const { name, driver } of hosts) {
    await until(`${name} to have the machines that virsh lists`, async () => {
      const found = (await gateway.machines()).filter(({ host }) => host === name).map((machine) => machine.name);
      expect(found.sort()).toEqual([...(await machineNames(driver))].sort());
      return true;
    });
  }
}

describe("a libvirtd behind a real sshd", () => {
  sshTest("lists the machines of QEMU and LXC, and hears what happens", async () => {
    await expectLists();
    await expectLive();
  });

  sshTest("is there again after the sessions were killed, and after sshd was", async () => {
    await expectLive();
    for (const pid of sshd.sessions()) if (isAlive(pid)) process.kill(pid, "SIGKILL");
    await expectLive();
    await sshd.kill();
    await until("the host to be down", async () => (await link("far-kvm"))?.link === "down");
    expect((await link("far-kvm"))?.linkReason).toContain(`127.0.0.1:${sshd.port}`);
    await sshd.again();
    await expectLive();
    await expectLists();
  });

  sshTest("is noticed when its connection is half open, and reached anew", async () => {
    await expectLive();
    const silent = sshd.sessions();
    expect(silent.length).toBeGreaterThan(0);
    for (const pid of silent) process.kill(pid, "SIGSTOP");
    try {
      await expectLive();
      const fresh = sshd.sessions().filter((pid) => !silent.includes(pid));
      expect(fresh.length).toBeGreaterThan(0);
    } finally {
      for (const pid of silent) if (isAlive(pid)) process.kill(pid, "SIGKILL");
    }
  });

  sshTest("is read again after libvirtd was killed and restarted", async () => {
    await expectLive();
    await killLibvirt();
    await until("the host to be down", async () => (await link("far-kvm"))?.link === "down");
    await startLibvirt();
    await expectLists();
    await expectLive();
  });
});

describe("virtgate host, through a real sshd", () => {
  sshTest("are refused with the next step when the server is unknown, its key changed, or ours is wrong", async () => {
    const stranger = await makeKey(join(folder, "stranger"));
    const refused = await gateway.command("host", "test", uriOf("qemu", stranger, `&known_hosts=${known}`));
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("ssh-copy-id") });
    const nobody = join(folder, "nobody");
    writeFileSync(nobody, "");
    const unknown = await gateway.command("host", "test", uriOf("qemu", key, `&known_hosts=${nobody}`));
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining("--host-key") });

    await sshd.changeHostKey();
    await sshd.kill();
    await sshd.again();
    const changed = await gateway.command("host", "test", uriOf("qemu", key, `&known_hosts=${known}`));
    expect(changed).toMatchObject({ code: 1, stderr: expect.stringContaining(`line 1 of ${known}`) });
    await until("the gateway to say so", async () => (await link("far-kvm"))?.linkReason?.includes("another key"));
    writeFileSync(known, sshd.knownHost);
    await expectLive();
  });

  sshTest("are added with an encrypted key, whose passphrase is kept, and the key that was accepted", async () => {
    const passphrase = join(folder, "passphrase");
    writeFileSync(passphrase, "open sesame\n");
    const uri = uriOf("test" as Driver, locked, "&socket=/run/libvirt/libvirt-sock").replace("/system", "/default");
    const fingerprint =
      /SHA256:\S+/.exec((await gateway.command("host", "test", uriOf("qemu", key))).stderr)?.[0] ?? "";
    const words = [
      "host",
      "add",
      uri,
      "--name",
      "far-test",
      "--passphrase-file",
      passphrase,
      "--host-key",
      fingerprint,
    ];
    expect(await gateway.command(...words)).toMatchObject({ code: 0, stdout: expect.stringContaining("1 machines") });
    await until("its machine", async () => (await gateway.machines()).some(({ host }) => host === "far-test"));
    expect(await gateway.command("host", "remove", "far-test")).toMatchObject({ code: 0 });
  });

  sshTest("get in with a key that only an ssh agent has, and are refused when the agent has none", async () => {
    const socket = join(folder, "agent");
    const agent = startInBackground("ssh-agent", ["-D", "-a", socket], { log: join(folder, "agent.log") });
    await until("the agent to listen", () => existsSync(socket));
    const uri = `qemu+ssh://root@127.0.0.1:${sshd.port}/system?known_hosts=${known}&sshauth=agent`;
    vi.stubEnv("SSH_AUTH_SOCK", socket);
    try {
      const uuid = await virsh("qemu", "domuuid", "idle-1");
      const status = async () => {
        const opened = openToWrite(uri);
        return opened.machineStatus(uuid, limit).finally(() => opened.close());
      };
      await expect(status()).rejects.toMatchObject({ code: "denied", message: expect.stringContaining("ssh agent") });
      await run("ssh-add", ["-q", key], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      expect(await status()).toMatchObject({ name: "idle-1", state: "running" });
    } finally {
      vi.unstubAllEnvs();
      await end(agent.pid, "SIGTERM");
    }
  });

  sshTest("are told that an authority's word is not enough for the server's key", async () => {
    const authorities = join(folder, "authorities");
    writeFileSync(authorities, `@cert-authority ${sshd.knownHost}`);
    const refused = await gateway.command("host", "test", uriOf("qemu", key, `&known_hosts=${authorities}`));
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(`line 1 of ${authorities}`) });
    expect(refused.stderr).toContain("--host-key");
  });

  sshTest("are watched and written to over one SSH connection", async () => {
    const own = await Sshd.start(join(folder, "sshd-shared"), [`${key}.pub`]);
    const knownToo = join(folder, "known_hosts_shared");
    writeFileSync(knownToo, own.knownHost);
    const uri = `qemu+ssh://root@127.0.0.1:${own.port}/system?keyfile=${key}&known_hosts=${knownToo}`;
    const words = ["host", "add", uri, "--name", "far-shared", "--allow-write"];
    try {
      expect(await gateway.command(...words)).toMatchObject({ code: 0 });
      const here = async () =>
        (await gateway.machines()).find((each) => each.host === "far-shared" && each.name === "idle-2");
      await until("idle-2 to be seen there", async () => (await here())?.state === "running");
      const watching = own.sessions();
      expect(await gateway.command("suspend", "far-shared/idle-2")).toMatchObject({ code: 0 });
      expect(await gateway.command("resume", "far-shared/idle-2")).toMatchObject({ code: 0 });
      expect(own.sessions()).toEqual(watching);
    } finally {
      await gateway.command("host", "remove", "far-shared");
      await own.kill();
    }
  });

  sshTest("are told apart from a socket that is missing there", async () => {
    const uri = uriOf("qemu", key, `&known_hosts=${known}&socket=/nonexistent`);
    expect(await gateway.command("host", "test", uri)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("AllowStreamLocalForwarding"),
    });
  });
});
