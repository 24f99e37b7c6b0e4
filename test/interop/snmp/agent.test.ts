import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EngineIdentity, openEngineIdentity } from "../../../src/agent/snmp/engine-identity.js";
import { configuredRows } from "../../../src/agent/snmp/framework/configured-rows.js";
import { FrameworkTables } from "../../../src/agent/snmp/framework/framework-tables.js";
import { SnmpAgent } from "../../../src/agent/snmp/snmp-agent.js";
import { SystemTexts } from "../../../src/agent/snmp/system-texts.js";
import { openKeyUser, snmpConfText } from "../../../src/agent/snmp/users.js";
import type { DatagramPort } from "../../../src/base/channel.js";
import { systemClock } from "../../../src/base/clock.js";
import { silentLog } from "../../../src/base/log.js";
import { ChangeFeed } from "../../../src/engine/change-feed.js";
import type { UsmUser } from "../../../src/protocol/snmp/usm.js";
import { bindUdp } from "../../../src/transport/udp.js";
import { contextsOver, identification, requireContext, walk } from "../../support/contexts.js";
import { disk, generation, hostGeneration, machine, stillInventory } from "../../support/generations.js";
import { isInstalled } from "../../support/installed.js";
import { mibFolder } from "../../support/mibs.js";
import { TableStore } from "../../support/table-store.js";

const run = promisify(execFile);

const web = machine(1, { name: "web", host: "kvm1" });
const inventory = stillInventory(
  generation(
    hostGeneration("kvm1", [web, machine(2, { name: "späße", disks: [disk(2), disk(1)] })]),
    hostGeneration("lxc1", [machine(3, { index: 1, gatewayIndex: 3, cpuTimeNs: undefined })]),
  ),
);

let folder: string;
let port: DatagramPort;
let trapPort: number;
let identity: EngineIdentity;
let user: UsmUser;
let feed: ChangeFeed;
let agent: SnmpAgent;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "virtgate-snmp-"));
  const store = new TableStore();
  identity = await openEngineIdentity(store);
  user = await openKeyUser(store, "monitor");
  await writeFile(join(folder, "snmp.conf"), snmpConfText(user));
  feed = await ChangeFeed.open(store);
  port = await bindUdp({ address: "127.0.0.1", port: 0 });
  const free = await bindUdp({ address: "127.0.0.1", port: 0 });
  trapPort = free.local.port;
  await free.close();
  agent = new SnmpAgent({
    ports: [port],
    identity,
    inventory,
    feed,
    clock: systemClock,
    log: silentLog,
    system: await SystemTexts.open(store),
    framework: await FrameworkTables.open({
      store,
      engineId: identity.engineId,
      random: Math.random,
      authenticationTraps: false,
    }),
    rows: configuredRows(
      {
        users: [user],
        communities: [],
        targets: [
          {
            name: "snmptrapd",
            peer: { address: "127.0.0.1", port: trapPort },
            version: "v3",
            securityName: "monitor",
            securityLevel: "authPriv",
            contextName: "kvm1",
          },
        ],
      },
      identity.engineId,
    ),
    notifications: { perVm: true, bulk: false, bulkWindowMs: 1000 },
    identification,
  });
});

afterAll(async () => {
  agent?.stop();
  await port?.close();
  await rm(folder, { recursive: true, force: true });
});

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, SNMPCONFPATH: folder, SNMP_PERSISTENT_DIR: folder, MIBS: "", MIBDIRS: mibFolder };
}

/** Who else may ask is not told to somebody who monitors: targets, notifications, users, rights, communities. */
const hidden = /^\.1\.3\.6\.1\.6\.3\.(?:12\.1\.[23]|13|15\.1\.2|16|18)\./;
/** vacmContextTable: how managers find the hosts. */
const shown = /^\.1\.3\.6\.1\.6\.3\.16\.1\.1\./;

/** What a walk of everything prints, by a user whose keys stand in the configuration. */
async function bulkWalk(...options: readonly string[]): Promise<readonly string[]> {
  const args = [...options, "-r", "3", "-t", "10", `127.0.0.1:${port.local.port}`, ".1.3.6.1"];
  const { stdout } = await run("snmpbulkwalk", args, { env: environment(), maxBuffer: 1 << 26 });
  return stdout.split("\n").filter((line) => line !== "");
}

