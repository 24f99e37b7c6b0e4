import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { MachinesAnswer } from "../../src/agent/console/control-routes.js";
import type { AuditAnswer } from "../../src/daemon/audit-orders.js";
import type { LifecycleAction } from "../../src/engine/change/action.js";
import { isInstalled } from "../support/installed.js";
import {
  anyPorts,
  programFile,
  type RunningProgram,
  run,
  start,
  startProgram,
  until,
  virtgate,
} from "../support/run-program.js";
import { temporaryFolder } from "../support/temporary-folder.js";

/** A simulated host that lives no life of its own, served as one that may be written to, and as one that may not. */
async function serve() {
  const socket = join(temporaryFolder(), "h.sock");
  const words = ["simulate", "--socket", socket, "--machines", "6", "--seed", "3"];
  const simulator = start(process.execPath, [programFile(), ...words]);
  await until("the simulator", () => simulator.out() || undefined, simulator.err);
  const uri = `qemu+unix:///system?socket=${socket}`;
  const host = (name: string, allowWrite: boolean) =>
    `[[host]]\nname = "${name}"\nuri = "${uri}${name === "ro" ? "&ro" : ""}"\nallow_write = ${allowWrite}\n`;
  const gateway = await startProgram({ configuration: `${anyPorts}${host("rw", true)}${host("ro", false)}` });
  const { machines } = JSON.parse((await gateway.command("machines", "--host", "rw", "--json")).out) as MachinesAnswer;
  return { simulator, gateway, machines };
}

/** A command returns once its effect is seen, or after a few seconds: on a machine that is busy enough, before. */
function untilShown(gateway: RunningProgram, which: string, state: string): Promise<true> {
  return until(`${which} to be ${state}`, async () => {
    const shown = JSON.parse((await gateway.command("show", which, "--json")).out);
    return shown.state === state ? true : undefined;
  });
}

async function audited(gateway: RunningProgram) {
  return (JSON.parse((await gateway.command("audit", "--json")).out) as AuditAnswer).records;
}

