import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { MachinesAnswer } from "../../src/agent/console/control-routes.js";
import { bindUdp } from "../../src/transport/udp.js";
import { isInstalled } from "../support/installed.js";
import {
  anyPorts,
  type RunningProgram,
  run,
  type Started,
  start,
  startProgram,
  until,
} from "../support/run-program.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const VM = "1.3.6.1.2.1.236.1";
const vmNumber = `${VM}.2.0`;
const vmName = `${VM}.4.1.2`;
const vmHvSoftware = `${VM}.1.1.0`;
const vmPerVMNotificationsEnabled = `${VM}.9.0`;
const vacmContextName = "1.3.6.1.6.3.16.1.1.1.1";
const sysDescr = "1.3.6.1.2.1.1.1.0";
const vmPaused = "1.3.6.1.2.1.236.0.4";

const simulated = `${anyPorts}[simulate]\nhosts = 2\nmachines = 6\n`;
const tools = ["snmpwalk", "snmpget", "snmpset", "snmptrapd"];

/** Why none of this can be tried here, if so. */
function whyNot(): string | undefined {
  const missing = tools.filter((tool) => !isInstalled(tool));
  return missing.length === 0 ? undefined : `not installed: ${missing.join(", ")}`;
}

const user = (name: string, ...groups: readonly string[]): string =>
  `[[snmp.user]]\nname = "${name}"\nauth_password = "12345678"\npriv_password = "12345678"\ngroups = ${JSON.stringify(groups)}\n`;

const community = (name: string, context: string, ...groups: readonly string[]): string =>
  `[[snmp.community]]\nname = "${name}"\ncontext = "${context}"\ngroups = ${JSON.stringify(groups)}\n`;

function rule(group: string, path: string, more = ""): string {
  rules += 1;
  return `[[access.rule]]\nname = "rule-${rules}"\ngroups = ["${group}"]\npath = "${path}"\n${more}`;
}
let rules = 0;

const hostPath = (name: string): string => `/virtgate-host:hosts/host[name='${name}']`;
const machinePath = (uuid: string): string => `/virtgate-host:hosts/host/virtgate-machine:machine[uuid='${uuid}']`;

/** One of Net-SNMP's tools, as somebody: a user by name, or a community with `c:` before it. */
async function tool(gateway: RunningProgram, command: string, who: string, ...words: readonly string[]) {
  const { snmp } = gateway.ready;
  const as = who.startsWith("c:")
    ? ["-v2c", "-c", who.slice(2)]
    : ["-v3", "-u", who, "-l", "authPriv", "-a", "SHA-256", "-A", "12345678", "-x", "AES", "-X", "12345678"];
  const at = words.findIndex((word) => /^\.?1\.\d/.test(word));
  const args = [
    "-Oqnv",
    "-r3",
    "-t10",
    ...as,
    ...words.slice(0, at),
    `${snmp?.address}:${snmp?.port}`,
    ...words.slice(at),
  ];
  const { out, err } = await run(command, args, { env: { ...process.env, MIBS: "", SNMPCONFPATH: "/nonexistent" } });
  return {
    lines: out
      .trim()
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("No ")),
    out: out.trim(),
    err: err.trim(),
  };
}

const names = async (gateway: RunningProgram, who: string, ...context: readonly string[]) =>
  (await tool(gateway, "snmpwalk", who, ...context, vmName)).lines.map((line) => line.replaceAll('"', "")).sort();

const value = async (gateway: RunningProgram, who: string, oid: string, ...context: readonly string[]) =>
  (await tool(gateway, "snmpget", who, ...context, oid)).out.replaceAll('"', "");

async function machinesOf(gateway: RunningProgram, host: string) {
  const { machines } = JSON.parse((await gateway.command("machines", "--json")).out) as MachinesAnswer;
  return machines.filter((one) => one.host === host);
}

