import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import type { Member, Members } from "../../../src/daemon/option.js";
import { configurationManual, sampleConfiguration } from "../../../src/daemon/option-pages.js";
import { options } from "../../../src/daemon/options.js";
import { defaultConfiguration, readConfiguration } from "../../../src/daemon/read-configuration.js";

/** Every option with its key and where it is. */
function everyOption(members: Members = options, path = ""): { key: string; path: string; member: Member }[] {
  return Object.entries(members).flatMap(([key, member]) =>
    member.kind === "option" ? [{ key, path, member }] : everyOption(member.members, `${path}.${key}`),
  );
}

test("sampleConfiguration() read as it is gives the defaults", () => {
  const { configuration, problems } = readConfiguration(sampleConfiguration(), { file: "sample" });
  expect(problems).toEqual([]);
  expect(configuration).toEqual(defaultConfiguration());
});

test("sampleConfiguration() with the marks of its sections taken off is a configuration too", () => {
  const text = sampleConfiguration().replace(/^# (?=\[\[|# |\w+ = )/gm, "");
  const { configuration, problems } = readConfiguration(text, { file: "sample" });
  expect(problems).toEqual([]);
  expect(configuration?.hosts.map(({ name }) => name)).toEqual(["kvm1"]);
  expect(configuration?.snmp.communities).toHaveLength(1);
  expect(configuration?.snmp.targets).toHaveLength(1);
  expect(configuration?.gateway.name).toBe("gateway.example.net");
});

test("sampleConfiguration() and configurationManual() have every option with its help", () => {
  const [sample, manual] = [sampleConfiguration(), configurationManual("1")].map((page) =>
    page.replace(/\n(# )*/g, " "),
  );
  const all = everyOption();
  expect(all.length).toBeGreaterThan(20);
  for (const { key, member } of all) {
    expect(sample).toContain(`${key} = `);
    expect(sample).toContain(member.help);
    expect(manual).toContain(`.B ${key}`);
  }
});

test("every option has a bound or a type that says enough, and a default or an example to show", () => {
  for (const { key, path, member } of everyOption()) {
    if (member.kind !== "option") continue;
    expect(member.help, `${path}.${key}`).toMatch(/\.$/);
    if (member.default === undefined) expect(member.example, `${path}.${key}`).toBeDefined();
    if (!member.required) expect(() => member.absent(), `${path}.${key}`).not.toThrow();
  }
});

test("configurationManual() is a page that groff has nothing to say about", (context) => {
  if (spawnSync("groff", ["--version"]).error) context.skip("groff is not installed");
  const result = spawnSync("groff", ["-man", "-Tutf8", "-ww"], {
    input: configurationManual("0.1.0"),
    encoding: "utf8",
  });
  expect(result.stderr).toBe("");
  expect(result.status).toBe(0);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: overstrikes are how a terminal is given bold letters
  const text = result.stdout.replace(/.\u0008/g, "").replace(/\u001b\[[\d;]*m/g, "");
  expect(text).toContain("max_message_size");
  expect(text).toMatch(/Default:\s+\["127\.0\.0\.1:1161"\]/);
});
