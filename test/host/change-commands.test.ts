import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect } from "vitest";
import type { AuditAnswer } from "../../src/daemon/audit-orders.js";
import { run } from "./support/command.js";
import { containerXml, disk, nic, qemuXml } from "./support/domain-xml.js";
import { bothHosts, Gateway } from "./support/gateway.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { startLibvirt } from "./support/libvirt-daemon.js";
import { image } from "./support/media.js";
import { removeMachine } from "./support/remove-machine.js";
import { scratch } from "./support/room.js";
import { until } from "./support/until.js";
import { domainState, pairs, tryVirsh, virsh } from "./support/virsh.js";

const vm = { name: "c-vm", uuid: "7d3c5a10-0000-4000-9000-000000000011" };
const ct = { name: "c-ct", uuid: "7d3c5a10-0000-4000-9000-000000000012" };
const mac = "52:54:00:aa:02:01";
const POOL = "c-pool";
const NETWORK = "c-net";
const MIB = 1024 * 1024;
let gateway: Gateway;

/** A file as an operator has it. */
function file(name: string, content: string | Buffer): string {
  const path = scratch("c-files", name);
  writeFileSync(path, content);
  return path;
}

const folder = (): string => scratch(POOL);
const poolXml = (): string => `<pool type='dir'><name>${POOL}</name><target><path>${folder()}</path></target></pool>`;
const vmXml = (extra: readonly string[] = []): string =>
  qemuXml(vm.name, vm.uuid, {
    ...{ type: "qemu", memoryMiB: 64, vcpus: 2, currentVcpus: 1 },
    devices: [
      disk({ format: "qcow2", file: image("c-root.qcow2"), target: "vda", bus: "virtio" }),
      nic("bridge", mac, "virtio"),
      ...extra,
    ],
  });
const data = (target: string, source = "c-data.qcow2"): string =>
  disk({ format: "qcow2", file: image(source), target, bus: "virtio" });

beforeAll(
  whenPossible(async () => {
    await startLibvirt();
    mkdirSync("/var/lib/libvirt/images", { recursive: true });
    mkdirSync(scratch("c-files"), { recursive: true });
    for (const name of ["c-root.qcow2", "c-data.qcow2", "c-more.qcow2"]) {
      await run("qemu-img", ["create", "-q", "-f", "qcow2", image(name), "8M"]);
    }
    const test = `\n[[host]]\nname = "t1"\nuri = "test:///default"\nallow_write = true\n`;
    const writable = bothHosts({ more: test }).replaceAll(
      "\nstate_interval_ms",
      "\nallow_write = true\nstate_interval_ms",
    );
    gateway = await Gateway.configured("change-commands", writable);
  }),
);
afterEach(
  whenPossible(async () => {
    await removeMachine("qemu", vm.name);
    await removeMachine("lxc", ct.name);
  }),
);
afterAll(
  whenPossible(async () => {
    await gateway?.stop();
    await tryVirsh("qemu", "pool-destroy", POOL);
    await tryVirsh("qemu", "pool-undefine", POOL);
    await tryVirsh("qemu", "net-destroy", NETWORK);
    await tryVirsh("qemu", "net-undefine", NETWORK);
  }),
);

/** Runs a command that has to work. */
async function done(...words: readonly string[]): Promise<string> {
  const outcome = await gateway.command(...words);
  expect({ words, ...outcome }).toMatchObject({ words, code: 0 });
  return outcome.stdout;
}

/** Runs a command that has to be refused. @returns why */
async function refused(...words: readonly string[]): Promise<string> {
  const outcome = await gateway.command(...words);
  expect({ words, ...outcome }).toMatchObject({ words, code: 1 });
  return outcome.stderr;
}

/** Until the gateway's inventory has a machine that it was not told of by a command. */
function known(which: string): Promise<unknown> {
  return until(`the gateway to know ${which}`, async () => (await gateway.command("show", which)).code === 0);
}

async function lastAudited(): Promise<AuditAnswer["records"][number] | undefined> {
  return (await gateway.json<AuditAnswer>("audit")).records.at(-1);
}

