import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { programFile, type Started, start, until } from "./run-program.js";
import { temporaryFolder } from "./temporary-folder.js";

type Digits = string;

export interface DiskTruth {
  readonly target: string;
  readonly device: string;
  readonly type: string;
  readonly format?: string;
  readonly pool?: string;
  readonly protocol?: string;
  readonly source?: string;
  readonly readOnly: boolean;
  readonly capacityBytes: number;
  readonly allocationBytes: number;
  readonly readRequests?: Digits;
  readonly readBytes?: Digits;
  readonly writeRequests?: Digits;
  readonly writeBytes?: Digits;
  readonly readTimeNs?: Digits;
  readonly writeTimeNs?: Digits;
}

export interface NicTruth {
  readonly mac: string;
  readonly model?: string;
  readonly tap?: string;
  readonly addresses: readonly string[];
  readonly receivedBytes?: Digits;
  readonly receivedPackets?: Digits;
  readonly sentBytes?: Digits;
  readonly sentPackets?: Digits;
}

export interface MachineTruth {
  readonly name: string;
  readonly uuid: string;
  readonly id?: number;
  readonly control: boolean;
  readonly state: number;
  readonly reason: number;
  readonly persistent: boolean;
  readonly autostart: boolean;
  readonly managedSave: boolean;
  readonly snapshots: readonly { readonly name: string; readonly current: boolean }[];
  readonly title?: string;
  readonly osType?: string;
  readonly hung: boolean;
  readonly memoryKiB: number;
  readonly currentMemoryKiB: number;
  readonly vcpus: number;
  readonly vcpuMaximum: number;
  readonly cpu?: { readonly timeNs: Digits; readonly userNs: Digits; readonly systemNs: Digits };
  readonly vcpu?: readonly { readonly timeNs: Digits }[];
  readonly memory?: { readonly residentKiB: number };
  readonly disks: readonly DiskTruth[];
  readonly nics: readonly NicTruth[];
}

export interface HostTruth {
  readonly name: string;
  readonly driver: "qemu" | "lxc" | "xen" | "openvz";
  /** The old release that it pretends to be. */
  readonly release?: string;
  readonly node: {
    readonly hostname: string;
    readonly uuid: string;
    readonly cpus: number;
    readonly memoryKiB: number;
  };
  readonly machines: readonly MachineTruth[];
  readonly pools: readonly {
    readonly name: string;
    readonly uuid: string;
    readonly active: boolean;
    readonly autostart: boolean;
    readonly capacityBytes: Digits;
    readonly allocationBytes: Digits;
    readonly availableBytes: Digits;
    readonly volumes: readonly { readonly name: string }[];
  }[];
  readonly networks: readonly {
    readonly name: string;
    readonly uuid: string;
    readonly active: boolean;
    readonly autostart: boolean;
    readonly bridge: string;
    readonly leases: readonly { readonly mac: string; readonly address: string }[];
  }[];
}

/** Simulated hosts in a process of their own, which nothing happens to but what is ordered. */
export interface SimulatedWorld {
  readonly simulator: Started;
  readonly hosts: readonly { readonly name: string; readonly uri: string }[];
  /** Gives an order and waits for its answer. @throws when it was refused */
  order<T = unknown>(order: Readonly<Record<string, unknown>>): Promise<T>;
  truth(): Promise<readonly HostTruth[]>;
}

/** Starts them. @param words what `virtgate simulate` is told beside */
export async function startSimulatedWorld(words: readonly string[]): Promise<SimulatedWorld> {
  const folder = temporaryFolder();
  const control = join(folder, "control");
  const args = ["simulate", "--socket", join(folder, "hosts"), "--control", control, "--json", ...words];
  const simulator = start(process.execPath, [programFile(), ...args]);
  const { hosts } = await until(
    "the simulator",
    () => (simulator.out().endsWith("}\n") ? JSON.parse(simulator.out()) : undefined),
    simulator.err,
  );
  const socket = connect(control);
  await once(socket, "connect");
  onTestFinished(() => void socket.destroy());
  const waiting: ((line: string) => void)[] = [];
  createInterface(socket).on("line", (line) => waiting.shift()?.(line));
  const order = async <T>(fields: Readonly<Record<string, unknown>>): Promise<T> => {
    const answered = new Promise<string>((resolve) => waiting.push(resolve));
    socket.write(`${JSON.stringify(fields)}\n`);
    const answer = JSON.parse(await answered);
    if (answer.error !== undefined) throw new Error(`${JSON.stringify(fields)}: ${answer.error}`);
    return answer;
  };
  const truth = async () => (await order<{ readonly hosts: readonly HostTruth[] }>({ do: "truth" })).hosts;
  return { simulator, hosts, order, truth };
}
