import { afterAll, beforeAll, describe, expect } from "vitest";
import { bringUpMachines } from "./support/baseline.js";
import { bothHosts, Gateway } from "./support/gateway.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import { type TestMachine, testMachine } from "./support/machines.js";
import { get } from "./support/snmp.js";
import { until } from "./support/until.js";
import { machineNames, virsh } from "./support/virsh.js";

let gateway: Gateway;
let machines: readonly TestMachine[];

beforeAll(
  whenPossible(async () => {
    ({ machines } = await bringUpMachines());
    gateway = await Gateway.configured("command-line", bothHosts());
  }),
);
afterAll(whenPossible(async () => await gateway?.stop()));

interface HostLine {
  readonly name: string;
  readonly link: string;
  readonly machines: number;
  readonly hypervisorVersion: string;
  readonly libvirtVersion: string;
}

interface Shown {
  readonly name: string;
  readonly uuid: string;
  readonly state: string;
  readonly vcpuCount: number;
  readonly snmp: readonly {
    readonly context: string;
    readonly vmIndex: number;
    readonly oids: Record<string, string>;
  }[];
}

interface Finding {
  readonly check: string;
  readonly verdict: string;
  readonly remedy?: string;
}

describe("the command line on real hosts", () => {
  hostTest("hosts lists both connections, up, with the versions that virsh tells", async () => {
    const { hosts } = await gateway.json<{ hosts: readonly HostLine[] }>("hosts");
    for (const [driver, name] of [
      ["qemu", "kvm1"],
      ["lxc", "ct1"],
    ] as const) {
      const version = await virsh(driver, "version");
      expect(hosts.find((each) => each.name === name)).toMatchObject({
        link: "up",
        machines: (await machineNames(driver)).length,
        hypervisorVersion: /Running hypervisor: \S+ (\S+)/.exec(version)?.[1],
        libvirtVersion: /Using library: libvirt (\S+)/.exec(version)?.[1],
      });
    }
    expect((await gateway.command("hosts")).stdout).toMatch(/kvm1.*\n.*ct1|ct1.*\n.*kvm1/);
  });

  hostTest("machines lists every machine with its state", async () => {
    const words = { running: "running", paused: "paused", "shut off": "stopped", saved: "saved" };
    const listed = new Map((await gateway.machines()).map(({ uuid, name, state }) => [uuid, `${name} ${state}`]));
    expect(listed).toEqual(new Map(machines.map(({ uuid, name, baseline }) => [uuid, `${name} ${words[baseline]}`])));
    const { stdout, code } = await gateway.command("machines");
    expect(code).toBe(0);
    for (const { name, uuid } of machines) expect(stdout).toMatch(new RegExp(`${name} .*${uuid}`));
  });

  hostTest("show finds a machine by name and by UUID, and its OIDs lead to it", async () => {
    const { uuid } = testMachine("paused");
    const shown = await gateway.json<Shown>("show", "paused");
    expect(shown).toMatchObject({ name: "paused", uuid, state: "paused", vcpuCount: 3 });
    expect(await gateway.json<Shown>("show", uuid)).toMatchObject({ name: "paused", uuid });
    const contexts = shown.snmp.map(({ context }) => context);
    expect(contexts.sort()).toEqual(["", "kvm1"]);
    for (const { context, oids } of shown.snmp) {
      expect(String(await get(gateway, oids["vmName"] ?? "", context))).toBe("paused");
      expect(await get(gateway, oids["vmOperState"] ?? "", context)).toBe(8);
    }
    expect((await gateway.command("show", "käse-off")).stdout).toContain("käse-off");
  });

  hostTest("show of what does not exist: exit code 1 and a reason on standard error", async () => {
    const { code, stdout, stderr } = await gateway.command("show", "no-such-machine");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("no-such-machine");
  });

  hostTest("machines follows virsh", async () => {
    await virsh("lxc", "start", "ct-off");
    await until("ct-off to run", async () => (await state("ct-off")) === "running");
    await virsh("lxc", "destroy", "ct-off");
    await until("ct-off to be stopped", async () => (await state("ct-off")) === "stopped");
  });

  hostTest(
    "doctor examines the real host, finds nothing wrong, and has a remedy for whatever it warns of",
    async () => {
      const { code, stdout } = await gateway.command("doctor", "--json");
      const { findings } = JSON.parse(stdout) as { readonly findings: readonly Finding[] };
      expect(findings.filter(({ verdict }) => verdict === "failed")).toEqual([]);
      expect(code).toBe(0);
      expect(findings.length).toBeGreaterThan(20);
      for (const finding of findings.filter(({ verdict }) => verdict === "warning")) {
        expect(finding.remedy, finding.check).toBeTruthy();
      }
      expect((await gateway.command("doctor")).code).toBe(0);
    },
  );
});

async function state(name: string): Promise<string | undefined> {
  return (await gateway.machines()).find((each) => each.name === name)?.state;
}