describe("define, tune and undefine", () => {
  hostTest("a QEMU machine, shown beforehand, seen by virsh and taken back to the letter", async () => {
    const xml = file("vm.xml", vmXml());
    expect(await done("define", xml, "--host", "kvm1", "--dry-run")).toMatch(
      /^1\. define machine c-vm|^1\. define machine /,
    );
    expect(await domainState("qemu", vm.name)).toBeUndefined();
    expect(await done("define", xml, "--host", "kvm1", "--autostart")).toMatch(/^c-vm: defined on host kvm1/);
    expect(pairs(await virsh("qemu", "dominfo", vm.name), ":").get("Autostart")).toBe("enable");
    expect(await done("define", xml, "--host", "kvm1", "--dry-run")).toMatch(/^already so: define machine c-vm/);

    const plan = await done("tune", "kvm1/c-vm", "memory=48M", "cpu-quota=50000", "--dry-run");
    expect(plan).toMatch(/set memory, limit cpu of machine c-vm for its next start\n(.*\n)*.*49152/);
    await done("tune", "kvm1/c-vm", "memory=48M", "cpu-quota=50000", "disk.vda.read-bytes=1M", "memory-hard=512M");
    expect(pairs(await virsh("qemu", "schedinfo", vm.name, "--config"), ":").get("vcpu_quota")).toBe("50000");
    expect(pairs(await virsh("qemu", "memtune", vm.name, "--config"), ":").get("hard_limit")).toBe("524288");
    // What is set together keeps what nobody speaks of.
    await done("tune", "kvm1/c-vm", "memory-soft=256M", "disk.vda.write-requests=200");
    expect(pairs(await virsh("qemu", "memtune", vm.name, "--config"), ":").get("hard_limit")).toBe("524288");
    expect(await virsh("qemu", "blkdeviotune", vm.name, "vda", "--config")).toMatch(/\nread_bytes_sec *: *1048576/);

    const before = await virsh("qemu", "dumpxml", vm.name, "--inactive");
    expect(await done("undefine", "kvm1/c-vm", "--dry-run")).toMatch(/^1\. undefine machine c-vm\n {3}- \/domain /);
    // The second step is refused by libvirt alone, so the first is taken back: description and autostart.
    expect(await virsh("qemu", "dumpxml", vm.name, "--inactive")).toBe(before);
    await done("undefine", "kvm1/c-vm");
    expect(await domainState("qemu", vm.name)).toBeUndefined();
    expect(await refused("undefine", "kvm1/c-vm")).toMatch(/there is no machine kvm1\/c-vm; .*machines lists them/);
    expect(await refused("tune", "kvm1/c-vm", "memroy=1G")).toMatch(
      /memroy=1G is nothing that can be set; there is:\n {2}memory=SIZE/,
    );
  });

  hostTest("while it runs: both of its settings, live ones seen in the inventory at once", async () => {
    await done("define", file("vm.xml", vmXml()), "--host", "kvm1", "--start");
    expect((await domainState("qemu", vm.name))?.[0]).toBe("running");
    await done("tune", "kvm1/c-vm", "cpu-shares=300", "memory-hard=500M", "pin.0=1");
    expect(pairs(await virsh("qemu", "schedinfo", vm.name), ":").get("cpu_shares")).toBe("300");
    expect(pairs(await virsh("qemu", "schedinfo", vm.name, "--config"), ":").get("cpu_shares")).toBe("300");
    await until("the inventory to show what was set", async () => {
      const { limits } = await gateway.json<{ limits: { memory: { hardKiB?: string }; cpu: { shares?: number } } }>(
        "show",
        "kvm1/c-vm",
      );
      return limits.memory.hardKiB === "512000" && limits.cpu.shares === 300;
    });
    // The second of two settings is refused by the host while it is carried out: the first is as before.
    expect(await refused("tune", "kvm1/c-vm", "cpu-shares=700", "pin.0=900", "--scope", "live")).toMatch(
      /^virtgate: c-vm: /,
    );
    expect(pairs(await virsh("qemu", "schedinfo", vm.name), ":").get("cpu_shares")).toBe("300");
    expect(await lastAudited()).toMatchObject({ outcome: "undone" });
  });

  hostTest("a container, and what containers cannot", async () => {
    const xml = containerXml(ct.name, ct.uuid, {
      ...{ memoryMiB: 48, vcpus: 1, init: ["/bin/sleep", "100000"] },
      devices: [nic("bridge", "52:54:00:aa:02:02")],
    });
    await done("define", file("ct.xml", xml), "--host", "ct1", "--start");
    expect((await domainState("lxc", ct.name))?.[0]).toBe("running");
    await done("tune", "ct1/c-ct", "cpu-shares=400", "--scope", "live");
    expect(pairs(await virsh("lxc", "schedinfo", ct.name), ":").get("cpu_shares")).toBe("400");
    expect(await refused("tune", "ct1/c-ct", "disk.vda.read-bytes=1M")).toMatch(
      /containers have no disks of their own/,
    );
    await done("attach", "ct1/c-ct", file("nic.xml", nic("bridge", "52:54:00:aa:02:03")));
    expect(await virsh("lxc", "domiflist", ct.name)).toContain("52:54:00:aa:02:03");
    await done("detach", "ct1/c-ct", "52:54:00:aa:02:03");
    expect(await virsh("lxc", "domiflist", ct.name)).not.toContain("52:54:00:aa:02:03");
    await done("destroy", "ct1/c-ct");
    await done("undefine", "ct1/c-ct");
    expect(await domainState("lxc", ct.name)).toBeUndefined();
  });
});

