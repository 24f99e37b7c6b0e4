import { Fault } from "../../base/fault.js";
import type { ErrorName } from "../../protocol/libvirt/error-codes.js";
import { allProcedures, type CallName } from "../../protocol/libvirt/procedures.js";
import { daemonReleases } from "../host/host-faults.js";
import type { SimulatedHost } from "../host/simulated-host.js";
import { moveForGood } from "../migration/migration-calls.js";
import type { SettableClock } from "../time/settable-clock.js";
import { hostTruth, machineDocumentTruth, machineTruth } from "./host-truth.js";

/** One order: `{"do": "slow", "host": "kvm1", "ms": 500}`. */
export type Order = Readonly<Record<string, unknown>>;

export interface ControlledWorld {
  readonly hosts: readonly SimulatedHost[];
  readonly clock: SettableClock;
}

type Act = (order: Order, world: ControlledWorld) => unknown;

/**
 * Carries out an order.
 * @returns what is to be told; a promise of it where the order takes its time
 * @throws {Fault} `invalid` for an order that is none, `absent` for a host or machine that there is not
 */
export function carryOut(order: Order, world: ControlledWorld): unknown {
  const act = acts.get(String(order["do"]));
  if (!act) throw new Fault("invalid", `"do" is one of ${[...acts.keys()].join(", ")}`);
  return act(order, world) ?? {};
}

type Faults = SimulatedHost["faults"];

/** A fault that is switched at every host that an order names. What is wrong with the order is found before any is touched. */
function switching(prepare: (order: Order) => (faults: Faults) => void): Act {
  return (order, world) => {
    const act = prepare(order);
    for (const { faults } of hostsOf(order, world)) act(faults);
  };
}

/** Everything that can be asked for and switched. */
const acts: ReadonlyMap<string, Act> = new Map<string, Act>([
  ["hosts", (_, { hosts }) => ({ hosts: hosts.map(({ name, driver }) => ({ name, driver })) })],
  ["truth", (order, world) => truth(order, world)],
  ["time", (_, { clock }) => ({ nowMs: Math.floor(clock.now()) })],
  [
    "skip",
    (order, { clock }) => {
      clock.skip(amount(order, "ms", MOST_SKIPPED_MS));
      return { nowMs: Math.floor(clock.now()) };
    },
  ],
  ["lose", switching(() => (faults) => faults.die())],
  ["return", switching(() => (faults) => faults.refuse(false))],
  ["hang", switching(() => (faults) => faults.hang())],
  ["recover", switching(() => (faults) => faults.recover())],
  ["hang-machine", (order, world) => hostOf(order, world).faults.hangMachine(word(order, "machine"))],
  ["recover-machine", (order, world) => hostOf(order, world).faults.recoverMachine(word(order, "machine"))],
  ["start-machine", (order, world) => onMachine(order, world, "start")],
  ["shutdown-machine", (order, world) => onMachine(order, world, "shutdown")],
  ["destroy-machine", (order, world) => onMachine(order, world, "destroy")],
  ["suspend-machine", (order, world) => onMachine(order, world, "suspend")],
  ["resume-machine", (order, world) => onMachine(order, world, "resume")],
  ["move-machine", (order, world) => move(order, world)],
  ["fill-pool", (order, world) => fillPool(order, world)],
  ["clear-pool", (order, world) => hostOf(order, world).state.fillUp.clear()],
  ["crash-machine", (order, world) => onMachine(order, world, "panic")],
  ["fail-machine", (order, world) => onMachine(order, world, "fail")],
  ["fail-storage", (order, world) => onMachine(order, world, "storageFails")],
  ["slow", switching((order) => lateBy(amount(order, "ms", 600_000)))],
  ["refuse", switching((order) => (faults) => faults.refuse(order["on"] !== false))],
  ["disconnect", switching(() => (faults) => faults.disconnectAll())],
  ["garbage", switching(() => (faults) => faults.garbage())],
  ["lose-events", switching((order) => losing(amount(order, "count", 1_000_000)))],
  ["lose-driver", switching(() => (faults) => faults.loseDriver())],
  ["jump-clock", switching((order) => jumping(amount(order, "ms", MOST_SKIPPED_MS, -MOST_SKIPPED_MS)))],
  ["old-daemon", switching((order) => aged(release(order)))],
  ["fail-call", switching((order) => failing(callName(order), errorName(order)))],
]);

