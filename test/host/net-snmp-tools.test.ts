import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { mibFolder } from "../support/mibs.js";
import { findVm } from "./support/agreement.js";
import { bringUpMachines } from "./support/baseline.js";
import { attempt, type Outcome } from "./support/command.js";
import { bothHosts, Gateway } from "./support/gateway.js";
import { hostTest, whenPossible } from "./support/host-test.js";
import type { Driver } from "./support/machines.js";
import { end, startInBackground } from "./support/processes.js";
import { scratch } from "./support/room.js";
import { ask, get } from "./support/snmp.js";
import { until } from "./support/until.js";
import { machineNames, virsh } from "./support/virsh.js";
import { readVmTable, vmScalars } from "./support/vm-mib.js";

const RECEIVER_PORT = 16_231;
const VM_ENTRY = ".1.3.6.1.2.1.236.1.4.1";
const SYS_LOCATION = ".1.3.6.1.2.1.1.6.0";
const UNKNOWN_PDU_HANDLERS = ".1.3.6.1.6.3.11.2.1.3.0";
const configuration = `
[[snmp.user]]
name = "keeper"
auth_password = "keeper's auth password"
priv_password = "keeper's priv password"
write = "all"

[[snmp.target]]
name = "away"
address = "127.0.0.1:${RECEIVER_PORT}"
version = "v2c"
community = "told"
context = "kvm1"
inform = true
timeout_ms = 500
retries = 255
`;
const keeper = ["-v3", "-u", "keeper", "-l", "authPriv", "-a", "SHA-256", "-x", "AES"];
const passwords = ["-A", "keeper's auth password", "-X", "keeper's priv password"];

let gateway: Gateway;
let receiver: { readonly pid: number; readonly log: string } | undefined;

beforeAll(
  whenPossible(async () => {
    await bringUpMachines();
    gateway = await Gateway.configured("net-snmp-tools", bothHosts({ more: configuration }));
  }),
);
afterAll(
  whenPossible(async () => {
    if (receiver !== undefined) await end(receiver.pid);
    await gateway?.stop();
  }),
);

function set(context: string, ...assignments: readonly string[]): Promise<Outcome> {
  return ask(gateway, "snmpset", [...keeper, ...passwords], context, assignments);
}

/** Net-SNMP's receiver of informs with a community, and what it prints. */
function startReceiver(): { readonly pid: number; readonly log: string } {
  const folder = scratch("inform-receiver");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "snmptrapd.conf");
  writeFileSync(file, "authCommunity log told\n");
  const args = ["-f", "-n", "-C", "-c", file, "-m", "", "-On", "-Lo", "-x", join(folder, "no-agent")];
  return startInBackground("snmptrapd", [...args, `udp:127.0.0.1:${RECEIVER_PORT}`], {
    log: join(folder, "output"),
    env: { SNMP_PERSISTENT_DIR: folder, SNMPCONFPATH: folder },
  });
}

