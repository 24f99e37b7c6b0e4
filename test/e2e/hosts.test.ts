import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { HostsAnswer } from "../../src/agent/console/control-routes.js";
import { farComputer } from "../support/far-computer.js";
import { anyPorts, type Ended, programFile, run, startProgram, until, virtgate } from "../support/run-program.js";
import { temporaryFolder } from "../support/temporary-folder.js";

/** A home in which nobody has keys or known hosts. */
function emptyHome(): NodeJS.ProcessEnv {
  const { SSH_AUTH_SOCK: _, ...env } = process.env;
  return { ...env, HOME: temporaryFolder() };
}

function succeeded({ code, out, err }: Ended): string {
  expect(code, err).toBe(0);
  return out;
}

describe("virtgate host", () => {
  test("adds a host behind SSH to a running gateway, which serves it at once and after a restart, and removes it", async () => {
    const remote = await farComputer();
    const env = emptyHome();
    const gateway = await startProgram({ args: ["--simulate"], env });
    const at = ["--state", gateway.stateDirectory];
    const off = await virtgate(["host", "add", remote.uri, "--name", "far", ...at], env);
    expect(off).toMatchObject({ code: 1, err: expect.stringContaining("--host-key") });
    expect(off.err).toContain(remote.hostKey);
    const wrong = ["--host-key", `SHA256:${"A".repeat(43)}`];
    expect(await virtgate(["host", "add", remote.uri, ...wrong, ...at], env)).toMatchObject({ code: 1 });
    expect(remote.server.tried).toEqual([]);
    gateway.signal("SIGTERM");
    await gateway.ended;

    const { stateDirectory } = gateway;
    const configuration = `${anyPorts}[[host]]\nname = "near"\nuri = "qemu:///system?socket=${remote.socket}"\n`;
    const first = await startProgram({ stateDirectory, configuration, env });
    const accepting = ["--host-key", remote.hostKey];
    const dry = JSON.parse(
      succeeded(
        await virtgate(["host", "add", remote.uri, "--name", "far", ...accepting, ...at, "--dry-run", "--json"], env),
      ),
    );
    expect(dry).toMatchObject({
      name: "far",
      dryRun: true,
      served: false,
      found: { transport: "ssh", driver: "QEMU" },
    });
    expect(existsSync(join(stateDirectory, "hosts.json"))).toBe(false);
    const added = succeeded(await virtgate(["host", "add", remote.uri, "--name", "far", ...accepting, ...at], env));
    expect(added).toContain("added and served");
    expect(added).toContain("5 machines");
    const listed = async (): Promise<HostsAnswer["hosts"]> =>
      JSON.parse(succeeded(await virtgate(["hosts", ...at, "--json"], env))).hosts;
    await until("the host to be read", async () =>
      (await listed()).find((one) => one.name === "far" && one.machines === 5),
    );
    expect(JSON.parse(readFileSync(first.readyFile, "utf8")).hosts).toContainEqual(
      expect.objectContaining({ name: "far" }),
    );
    const again = await virtgate(["host", "add", remote.uri, "--name", "other", ...at], env);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining("already as host far") });
    const fromFile = await virtgate(["host", "remove", "near", ...at], env);
    expect(fromFile).toMatchObject({ code: 1, err: expect.stringContaining(`${first.configFile}, line 5`) });
    const tested = succeeded(await virtgate(["host", "test", "far", ...at], env));
    expect(tested).toMatch(/access +read-only/);
    first.signal("SIGTERM");
    await first.ended;

    const second = await startProgram({ stateDirectory, configuration, env });
    expect(second.ready.hosts).toContainEqual(expect.objectContaining({ name: "far", uri: remote.uri }));
    succeeded(await virtgate(["host", "remove", "far", "--dry-run", ...at], env));
    expect((await listed()).map(({ name }) => name)).toEqual(["near", "far"]);
    succeeded(await virtgate(["host", "remove", "far", ...at], env));
    expect((await listed()).map(({ name }) => name)).toEqual(["near"]);
    expect(await virtgate(["host", "remove", "far", ...at], env)).toMatchObject({
      code: 1,
      err: expect.stringContaining("there is no host far"),
    });
  }, 240_000);

  test("keeps a password in a file that only its owner can read, and tells it to nobody", async () => {
    const password = "s3cret-of-ops";
    const remote = await farComputer({ password });
    const env = emptyHome();
    const state = join(temporaryFolder(), "state");
    const words = [programFile(), "host", "add", remote.passwordUri, "--name", "far", "--state", state];
    const typed = join(temporaryFolder(), "typed");
    writeFileSync(typed, `${password}\n`);
    const more = ["--host-key", remote.hostKey, "--ssh-password-file", "-", "--json"];
    const shell = `exec "$@" <${typed}`;
    const added = await run("sh", ["-c", shell, "sh", process.execPath, ...words, ...more], { env });
    expect(JSON.parse(succeeded(added))).toMatchObject({ name: "far", served: false });
    expect(added.out + added.err).not.toContain(password);
    const folder = join(state, "secrets", "far");
    const [file = ""] = readdirSync(folder);
    expect(readFileSync(join(folder, file), "utf8")).toBe(password);
    expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(state, "hosts.json"), "utf8")).not.toContain(password);

    const gateway = await startProgram({ stateDirectory: state, env });
    await until("the host to be read", async () => {
      const { hosts } = JSON.parse(succeeded(await gateway.command("hosts", "--json"))) as HostsAnswer;
      return hosts.find((host) => host.name === "far" && host.machines === 5);
    });
    const told = await Promise.all([gateway.command("hosts", "--json"), gateway.command("doctor", "--json")]);
    for (const { out, err } of told) expect(out + err).not.toContain(password);
    expect(gateway.out() + gateway.err()).not.toContain(password);
    succeeded(await virtgate(["host", "remove", "far", "--state", state], env));
    expect(existsSync(folder)).toBe(false);
  }, 240_000);

  test("says what is wrong and what to do", async () => {
    const env = emptyHome();
    const state = join(temporaryFolder(), "state");
    mkdirSync(state, { mode: 0o700 });
    const rows: readonly (readonly [string[], string])[] = [
      [["add", "nonsense"], "not a libvirt URI"],
      [["add", "qemu+ssh://ops@127.0.0.1:1/system", "--name", "x"], "ssh-keygen"],
      [["add", "qemu+ssh://ops@h/system", "--name", "not a name"], "not a host name"],
      [["add", "qemu+tls://h/system", "--sasl-user", "u"], "--password-file"],
      [["test", "nobody"], "there is no host nobody"],
      [["remove", "nobody"], "there is no host nobody"],
    ];
    for (const [words, message] of rows) {
      const ended = await virtgate(["host", ...words, "--state", state], env);
      expect(ended, words.join(" ")).toMatchObject({ code: 1, err: expect.stringContaining(message) });
    }
  }, 120_000);
});
