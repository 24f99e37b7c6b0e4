import { resolve } from "node:path";
import pino from "pino";
import { systemClock } from "../../base/clock.js";
import { Fault } from "../../base/fault.js";
import { type FleetOptions, serveFleet, technologies } from "../../simulator/fleet.js";
import { SettableClock } from "../../simulator/time/settable-clock.js";
import { serveControl } from "../../simulator/truth/serve-control.js";
import type { CommandContext, ExitCode } from "../command.js";
import { createLog } from "../pino-log.js";
import { programWords, shellWord } from "../program.js";
import { listenToSignals } from "../signals.js";
import { listenPrivately } from "../simulated-hosts.js";
import { json } from "../terminal.js";

interface SimulateOptions {
  readonly socket: string;
  readonly hosts: number;
  readonly machines?: number;
  readonly seed: number;
  readonly mix?: string;
  readonly control?: string;
  readonly life?: true;
  readonly json?: true;
}

type Mix = NonNullable<FleetOptions["mix"]>;

/** The number that a part of a mix stands for, at most. */
const MOST_TURNS = 1000;

/** Reads `kvm=14,lxc=4,xen,openvz`: how many hosts of each kind come in turn. @throws {Fault} `invalid` */
function parseMix(text: string): Mix {
  const turns = text.split(",").flatMap((part) => {
    const [, name = "", count = "1"] = /^([a-z]+)(?:=(\d{1,4}))?$/.exec(part.trim()) ?? [];
    const driver = drivers.find((one) => technologies[one] === name);
    if (driver && Number(count) <= MOST_TURNS) return Array.from({ length: Number(count) }, () => driver);
    const known = drivers.map((one) => technologies[one]).join(", ");
    throw new Fault("invalid", `${part} is no part of a mix: write for instance kvm=3,lxc; there are ${known}`);
  });
  const [first, ...others] = turns;
  if (first === undefined) throw new Fault("invalid", "a mix has at least one host");
  return [first, ...others];
}

const drivers = Object.keys(technologies) as (keyof typeof technologies)[];

/** Serves simulated libvirt hosts until it is told to stop. What it prints comes when all of them listen. */
export async function simulate(options: SimulateOptions, { terminal }: CommandContext): Promise<ExitCode> {
  const log = createLog(pino.destination({ dest: 2, sync: true }), {
    level: "warn",
    terminal: process.stderr.isTTY === true,
  });
  const clock = new SettableClock(systemClock);
  const fleet = await serveFleet({
    path: resolve(options.socket),
    hosts: options.hosts,
    seed: options.seed,
    life: options.life === true,
    clock,
    wireClock: systemClock,
    log,
    listen: listenPrivately,
    ...(options.machines !== undefined && { machines: options.machines }),
    ...(options.mix !== undefined && { mix: parseMix(options.mix) }),
  });
  const world = { hosts: fleet.hosts.map(({ host }) => host), clock };
  const control =
    options.control === undefined
      ? undefined
      : await listenPrivately(resolve(options.control), (channel) => serveControl(world, channel));
  const hosts = fleet.hosts.map(({ host, path, uri }) => ({ name: host.name, socket: path, uri }));
  terminal.out(options.json ? json({ pid: process.pid, hosts, control: control?.address }) : report(hosts));
  // There is nothing to read again on a reload.
  await new Promise<void>((stop) => listenToSignals({ stop: () => stop(), reload: () => {} }));
  await control?.close();
  await fleet.stop();
  return 0;
}

function report(hosts: readonly { readonly name: string; readonly uri: string }[]): string {
  const lines = hosts.flatMap(({ name, uri }) => [`# ${name}`, `virsh -c ${shellWord(uri)} list --all`]);
  const connect = hosts.map(({ uri }) => `--connect ${shellWord(uri)}`).join(" ");
  return `${lines.join("\n")}\n# serve ${hosts.length === 1 ? "it" : "them"}\n${programWords()} up ${connect}\n# stop: Ctrl-C, or kill ${process.pid}\n`;
}