describe("devices", () => {
  hostTest("the second of two is refused: the first is taken out again", async () => {
    await done("define", file("vm.xml", vmXml()), "--host", "kvm1");
    const before = await virsh("qemu", "dumpxml", vm.name, "--inactive");
    const good = file("vdb.xml", data("vdb"));
    const same = file("vdb-too.xml", data("vdb", "c-more.qcow2"));
    expect(await refused("attach", "kvm1/c-vm", good, same)).toMatch(/^virtgate: c-vm: .*vdb/);
    expect(await virsh("qemu", "dumpxml", vm.name, "--inactive")).toBe(before);
    expect(await lastAudited()).toMatchObject({ outcome: "undone", what: expect.stringContaining("and 1 more") });

    await done("attach", "kvm1/c-vm", good);
    expect(await virsh("qemu", "domblklist", vm.name, "--inactive")).toContain("vdb");
    expect(await done("detach", "kvm1/c-vm", "vdb", "--dry-run")).toMatch(/- .*disk\[target\/@dev='vdb'\]/);
    await done("detach", "kvm1/c-vm", "vdb");
    expect(await virsh("qemu", "dumpxml", vm.name, "--inactive")).toBe(before);
    expect(await refused("update", "kvm1/c-vm", good)).toMatch(/no such device/);
  });

  hostTest("of a container that runs, likewise", async () => {
    const xml = containerXml(ct.name, ct.uuid, {
      ...{ memoryMiB: 48, vcpus: 1, init: ["/bin/sleep", "100000"] },
      devices: [nic("bridge", "52:54:00:aa:02:02")],
    });
    await done("define", file("ct.xml", xml), "--host", "ct1", "--start");
    const good = file("nic.xml", nic("bridge", "52:54:00:aa:02:03"));
    const bad = file("no-bridge.xml", nic("bridge", "52:54:00:aa:02:04").replace("vgbr0", "nobridge9"));
    expect(await refused("attach", "ct1/c-ct", good, bad, "--scope", "live")).toMatch(/^virtgate: c-ct: /);
    expect(await virsh("lxc", "domiflist", ct.name)).not.toContain("52:54:00:aa:02:03");
    expect(await lastAudited()).toMatchObject({ outcome: "undone" });
  });

  hostTest("a secret that a change takes away comes back with its undo, and is never shown", async () => {
    const screen = "<graphics type='vnc' port='-1' passwd='geheim7'/>";
    await done("define", file("vm.xml", vmXml([screen])), "--host", "kvm1");
    const secure = () => virsh("qemu", "dumpxml", vm.name, "--inactive", "--security-info");
    const before = await secure();
    expect(before).toContain("geheim7");
    const changed = file("changed.xml", vmXml([screen.replace("geheim7", "anders8")]).replace("64", "96"));
    const plan = await done("define", changed, "--host", "kvm1", "--dry-run");
    expect(plan).toContain("(hidden)");
    expect(plan).not.toMatch(/geheim7|anders8/);
    // A disk that is not there keeps it from starting; what was defined before comes back.
    const broken = vmXml([screen.replace("geheim7", "anders8"), data("vdd", "c-nowhere.qcow2")]);
    expect(await refused("define", file("broken.xml", broken), "--host", "kvm1", "--start")).toMatch(/c-nowhere/);
    expect(await secure()).toBe(before);
    expect(gateway.log).not.toMatch(/geheim7|anders8/);
  });
});

