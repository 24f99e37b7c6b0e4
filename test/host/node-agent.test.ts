import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { checkNodeAgent } from "../../src/daemon/doctor/node-agent-checks.js";
import { localNodeAgent } from "../../src/daemon/local-node-agent.js";
import type { NodeAbilities, NodeAgent } from "../../src/inventory/node-agent.js";
import { isInstalled } from "../support/installed.js";
import { attempt, feed, run } from "./support/command.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { startInBackground } from "./support/processes.js";
import { scratch } from "./support/room.js";
import { until } from "./support/until.js";

const program = fileURLToPath(new URL("../../packaging/node-agent/virtgate-node-agent.js", import.meta.url));
const limit = { deadlineMs: 120_000 };

let agent: NodeAgent;
let can: NodeAbilities;
const folder = (...parts: readonly string[]): string => scratch("node", ...parts);

beforeAll(
  whenPossible(async () => {
    mkdirSync(folder(), { recursive: true });
    agent = localNodeAgent("here", [process.execPath, program, "--root", folder()]);
    can = await agent.abilities(limit);
  }),
);

describe("forwarded ports", () => {
  const table = {
    name: "test",
    subnets: ["192.0.2.0/24"],
    forwards: [{ protocol: "tcp", hostPort: 2201, address: "192.0.2.2", port: 7070 } as const],
  };

  hostTest(
    "lead from the node's own address to a machine in another network, until they are taken away",
    async (context) => {
      if (!can.nftables) context.skip("nft does not work here");
      expect(await agent.readForwards("test", limit)).toBeUndefined();
      await run("ip", ["netns", "add", "far"]);
      await run("ip", ["link", "add", "near0", "type", "veth", "peer", "name", "far0", "netns", "far"]);
      await run("ip", ["address", "add", "192.0.2.1/24", "dev", "near0"]);
      await run("ip", ["link", "set", "near0", "up"]);
      for (const args of [
        ["address", "add", "192.0.2.2/24", "dev", "far0"],
        ["link", "set", "far0", "up"],
        ["route", "add", "default", "via", "192.0.2.1"],
      ]) {
        await run("ip", ["-n", "far", ...args]);
      }
      const script = "require('net').createServer((s)=>s.end('from the machine')).listen(7070)";
      startInBackground("ip", ["netns", "exec", "far", process.execPath, "-e", script], { log: scratch("far.log") });
      await agent.applyForwards(table, limit);
      await agent.applyForwards(table, limit);
      expect(await agent.readForwards("test", limit)).toEqual(table);
      expect(await run("nft", ["list", "table", "ip", "virtgate_test"])).toContain("2201 : 192.0.2.2 . 7070");
      expect(await until("an answer through the forwarded port", () => told(2201))).toBe("from the machine");
      await agent.applyForwards({ ...table, forwards: [] }, limit);
      expect((await agent.readForwards("test", limit))?.forwards).toEqual([]);
      await expect(told(2201)).rejects.toThrow();
      await agent.removeForwards("test", limit);
      await agent.removeForwards("test", limit);
      expect(await agent.readForwards("test", limit)).toBeUndefined();
      expect((await attempt("nft", ["list", "table", "ip", "virtgate_test"])).code).not.toBe(0);
    },
  );
});

/** What is sent to whoever connects to a port of the node's address in the room. */
function told(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "198.51.100.1");
    socket.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    socket.on("end", () => resolve(text)).on("error", reject);
  });
}

