import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Gateway } from "./gateway.js";
import { end, isAlive, startInBackground } from "./processes.js";
import { scratch } from "./room.js";
import { get, parseValue, type SnmpValue } from "./snmp.js";
import { until } from "./until.js";

const SYS_UP_TIME = ".1.3.6.1.2.1.1.3.0";
const SNMP_TRAP_OID = ".1.3.6.1.6.3.1.1.4.1.0";
const SNMP_ENGINE_ID = ".1.3.6.1.6.3.10.2.1.1.0";
const START = "~trap~";

/** A notification as Net-SNMP's receiver understood it. */
export interface ReceivedTrap {
  /** How it came: `TRAP2, SNMP v3, user virtgate, context kvm1`. */
  readonly security: string;
  /** snmpTrapOID. */
  readonly oid: string;
  readonly upTimeCs: SnmpValue;
  /** What follows the two, in order. */
  readonly bindings: readonly { readonly oid: string; readonly value: SnmpValue }[];
}

/** `snmptrapd`, told one gateway's user and keys: what it prints was authentic and private. */
export class TrapReceiver {
  readonly #pid: number;
  readonly #output: string;

  private constructor(pid: number, output: string) {
    this.#pid = pid;
    this.#output = output;
  }

  /** @param port where the gateway was told to send to; the room's network is nobody else's */
  static async start(gateway: Gateway, port: number): Promise<TrapReceiver> {
    const folder = scratch("trap-receivers", String(port));
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const engineId = await get(gateway, SNMP_ENGINE_ID);
    if (!Buffer.isBuffer(engineId)) throw new Error("snmpEngineID is no string");
    writeFileSync(join(folder, "snmptrapd.conf"), userLines(gateway, engineId.toString("hex")));
    const output = join(folder, "output");
    const args = ["-f", "-n", "-C", "-c", join(folder, "snmptrapd.conf"), "-m", "", "-OnetUx", "-Lo"];
    const format = `${START}%P\t%v\n`;
    const { pid, log } = startInBackground(
      "snmptrapd",
      [...args, "-F", format, "-p", join(folder, "pid"), `--`, `udp:127.0.0.1:${port}`],
      { log: output, env: { SNMP_PERSISTENT_DIR: join(folder, "state"), SNMPCONFPATH: folder } },
    );
    await until("snmptrapd to listen", () => listens(port) || !isAlive(pid));
    if (!isAlive(pid)) throw new Error(`snmptrapd ended: ${readFileSync(log, "utf8")}`);
    return new TrapReceiver(pid, output);
  }

  /** All that came so far, in order. */
  received(): readonly ReceivedTrap[] {
    const [, ...texts] = readFileSync(this.#output, "utf8").split(START);
    return texts.map(parseTrap);
  }

  async stop(): Promise<void> {
    await end(this.#pid);
  }
}

/** The receiver's own copy of the user, from the localised keys in the gateway's `snmp.conf`. */
function userLines(gateway: Gateway, engineId: string): string {
  const { confDir } = gateway.ready.snmp;
  const settings = new Map<string, string>();
  for (const line of readFileSync(join(confDir, "snmp.conf"), "utf8").split("\n")) {
    const [name = "", value = ""] = line.trim().split(/\s+/, 2);
    settings.set(name, value.replaceAll('"', ""));
  }
  const setting = (name: string): string => {
    const value = settings.get(name);
    if (value === undefined) throw new Error(`${confDir}/snmp.conf has no ${name}`);
    return value;
  };
  const user = setting("defSecurityName");
  return `createUser -e 0x${engineId} ${user} ${setting("defAuthType")} -l ${setting("defAuthLocalizedKey")} ${setting("defPrivType")} -l ${setting("defPrivLocalizedKey")}
authUser log ${user} priv
`;
}

function parseTrap(text: string): ReceivedTrap {
  const [security = "", ...parts] = text.trimEnd().replaceAll("\n", " ").split("\t");
  const bindings = parts
    .filter((part) => part !== "")
    .map((part) => {
      const cut = part.indexOf(" = ");
      return { oid: part.slice(0, cut), value: parseValue(part.slice(cut + 3).trim()) };
    });
  const [upTime, trapOid, ...rest] = bindings;
  if (upTime?.oid !== SYS_UP_TIME || trapOid?.oid !== SNMP_TRAP_OID) throw new Error(`no notification: ${text}`);
  return { security, oid: String(trapOid.value), upTimeCs: upTime.value, bindings: rest };
}

/** Whether a UDP port is bound in this network. */
function listens(port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return readFileSync("/proc/net/udp", "utf8").includes(`0100007F:${hex} `);
}

/** A notification of VM-MIB about one machine, its instances checked to be of one row. */
export interface Notification {
  /** `vmPaused`; other traps keep their OID. */
  readonly name: string;
  readonly vmIndex: string;
  readonly vmName: string;
  /** In its usual text form. */
  readonly vmUUID: string;
  /** The state from which the machine came. */
  readonly vmOperState: number;
  /** Carried by vmDeleted only. */
  readonly vmPersistent?: number;
}

const VM_NOTIFICATIONS = ".1.3.6.1.2.1.236.0";
const VM_ENTRY = ".1.3.6.1.2.1.236.1.4.1";

/** In the order of their OIDs. @see RFC 7666, object vmNotifications */
const names = [
  "vmRunning",
  "vmShuttingdown",
  "vmShutdown",
  "vmPaused",
  "vmSuspending",
  "vmSuspended",
  "vmResuming",
  "vmMigrating",
  "vmCrashed",
  "vmDeleted",
];

/** Reads a trap as VM-MIB declares it: vmName, vmUUID, vmOperState of one row, and for vmDeleted vmPersistent. */
export function notification({ oid, bindings }: ReceivedTrap): Notification {
  const columns = bindings.map((binding) => {
    const [column = "", vmIndex = ""] = binding.oid.slice(VM_ENTRY.length + 1).split(".");
    return { column: Number(column), vmIndex, value: binding.value };
  });
  const vmIndex = columns[0]?.vmIndex ?? "";
  const value = (column: number) => columns.find((each) => each.column === column && each.vmIndex === vmIndex)?.value;
  const persistent = value(8);
  const uuid = value(3);
  return {
    name: oid.startsWith(`${VM_NOTIFICATIONS}.`)
      ? (names[Number(oid.slice(VM_NOTIFICATIONS.length + 1)) - 1] ?? oid)
      : oid,
    vmIndex,
    vmName: String(value(2)),
    vmUUID: Buffer.isBuffer(uuid)
      ? uuid.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
      : "",
    vmOperState: Number(value(6)),
    ...(persistent === undefined ? {} : { vmPersistent: Number(persistent) }),
  };
}