describe("snapshots", () => {
  hostTest("are made, listed, gone back to and deleted", async () => {
    await done("define", file("vm.xml", vmXml().replace(/<interface[\s\S]*<\/interface>/, "")), "--host", "kvm1");
    await done("snapshot", "create", "kvm1/c-vm", "first", "--description", "before the change");
    expect(await virsh("qemu", "snapshot-list", vm.name, "--name")).toContain("first");
    await until("the inventory to list it", async () =>
      (await done("snapshot", "list", "kvm1/c-vm")).includes("first (current)"),
    );
    expect(await refused("snapshot", "create", "kvm1/c-vm", "first")).toMatch(
      /has a snapshot first; choose another name/,
    );
    expect(await done("snapshot", "revert", "kvm1/c-vm", "first", "--dry-run")).toMatch(/cannot be undone/);
    await done("snapshot", "revert", "kvm1/c-vm", "first");
    await done("snapshot", "delete", "kvm1/c-vm", "first");
    expect((await virsh("qemu", "snapshot-list", vm.name, "--name")).trim()).toBe("");
  });
});

describe("pools, volumes and networks", () => {
  hostTest("a pool with its volumes, from nothing to nothing", async () => {
    const xml = file("pool.xml", poolXml());
    expect(await done("pool", "define", xml, "--host", "kvm1", "--build", "--start", "--dry-run")).toMatch(
      /1\. define pool c-pool/,
    );
    await done("pool", "define", xml, "--host", "kvm1", "--build", "--autostart", "--start");
    const told = pairs(await virsh("qemu", "pool-info", POOL), ":");
    expect([told.get("State"), told.get("Autostart")]).toEqual(["running", "yes"]);
    await until("the inventory to have the pool", async () => (await done("pool", "list")).includes(POOL));

    await done("volume", "create", POOL, "disk.qcow2", "16M", "--format", "qcow2");
    expect(await virsh("qemu", "vol-list", POOL)).toContain("disk.qcow2");
    await done("volume", "resize", POOL, "disk.qcow2", "32M");
    expect(await virsh("qemu", "vol-info", "disk.qcow2", POOL)).toMatch(/Capacity: +32\.00 MiB/);
    expect(await refused("volume", "resize", POOL, "disk.qcow2", "16M")).toMatch(/ask for it to shrink/);
    await until("the inventory to have the volume", async () =>
      (await done("volume", "list", POOL)).includes("disk.qcow2"),
    );
    await done("volume", "clone", POOL, "disk.qcow2", "copy.qcow2");
    expect(await virsh("qemu", "vol-info", "copy.qcow2", POOL)).toMatch(/Capacity: +32\.00 MiB/);

    const content = Buffer.alloc(3 * MIB + 77, "virtgate");
    content.fill(0, MIB, 2 * MIB);
    const source = file("content", content);
    await done("volume", "upload", POOL, "up", source, "--create", "--sparse");
    expect(readFileSync(`${folder()}/up`).equals(content)).toBe(true);
    const target = scratch("c-files", "down");
    rmSync(target, { force: true });
    await done("volume", "download", POOL, "up", target);
    expect(readFileSync(target).equals(content)).toBe(true);
    expect(await refused("volume", "download", POOL, "up", target)).toMatch(/is there already; name another file/);
    expect(await refused("volume", "upload", POOL, "up", file("long", Buffer.alloc(4 * MIB)))).toMatch(
      /resize it first/,
    );
    await done("volume", "upload", POOL, "up", file("short", Buffer.alloc(100, "x")));
    expect(readFileSync(`${folder()}/up`).subarray(0, 101).toString("latin1")).toBe(
      `${"x".repeat(100)}${content.toString("latin1", 100, 101)}`,
    );
    expect(await lastAudited()).toMatchObject({
      outcome: "done",
      what: `write the content of volume up of pool ${POOL}`,
    });

    for (const name of ["disk.qcow2", "copy.qcow2", "up"]) await done("volume", "delete", POOL, name);
    expect(await refused("pool", "undefine", POOL)).toMatch(/is started; stop it first/);
    await done("pool", "stop", POOL);
    await done("pool", "undefine", POOL);
    expect(await virsh("qemu", "pool-list", "--all")).not.toContain(POOL);
  });

  hostTest("a network, from nothing to nothing", async () => {
    const xml = file("net.xml", `<network><name>${NETWORK}</name><bridge name='cbr0'/></network>`);
    await done("network", "define", xml, "--host", "kvm1", "--autostart", "--start");
    const told = pairs(await virsh("qemu", "net-info", NETWORK), ":");
    expect([told.get("Active"), told.get("Autostart"), told.get("Bridge")]).toEqual(["yes", "yes", "cbr0"]);
    await until("the inventory to have it", async () => (await done("network", "list")).includes(NETWORK));
    expect(await refused("network", "undefine", NETWORK)).toMatch(/is started; stop it first/);
    await done("network", "stop", NETWORK);
    await done("network", "autostart", NETWORK, "--off");
    expect(pairs(await virsh("qemu", "net-info", NETWORK), ":").get("Autostart")).toBe("no");
    await done("network", "undefine", NETWORK);
    expect(await virsh("qemu", "net-list", "--all")).not.toContain(NETWORK);
  });
});

