import { type ChildProcess, spawn } from "node:child_process";
import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import type { DatagramPeer } from "../../src/base/channel.js";
import { systemClock } from "../../src/base/clock.js";
import { passwordToKey } from "../../src/protocol/snmp/keys.js";
import type { NotificationTarget, SnmpNotification } from "../../src/protocol/snmp/notification.js";
import { authProtocols } from "../../src/protocol/snmp/usm-protocol.js";
import { bindUdp } from "../../src/transport/udp.js";
import { udpSender } from "../../src/transport/udp-sender.js";
import { AUTH_PASSWORD, ENGINE_ID, PRIV_PASSWORD, testAgent, testUser } from "../support/snmp-agent.js";

const PATIENCE_MS = 60_000;

const vmCrashed: SnmpNotification = {
  trapOid: [1, 3, 6, 1, 2, 1, 236, 0, 9],
  upTime: 4242,
  varBinds: [
    { oid: [1, 3, 6, 1, 2, 1, 236, 1, 4, 1, 2, 3], value: { type: "OctetString", value: Buffer.from("web") } },
    { oid: [1, 3, 6, 1, 2, 1, 236, 1, 4, 1, 6, 3], value: { type: "Integer32", value: 4 } },
  ],
};

const targets: readonly NotificationTarget[] = [
  { version: "v1", securityName: "reader", securityLevel: "noAuthNoPriv", contextName: "" },
  { version: "v2c", securityName: "reader", securityLevel: "noAuthNoPriv", contextName: "" },
  { version: "v3", securityName: "signing", securityLevel: "authNoPriv", contextName: "host1" },
  { version: "v3", securityName: "secret", securityLevel: "authPriv", contextName: "host1" },
];

/** Net-SNMP's receiver, strict about who may send, and everything it has printed. */
interface Receiver {
  readonly peer: DatagramPeer;
  output(): string;
}

async function startReceiver(program: string): Promise<Receiver> {
  const folder = await mkdtemp(join(tmpdir(), "virtgate-trapd-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const engineId = `0x${ENGINE_ID.toString("hex")}`;
  const configuration = [
    "authCommunity log public",
    "authUser log signing auth",
    "authUser log secret priv",
    "authUser log receiving priv",
    // For informs the receiver is the authoritative engine: no engine ID here means its own.
    `createUser receiving SHA-256 "${AUTH_PASSWORD}" AES "${PRIV_PASSWORD}"`,
    `createUser -e ${engineId} signing SHA-512 "${AUTH_PASSWORD}"`,
    `createUser -e ${engineId} secret SHA-256 "${AUTH_PASSWORD}" AES "${PRIV_PASSWORD}"`,
  ];
  const file = join(folder, "snmptrapd.conf");
  await writeFile(file, `${configuration.join("\n")}\n`);
  const reserved = await bindUdp({ address: "127.0.0.1", port: 0 });
  const peer = reserved.local;
  await reserved.close();
  const args = ["-f", "-Lo", "-On", "-n", "-C", "-c", file, `udp:127.0.0.1:${peer.port}`];
  const env = { ...process.env, MIBS: "", SNMP_PERSISTENT_DIR: folder, SNMPCONFPATH: folder };
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => stop(child));
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (octets: Buffer) => (printed += octets));
  return { peer, output: () => printed };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill();
  await ended;
}

/** The path of a program, if it is installed. */
async function find(program: string): Promise<string | undefined> {
  for (const folder of [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin"]) {
    const path = join(folder, program);
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return undefined;
}

const master = {
  auth: passwordToKey(authProtocols["SHA-256"], AUTH_PASSWORD),
  priv: passwordToKey(authProtocols["SHA-256"], PRIV_PASSWORD),
};

test.for(targets.slice(1, 2).concat({ ...targets[3], securityName: "receiving" } as NotificationTarget))(
  "snmptrapd acknowledges an inform of $version, and prints it once",
  async (target, { skip }) => {
    const program = await find("snmptrapd");
    if (program === undefined) return skip("snmptrapd is not installed");
    const sender = udpSender((fault) => expect.unreachable(fault.message));
    onTestFinished(() => sender.close());
    const { engine } = testAgent([{ ...testUser("receiving", "SHA-256", "AES"), master }], {
      clock: systemClock,
      sendInform: (octets, peer) => sender.send(octets, peer),
    });
    onTestFinished(() => engine.stop());
    sender.listen((octets, peer) => engine.receiveAnswer(octets, peer));
    const receiver = await startReceiver(program);
    // Nobody says when the receiver is ready: the inform itself is repeated until it is.
    const inform = { timeoutMs: 300, retries: 255 };
    expect(engine.inform(vmCrashed, { ...target, name: "trapd", peer: receiver.peer, inform })).toBeUndefined();
    const deadline = Date.now() + PATIENCE_MS;
    const acknowledged = (): boolean => engine.informCounters.get("trapd")?.acknowledged === 1;
    while (!acknowledged() && Date.now() < deadline) await pause(50);
    expect(engine.informCounters.get("trapd")).toMatchObject({ acknowledged: 1, unanswered: 0, dropped: 0 });
    // What it acknowledges it prints a little later.
    await expect.poll(() => receiver.output()).toContain('.1.3.6.1.2.1.236.1.4.1.2.3 = STRING: "web"');
    expect(receiver.output()).toContain(".1.3.6.1.6.3.1.1.4.1.0 = OID: .1.3.6.1.2.1.236.0.9");
  },
);

test.for(targets)("snmptrapd takes a trap of $version at $securityLevel", async (target, { skip }) => {
  const program = await find("snmptrapd");
  if (program === undefined) return skip("snmptrapd is not installed");
  const { engine } = testAgent([testUser("signing", "SHA-512"), testUser("secret", "SHA-256", "AES")], {
    clock: systemClock,
  });
  const receiver = await startReceiver(program);
  const port = await bindUdp({ address: "127.0.0.1", port: 0 });
  onTestFinished(() => port.close());
  // A trap is not acknowledged, and the receiver does not say when it is ready: send until it has printed one.
  const deadline = Date.now() + PATIENCE_MS;
  while (!receiver.output().includes("web") && Date.now() < deadline) {
    const message = engine.encodeNotification(vmCrashed, target);
    expect(message).toBeInstanceOf(Buffer);
    if (typeof message !== "string") port.send(message, receiver.peer);
    await pause(100);
  }
  const printed = receiver.output();
  expect(printed).toContain('.1.3.6.1.2.1.236.1.4.1.2.3 = STRING: "web"');
  expect(printed).toContain(".1.3.6.1.2.1.236.1.4.1.6.3 = INTEGER: 4");
  if (target.version === "v1") expect(printed).toMatch(/Enterprise Specific Trap \(9\) Uptime: 0:00:42\.42/);
  else expect(printed).toContain(".1.3.6.1.6.3.1.1.4.1.0 = OID: .1.3.6.1.2.1.236.0.9");
});
