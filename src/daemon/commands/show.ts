import type { MachineAnswer } from "../../agent/console/control-routes.js";
import type { SnmpPlace } from "../../agent/console/snmp-place.js";
import { Fault } from "../../base/fault.js";
import { askGateway, findStateDirectory } from "../ask-gateway.js";
import type { ClientOptions, CommandContext, ExitCode } from "../command.js";
import type { StatusAnswer } from "../control-socket.js";
import { programWords, shellWord } from "../program.js";
import { bytes, duration, json, paint, printable, type Terminal } from "../terminal.js";

type Shown = MachineAnswer["machines"][number];

/** Shows one machine: its state and how old that is, its devices, and where the protocols have it. */
export async function show(text: string, options: ClientOptions, { terminal, env }: CommandContext): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  const { machines } = await askGateway<MachineAnswer>(state, `/v1/machine?name=${encodeURIComponent(text)}`);
  const machine = machines[0];
  if (machine === undefined)
    throw new Fault("absent", `there is no machine ${printable(text)}; ${programWords()} machines lists them`);
  if (machines.length > 1) {
    const choices = machines.map(({ host, name, uuid }) => `  ${host}/${printable(name)}  ${uuid}`).join("\n");
    throw new Fault("invalid", `${printable(text)} is the name of several machines; say which:\n${choices}`);
  }
  if (options.json) {
    terminal.out(json(machine));
    return 0;
  }
  const { listeners } = await askGateway<StatusAnswer>(state, "/v1/status");
  terminal.out(
    [...identity(machine), ...devices(terminal, machine), ...snmp(terminal, machine.snmp, listeners.snmp)].join(""),
  );
  return 0;
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
  }
  if (machine.nics.length > 0) yield `\n${paint(terminal, "bold", "interfaces")}\n`;
  for (const nic of machine.nics) {
    const source = nic.source === undefined ? nic.sourceKind : `${nic.sourceKind} ${nic.source}`;
    const parts = [nic.target, nic.model, source, nic.ifIndex === undefined ? undefined : `ifIndex ${nic.ifIndex}`];
    yield fact(`${nic.index} ${nic.mac}`, parts.filter((part) => part !== undefined).join(", "));
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

/** A line, or nothing where there is nothing to say. */
function fact(title: string, text: string | undefined): string {
  return text === undefined || text === "" ? "" : `${printable(title).padEnd(19)} ${printable(text)}\n`;
}

function yesNo(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : value ? "yes" : "no";
}

function kib(value: number | undefined): string | undefined {
  return value === undefined ? undefined : bytes(value * 1024);
}

function both(current: string | undefined, maximum: string | undefined): string | undefined {
  if (current === undefined) return undefined;
  return maximum === undefined || maximum === current ? current : `${current} of at most ${maximum}`;
}

function size(word: string, octets: string | undefined): string | undefined {
  return octets === undefined ? undefined : `${word} ${bytes(Number(octets))}`;
}