describe("Net-SNMP's tools on real machines", () => {
  hostTest("snmptable shows every machine of each host, one a line", async () => {
    for (const [driver, context] of [
      ["qemu", "kvm1"],
      ["lxc", "ct1"],
    ] as const satisfies readonly (readonly [Driver, string])[]) {
      const { address, port, confDir } = gateway.ready.snmp;
      const table = [`${address}:${port}`, "VM-MIB::vmTable"];
      // Named output: by numbers this tool finds no table.
      const options = ["-r", "3", "-t", "10", "-M", mibFolder, "-m", "VM-MIB", "-Cf", "|", "-Ci", "-CH", "-n", context];
      const { code, stdout, stderr } = await attempt("snmptable", [...options, ...table], {
        env: { SNMPCONFPATH: confDir, SNMP_PERSISTENT_DIR: scratch("net-snmp") },
      });
      expect(code, stderr).toBe(0);
      const lines = stdout.split("\n").filter((line) => line !== "");
      expect(lines).toHaveLength((await machineNames(driver)).length);
      expect(new Set(lines.map((line) => line.split("|").length)).size, "as many cells in each row").toBe(1);
    }
  });

  hostTest("snmpwalk goes through all of VM-MIB and ends; twice the same instances", async () => {
    const walk = async (): Promise<readonly string[]> => {
      const { code, stdout, stderr } = await ask(gateway, "snmpwalk", ["-Cc"], "", [".1.3.6.1.2.1.236"]);
      expect([code, stderr]).toEqual([0, ""]);
      return [...stdout.matchAll(/^(\.[\d.]+) = /gm)]
        .map(([, oid = ""]) => oid)
        .filter((oid) => !oid.includes(".236.1.4.1.16"));
    };
    const first = await walk();
    expect(first.length).toBeGreaterThan(100);
    expect(await walk()).toEqual(first);
  });

  hostTest("snmpset changes what can be set, and is told why not where not", async () => {
    expect((await set("", SYS_LOCATION, "s", "Rack 12")).code).toBe(0);
    expect(String(await get(gateway, SYS_LOCATION))).toBe("Rack 12");
    const [vmIndex] = findVm(await readVmTable(gateway, "kvm1"), "idle-1");
    const state = await set("kvm1", `${VM_ENTRY}.5.${vmIndex}`, "i", "3");
    expect(state.stderr).toContain("notWritable");
    const unit = await ask(gateway, "snmpset", [], "", [SYS_LOCATION, "s", "elsewhere"]);
    expect(unit.stderr, "the gateway's own user may set nothing").toMatch(/authorizationError|noAccess/);
    expect((await set("kvm1", vmScalars.vmPerVMNotificationsEnabled, "i", "3")).stderr).toContain("wrongValue");
  });

  hostTest("what snmpset made lasts over a restart, but for the switches (RFC 7666)", async () => {
    expect((await set("", SYS_LOCATION, "s", "Rack 13")).code).toBe(0);
    expect((await set("kvm1", vmScalars.vmBulkNotificationsEnabled, "i", "1")).code).toBe(0);
    await gateway.stop();
    await gateway.start();
    expect(String(await get(gateway, SYS_LOCATION))).toBe("Rack 13");
    expect(await get(gateway, vmScalars.vmBulkNotificationsEnabled, "kvm1")).toBe(2);
  });

  hostTest(
    "an inform about a real machine is repeated while snmptrapd is away, and acknowledged when it is back",
    async () => {
      await virsh("qemu", "suspend", "idle-1");
      await virsh("qemu", "resume", "idle-1");
      receiver = startReceiver(); // not before
      const { log } = receiver;
      const text = await until("both changes", () => {
        const printed = readFileSync(log, "utf8");
        return printed.includes(".1.3.6.1.2.1.236.0.4") && printed.includes(".1.3.6.1.2.1.236.0.1") && printed;
      });
      expect(text).toContain('STRING: "idle-1"');
    },
  );

  hostTest("snmpset silences the notifications of one host, and lets them be heard again", async () => {
    receiver ??= startReceiver();
    const { log } = receiver;
    const about = (name: string): number => readFileSync(log, "utf8").split(`STRING: "${name}"`).length - 1;
    expect((await set("kvm1", vmScalars.vmPerVMNotificationsEnabled, "i", "2")).code).toBe(0);
    const before = about("idle-2");
    await virsh("qemu", "suspend", "idle-2");
    const [vmIndex] = findVm(await readVmTable(gateway, "kvm1"), "idle-2");
    await until("the pause to be known", async () => (await get(gateway, `${VM_ENTRY}.6.${vmIndex}`, "kvm1")) === 8);
    expect((await set("kvm1", vmScalars.vmPerVMNotificationsEnabled, "i", "1")).code).toBe(0);
    await virsh("qemu", "resume", "idle-2");
    await until("the first that is told again", () => about("idle-2") > before);
    expect(about("idle-2"), "the pause was not told").toBe(before + 1);
  });

  hostTest("snmpinform to the agent is counted and not acknowledged: it receives no notifications", async () => {
    const before = Number(await get(gateway, UNKNOWN_PDU_HANDLERS));
    const options = ["-r", "0", "-t", "2", ...keeper, ...passwords];
    const { code } = await ask(gateway, "snmpinform", options, "", ["", ".1.3.6.1.6.3.1.1.5.1"]);
    expect(code).not.toBe(0);
    expect(Number(await get(gateway, UNKNOWN_PDU_HANDLERS))).toBeGreaterThan(before);
  });
});
