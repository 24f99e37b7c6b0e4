import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect } from "vitest";
import { localNodeAgent } from "../../src/daemon/local-node-agent.js";
import type { NodeAbilities, NodeAgent } from "../../src/inventory/node-agent.js";
import { attempt, run } from "./support/command.js";
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
