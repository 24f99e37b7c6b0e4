import type { HostAnswer, MachineAnswer } from "../../agent/console/control-routes.js";
import type { SnmpPlace } from "../../agent/console/snmp-place.js";
import { Fault } from "../../base/fault.js";
import { askGateway, findStateDirectory } from "../ask-gateway.js";
import type { ClientOptions, CommandContext, ExitCode } from "../command.js";
import type { StatusAnswer } from "../control-socket.js";
import { findOneMachine } from "../one-machine.js";
import { shellWord } from "../program.js";
import { duration, json, paint, type Terminal } from "../terminal.js";
import { fact, kib, size, yesNo } from "./fact-lines.js";
import { bandwidths, limitsText, machineFacts } from "./show-facts.js";
import { askHistories, historyLines } from "./show-history.js";
import { hostText } from "./show-host.js";

type Shown = MachineAnswer["machines"][number];

/**
 * Shows one machine: its state and how old that is, its devices, and where the protocols have it; or one host, with the computer
 * under it.
 */
export async function show(text: string, options: ClientOptions, { terminal, env }: CommandContext): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  const found = await findMachineOrHost(state, text);
  if ("resources" in found) {
    terminal.out(options.json ? json(found) : hostText(terminal, found));
    return 0;
  }
  const machine = found;
  const history = await askHistories(state, machine.host, machine.uuid);
  if (options.json) {
    terminal.out(json({ ...machine, history }));
    return 0;
  }
  const { listeners } = await askGateway<StatusAnswer>(state, "/v1/status");
  const parts = [
    ...[identity(machine), machineFacts(terminal, machine), devices(terminal, machine)],
    historyLines(terminal, history),
  ];
  terminal.out([...parts.flatMap((part) => [...part]), ...snmp(terminal, machine.snmp, listeners.snmp)].join(""));
  return 0;
}

/** A machine where a name means both. */
async function findMachineOrHost(state: string, text: string): Promise<Shown | HostAnswer["hosts"][number]> {
  try {
    return await findOneMachine(state, text);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "absent") throw error;
    const [host] = (await askGateway<HostAnswer>(state, `/v1/host?name=${encodeURIComponent(text)}`)).hosts;
    if (host === undefined) throw error;
    return host;
  }
}

function* identity(machine: Shown): Generator<string> {
  yield fact("name", machine.name);
  yield fact("uuid", machine.uuid);
  yield fact("host", machine.host);
  yield fact(
    "kind",
    `${machine.kind}, ${machine.technology}${machine.osType === undefined ? "" : `, ${machine.osType}`}`,
  );
  yield fact("state", `${machine.state}, ${machine.reason}`);
  if (!machine.reachable) yield fact("", "the host does not answer: this is what was last known");
  if (machine.stuck) yield fact("", "stuck: it does not answer statistics calls");
  else if (machine.freshness === "stale") yield fact("", "stale: this is older than it should be");
  yield fact("wanted", machine.adminState);
  yield fact("started", machine.startedAt);
  yield fact("domain id", machine.domainId?.toString());
  yield fact("persistent", yesNo(machine.persistent));
  yield fact("autostart", yesNo(machine.autostart));
  yield fact("vcpus", both(machine.vcpuCount?.toString(), machine.vcpuMaximum?.toString()));
  yield fact("memory", both(kib(machine.memoryKiB), kib(machine.memoryMaximumKiB)));
  yield fact(
    "cpu time",
    machine.cpuTimeNs && `${(Number(BigInt(machine.cpuTimeNs) / 1_000_000n) / 1000).toFixed(3)} s`,
  );
  yield fact(
    "cpu now",
    machine.activity.cpuPercent === undefined ? undefined : `${machine.activity.cpuPercent.toFixed(1)} %`,
  );
  const { stateMs, statisticsMs, documentMs } = machine.ages;
  yield fact(
    "age",
    `state ${duration(stateMs)}, statistics ${duration(statisticsMs)}, description ${duration(documentMs)}`,
  );
}

function* devices(terminal: Terminal, machine: Shown): Generator<string> {
  if (machine.disks.length > 0) yield `\n${paint(terminal, "bold", "disks")}\n`;
  for (const disk of machine.disks) {
    const parts = [disk.device, disk.format, disk.bus, disk.path, disk.readOnly ? "read-only" : undefined];
    yield fact(`${disk.index} ${disk.target}`, parts.filter((part) => part !== undefined).join(", "));
    const { capacityBytes, allocationBytes, readBytes, writeBytes } = disk.counters;
    const measured = [
      size("capacity", capacityBytes),
      size("allocated", allocationBytes),
      size("read", readBytes),
      size("written", writeBytes),
    ];
    yield fact("", measured.filter((part) => part !== undefined).join(", "));
    if (disk.limits) yield fact("", `at most ${limitsText(disk.limits)}`);
  }
  if (machine.nics.length > 0) yield `\n${paint(terminal, "bold", "interfaces")}\n`;
  for (const nic of machine.nics) {
    const source = nic.source === undefined ? nic.sourceKind : `${nic.sourceKind} ${nic.source}`;
    const parts = [nic.target, nic.model, source, nic.ifIndex === undefined ? undefined : `ifIndex ${nic.ifIndex}`];
    yield fact(`${nic.index} ${nic.mac}`, parts.filter((part) => part !== undefined).join(", "));
    for (const { address, prefix, source } of nic.addresses)
      yield fact("", `${address}${prefix === undefined ? "" : `/${prefix}`} (${source})`);
    if (nic.limits) yield fact("", `at most ${bandwidths(nic.limits)}`);
    const measured = [size("received", nic.counters.receivedBytes), size("sent", nic.counters.sentBytes)];
    yield fact("", measured.filter((part) => part !== undefined).join(", "));
  }
}

function* snmp(
  terminal: Terminal,
  places: readonly SnmpPlace[],
  endpoint: StatusAnswer["listeners"]["snmp"],
): Generator<string> {
  for (const { context, vmIndex, oids } of places) {
    const name = context === "" ? "the default context" : `context ${context}`;
    yield `\n${paint(terminal, "bold", `SNMP, ${name}: vmIndex ${vmIndex}`)}\n`;
    for (const [object, oid] of Object.entries(oids)) yield fact(object, oid);
    const state = oids["vmOperState"];
    if (endpoint === undefined || state === undefined) continue;
    const ask = `SNMPCONFPATH=${shellWord(endpoint.confDir)} snmpget${context === "" ? "" : ` -n ${shellWord(context)}`}`;
    yield fact("try", `${ask} ${endpoint.address}:${endpoint.port} ${state}`);
  }
}

function both(current: string | undefined, maximum: string | undefined): string | undefined {
  if (current === undefined) return undefined;
  return maximum === undefined || maximum === current ? current : `${current} of at most ${maximum}`;
}
