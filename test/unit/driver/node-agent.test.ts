import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createNodeAgent } from "../../../src/driver/node-agent.js";
import type { NodeAgent } from "../../../src/inventory/node-agent.js";
import { runProgram } from "../../../src/transport/run-program.js";

const program = fileURLToPath(new URL("../../../packaging/node-agent/virtgate-node-agent.js", import.meta.url));
const limit = { deadlineMs: 60_000 };
const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

let outside: string;
let root: string;
let agent: NodeAgent;

beforeEach(() => {
  outside = mkdtempSync(join(tmpdir(), "node-agent-"));
  root = join(outside, "node");
  mkdirSync(root);
  agent = createNodeAgent("n1", async (request, { deadlineMs }) => {
    const run = { input: request, timeoutMs: deadlineMs, mostOutput: 1 << 24 };
    return (await runProgram(process.execPath, [program, "--root", root], run)).stdout;
  });
});
afterEach(() => rmSync(outside, { recursive: true, force: true }));

const text = (path: string): string => readFileSync(join(root, path), "utf8");
const file = (path: string, content: string) => ({ path, content: Buffer.from(content), mode: 0o640, ...own });

describe("folders and files", () => {
  test("are made, looked at, measured and removed; each verb twice is as once", async () => {
    await agent.makeFolder("slices/one/root", {}, limit);
    await agent.makeFolder("slices/one/root", {}, limit);
    expect(await agent.inspect("slices/one/root", limit)).toBe("folder");
    expect(await agent.inspect("slices/two", limit)).toBe("absent");
    const files = [file("etc/hostname", "one\n"), file("etc/ssh/keys", "key")];
    await agent.placeFiles("slices/one/root", files, limit);
    await agent.placeFiles("slices/one/root", [file("etc/hostname", "other\n")], limit);
    expect(text("slices/one/root/etc/hostname")).toBe("other\n");
    expect(statSync(join(root, "slices/one/root/etc/hostname")).mode & 0o7777).toBe(0o640);
    expect(await agent.inspect("slices/one/root/etc/hostname", limit)).toBe("file");
    writeFileSync(join(root, "slices/big"), Buffer.alloc(1 << 20, 1));
    linkSync(join(root, "slices/big"), join(root, "slices/again"));
    const { bytes, files: count } = await agent.diskUsage("slices", limit);
    expect(bytes).toBeGreaterThanOrEqual(1n << 20n);
    expect(bytes).toBeLessThan(2n << 20n);
    expect(count).toBe(8n); // slices, one, root, etc, hostname, ssh, keys, and the two names of one file
    await agent.removeTree("slices", limit);
    await agent.removeTree("slices", limit);
    expect(existsSync(join(root, "slices"))).toBe(false);
    await expect(agent.diskUsage("slices", limit)).rejects.toMatchObject({ code: "absent", path: "node/n1" });
    await expect(agent.placeFiles("slices", [], limit)).rejects.toMatchObject({ code: "absent" });
  });

  test("nothing leads out of the agent's folder: not names, not links, not files of a root file system", async () => {
    writeFileSync(join(outside, "secret"), "untouched");
    mkdirSync(join(outside, "elsewhere"));
    mkdirSync(join(root, "tree"));
    symlinkSync(outside, join(root, "out"));
    symlinkSync(join(outside, "elsewhere"), join(root, "tree/etc"));
    symlinkSync(join(outside, "secret"), join(root, "tree/hostname"));
    const hostile = [
      "..",
      "../secret",
      "/etc",
      "a/../../secret",
      "",
      ".",
      "a//b",
      "a/",
      "out",
      "out/secret",
      "a\0b",
      "a b",
      "$(id)",
    ];
    const verbs = [
      (path: string) => agent.makeFolder(path, {}, limit),
      (path: string) => agent.removeTree(path, limit),
      (path: string) => agent.inspect(path, limit),
      (path: string) => agent.unpackRoot("base.tar", path, limit),
    ];
    await Promise.all(
      [...hostile, "x".repeat(300)].map((path, position) =>
        expect(verbs[position % verbs.length]?.(path), path).rejects.toMatchObject({ code: "invalid" }),
      ),
    );
    await expect(agent.placeFiles("tree", [file("etc/passwd", "x")], limit)).rejects.toMatchObject({ code: "invalid" });
    await expect(agent.placeFiles("tree", [file("../secret", "x")], limit)).rejects.toMatchObject({ code: "invalid" });
    await agent.placeFiles("tree", [file("hostname", "inside")], limit);
    expect(lstatSync(join(root, "tree/hostname")).isSymbolicLink(), "the link is replaced, not followed").toBe(false);
    expect(readFileSync(join(outside, "secret"), "utf8")).toBe("untouched");
    await agent.removeTree("tree", limit);
    expect(existsSync(join(outside, "elsewhere"))).toBe(true);
  });
});

