import { expect, test } from "vitest";
import { compareConfigurations } from "../../../src/daemon/compare-configurations.js";
import type { Configuration } from "../../../src/daemon/options.js";
import { readConfiguration } from "../../../src/daemon/read-configuration.js";

function configuration(text: string): Configuration {
  const { configuration, problems } = readConfiguration(text, { file: "f" });
  expect(problems).toEqual([]);
  return configuration as Configuration;
}

const base = `
[snmp]
contact = "a"
[[snmp.community]]
name = "one"
[[host]]
name = "h1"
uri = "qemu:///system"
[[host]]
name = "h2"
uri = "lxc:///system"
`;

const nothing = { hosts: { added: [], removed: [], changed: [] }, listeners: [], live: [], restart: [] };

/** What a change of the text comes to. */
function change(...edits: readonly [string, string][]) {
  const after = edits.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  }, base);
  return compareConfigurations(configuration(base), configuration(after));
}

test("compareConfigurations() finds nothing in the same text, and nothing in another order of hosts", () => {
  expect(change()).toEqual(nothing);
  const first = `[[host]]\nname = "h1"\nuri = "qemu:///system"\n`;
  expect(compareConfigurations(configuration(base), configuration(base.replace(first, "") + first))).toEqual(nothing);
});

test("compareConfigurations() finds hosts that came, went and changed", () => {
  const { hosts, ...others } = change(['"h1"', '"h3"'], ['"lxc:///system"', '"lxc:///system"\nallow_write = true']);
  expect(hosts.added.map(({ name }) => name)).toEqual(["h3"]);
  expect(hosts.removed.map(({ name }) => name)).toEqual(["h1"]);
  expect(hosts.changed.map(({ before, after }) => [before.name, before.allowWrite, after.allowWrite])).toEqual([
    ["h2", false, true],
  ]);
  expect({ hosts: nothing.hosts, ...others }).toEqual(nothing);
});

test("compareConfigurations() says which listeners must be opened anew", () => {
  expect(change(['"a"', '"a"\naddresses = ["127.0.0.1:2161"]'], ["[snmp]", "[web]\nenabled = false\n[snmp]"])).toEqual({
    ...nothing,
    listeners: ["snmp", "web"],
  });
});

test("compareConfigurations() tells what takes effect now from what waits for a start", () => {
  expect(change(['"a"', '"b"'], ["[snmp]", "[state]\ndirectory = '/x'\n[simulate]\nseed = 7\n[snmp]"])).toEqual({
    ...nothing,
    live: ["snmp.contact", "simulate.seed"],
    restart: ["state.directory"],
  });
});

test("compareConfigurations() sees a changed secret", () => {
  expect(change(['"one"', '"two"'])).toEqual({ ...nothing, live: ["snmp.community"] });
});

test("compareConfigurations() sees a rule that names another machine", () => {
  const rule = (uuid: string): Configuration =>
    configuration(
      `[[access.rule]]\nname = "r"\ngroups = ["g"]\npath = "/virtgate-host:hosts/host[name='k']/virtgate-machine:machine[uuid='${uuid}']"`,
    );
  const [one, other] = ["06d2cdd5-0000-4000-8000-000000000001", "7e002b6d-0000-4000-8000-000000000002"] as const;
  expect(compareConfigurations(rule(one), rule(one)).live).toEqual([]);
  expect(compareConfigurations(rule(one), rule(other)).live).toEqual(["access.rule"]);
});