describe("an overlay", () => {
  hostTest("shows its base and keeps changes apart; it is not removed while it is mounted", async (context) => {
    if (!can.overlay) context.skip("this kernel has no overlay file system");
    for (const path of ["base/etc", "a/upper", "a/work"]) await agent.makeFolder(path, {}, limit);
    writeFileSync(folder("base/etc/motd"), "base");
    const mount = { target: "a/root", lower: ["base"], upper: "a/upper", work: "a/work" };
    const first = await agent.mountOverlay(mount, limit).catch((error: unknown) => error);
    if (first instanceof Error && /wrong fs type|Invalid argument|upper/i.test(first.message)) {
      context.skip(`overlay does not lie on this file system: ${first.message}`);
    }
    expect(first).toBeUndefined();
    await agent.mountOverlay(mount, limit);
    expect(await agent.inspect("a/root", limit)).toBe("overlay");
    await agent.placeFiles(
      "a/root",
      [{ path: "etc/motd", content: Buffer.from("own"), mode: 0o644, uid: 0, gid: 0 }],
      limit,
    );
    expect(readFileSync(folder("a/root/etc/motd"), "utf8")).toBe("own");
    expect(readFileSync(folder("base/etc/motd"), "utf8")).toBe("base");
    await expect(agent.mountOverlay({ ...mount, lower: ["base/etc"] }, limit)).rejects.toMatchObject({
      code: "exists",
    });
    await expect(agent.removeTree("a", limit)).rejects.toMatchObject({ code: "busy" });
    await agent.unmountOverlay("a/root", limit);
    await agent.unmountOverlay("a/root", limit);
    expect(await agent.inspect("a/root", limit)).toBe("folder");
    await agent.removeTree("a", limit);
    expect(existsSync(folder("a"))).toBe(false);
  });
});

describe("an archive with device nodes", () => {
  hostTest("is refused, and nothing of it stays", async () => {
    mkdirSync(scratch("devices/dev"), { recursive: true });
    await run("mknod", [scratch("devices/dev/mem"), "c", "1", "1"]);
    await run("tar", ["-cf", folder("devices.tar"), "-C", scratch("devices"), "."]);
    await expect(agent.unpackRoot("devices.tar", "from-devices", limit)).rejects.toMatchObject({ code: "invalid" });
    expect(await agent.inspect("from-devices", limit)).toBe("absent");
  });
});

describe("sub-volumes", () => {
  hostTest("are made, copied at once, capped and removed", async (context) => {
    const disk = scratch("btrfs.img");
    const at = scratch("btrfs");
    if ((await attempt("mkfs.btrfs", ["--version"])).code !== 0) context.skip("btrfs-progs is not installed");
    mkdirSync(at, { recursive: true });
    await run("truncate", ["--size", "300M", disk]);
    await run("mkfs.btrfs", ["--quiet", disk]);
    const mounted = await attempt("mount", ["-o", "loop", disk, at]);
    if (mounted.code !== 0) context.skip(`btrfs cannot be mounted here: ${mounted.stderr.trim()}`);
    const own = localNodeAgent("here", [process.execPath, program, "--root", at]);
    expect((await own.abilities(limit)).btrfs).toBe(true);
    await own.makeFolder("base", { subvolume: true }, limit);
    writeFileSync(join(at, "base/file"), "base");
    await own.snapshotSubvolume("base", "slivers/a", {}, limit);
    await own.snapshotSubvolume("base", "slivers/a", {}, limit);
    expect(await own.inspect("slivers/a", limit)).toBe("subvolume");
    expect(readFileSync(join(at, "slivers/a/file"), "utf8")).toBe("base");
    await own.limitSubvolume("slivers/a", 4n << 20n, limit);
    await own.removeTree("slivers", limit);
    expect(await own.inspect("slivers", limit)).toBe("absent");
    await run("umount", [at]);
  });
});

/** The agent as its README installs it, in a folder of ours and with a folder of ours to work in. */
function installed(name: string): string {
  const place = folder(name);
  cpSync(fileURLToPath(new URL("../../packaging/node-agent/", import.meta.url)), place, { recursive: true });
  const file = join(place, "virtgate-node-agent.js");
  chmodSync(file, 0o755);
  return file;
}