/** Reloads, and waits until it is done. */
async function reload(gateway: RunningProgram, configuration: string): Promise<void> {
  const times = (): number => gateway.err().split('"configuration.reloaded"').length;
  const before = times();
  writeFileSync(gateway.configFile, configuration);
  gateway.signal("SIGHUP");
  await until("the reload", () => (times() > before ? true : undefined), gateway.err);
}

/** Net-SNMP's receiver of traps. */
async function receiver(...communities: readonly string[]): Promise<Started & { readonly address: string }> {
  const folder = temporaryFolder();
  const file = join(folder, "snmptrapd.conf");
  writeFileSync(file, communities.map((name) => `authCommunity log ${name}\n`).join(""));
  const reserved = await bindUdp({ address: "127.0.0.1", port: 0 });
  const { port } = reserved.local;
  await reserved.close();
  const env = { ...process.env, MIBS: "", SNMP_PERSISTENT_DIR: folder, SNMPCONFPATH: folder };
  const args = ["-f", "-Lo", "-On", "-n", "-C", "-c", file, `udp:127.0.0.1:${port}`];
  const started = start("snmptrapd", args, { env });
  await until("snmptrapd", () => (started.out().includes("NET-SNMP version") ? true : undefined), started.err);
  return { ...started, address: `127.0.0.1:${port}` };
}

