import assert from "node:assert/strict";
import { sampleConfiguration } from "../../src/daemon/option-pages.js";
import { problemText } from "../../src/daemon/problem.js";
import { readConfiguration } from "../../src/daemon/read-configuration.js";
import { locateToml } from "../../src/daemon/toml-locator.js";

const hosts = `[[host]]
name = "kvm1"
uri = "qemu:///system"
allow_write = true
[[host]]
name = "c1"
uri = "lxc+unix:///system?socket=/run/x"
`;

export const target = {
  name: "config",
  seeds: [
    Buffer.from(sampleConfiguration()),
    Buffer.from(sampleConfiguration().replace(/^# (?=\[|# |\w+ = )/gm, "")),
    Buffer.from(hosts),
    Buffer.from(`${hosts}[[snmp.community]]\nname = "public"\nsource = ["10.0.0.0/8", '::1']\ncontext = "c1"\n`),
    Buffer.from(`[[snmp.target]]\nname = "t"\naddress = "[::1]:162"\nversion = "v2c"\ncommunity = "x"\n`),
    Buffer.from(`host = [{ name = "a", uri = "xen:///" }, { }]\nweb.address = "127.0.0.1:1"\n`),
    Buffer.from(
      `[log]\nlevel = """\ninfo"""\n[state]\ndirectory = '''/x'''\n"key with \\u00fc" = 1979-05-27 07:32:00Z\n`,
    ),
  ],
  /** Any octets give a frozen configuration, or problems that each have a place in the text and one line. */
  run(input: Buffer): void {
    const { configuration, problems } = readConfiguration(input, { file: "f", users: ["admin"] });
    assert.equal(configuration === undefined, problems.length > 0);
    assert(problems.length <= 100);
    const lines = input.toString("utf8").split("\n").length;
    for (const problem of problems) {
      assert(problem.line >= 1 && problem.line <= lines, `line ${problem.line} of ${lines}`);
      assert(problem.column >= 1);
      assert(!problemText(problem).includes("\n"));
    }
    if (configuration) assert(Object.isFrozen(configuration.hosts));
    // The locator alone, with text that no parser has checked.
    locateToml(input.toString("latin1")).nearest(["host", 0, "name"]);
  },
};