describe("a host that may no longer be written to", () => {
  hostTest(
    "keeps a change waiting in the middle, which doctor tells of, until it may be again or somebody gives it up",
    async () => {
      await done("pool", "define", file("pool.xml", poolXml()), "--host", "kvm1", "--build", "--start");
      const config = join(gateway.folder, "virtgate.toml");
      const writable = readFileSync(config, "utf8");
      const allow = async (text: string, expected: boolean) => {
        writeFileSync(config, text);
        process.kill(gateway.ready.pid, "SIGHUP");
        await until(`kvm1 to be ${expected ? "writable" : "read-only"}`, async () => {
          const { hosts } = await gateway.json<{ hosts: readonly { name: string; allowWrite: boolean }[] }>("hosts");
          return hosts.find(({ name }) => name === "kvm1")?.allowWrite === expected;
        });
      };
      for (const end of ["writable", "given up"] as const) {
        const upload = gateway.feed("volume", "upload", `kvm1/${POOL}`, "half", "-", "--create", "--size", "8M");
        upload.write(Buffer.alloc(MIB, "half"));
        const going = await until("the first of it to arrive", async () => {
          const { jobs } = await gateway.json<{ jobs: readonly { id: string; progress?: object }[] }>("job", "list");
          return jobs.find(({ progress }) => progress !== undefined)?.id;
        });
        await allow(writable.replace("allow_write = true", "allow_write = false"), false);
        const cancelling = gateway.command("job", "cancel", going);
        const waiting = await until("the change to wait", async () => {
          const { jobs } = await gateway.json<{ jobs: readonly { id: string; state: string }[] }>("job", "list");
          return jobs.find(({ state }) => state === "waiting");
        });
        expect((await gateway.command("doctor")).stdout).toContain(`job give-up ${waiting.id}`);
        if (end === "given up") {
          expect(await done("job", "give-up", waiting.id, "--dry-run")).toMatch(/would be left as it is/);
          await done("job", "give-up", waiting.id);
        }
        await allow(writable, true);
        upload.end();
        const { code, stderr } = await upload.ended;
        const why = end === "given up" ? /given up by .*read-only/ : /cancelled|given up/;
        expect({ end, code, stderr }).toEqual({ end, code: 1, stderr: expect.stringMatching(why) });
        expect((await cancelling).stdout).toMatch(end === "given up" ? /: partial: given up by / : /: undone: /);
        expect(await lastAudited()).toMatchObject({ outcome: end === "given up" ? "partial" : "undone" });
        const volumes = await virsh("qemu", "vol-list", POOL);
        expect({ end, left: volumes.includes("half") }).toEqual({ end, left: end === "given up" });
      }
      await done("volume", "delete", `kvm1/${POOL}`, "half"); // nothing is held any more
      await done("pool", "stop", `kvm1/${POOL}`);
      await done("pool", "undefine", `kvm1/${POOL}`);
    },
  );
});

