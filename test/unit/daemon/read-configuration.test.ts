import { describe, expect, test } from "vitest";
import { configuredRules } from "../../../src/daemon/configured-access.js";
import { problemText } from "../../../src/daemon/problem.js";
import {
  defaultConfiguration,
  hostConfiguration,
  LARGEST_CONFIGURATION,
  readConfiguration,
} from "../../../src/daemon/read-configuration.js";
import { readDataPath } from "../../../src/engine/access/data-path.js";
import { firstRules } from "../../../src/engine/access/first-rules.js";

/** Every problem of a text, as people see it, without the name of the file. */
function problemsOf(text: string | Uint8Array, users?: readonly string[]): string[] {
  const reading = readConfiguration(text, users ? { file: "f", users } : { file: "f" });
  return reading.problems.map((problem) => problemText(problem).slice(2));
}

const host = (more = "") => `[[host]]\nname = "kvm1"\nuri = "qemu:///system"\n${more}\n`;

const rule = (more: string) => `[[access.rule]]\nname = "r"\n${more}`;
const tlsUser = `[[snmp.tls_user]]\nname = "n"\nfingerprint = "${"ab".repeat(32)}"`;

describe("readConfiguration()", () => {
  test("gives every default for an empty file", () => {
    const reading = readConfiguration("", { file: "f" });
    expect(reading.problems).toEqual([]);
    expect(reading.configuration).toEqual(defaultConfiguration());
    expect(reading.configuration).toEqual({
      gateway: { name: undefined },
      hosts: [],
      snmp: {
        enabled: true,
        addresses: [{ address: "127.0.0.1", port: 1161 }],
        tcp: true,
        tlsAddresses: [],
        tlsVersion: "1.2",
        tlsCaFile: undefined,
        tlsCrlFile: undefined,
        tlsUsers: [],
        maxMessageSize: 1472,
        notifications: { perVm: true, bulk: false, bulkWindowMs: 1000 },
        write: "none",
        contact: undefined,
        location: undefined,
        users: [],
        communities: [],
        requestsPerSecond: 1000,
        targets: [],
      },
      access: { rules: [] },
      web: { enabled: true, address: { address: "127.0.0.1", port: 8443 } },
      state: { directory: undefined },
      simulate: { hosts: 0, machines: 12, seed: 1 },
      log: { level: "info" },
    });
  });

  test("listens on loopback only, and accepts no community, unless told", () => {
    const { snmp, web } = defaultConfiguration();
    expect([...snmp.addresses, web.address].map(({ address }) => address)).toEqual(["127.0.0.1", "127.0.0.1"]);
    expect(snmp.communities).toEqual([]);
  });

  test("wants a user with passwords for a v3 inform, and none in version 1", () => {
    const text = (target: string): string =>
      `snmp.user = [{ name = "nms", auth_password = "12345678", priv_password = "12345678" }]\nsnmp.target = [{ name = "a", address = "192.0.2.1:162", inform = true, ${target} }]`;
    const problems = (target: string) =>
      readConfiguration(text(target), { file: "f", users: ["virtgate"] }).problems.map(({ problem }) => problem);
    expect(problems(`user = "nms"`)).toEqual([]);
    expect(problems(`version = "v2c", community = "x"`)).toEqual([]);
    expect(problems(`user = "virtgate"`)).toEqual([expect.stringContaining("needs a user with passwords")]);
    expect(problems(`version = "v1", community = "x"`)).toEqual([
      expect.stringContaining("which version v1 does not have"),
    ]);
  });

  test("refuses a second user of a name, also of the gateway's own", () => {
    const user = (name: string): string =>
      `{ name = "${name}", auth_password = "12345678", priv_password = "12345678" }`;
    const problems = readConfiguration(`snmp.user = [${user("a")}, ${user("a")}, ${user("virtgate")}]`, {
      file: "f",
      users: ["virtgate"],
    }).problems.map(({ problem }) => problem);
    expect(problems).toEqual([
      expect.stringContaining(`is "a", as that of a user further up`),
      expect.stringContaining(`is "virtgate", as that of the gateway's own user`),
    ]);
  });

  test("reads every section", () => {
    const { configuration, problems } = readConfiguration(
      `gateway.name = "gw"
      host = [
        { name = "kvm1", uri = "qemu:///system", allow_write = true, state_interval_ms = 1_000 },
        { name = "c1", uri = "lxc:///system" },
      ]
      [[snmp.target]]
      name = "nms"
      address = "192.0.2.1:162"
      user = "admin"
      context = "c1"
      [[snmp.target]]
      name = "old"
      address = "[2001:db8::1]:162"
      version = "v2c"
      community = "secret"
      [log]
      level = "debug"`,
      { file: "f", users: ["admin"] },
    );
    expect(problems).toEqual([]);
    expect(configuration?.gateway.name).toBe("gw");
    expect(
      configuration?.hosts.map(({ name, allowWrite, stateIntervalMs }) => [name, allowWrite, stateIntervalMs]),
    ).toEqual([
      ["kvm1", true, 1000],
      ["c1", false, 2000],
    ]);
    expect(
      configuration?.snmp.targets.map(({ address, version, community }) => [address, version, community?.reveal()]),
    ).toEqual([
      [{ address: "192.0.2.1", port: 162 }, "v3", undefined],
      [{ address: "2001:db8::1", port: 162 }, "v2c", "secret"],
    ]);
    expect(configuration?.log.level).toBe("debug");
  });

  test("reads rules as they stand, and tells an empty list of groups from none", () => {
    const { configuration, problems } = readConfiguration(
      `[[access.rule]]
      name = "web"
      groups = ["web-team", "*"]
      path = "/virtgate-host:hosts/host[name='kvm1']"
      [[access.rule]]
      name = "rest"
      groups = ["web-team"]
      module = "virtgate-host"
      operations = ["*"]
      effect = "deny"
      [[snmp.community]]
      name = "x"
      [[snmp.community]]
      name = "y"
      groups = []`,
      { file: "f" },
    );
    expect(problems).toEqual([]);
    expect(configuration && configuredRules(configuration).lists).toEqual([
      firstRules.lists[0],
      {
        name: "web",
        groups: ["web-team", "*"],
        rules: [
          {
            ...{ name: "web", module: "*", operations: ["read"], effect: "permit" },
            target: { path: readDataPath("/virtgate-host:hosts/host[name='kvm1']") },
          },
        ],
      },
      {
        name: "rest",
        groups: ["web-team"],
        rules: [{ name: "rest", module: "virtgate-host", operations: "*", effect: "deny" }],
      },
      ...firstRules.lists.slice(1),
    ]);
    expect(configuration?.snmp.communities.map(({ groups }) => groups)).toEqual([undefined, []]);
  });

  test("reads networks, lone addresses as networks of one", () => {
    const { configuration } = readConfiguration(
      `[[snmp.community]]\nname = "x"\nsource = ["10.0.0.0/8", "192.0.2.7", "::/0", "2001:db8::1"]`,
      { file: "f" },
    );
    expect(configuration?.snmp.communities[0]?.source).toEqual([
      { address: "10.0.0.0", prefixLength: 8 },
      { address: "192.0.2.7", prefixLength: 32 },
      { address: "::", prefixLength: 0 },
      { address: "2001:db8::1", prefixLength: 128 },
    ]);
  });

  test("gives a configuration that nobody can change and that shows no secret", () => {
    const { configuration } = readConfiguration(`[[snmp.community]]\nname = "canary"\n${host()}`, { file: "f" });
    expect(JSON.stringify(configuration)).not.toContain("canary");
    expect(String(configuration?.snmp.communities[0]?.name)).not.toContain("canary");
    for (const part of [
      configuration,
      configuration?.hosts,
      configuration?.hosts[0],
      configuration?.snmp.addresses[0],
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  // Each row: what is written, and the one problem it has.
  // biome-ignore format: read as a table
  const rows: readonly [text: string, problem: string][] = [
    ["[gateway]\nnmae = 'x'",               `2:1: gateway.nmae is not known; did you mean "name"?`],
    ["[loging]",                            `1:2: loging is not known; did you mean "log"?`],
    ["[nonsense]",                          "1:2: nonsense is not known; the sections are gateway, host, snmp, access, web, state, simulate, log"],
    ["[web]\nsnmp = 3",                     "2:1: web.snmp is not known here; move it out of this section"],
    ["[log]\n'a b' = 1",                    `2:1: log."a b" is not known; the keys here are level`],
    ["__proto__ = 1",                       "1:1: __proto__ is not known; the sections are gateway, host, snmp, access, web, state, simulate, log"],
    ["[log]\nconstructor = 1",              "2:1: log.constructor is not known; the keys here are level"],
    ["[log]\n  level = 'warning'",          `2:11: log.level is "warning"; did you mean "warn"? It is one of "error", "warn", "info", "debug"`],
    ["[log]\nlevel = 3",                    `2:9: log.level is 3; write one of "error", "warn", "info", "debug"`],
    ["[gateway]\nname = 12",                `2:8: gateway.name must be text in quotes, but is 12; put it in quotes: "12"`],
    ["[gateway]\nname = ['x']",             `2:8: gateway.name must be text in quotes, but is a list; write text in quotes: "…"`],
    ["[gateway]\nname = 1979-05-27",        `2:8: gateway.name must be text in quotes, but is a date; write text in quotes: "…"`],
    ["[gateway]\nname = \"a\\nb\"",         "2:8: gateway.name contains control characters; leave them out"],
    [`[gateway]\nname = "${"ü".repeat(128)}"`, "2:8: gateway.name is 256 octets long; use at most 255 octets"],
    ["[simulate]\nmachines = 'x'",          `2:12: simulate.machines must be a whole number, but is "x"; write a number from 0 to 10000`],
    ["[simulate]\nmachines = '7'",          `2:12: simulate.machines must be a whole number, but is "7"; write it without quotes: 7`],
    ["[simulate]\nmachines = 1.5",          "2:12: simulate.machines is 1.5, which is not a whole number; write a whole number from 0 to 10000"],
    ["[simulate]\nmachines = nan",          "2:12: simulate.machines is NaN, which is not a whole number; write a whole number from 0 to 10000"],
    ["[simulate]\nmachines = -1",           "2:12: simulate.machines is -1, out of bounds; write a number from 0 to 10000"],
    ["[simulate]\nseed = 9999999999999999999", "2:8: simulate.seed is 9999999999999999999, out of bounds; write a number from 0 to 4294967295"],
    ["[web]\nenabled = 'no'",               `2:11: web.enabled must be true or false, but is "no"; write true or false, without quotes`],
    ["[web]\naddress = '8443'",             `2:11: web.address "8443" is not an address with a port; write an address and a port, such as "127.0.0.1:1161" or "[::1]:1161"`],
    ["[web]\naddress = 'host:8443'",        `2:11: web.address "host" is not an IPv4 address; write an address and a port, such as "127.0.0.1:1161" or "[::1]:1161"`],
    ["[web]\naddress = '1.2.3.4:70000'",    "2:11: web.address 70000 is not a port; use a port from 0 to 65535"],
    ["[snmp]\naddresses = '127.0.0.1:1'",   `2:13: snmp.addresses must be a list, but is "127.0.0.1:1"; write it in brackets: ["127.0.0.1:1"]`],
    ["[snmp]\naddresses = [\n '127.0.0.1:1',\n  7]", `4:3: snmp.addresses[1] must be text in quotes, but is 7; put it in quotes: "7"`],
    ["[[snmp.community]]\nname = 'x'\nsource = ['10.0.0.0/33']", `3:11: snmp.community[0].source[0] "/33" is not a prefix length; use a number from 0 to 32 after the slash`],
    ["[[snmp.community]]\nname = ''",       "2:8: snmp.community[0].name is empty; write something between the quotes"],
    ["[[snmp.community]]",                  `1:8: snmp.community[0].name is missing; add a line such as name = "change-me"`],
    ["[host]\nname = 'x'",                  "1:2: host may be there several times; write [[host]], with double brackets, on a line of its own and its keys below"],
    ["host = ['x']",                        "1:1: host is a list of sections; write [[host]], with double brackets, on a line of its own and its keys below"],
    ["[[log]]\nlevel = 'info'",             "1:3: log is there only once; write [log] on a line of its own and its keys below"],
    ["log = 3",                             "1:1: log is a section; write [log] on a line of its own and its keys below"],
    ["[[host]]\nname = 'k'",                `1:3: host[0].uri is missing; add a line such as uri = "qemu:///system"`],
    [host("allow_wirte = true"),            `4:1: host[0].allow_wirte is not known; did you mean "allow_write"?`],
    [host("statistics_interval_ms = 1000\nstate_interval_ms = 1500"), "4:26: host[0].statistics_interval_ms is 1000, less than state_interval_ms; write at least 1500"],
    [`${host()}[[host]]\nname = "kvm1"\nuri = "lxc:///system"`, `6:8: host[1].name is "kvm1", as that of a host further up (number 1); give each its own name`],
    [`[[host]]\nname = "a b"\nuri = "qemu:///system"`, `2:8: host[0].name is "a b", which is not a host name; use 1 to 32 letters, digits, dots, dashes and underscores, beginning with a letter or digit`],
    [`[[host]]\nname = "a"\nuri = "qemu+tcp://h/system"`, "3:7: host[0].uri cannot be used: the transport tcp is not supported; use ssh or tls, or run the gateway on that host and use unix"],
    [`[[host]]\nname = "a"\nuri = "qemu:///system"\nsasl_user = "u"`, '4:13: host[0].sasl_user is there without sasl_password_file; add a line such as sasl_password_file = "/var/lib/virtgate/kvm1.password"'],
    [`[[host]]\nname = "a"\nuri = "qemu+tls://h/system"\ncert_file = "/c.pem"`, `4:13: host[0].cert_file is there without key_file; add key_file = "/…"`],
    [`[[host]]\nname = "a"\nuri = "qemu:///system"\nca_file = "/c.pem"`, "4:11: host[0].ca_file belongs to TLS, which this host's URI does not use; remove it, or write a URI such as qemu+tls://kvm1.example.net/system"],
    [`[[host]]\nname = "a"\nuri = "vmx:///system"`, `3:7: host[0].uri cannot be used: libvirt has no driver "vmx" that the gateway knows; write a URI such as "qemu:///system", "lxc:///system" or "qemu+unix:///system?socket=/path"`],
    [`${host()}[[snmp.community]]\nname = "x"\ncontext = "kvm2"`, `7:11: snmp.community[0].context is "kvm2", which is no host; write one of "kvm1"`],
    [`[[snmp.community]]\nname = "x"\n[[snmp.community]]\nname = "x"\nversion = "v1"\nsource = ["192.0.2.0/24"]`, "6:10: snmp.community[1].source is not that of the same community further up (number 1); give both versions of a community the same source and context, or each its own community string"],
    [`[[snmp.community]]\nname = "x"\n[[snmp.community]]\nname = "x"`, "4:8: snmp.community[1].name is there twice for v2c; use one community string per context, and one entry with all its sources"],
    [`[[snmp.target]]\nname = "t"\naddress = "192.0.2.1:0"`, "3:11: snmp.target[0].address 0 is not a port; use a port from 1 to 65535"],
    [`[[snmp.target]]\nname = "t"\naddress = "192.0.2.1:1"\nversion = "v1"`, `1:8: snmp.target[0].community is missing, which version v1 needs; add a line such as community = "change-me", or use version = "v3"`],
    [`[[snmp.target]]\nname = "t"\naddress = "192.0.2.1:1"\ncommunity = "c"`, `4:13: snmp.target[0].community belongs to v1 and v2c, but this target has version v3; remove it, or add version = "v2c"`],
    [`[[snmp.target]]\nname = "t"\naddress = "192.0.2.1:1"\nuser = "nobody"`, `4:8: snmp.target[0].user is "nobody", which is no SNMPv3 user; there are: admin`],
    [rule(""),                              `1:10: access.rule[0].groups is missing; add a line such as groups = ["web-team"]`],
    [rule(`groups = ["Web Team"]`),         `3:11: access.rule[0].groups[0] "Web Team" is no group's name; use lower-case letters, digits and dashes, beginning with a letter`],
    [rule(`groups = ["a"]\npath = "hosts"`), `4:8: access.rule[0].path "hosts" is no path to data, see what follows character 0; write it like /virtgate-host:hosts/host[name='kvm1']`],
    [rule(`groups = ["a"]\npath = "/virtgate-host:hosts/host[uuid='x']"`), `4:8: access.rule[0].path host has no key "uuid"; write host[name='…']`],
    [rule(`groups = ["a"]\npath = "/virtgate-host:hosts/host/virtgate-machine:machine[uuid='web1']"`), `4:8: access.rule[0].path "web1" is no UUID; write it in lower case, as virtgate machines --json tells it`],
    [rule(`groups = ["a"]\noperations = ["look"]`), `4:15: access.rule[0].operations[0] "look" is nothing that can be done; write of create, read, update, delete, exec, or "*"`],
    [rule(`groups = ["a"]\neffect = "alow"`), `4:10: access.rule[0].effect is "alow"; write one of "permit", "deny"`],
    [rule(`groups = ["a"]\nrpc = "get schema"`), `4:7: access.rule[0].rpc "get schema" is no name; write a name of YANG, or "*"`],
    [rule(`groups = ["a"]\nrpc = "*"\nnotification = "*"`), "5:16: access.rule[0].notification is there beside rpc; write a rule of its own for each"],
    [`${rule(`groups = ["a"]`)}\n${rule(`groups = ["b"]`)}`, `5:8: access.rule[1].name is "r", as that of a rule further up (number 1); give each its own name`],
    [`[[snmp.target]]\nname = "t"\naddress = "192.0.2.1:1"\ngroups = ["a"]`, "4:10: snmp.target[0].groups are those of its user for version v3; write them in the [[snmp.user]] that it is told as"],
    [`${tlsUser}\n${tlsUser}\ngroups = []`, `5:8: snmp.tls_user[1].name is "n", who is in other groups further up; give one name the same groups everywhere`],
    ["a = [1,\nb",                          "2:1: this is not TOML: invalid value; correct it here or a little before"],
    ["[log]\nlevel = 'info'\nlevel = 'info'", "3:1: this is not TOML: trying to redefine an already defined table or value; correct it here or a little before"],
  ];
  for (const [text, problem] of rows) {
    test(`says of ${JSON.stringify(text.slice(0, 60))} what is wrong, where, and what to write`, () => {
      expect(problemsOf(text, ["admin"])).toEqual([problem]);
    });
  }

  test("reports every problem at once, in the order of the text", () => {
    const problems = problemsOf("[log]\nlevel = 1\n[web]\nport = 3\nenabled = 1\n[[host]]\nuri = 'x'\n");
    expect(problems.map((problem) => problem.split(" ", 2).join(" "))).toEqual([
      "2:9: log.level",
      "4:1: web.port",
      "5:11: web.enabled",
      "6:3: host[0].name",
      "7:7: host[0].uri",
    ]);
  });

  test("stops at a hundred problems", () => {
    expect(problemsOf(Array.from({ length: 5000 }, (_, i) => `k${i} = 1`).join("\n"))).toHaveLength(100);
  });

  test("says nothing about users when they are not known", () => {
    expect(problemsOf(`[[snmp.target]]\nname = "t"\naddress = "192.0.2.1:1"\nuser = "somebody"`)).toEqual([]);
  });

  test("accepts any context when hosts are found at start", () => {
    expect(problemsOf(`[[snmp.community]]\nname = "x"\ncontext = "qemu"`)).toEqual([]);
  });

  test("refuses what is not UTF-8, with its place", () => {
    expect(problemsOf(Buffer.from("a = 1\nb = \xff\n", "latin1"))).toEqual([
      "2:5: this is not UTF-8; save the file in UTF-8",
    ]);
  });

  test("refuses a file that is too large without parsing it", () => {
    expect(problemsOf(Buffer.alloc(LARGEST_CONFIGURATION + 1, 0x23))).toEqual([
      `1:1: the file has ${LARGEST_CONFIGURATION + 1} octets; use at most ${LARGEST_CONFIGURATION}`,
    ]);
  });

  test("takes a file that begins with a byte order mark", () => {
    expect(problemsOf(Buffer.from("\ufeff[log]\nlevel = 'info'\n"))).toEqual([]);
  });

  test("refuses nesting that the parser would have to recurse for", () => {
    expect(problemsOf(`a = ${"[".repeat(50_000)}`)).toHaveLength(1);
  });
});

describe("hostConfiguration()", () => {
  test("fills in what a host of the command line does not say", () => {
    expect(hostConfiguration({ name: "qemu", uri: "qemu:///system", allow_write: true })).toEqual({
      name: "qemu",
      uri: "qemu:///system",
      allowWrite: true,
      stateIntervalMs: 2000,
      statisticsIntervalMs: 5000,
      callTimeoutMs: 2000,
    });
  });

  test("refuses what the file could not say either", () => {
    expect(() => hostConfiguration({ name: "x", uri: "nonsense" })).toThrow(/uri cannot be used: .*; write/);
  });
});
