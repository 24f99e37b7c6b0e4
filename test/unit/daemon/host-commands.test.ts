import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkHostOrder, readAddedHosts } from "../../../src/daemon/added-hosts.js";
import { runCommandLine } from "../../../src/daemon/command-line.js";
import { type CapturedTerminalOptions, capturedTerminal } from "../../support/captured-terminal.js";
import { farComputer } from "../../support/far-computer.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

/** Runs a command as whoever sits at a terminal does, on a state directory that no gateway has. */
async function command(state: string, words: readonly string[], options: CapturedTerminalOptions = {}) {
  const terminal = capturedTerminal(options);
  const [first = "", second = "", ...rest] = words;
  const line = [first, second, "--state", state, ...rest];
  const code = await runCommandLine(line, { terminal, env: { HOME: temporaryFolder() }, version: "1.2.3" });
  return { code, out: terminal.outText(), err: terminal.errText() };
}

describe("virtgate host add", () => {
  test("shows an unknown server's key, and keeps it when it is accepted, so that nobody asks again", async () => {
    const far = await farComputer();
    const state = join(temporaryFolder(), "state");
    const refused = await command(state, ["host", "add", far.uri, "--name", "far"], { answers: ["no"] });
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("was not accepted") });
    expect(refused.err).toContain(far.hostKey);
    expect(existsSync(join(state, "known_hosts"))).toBe(false);
    expect(far.server.tried).toEqual([]);

    const added = await command(state, ["host", "add", far.uri, "--name", "far", "--json"], { answers: ["yes"] });
    expect(added.code, added.err).toBe(0);
    expect(JSON.parse(added.out)).toMatchObject({ name: "far", served: false, found: { readOnly: true } });
    expect(readFileSync(join(state, "known_hosts"), "utf8")).toContain(`[127.0.0.1]:${far.server.port} ssh-ed25519 `);
    expect((await readAddedHosts(state)).map(({ name, uri }) => [name, uri])).toEqual([["far", far.uri]]);
    expect(await command(state, ["host", "test", "far"])).toMatchObject({ code: 0 });
  });

  test("types nothing on the screen of a password that is asked for", async () => {
    const password = "s3cret-of-ops";
    const far = await farComputer({ password });
    const state = join(temporaryFolder(), "state");
    const words = ["host", "add", far.passwordUri, "--name", "far", "--ssh-password-file", "-"];
    const added = await command(state, words, { answers: [password, "yes"] });
    expect(added.code, added.err).toBe(0);
    expect(added.out + added.err).not.toContain(password);
    expect(readFileSync(join(state, "secrets", "far", "ssh-password"), "utf8")).toBe(password);
  });
});

describe("checkHostOrder()", () => {
  const host = { name: "far", uri: "qemu+ssh://h/system" };

  test("takes a host with its secrets and accepted keys", () => {
    const order = { host, secrets: { ssh_password_file: "x" }, pins: ["h ssh-ed25519 AAAA"] };
    expect(checkHostOrder(order)).toEqual(order);
    expect(checkHostOrder({ host })).toEqual({ host, secrets: {}, pins: [] });
  });

  test("refuses everything else", () => {
    for (const order of [
      ...[undefined, 7, "x", [], {}, { host: "far" }, { host: { name: "far" } }],
      { host: { ...host, color: "red" } },
      { host: { ...host, name: "../far" } },
      { host: { ...host, ssh_password_file: "/etc/shadow" } },
      { host: { ...host, sasl_user: "u" } },
      { host, secrets: { other: "x" } },
      { host, secrets: { ssh_password_file: "" } },
      { host, secrets: { ssh_password_file: "two\nlines" } },
      { host, secrets: { ssh_password_file: "x".repeat(1025) } },
      { host, pins: "h ssh-ed25519 AAAA" },
      { host, pins: ["h ssh-ed25519 AAAA\n@cert-authority * ssh-ed25519 AAAA"] },
      { host, pins: ["@cert-authority * AAAA"] },
      { host, pins: Array.from({ length: 17 }, () => "h ssh-ed25519 AAAA") },
    ]) {
      expect(() => checkHostOrder(order), JSON.stringify(order)).toThrow(expect.objectContaining({ code: "invalid" }));
    }
  });
});
