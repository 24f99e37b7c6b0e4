import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCommandLine } from "../../../src/daemon/command-line.js";
import { capturedTerminal } from "../../support/captured-terminal.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

async function run(...words: string[]) {
  const terminal = capturedTerminal();
  const code = await runCommandLine(words, { terminal, env: { HOME: "/nowhere" }, version: "1.2.3" });
  return { code, out: terminal.outText(), err: terminal.errText() };
}

describe("runCommandLine() answers wrong usage with 2, the reason on stderr and nothing on stdout", () => {
  for (const [title, words, reason] of [
    ["an unknown command", ["frobnicate"], /unknown command 'frobnicate'/],
    ["an unknown option of the program", ["--frobnicate"], /unknown option '--frobnicate'/],
    ["an unknown option of a command", ["machines", "--frobnicate"], /unknown option '--frobnicate'/],
    ["an option without its value", ["machines", "--host"], /argument missing/],
    ["a missing argument", ["show"], /missing required argument 'machine'/],
    ["an argument too many", ["hosts", "kvm1"], /too many arguments/],
    ["a missing required option", ["simulate"], /required option '--socket <path>' not specified/],
    ["a number that is none", ["simulate", "--socket", "/x", "--hosts", "many"], /Give a whole number from 1 to 1000/],
    ["a mix of no hypervisors", ["simulate", "--socket", "/x", "--mix", "kvm=2,vax"], /"vax" is no part of a mix/],
    ["a mix of nothing", ["simulate", "--socket", "/x", "--mix", "kvm=0"], /A mix has at least one host/],
    ["a number out of bounds", ["top", "--limit", "1001"], /Give a whole number from 1 to 1000/],
    ["a negative number", ["top", "--interval", "-1"], /Give a whole number from 1 to 3600/],
    ["an order that does not exist", ["top", "--sort", "colour"], /Allowed choices are cpu, memory, disk, net, name/],
  ] as const)
    test(title, async () => {
      const { code, out, err } = await run(...words);
      expect({ code, out }).toEqual({ code: 2, out: "" });
      expect(err).toMatch(reason);
      expect(err).toMatch(/^virtgate: /);
      expect(err).toMatch(/virtgate help/);
    });

  test("no command at all gives the help", async () => {
    const { code, out, err } = await run();
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/Usage: virtgate/);
  });
});

test("runCommandLine() prints help and version on stdout when they are asked for", async () => {
  const help = await run("help");
  expect(help).toMatchObject({ code: 0, err: "" });
  for (const command of ["up", "check", "hosts", "machines", "show", "top", "doctor", "simulate", "version"])
    expect(help.out).toMatch(new RegExp(`^ {2}${command} `, "m"));
  expect(await run("up", "--help")).toMatchObject({ code: 0, err: "" });
  expect(await run("--version")).toEqual({ code: 0, out: "1.2.3\n", err: "" });
  const { code, out } = await run("version", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ version: "1.2.3", node: process.versions.node });
});

test("runCommandLine() says how to start a gateway when none is running, with exit code 1", async () => {
  const state = temporaryFolder();
  for (const words of [["hosts"], ["machines", "--json"], ["show", "web1"], ["top", "--once"]]) {
    const { code, out, err } = await run(...words, "--state", state);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(
      new RegExp(`^virtgate: no gateway is running in ${state}; start one with: .* up --state ${state}\n`),
    );
  }
});

test("check prints a sample that is valid, and tells what is wrong with a file: line, column, remedy, exit code 1", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "virtgate.toml");
  const sample = await run("check", "--sample");
  expect(sample).toMatchObject({ code: 0, err: "" });
  writeFileSync(path, sample.out, { mode: 0o600 });
  expect(await run("check", "--config", path)).toEqual({ code: 0, out: `${path} is valid: 0 hosts\n`, err: "" });
  writeFileSync(path, '[[host]]\nname = "kvm1"\nurl = "qemu:///system"\n');
  const wrong = await run("check", "--config", path);
  expect(wrong).toMatchObject({ code: 1, out: "" });
  expect(wrong.err).toContain(`${path}:3:1: host[0].url is not known; did you mean "uri"?`);
  const json = await run("check", "--config", path, "--json");
  expect(json.code).toBe(1);
  expect(JSON.parse(json.out)).toMatchObject({
    file: path,
    valid: false,
    problems: expect.arrayContaining([expect.objectContaining({ line: 3, column: 1 })]),
  });
  const missing = await run("check", "--config", join(folder, "none.toml"));
  expect(missing).toMatchObject({ code: 1, out: "" });
  expect(missing.err).toMatch(/^virtgate: there is no configuration file .*check --sample/);
  expect((await run("check", "--manual")).out).toMatch(/^\.TH VIRTGATE\.TOML 5/);
});