describe("a user who may run the agent by sudo", () => {
  const missing = ["sudo", "visudo"].every(isInstalled) ? undefined : "sudo is not installed";
  const user = "virtgate-test";
  const id = "64123";
  const mounted = ["/etc/passwd", "/etc/group", "/etc/shadow", "/etc/sudoers.d"];
  let file = "";

  /** In these namespaces only: this computer gets no user and no rule. */
  beforeAll(
    whenPossible(async () => {
      if (missing !== undefined) return;
      file = installed("by-sudo");
      const line = /^echo '(virtgate .*)' >\/etc\/sudoers\.d\/virtgate$/m.exec(readme())?.[1] ?? "";
      const rule = line.replace("virtgate ", `${user} `).replace(/\/usr\/lib\S+\.js ""/, `${file} --root ${folder()}`);
      const copies = folder("etc");
      mkdirSync(join(copies, "sudoers.d"), { recursive: true });
      for (const [name, more] of [
        ["passwd", `${user}:x:${id}:${id}::/nonexistent:/bin/sh`],
        ["group", `${user}:x:${id}:`],
        ["shadow", `${user}:*:20000:0:99999:7:::`],
      ] as const) {
        writeFileSync(join(copies, name), `${readFileSync(`/etc/${name}`, "utf8")}${more}\n`);
      }
      const rules = join(copies, "sudoers.d", "virtgate");
      writeFileSync(rules, `${rule}\n`, { mode: 0o440 });
      await run("visudo", ["-cf", rules]);
      for (const at of mounted) await run("mount", ["--bind", join(copies, at.slice("/etc/".length)), at]);
    }),
  );
  afterAll(
    whenPossible(async () => {
      if (missing !== undefined) return;
      for (const at of mounted.toReversed()) await attempt("umount", [at]);
    }),
  );

  /** As the gateway does when it is not root. */
  const ask = (request: object, ...words: readonly string[]) => {
    const asUser = [`--reuid=${id}`, `--regid=${id}`, "--clear-groups", "sudo", "-n"];
    const fed = feed("setpriv", [...asUser, ...words]);
    fed.write(Buffer.from(JSON.stringify(request)));
    fed.end();
    return fed.ended;
  };

  hostTest("gets the agent's verbs as root, and nothing else", async (context) => {
    if (missing !== undefined) context.skip(missing);
    const own = [file, "--root", folder()];
    const answered = await ask({ verb: "abilities" }, ...own);
    expect(answered, answered.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(answered.stdout)).toMatchObject({
      result: { version: expect.any(String), nftables: can.nftables },
    });
    const make = (path: string) => ask({ verb: "make-folder", path }, ...own);
    expect(JSON.parse((await make("made-by-sudo")).stdout)).toEqual({ result: null });
    expect((await run("stat", ["-c", "%u", folder("made-by-sudo")])).trim()).toBe("0");
    const outside = await make("../virtgate-test");
    expect(JSON.parse(outside.stdout)).toMatchObject({ fault: { code: "invalid" } });
    for (const words of [["id"], [file], [file, "--root", "/"], [process.execPath, file, "--root", folder()]]) {
      const refused = await ask({ verb: "abilities" }, ...words);
      expect(refused, words.join(" ")).toMatchObject({ code: 1, stdout: "" });
    }
  });
});

describe("doctor", () => {
  const examination = { version: "0.1.0" } as Parameters<typeof checkNodeAgent>[0];

  /** Root's own start of it, with our folder to work in. */
  function started(name: string): string {
    const start = join(folder(name), "start");
    writeFileSync(start, `#!/bin/sh\nexec ${installed(name)} --root ${folder()}\n`);
    chmodSync(start, 0o755);
    return start;
  }

  hostTest("knows the agent's version and what it can, and says how to bring it up to date", async () => {
    mkdirSync(folder("checked"), { recursive: true });
    const start = started("checked");
    expect(await checkNodeAgent(examination, start)).toMatchObject({
      verdict: "ok",
      reason: expect.stringMatching(/^version 0\.1\.0; can use .*tar/),
    });
    expect(await checkNodeAgent({ ...examination, version: "0.2.0" }, start)).toMatchObject({
      verdict: "warning",
      reason: expect.stringContaining("is version 0.1.0, the gateway 0.2.0"),
      remedy: expect.stringContaining("cp packaging/node-agent"),
    });
    chmodSync(start, 0o777);
    expect(await checkNodeAgent(examination, start)).toMatchObject({
      verdict: "failed",
      remedy: expect.stringContaining("chmod -R go-w"),
    });
    expect(await checkNodeAgent(examination, folder("nothing"))).toMatchObject({ verdict: "note" });
  });
});

function readme(): string {
  return readFileSync(new URL("../../packaging/node-agent/README.md", import.meta.url), "utf8");
}