describe("kill -9 of the gateway", () => {
  /** Until what the killed gateway left is ended. */
  const settled = () =>
    until("no change to be open", async () => {
      const { jobs } = await gateway.json<{ jobs: readonly unknown[] }>("job", "list");
      return jobs.length === 0;
    });

  /** Changes that the gateway wrote down before it began them. */
  const plansWritten = (): number => {
    const folder = join(gateway.folder, "state");
    const journals = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith("journal"),
    );
    const text = journals.map((name) => readFileSync(join(folder, name), "latin1")).join("");
    return text.split("/plan").length;
  };

  hostTest("in the middle of a change leaves the machine as before or as after", async () => {
    await done("define", file("vm.xml", vmXml()), "--host", "kvm1");
    const dumped = () => virsh("qemu", "dumpxml", vm.name, "--inactive");
    const running = async () => (await domainState("qemu", vm.name))?.[0] === "running";
    const before = await dumped();
    const changed = file("changed.xml", vmXml().replace("<memory unit='MiB'>64", "<memory unit='MiB'>96"));
    for (const delayMs of [0, 20, 80, 2000]) {
      const begun = plansWritten();
      const asked = gateway.command("define", changed, "--host", "kvm1", "--autostart", "--start");
      await until("the change to be written down", () => plansWritten() > begun, { pauseMs: 1 });
      await pause(delayMs); // further on each time
      await gateway.stop("SIGKILL");
      await asked;
      await gateway.start();
      await settled();
      const isAfter = (await dumped()) !== before;
      const autostart = pairs(await virsh("qemu", "dominfo", vm.name), ":").get("Autostart") === "enable";
      expect({ delayMs, autostart, running: await running() }).toEqual({
        delayMs,
        autostart: isAfter,
        running: isAfter,
      });
      if (!isAfter) continue;
      await done("destroy", "kvm1/c-vm");
      await done("define", file("vm.xml", vmXml()), "--host", "kvm1");
      await done("autostart", "kvm1/c-vm", "--off");
    }
    expect((await gateway.command("audit", "--verify")).code).toBe(0);
  });

  hostTest("in the middle of an upload leaves no half volume, or says that the old content is gone", async () => {
    await done("pool", "define", file("pool.xml", poolXml()), "--host", "kvm1", "--build", "--start");
    await until("the inventory to have the pool", async () => (await done("pool", "list")).includes(POOL));
    await done("volume", "create", POOL, "old", "8M", "--format", "raw");
    for (const [volume, more] of [
      ["fresh", ["--create", "--size", "8M"]],
      ["old", []],
    ] as const) {
      const upload = gateway.feed("volume", "upload", POOL, volume, "-", ...more);
      upload.write(Buffer.alloc(MIB, "half"));
      await until("the first of it to arrive", async () => {
        const { jobs } = await gateway.json<{ jobs: readonly { progress?: { done: string } }[] }>("job", "list");
        return jobs.some(({ progress }) => progress !== undefined);
      });
      await gateway.stop("SIGKILL");
      upload.end();
      expect((await upload.ended).code).not.toBe(0);
      await gateway.start();
      await settled();
    }
    expect((await virsh("qemu", "vol-list", POOL)).match(/fresh|old/g)).toEqual(["old", "old"]);
    const { records } = await gateway.json<AuditAnswer>("audit");
    expect(records.slice(-2).map(({ outcome }) => outcome)).toEqual(["undone", "partial"]);
    await done("volume", "delete", POOL, "old");
  });
});

describe("the test driver", () => {
  hostTest("defines, tunes and undefines, too", async () => {
    const xml = `<domain type='test'><name>c-test</name><memory unit='MiB'>64</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>`;
    await done("define", file("test.xml", xml), "--host", "t1");
    await known("t1/c-test");
    expect(await done("define", file("test.xml", xml), "--host", "t1", "--dry-run")).toMatch(/^already so: /);
    await done("tune", "t1/c-test", "memory=32M");
    await done("undefine", "t1/c-test");
    expect(await refused("show", "t1/c-test")).toMatch(/c-test/);
  });
});