describe("lifecycle commands", () => {
  test("bring a machine from state to state, as every view then shows it", async () => {
    const { gateway, machines } = await serve();
    const machine = machines.find(({ state }) => state === "running");
    const which = `rw/${machine?.name}`;
    const steps: readonly (readonly [LifecycleAction, string])[] = [
      ["suspend", "paused"],
      ["resume", "running"],
      ["save", "saved"],
      ["restore", "running"],
      ["reset", "running"],
      ["reboot", "running"],
      ["destroy", "stopped"],
      ["start", "running"],
    ];
    for (const [action, state] of steps) {
      const { code, out } = await gateway.command(action, which, "--json");
      expect({ action, code }).toEqual({ action, code: 0 });
      await untilShown(gateway, which, state);
      expect(JSON.parse(out).job).toMatchObject({ state: "done", title: `${action} machine ${machine?.name}` });
    }
    const { code } = await gateway.command("shutdown", which);
    expect(code).toBe(0);
    await untilShown(gateway, which, "stopped");

    const records = await audited(gateway);
    expect(records.map(({ what, outcome }) => [what, outcome])).toEqual(
      [...steps.map(([action]) => action), "shutdown"].map((action) => [`${action} machine ${machine?.name}`, "done"]),
    );
    // The line has the numbers of the events that the traps carry.
    const numbers = records.flatMap(({ events }) => events);
    expect(numbers.length).toBeGreaterThan(0);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(await gateway.command("audit", "--verify")).toMatchObject({
      code: 0,
      out: "all 9 lines are as they were written\n",
    });
  });

  test("a dry run says what would be done, and does nothing", async () => {
    const { gateway, machines } = await serve();
    const which = `rw/${machines.find(({ state }) => state === "running")?.name}`;
    const { code, out } = await gateway.command("reset", which, "--dry-run");
    expect({ code, out }).toEqual({ code: 0, out: `1. reset machine ${which.slice(3)} (cannot be undone)\n` });
    const plan = JSON.parse((await gateway.command("suspend", which, "--dry-run", "--json")).out);
    expect(plan.plan.steps).toMatchObject([{ do: "suspend", reversible: true }]);
    expect(JSON.parse((await gateway.command("show", which, "--json")).out).state).toBe("running");
    expect(await audited(gateway)).toEqual([]);
  });

  test("are refused with the reason and the next step", async () => {
    const { gateway, machines } = await serve();
    const name = machines.find(({ state }) => state === "running")?.name ?? "";
    const refused = async (...words: string[]) => {
      const { code, out, err } = await gateway.command(...words);
      expect({ words, code, out }).toEqual({ words, code: 1, out: "" });
      return err;
    };
    expect(await refused("suspend", `ro/${name}`)).toMatch(/host ro is read-only: set allow_write = true/);
    expect(await refused("resume", `rw/nosuch`)).toMatch(/there is no machine rw\/nosuch/);
    expect(await refused("suspend", name)).toMatch(/several machines; say which:\n {2}rw\//);
    expect((await gateway.command("suspend", `rw/${name}`)).code).toBe(0);
    expect(await refused("shutdown", `rw/${name}`)).toMatch(/while it is paused; resume it/);
    expect((await audited(gateway)).map(({ outcome }) => outcome)).toEqual(["refused", "done", "undone"]);
    gateway.signal("SIGTERM");
    await gateway.ended;
    expect(await refused("suspend", `rw/${name}`)).toMatch(/no gateway is running in .*start one with: /);
  });

  test("the SNMP agent sees the new state at once", async ({ skip }) => {
    if (!isInstalled("snmpget")) skip("snmpget is not installed");
    const { gateway, machines } = await serve();
    const which = `rw/${machines.find(({ state }) => state === "running")?.name}`;
    expect((await gateway.command("suspend", which)).code).toBe(0);
    await untilShown(gateway, which, "paused");
    const shown = JSON.parse((await gateway.command("show", which, "--json")).out);
    const [{ context, oids }] = shown.snmp;
    const { snmp } = gateway.ready;
    const env = { ...process.env, SNMPCONFPATH: snmp?.confDir, MIBS: "" };
    const target = `${snmp?.address}:${snmp?.port}`;
    const { out } = await run("snmpget", ["-Oqv", "-r3", "-t10", "-n", context, target, oids.vmOperState], { env });
    expect(out.trim()).toBe("8");
  });
});

describe("virtgate user", () => {
  test("keeps users over a restart, and the audit tells of them", async () => {
    const folder = temporaryFolder();
    const passwordFile = join(folder, "password");
    writeFileSync(passwordFile, "correct horse\n", { mode: 0o600 });
    const keyFile = join(folder, "id.pub");
    writeFileSync(keyFile, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE bob@box\n");
    const first = await startProgram({ args: ["--simulate"] });
    const state = ["--state", first.stateDirectory];
    const files = ["--password-file", passwordFile, "--ssh-key-file", keyFile];
    const certificate = ["--certificate-file", first.ready.caFile ?? ""];
    const added = await virtgate(["user", "add", "bob", "--group", "monitor", ...files, ...certificate, ...state]);
    expect(added).toEqual({ code: 0, out: "user bob added (monitor)\n", err: "" });
    const again = await virtgate(["user", "add", "bob", ...files, ...state]);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining("there is a user bob already") });
    first.signal("SIGTERM");
    await first.ended;
    const log = first.err();
    expect(log).not.toContain("correct horse");

    await startProgram({ args: ["--simulate"], stateDirectory: first.stateDirectory });
    const { users } = JSON.parse((await virtgate(["user", "list", "--json", ...state])).out);
    expect(users).toMatchObject([{ name: "bob", groups: ["monitor"], hasPassword: true }]);
    expect(JSON.stringify(users)).not.toContain("hash");
    expect((await virtgate(["user", "remove", "bob", "--dry-run", ...state])).out).toBe("user bob would be removed\n");
    expect((await virtgate(["user", "remove", "bob", ...state])).out).toBe("user bob removed\n");
    const { records } = JSON.parse((await virtgate(["audit", "--json", ...state])).out) as AuditAnswer;
    expect(records.map(({ what }) => what)).toEqual(["add user bob (monitor)", "remove user bob"]);
  });

  test("decides what an SNMP user sees who acts for somebody, from the next request on", async ({ skip }) => {
    if (!isInstalled("snmpget")) skip("snmpget is not installed");
    const configuration = `${anyPorts}[[snmp.user]]\nname = "mo"\nauth_password = "12345678"\npriv_password = "12345678"\n`;
    const gateway = await startProgram({ args: ["--simulate"], configuration });
    const { snmp } = gateway.ready;
    const credentials = [
      "-v3",
      "-u",
      "mo",
      "-l",
      "authPriv",
      "-a",
      "SHA-256",
      "-x",
      "AES",
      "-A",
      "12345678",
      "-X",
      "12345678",
    ];
    const sees = async (oid: string) => {
      const args = ["-Oqv", "-r3", "-t10", ...credentials, `${snmp?.address}:${snmp?.port}`, oid];
      const { out } = await run("snmpget", args, { env: { ...process.env, MIBS: "" } });
      return !out.includes("No Such");
    };
    const [hosts, name, targets] = ["1.3.6.1.2.1.236.1.1.1.0", "1.3.6.1.2.1.1.5.0", "1.3.6.1.6.3.12.1.1.0"] as const;
    expect(await sees(hosts)).toBe(true);
    const state = ["--state", gateway.stateDirectory];
    for (const [groups, expected] of [
      [[], { hosts: false, name: true, targets: false }],
      [["--group", "monitor"], { hosts: true, name: true, targets: false }],
      [["--group", "admin"], { hosts: true, name: true, targets: true }],
    ] as const) {
      expect((await virtgate(["user", "add", "mo", "--snmp-user", "mo", ...groups, ...state])).code).toBe(0);
      const seen = { hosts: await sees(hosts), name: await sees(name), targets: await sees(targets) };
      expect({ groups, ...seen }).toEqual({ groups, ...expected });
      expect((await virtgate(["user", "remove", "mo", ...state])).code).toBe(0);
    }
    expect(await sees(hosts)).toBe(true);
  });

  test("a line of the audit that somebody changed is found", async () => {
    const gateway = await startProgram({ args: ["--simulate"] });
    const state = ["--state", gateway.stateDirectory];
    for (const name of ["a", "b", "c"]) await virtgate(["user", "add", name, "--snmp-user", name, ...state]);
    const file = join(gateway.stateDirectory, "audit", "audit.jsonl");
    writeFileSync(file, readFileSync(file, "utf8").replace("add user b", "add user x"));
    const { code, err } = await virtgate(["audit", "--verify", ...state]);
    expect(code).toBe(1);
    expect(err).toMatch(/^virtgate: line 2 of the audit: it was changed/);
  });
});