test.for(["", "kvm1", "lxc1"])(
  "snmpbulkwalk gets every instance of the context %j in order",
  async (contextName, context) => {
    if (!isInstalled("snmpbulkwalk")) context.skip("snmpbulkwalk is not installed");
    const lines = await bulkWalk("-m", "", "-On", "-Ox", "-n", contextName);
    const found = lines.filter((line) => / = (?!No more)/.test(line)).map((line) => line.split(" ", 1)[0]);
    const served = walk(requireContext(contextsOver(inventory), contextName)).map(({ oid }) => `.${oid.join(".")}`);
    expect(found).toEqual(served.filter((oid) => !oid.match(hidden) || oid.match(shown)));
  },
);

test("snmpbulkwalk names objects and values by our modules", async (context) => {
  if (!isInstalled("snmpbulkwalk")) context.skip("snmpbulkwalk is not installed");
  const lines = await bulkWalk("-m", "ALL");
  for (const line of [
    "VM-MIB::vmName.1 = STRING: web",
    "VM-MIB::vmName.2 = STRING: späße",
    "VM-MIB::vmOperState.1 = INTEGER: running(4)",
    "VM-MIB::vmCpuTime.1 = Counter64: 5000000 microsecond",
    "VM-MIB::vmStorageSourceType.2.1 = INTEGER: sparse(5)",
    "VM-MIB::vmNetworkPhysAddress.1.1 = STRING: 52:54:0:0:0:1",
    "SNMPv2-MIB::sysORID.2 = OID: VM-MIB::vmMIB",
    'SNMP-VIEW-BASED-ACM-MIB::vacmContextName."lxc1" = STRING: lxc1',
  ]) {
    expect(lines).toContain(line);
  }
  const unresolved = lines.filter((line) => /^(?:\.|iso|SNMPv2-SMI)/.test(line));
  expect(unresolved).toEqual([]);
});

test("snmptrapd takes a stop as a trap of ours, with the state before", async (context) => {
  if (!isInstalled("snmptrapd")) context.skip("snmptrapd is not installed");
  const hex = (octets: Uint8Array | undefined): string => `0x${Buffer.from(octets ?? []).toString("hex")}`;
  const keys = `SHA-256 -l ${hex(user.auth?.localizedKey)} AES -l ${hex(user.priv?.localizedKey)}`;
  const configuration = join(folder, "traps.conf");
  await writeFile(
    configuration,
    `createUser -e ${hex(identity.engineId)} monitor ${keys}\nauthUser log monitor priv\ndoNotRetainNotificationLogs yes\n`,
  );
  const args = ["-f", "-Lo", "-C", "-c", configuration, "-m", "ALL", "-M", mibFolder, "-OQ", `127.0.0.1:${trapPort}`];
  const receiver = spawn("snmptrapd", args, { env: environment(), stdio: ["ignore", "pipe", "pipe"] });
  // When the test run itself is ended, nothing of it stays behind.
  const end = (): void => void receiver.kill();
  process.once("disconnect", end);
  try {
    const text = await untilTrap(receiver, () => {
      feed.publish(
        feed.number([
          {
            kind: "machine-state",
            at: 0,
            host: "kvm1",
            before: { ...web, state: "paused" },
            machine: { ...web, state: "stopped" },
            lifecycle: "shut-down",
          },
        ]),
      );
    });
    expect(text).toContain("SNMPv2-MIB::snmpTrapOID.0 = VM-MIB::vmShutdown");
    expect(text).toContain("VM-MIB::vmName.1 = web");
    expect(text).toContain("VM-MIB::vmOperState.1 = paused");
  } finally {
    process.off("disconnect", end);
    end();
  }
}, 60_000);

/** Publishes now and then, since datagrams are lost until the receiver listens, and gives the line that it then prints. */
function untilTrap(receiver: ChildProcess, publish: () => void): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    const timer = setInterval(publish, 200);
    const finish = (): void => clearInterval(timer);
    const onOutput = (octets: Buffer): void => {
      output += octets.toString();
      const line = output.split("\n").find((one, i, all) => one.includes("vmOperState") && i < all.length - 1);
      if (line === undefined) return;
      finish();
      resolve(line);
    };
    receiver.stdout?.on("data", onOutput);
    receiver.stderr?.on("data", onOutput);
    receiver.once("error", reject);
    receiver.once("exit", (code) => {
      finish();
      reject(new Error(`snmptrapd ended with ${code}: ${output}`));
    });
  });
}