const lateBy = (ms: number) => (faults: Faults) => faults.slow(ms);
const losing = (count: number) => (faults: Faults) => faults.loseEvents(count);
const jumping = (ms: number) => (faults: Faults) => faults.jumpClock(ms);
const aged = (release: string | undefined) => (faults: Faults) => faults.oldDaemon(release);
const failing = (call: CallName, error: ErrorName | undefined) => (faults: Faults) => faults.failCall(call, error);

/** A year. */
const MOST_SKIPPED_MS = 366 * 86_400_000;

function truth(order: Order, world: ControlledWorld): unknown {
  if (order["host"] === undefined) return { hosts: world.hosts.map(hostTruth) };
  const host = hostOf(order, world);
  if (order["machine"] === undefined) return hostTruth(host);
  const machine = machineOf(order, host);
  const facts = machineTruth(host, machine, host.state.nowMs()) as object;
  return { ...facts, document: machineDocumentTruth(host, machine) };
}

/** What can be done to a machine, or happen to it, by the name of its method. */
type Happening = "start" | "shutdown" | "destroy" | "suspend" | "resume" | "panic" | "fail" | "storageFails";

/** Answers when the machine has moved. */
async function move(order: Order, world: ControlledWorld): Promise<Record<never, never>> {
  const host = hostOf(order, world);
  const machine = machineOf(order, host);
  const destination = hostNamed(word(order, "to"), world);
  if (destination.driver !== host.driver || !host.state.profile.offers("domainMigratePerform3Params")) {
    throw new Fault(
      "invalid",
      `no machine moves from ${host.name} to ${destination.name}: their drivers do not do that`,
    );
  }
  await moveForGood(host.state, machine, destination.state);
  return {};
}

function fillPool(order: Order, world: ControlledWorld): void {
  const { fillUp, node } = hostOf(order, world).state;
  const name = word(order, "pool");
  const pool = node.storage.poolNamed(name);
  if (!pool?.active) throw new Fault("absent", `no active pool is called ${name}`);
  fillUp.begin(pool, amount(order, "ms", MOST_SKIPPED_MS));
}

function onMachine(order: Order, world: ControlledWorld, act: Happening): void {
  const host = hostOf(order, world);
  host.state.life[act](machineOf(order, host));
}

function hostOf(order: Order, world: ControlledWorld): SimulatedHost {
  return hostNamed(word(order, "host"), world);
}

function hostNamed(name: string, { hosts }: ControlledWorld): SimulatedHost {
  const host = hosts.find((one) => one.name === name);
  if (!host) throw new Fault("absent", `no simulated host is called ${name}`);
  return host;
}

/** `"host"` names one, a list of names several, `"*"` all. */
function hostsOf(order: Order, world: ControlledWorld): readonly SimulatedHost[] {
  const named = order["host"];
  if (named === "*") return world.hosts;
  if (!Array.isArray(named)) return [hostOf(order, world)];
  return named.map((name) => hostNamed(String(name), world));
}

function machineOf(order: Order, host: SimulatedHost) {
  const name = word(order, "machine");
  const machine = host.state.registry.named(name) ?? host.state.registry.withUuid(name);
  if (!machine) throw new Fault("absent", `${host.name} has no machine ${name}`);
  return machine;
}

function word(order: Order, name: string): string {
  const value = order[name];
  if (typeof value !== "string") throw new Fault("invalid", `"${name}" is missing`);
  return value;
}

function amount(order: Order, name: string, most: number, least = 0): number {
  const value = order[name];
  if (typeof value === "number" && value >= least && value <= most) return value;
  throw new Fault("invalid", `"${name}" is a number from ${least} to ${most}`);
}

function release(order: Order): string | undefined {
  const value = order["release"];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string" && daemonReleases.has(value)) return value;
  throw new Fault(
    "invalid",
    `"release" is one of ${[...daemonReleases.keys()].join(", ")}, or missing for the present one`,
  );
}

function callName(order: Order): CallName {
  const name = word(order, "call");
  const row = allProcedures.find((one) => one.kind === "call" && one.name === name);
  if (!row) throw new Fault("invalid", `no call is named ${name}`);
  return row.name as CallName;
}

function errorName(order: Order): ErrorName | undefined {
  const name = order["error"];
  if (name === undefined || name === null) return undefined;
  const known = failures.find((one) => one === name);
  if (known === undefined) throw new Fault("invalid", `"error" is one of ${failures.join(", ")}`);
  return known;
}

/** What a call can be made to fail with. */
const failures: readonly ErrorName[] = [
  "INTERNAL_ERROR",
  "NO_SUPPORT",
  "OPERATION_FAILED",
  "OPERATION_DENIED",
  "OPERATION_INVALID",
  "OPERATION_TIMEOUT",
  "NO_DOMAIN",
  "RPC",
];