describe("who sees what by SNMP", () => {
  test("a user of one host, of one machine, a community, and one of nothing; from the reload on", async ({ skip }) => {
    skip(whyNot() !== undefined, whyNot());
    const gateway = await startProgram({ configuration: simulated });
    const [kvm, lxc] = [await machinesOf(gateway, "kvm1"), await machinesOf(gateway, "lxc1")];
    const [first, second] = kvm;
    const all = [...kvm, ...lxc].map(({ name }) => name).sort();
    const users = [user("of-host", "host-team"), user("of-machine", "one"), user("of-nothing")].join("");
    const communities =
      community("web", "", "one") + community("web-lxc", "lxc1", "one") + community("nowhere", "xen9", "one");
    const base = simulated + users + communities;
    const hostRule = rule("host-team", hostPath("kvm1"));
    await reload(gateway, base + hostRule + rule("one", machinePath(first?.uuid ?? "")));

    expect(await names(gateway, "of-host")).toEqual(kvm.map(({ name }) => name).sort());
    expect(await names(gateway, "of-host", "-n", "kvm1")).toEqual(kvm.map(({ name }) => name).sort());
    expect(await value(gateway, "of-host", vmNumber)).toBe(String(kvm.length));
    expect(await value(gateway, "of-host", sysDescr)).toMatch(/gateway to 1 host$/);
    expect((await tool(gateway, "snmpwalk", "of-host", vacmContextName)).lines).toEqual(['""', '"kvm1"']);
    expect(await value(gateway, "of-host", vmHvSoftware)).toMatch(/QEMU/);

    for (const who of ["of-machine", "c:web"]) {
      expect(await names(gateway, who), who).toEqual([first?.name]);
      expect(await value(gateway, who, vmNumber)).toBe("1");
      expect(await value(gateway, who, vmHvSoftware)).toMatch(/^No Such Instance/);
    }
    expect(await names(gateway, "of-machine", "-n", "kvm1")).toEqual([first?.name]);
    expect(await names(gateway, "of-nothing")).toEqual([]);
    expect(await value(gateway, "of-nothing", vmNumber)).toBe("0");
    expect((await tool(gateway, "snmpwalk", "of-nothing", vacmContextName)).lines).toEqual(['""']);

    // A context of which nothing may be seen is one that does not exist, for each of them.
    for (const [who, hidden] of [
      ["of-host", "lxc1"],
      ["of-machine", "lxc1"],
      ["of-nothing", "kvm1"],
    ] as const) {
      const [one, other] = [
        await tool(gateway, "snmpget", who, "-n", hidden, vmNumber),
        await tool(gateway, "snmpget", who, "-n", "xen9", vmNumber),
      ];
      expect(one).toEqual(other);
      expect(one.err).toContain("Bad context specified");
    }

    await reload(gateway, base + hostRule + rule("one", machinePath(second?.uuid ?? "")));
    expect(await names(gateway, "of-machine")).toEqual([second?.name]);
    expect(await names(gateway, "c:web")).toEqual([second?.name]);
    await reload(gateway, base);
    expect(await names(gateway, "of-machine")).toEqual([]);
    expect(await names(gateway, "of-host")).toEqual([]);
    await reload(gateway, base + rule("one", "/virtgate-host:hosts"));
    expect(await names(gateway, "c:web")).toEqual(all);
    gateway.signal("SIGTERM");
    expect((await gateway.ended).code).toBe(0);
  });

  test("traps tell a target of the machines that its groups let it see", async ({ skip }) => {
    skip(whyNot() !== undefined, whyNot());
    const receivers = { web: await receiver("web"), all: await receiver("all") };
    const target = (name: keyof typeof receivers) =>
      `[[snmp.target]]\nname = "${name}"\naddress = "${receivers[name].address}"\nversion = "v2c"\ncommunity = "${name}"\n`;
    const gateway = await startProgram({ configuration: simulated });
    const kvm = await machinesOf(gateway, "kvm1");
    const others = [...kvm, ...(await machinesOf(gateway, "lxc1"))];
    const [own, other] = kvm.filter(({ state }) => state === "running");
    const base = simulated + target("web") + target("all") + community("web", "", "one");
    await reload(gateway, base + rule("one", machinePath(own?.uuid ?? "")));
    for (const machine of [other, own]) {
      expect(await gateway.command("suspend", `kvm1/${machine?.uuid}`)).toMatchObject({ code: 0, err: "" });
    }
    /** Whether a receiver was told that a machine is paused. */
    const isTold = (to: keyof typeof receivers, name = ""): boolean =>
      receivers[to]
        .out()
        .split("\n")
        .some((line) => line.includes(vmPaused) && line.includes(`"${name}"`));
    const expected = [
      ["all", other],
      ["all", own],
      ["web", own],
    ] as const;
    await until("the traps", () => (expected.every(([to, one]) => isTold(to, one?.name)) ? true : undefined));
    for (const { name, uuid } of others) {
      if (uuid !== own?.uuid && name !== own?.name) expect(receivers.web.out()).not.toContain(`"${name}"`);
    }
    gateway.signal("SIGTERM");
    expect((await gateway.ended).code).toBe(0);
  });

  test("what is set follows the same rules, context by context", async ({ skip }) => {
    skip(whyNot() !== undefined, whyNot());
    const update = 'operations = ["read", "update"]\n';
    const gateway = await startProgram({
      configuration:
        simulated +
        user("watcher", "watch") +
        user("keeper", "keep") +
        rule("watch", hostPath("kvm1")) +
        rule("keep", hostPath("kvm1"), update) +
        rule("keep", hostPath("lxc1")),
    });
    const set = async (who: string, ...context: readonly string[]) =>
      (await tool(gateway, "snmpset", who, ...context, vmPerVMNotificationsEnabled, "i", "2")).err;
    expect(await set("watcher", "-n", "kvm1")).toMatch(/noAccess/);
    expect(await set("keeper")).toMatch(/noAccess/);
    expect(await set("keeper", "-n", "lxc1")).toMatch(/noAccess/);
    expect(await set("watcher", "-n", "lxc1")).toContain("Bad context specified");
    expect(await set("keeper", "-n", "kvm1")).toBe("");
    expect(await value(gateway, "watcher", vmPerVMNotificationsEnabled, "-n", "kvm1")).toBe("2");
    expect(await value(gateway, "keeper", vmPerVMNotificationsEnabled, "-n", "lxc1")).toBe("1");
    gateway.signal("SIGTERM");
    expect((await gateway.ended).code).toBe(0);
  });
});
