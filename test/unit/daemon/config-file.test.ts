import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Fault } from "../../../src/base/fault.js";
import { configurationCandidates, loadConfiguration, requireConfiguration } from "../../../src/daemon/config-file.js";
import { defaultConfiguration, LARGEST_CONFIGURATION } from "../../../src/daemon/read-configuration.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "virtgate-config-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string | Buffer, mode = 0o600): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  await chmod(path, mode);
  return path;
}

function load(config: string | undefined, candidates: readonly string[] = []) {
  return loadConfiguration({ config, env: {}, candidates });
}

async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  return promise.then(
    () => {
      throw new Error("it succeeded");
    },
    (fault: Fault) => fault,
  );
}

describe("configurationCandidates()", () => {
  test("are the packaged file, then the user's own", () => {
    expect(configurationCandidates({ XDG_CONFIG_HOME: "/c", HOME: "/h" })).toEqual([
      "/etc/virtgate/virtgate.toml",
      "/c/virtgate/virtgate.toml",
    ]);
    expect(configurationCandidates({ HOME: "/h" })[1]).toBe("/h/.config/virtgate/virtgate.toml");
  });
});

describe("loadConfiguration()", () => {
  test("takes the first file that exists, alone", async () => {
    const second = await file("second.toml", "[simulate]\nseed = 2\n");
    const third = await file("third.toml", "[simulate]\nmachines = 3\n");
    const loaded = await load(undefined, [join(folder, "none.toml"), join(folder, "none", "x"), second, third]);
    expect(loaded.file).toBe(second);
    expect(loaded.configuration?.simulate).toEqual({ hosts: 0, machines: 12, seed: 2 });
  });

  test("has every default when there is no file", async () => {
    expect(await load(undefined, [join(folder, "none.toml")])).toEqual({
      file: undefined,
      configuration: defaultConfiguration(),
      problems: [],
      warnings: [],
    });
  });

  test("takes a named file and no other", async () => {
    const other = await file("other.toml", "");
    const { code, message } = await faultOf(load(join(folder, "none.toml"), [other]));
    expect(code).toBe("absent");
    expect(message).toContain(join(folder, "none.toml"));
  });

  test("gives the problems of a file, each with the file's name, and requireConfiguration() makes a fault of them", async () => {
    const path = await file("bad.toml", "[log]\nlevel = 1\ncolour = 2\n");
    const loaded = await load(path);
    expect(loaded.configuration).toBeUndefined();
    expect(() => requireConfiguration(loaded)).toThrow(
      `${path}:2:9: log.level is 1; write one of "error", "warn", "info", "debug"\n` +
        `${path}:3:1: log.colour is not known; the keys here are level`,
    );
  });

  test("refuses what is no file, what is too large, and says of what it may not read why", async () => {
    await mkdir(join(folder, "folder.toml"));
    expect((await faultOf(load(join(folder, "folder.toml")))).message).toMatch(/is not a file|EISDIR/);
    const large = await file("large.toml", Buffer.alloc(LARGEST_CONFIGURATION + 1, 0x0a));
    expect((await faultOf(load(large))).code).toBe("invalid");
    expect((await faultOf(load("/dev/zero"))).message).toContain("/dev/zero is not a file");
  });

  test("warns when everybody can read a community string, and only then", async () => {
    const secret = `[[snmp.community]]\nname = "x"\n`;
    const open = await file("open.toml", secret, 0o644);
    expect((await load(open)).warnings).toEqual([
      `${open} has community strings in it and everybody can read it; run: chmod o-r ${open}`,
    ]);
    expect((await load(await file("closed.toml", secret, 0o640))).warnings).toEqual([]);
    expect((await load(await file("harmless.toml", "", 0o644))).warnings).toEqual([]);
  });
});