describe("an archive of a root file system", () => {
  async function pack(name: string, ...args: readonly string[]): Promise<void> {
    const run = { input: "", timeoutMs: 60_000, mostOutput: 1 << 20 };
    expect((await runProgram("tar", ["-cf", join(root, name), ...args], run)).code).toBe(0);
  }

  test("is unpacked whole into a folder that is empty or absent", async () => {
    mkdirSync(join(outside, "base/etc"), { recursive: true });
    writeFileSync(join(outside, "base/etc/os-release"), "ID=test\n");
    symlinkSync("/etc/os-release", join(outside, "base/link"));
    await pack("base.tar.gz", "-z", "-C", join(outside, "base"), ".");
    await agent.unpackRoot("base.tar.gz", "slivers/a", limit);
    expect(text("slivers/a/etc/os-release")).toBe("ID=test\n");
    await expect(agent.unpackRoot("base.tar.gz", "slivers/a", limit)).rejects.toMatchObject({ code: "exists" });
    await expect(agent.unpackRoot("none.tar", "slivers/b", limit)).rejects.toMatchObject({ code: "absent" });
    writeFileSync(join(root, "broken.tar"), "this is no archive");
    await expect(agent.unpackRoot("broken.tar", "slivers/b", limit)).rejects.toMatchObject({ code: "invalid" });
    expect(await agent.inspect("slivers/b", limit)).toBe("absent");
    expect(
      (await runProgram("ls", ["-A", join(root, "slivers")], { input: "", timeoutMs: 9000, mostOutput: 999 })).stdout,
    ).toBe("a\n");
  });

  test("with entries that would lie outside of it is refused", async () => {
    writeFileSync(join(outside, "evil"), "x");
    await pack("up.tar", "-P", "-C", root, "--transform", "s,^.*evil,../../evil2,", join(outside, "evil"));
    await pack("absolute.tar", "-P", join(outside, "evil"));
    for (const name of ["up.tar", "absolute.tar"]) {
      await expect(agent.unpackRoot(name, "slivers/c", limit), name).rejects.toMatchObject({ code: "invalid" });
    }
    expect(await agent.inspect("slivers/c", limit)).toBe("absent");
    expect(existsSync(join(outside, "evil2"))).toBe(false);
  });
});

describe("requests", () => {
  test("that are not what they must be are refused before anything is done", async () => {
    const forward = { protocol: "tcp", hostPort: 2201, address: "192.0.2.5", port: 22 } as const;
    const table = { name: "slices", subnets: ["192.0.2.0/24"], forwards: [forward] };
    const badTables = [
      { ...table, name: "x; flush ruleset" },
      { ...table, name: "X" },
      { ...table, subnets: ["192.0.2.0/24; }"] },
      { ...table, subnets: ["192.0.2.0/33"] },
      { ...table, subnets: ["2001:db8::/32"] },
      { ...table, forwards: [{ ...forward, address: "192.0.2.5 } table" }] },
      { ...table, forwards: [{ ...forward, hostPort: 0 }] },
      { ...table, forwards: [{ ...forward, hostPort: 1.5 }] },
      { ...table, forwards: [forward, forward] },
      { ...table, forwards: [{ ...forward, protocol: "icmp" as "tcp" }] },
    ];
    await Promise.all(
      badTables.map((bad) =>
        expect(agent.applyForwards(bad, limit), JSON.stringify(bad)).rejects.toMatchObject({ code: "invalid" }),
      ),
    );
    const other = createNodeAgent("n2", async () => '{"result":"sideways"}');
    await expect(other.inspect("a", limit)).rejects.toMatchObject({ code: "driver-failed" });
    const broken = createNodeAgent("n3", async () => "Segmentation fault");
    await expect(broken.removeTree("a", limit)).rejects.toMatchObject({ code: "driver-failed", path: "node/n3" });
  });

  test("with a verb that there is not, or that are no JSON, are answered all the same", async () => {
    const run = { timeoutMs: 60_000, mostOutput: 1 << 20 };
    for (const input of ['{"verb":"toString"}', '{"verb":"run"}', "{", "null", "[]"]) {
      const { code, stdout } = await runProgram(process.execPath, [program, "--root", root], { ...run, input });
      expect([code, Object.keys(JSON.parse(stdout) as object)], input).toEqual([0, ["fault"]]);
    }
    expect((await runProgram(process.execPath, [program, "-x"], { ...run, input: "{}" })).code).toBe(2);
  });
});
