import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AuthProtocolName, PrivProtocolName } from "../../../../src/protocol/snmp/usm-protocol.js";
import { get, Manager } from "../manager.js";
import type { Account, Subject } from "../subject.js";
import { accountsFor, COMMUNITY, LIMITED, LOCATION, reader, writer } from "./accounts.js";
import { freePort, type Program, startProgram } from "./processes.js";

const auths: readonly AuthProtocolName[] = ["MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512"];
const privs: readonly PrivProtocolName[] = ["DES", "AES", "AES-192", "AES-256"];
const matrix = accountsFor(auths, privs, { alone: true });

/** Modules whose rows do not change while they are walked. */
const MODULES =
  "system_mib,sysORTable,snmp_mib,snmpEngine,snmpMPDStats,usmStats,usmUser,usmConf,vacm_vars,vacm_conf,target,snmpTargetAddrEntry,snmpTargetParamsEntry,snmpNotifyTable,snmpNotifyFilterTable,ifTable,ifXTable";

/** Net-SNMP's agent with the same users and communities as ours has, on ports of its own. @param folder for its files, empty */
export async function startSnmpd(folder: string): Promise<{ subject: Subject; close: () => Promise<void> }> {
  const config = join(folder, "snmpd.conf");
  const state = join(folder, "state");
  mkdirSync(state);
  writeFileSync(
    config,
    [
      `rocommunity ${COMMUNITY} 127.0.0.0/8`,
      `rocommunity6 ${COMMUNITY} ::1`,
      `rocommunity ${LIMITED} 127.0.0.1/32`,
      `sysLocation ${LOCATION}`,
      "rouser reader priv",
      "rwuser writer priv",
      ...[reader, writer, ...matrix].map(userLine),
      ...matrix.map(({ name }) => `rouser "${name}" auth`),
    ].join("\n"),
  );
  const [port, port6] = [await freePort("127.0.0.1"), await freePort("::1")];
  let process_ = start(config, state, [`udp:127.0.0.1:${port}`, `udp6:[::1]:${port6}`]);
  const subject: Subject = {
    name: "snmpd",
    addresses: [
      { address: "127.0.0.1", port },
      { address: "::1", port: port6 },
    ],
    get pid() {
      return process_.pid;
    },
    community: COMMUNITY,
    reader,
    writer,
    matrix,
    limited: { community: LIMITED, from: "127.0.0.1", notFrom: "127.0.0.9" },
    settable: { oid: [1, 3, 6, 1, 2, 1, 11, 30, 0], good: [2, 1], wrong: 3 },
    async restart(how) {
      await process_.end(how === "politely" ? "SIGTERM" : "SIGKILL");
      process_ = start(config, state, [`udp:127.0.0.1:${port}`, `udp6:[::1]:${port6}`]);
      await answers(subject);
    },
  };
  try {
    await answers(subject);
  } catch (error) {
    await process_.end("SIGKILL");
    throw error;
  }
  return { subject, close: () => process_.end("SIGTERM") };
}

function userLine({ name, auth, priv }: Account): string {
  const keys = [auth, priv].flatMap((one) => (one ? [one[0], `"${one[1]}"`] : []));
  return `createUser "${name}" ${keys.join(" ")}`;
}

function start(config: string, state: string, addresses: readonly string[]): Program {
  return startProgram("snmpd", ["-f", "-Lo", "-C", "-c", config, "-I", MODULES, ...addresses], {
    SNMP_PERSISTENT_DIR: state,
    SNMPCONFPATH: state,
    MIBS: "",
  });
}

async function answers(subject: Subject): Promise<void> {
  const manager = await Manager.open(subject);
  try {
    for (let tries = 0; ; tries++) {
      try {
        await manager.v2c(get([1, 3, 6, 1, 2, 1, 1, 3, 0]));
        return;
      } catch (error) {
        if (tries >= 5) throw error;
      }
    }
  } finally {
    manager.close();
  }
}
