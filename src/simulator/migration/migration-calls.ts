import type { CallHandlers } from "../../protocol/libvirt/call-handler.js";
import { libvirtFault } from "../../protocol/libvirt/error.js";
import type { TypedParameter } from "../../protocol/libvirt/typed-parameter.js";
import type { HostState } from "../host/host-state.js";
import { invalidArgument, invalidOperation, requireGuest, requireRun } from "../host/refusals.js";
import { DomainState } from "../life/domain-state.js";
import { documentText } from "../machine/machine-definition.js";
import { readDefinition } from "../machine/read-definition.js";
import type { DomainReference, SimulatedMachine } from "../machine/simulated-machine.js";
import { type Cookie, cookieOctets, readCookie } from "./cookie.js";

const PEER_TO_PEER = 2;
const PERSIST_DESTINATION = 8;
const UNDEFINE_SOURCE = 16;
const PAUSED = 32;

const FIRST_PORT = 49_152;
const PORTS = 64;

/** Where a host reaches the others, for migrations that it manages by itself. */
export type PeerAt = (uri: string) => HostState | undefined;

/**
 * Moving machines to other hosts: the five steps that a client takes with both sides, or the one in which the source takes them.
 * What one side knows and the other needs travels in cookies, so that the sides may be in different processes.
 */
export function migrationCalls(host: HostState, peerAt: PeerAt): CallHandlers {
  const { registry, profile } = host;

  return {
    domainMigrateBegin3Params: ({ dom, params }) => begin(host, registry.require(dom), params),
    domainMigratePrepare3Params: ({ params, cookieIn }) => prepare(host, params, readCookie(cookieIn)),
    async domainMigratePerform3Params({ dom, dconnuri, params, flags }) {
      const machine = registry.require(dom);
      if ((flags & PEER_TO_PEER) === 0) return { cookieOut: await perform(host, machine, flags) };
      const peer = dconnuri === undefined ? undefined : peerAt(dconnuri);
      if (!peer) {
        const message = `operation failed: Failed to connect to remote libvirt URI ${dconnuri}`;
        throw libvirtFault("OPERATION_FAILED", message, profile.errorDomain);
      }
      await migrate(host, machine, peer, params, flags);
      return { cookieOut: Buffer.alloc(0) };
    },
    domainMigrateFinish3Params({ params, cookieIn, flags, cancelled }) {
      return { dom: finish(host, params, readCookie(cookieIn), flags, cancelled !== 0), cookieOut: Buffer.alloc(0) };
    },
    domainMigrateConfirm3Params({ dom, flags, cancelled }) {
      confirm(host, registry.require(dom), flags, cancelled !== 0);
      return {};
    },
    domainAbortJob: ({ dom }) => abort(host, dom),
    domainAbortJobFlags: ({ dom }) => abort(host, dom),
  };
}

function abort(host: HostState, dom: DomainReference): Record<never, never> {
  const machine = host.registry.require(dom);
  requireRun(machine, host.profile);
  if (!host.departures.abort(machine)) throw invalidOperation(host.profile, "no job is active on the domain");
  return {};
}

function begin(host: HostState, machine: SimulatedMachine, params: readonly TypedParameter[]) {
  const run = requireGuest(machine, host.profile);
  const xml = textIn(params, "destination_xml") ?? documentText(run.definition.tree());
  return { cookieOut: cookieOctets(cookieOf(host, machine)), xml };
}

function cookieOf(host: HostState, machine: SimulatedMachine): Cookie {
  return {
    hostUuid: host.node.uuid,
    name: machine.name,
    paused: machine.condition.state === DomainState.paused,
  };
}

function prepare(host: HostState, params: readonly TypedParameter[], cookie: Cookie | undefined) {
  const { profile, node, catalog } = host;
  if (cookie?.hostUuid === node.uuid) {
    const message = "internal error: Attempt to migrate guest to the same host";
    throw libvirtFault("INTERNAL_ERROR", `${message} ${node.hostname}`, profile.errorDomain);
  }
  const xml = textIn(params, "destination_xml");
  if (xml === undefined) throw invalidArgument(profile, "no domain XML passed");
  const given = readDefinition(xml, profile, node.random);
  const name = textIn(params, "destination_name");
  const machine = catalog.receive(name === undefined ? given : given.with({ name }));
  host.registry.learn(machine);
  const port = FIRST_PORT + ((machine.run?.id ?? 0) % PORTS);
  return {
    cookieOut: cookieOctets(cookieOf(host, machine)),
    uriOut: textIn(params, "migrate_uri") ?? `tcp:${node.hostname}:${port}`,
  };
}

async function perform(host: HostState, machine: SimulatedMachine, flags: number): Promise<Buffer> {
  const run = requireGuest(machine, host.profile);
  await host.departures.copy(machine, host.profile.errorDomain);
  if (machine.run !== run) {
    throw libvirtFault("OPERATION_FAILED", "operation failed: domain is not running", host.profile.errorDomain);
  }
  const cookie = cookieOf(host, machine);
  host.life.handOver(machine);
  return cookieOctets({ ...cookie, paused: cookie.paused || (flags & PAUSED) !== 0 });
}

function finish(
  host: HostState,
  params: readonly TypedParameter[],
  cookie: Cookie | undefined,
  flags: number,
  cancelled: boolean,
): DomainReference {
  const { registry, life, catalog, profile } = host;
  const name = textIn(params, "destination_name") ?? cookie?.name ?? "";
  const machine = registry.named(name);
  const waits = machine?.run?.condition.state === DomainState.paused && isArriving(machine);
  if (!machine || !waits) throw registry.absent(`no domain with matching name '${name}'`);
  if (cancelled) {
    life.turnAway(machine);
    throw libvirtFault("OPERATION_FAILED", "operation failed: migration was cancelled", profile.errorDomain);
  }
  if ((flags & PERSIST_DESTINATION) !== 0 && machine.run) catalog.keep(machine, machine.run.definition);
  life.goOn(machine, (flags & PAUSED) !== 0 || cookie?.paused === true);
  return machine.reference;
}

const PAUSED_FOR_MIGRATION = 2;

function isArriving({ condition }: SimulatedMachine): boolean {
  return condition.reason === PAUSED_FOR_MIGRATION;
}

function confirm(host: HostState, machine: SimulatedMachine, flags: number, cancelled: boolean): void {
  if (cancelled) host.life.stay(machine);
  else host.life.leave(machine, !machine.persistent || (flags & UNDEFINE_SOURCE) !== 0);
}

/** Moves a machine for good, as an operator has it done most of the time. @throws {Fault} as the calls do */
export function moveForGood(source: HostState, machine: SimulatedMachine, destination: HostState): Promise<void> {
  return migrate(source, machine, destination, [], PERSIST_DESTINATION | UNDEFINE_SOURCE);
}

/** All steps, with a destination that the source reaches. */
async function migrate(
  source: HostState,
  machine: SimulatedMachine,
  destination: HostState,
  params: readonly TypedParameter[],
  flags: number,
): Promise<void> {
  const { cookieOut, xml } = begin(source, machine, params);
  const others = params.filter(({ field }) => field !== "destination_xml");
  const named = [...others, { field: "destination_xml", type: "string", value: xml } as const];
  prepare(destination, named, readCookie(cookieOut));
  const addressed = others.some(({ field }) => field === "destination_name")
    ? others
    : [...others, { field: "destination_name", type: "string", value: machine.name } as const];
  let handedOver: Cookie | undefined;
  try {
    handedOver = readCookie(await perform(source, machine, flags));
  } catch (error) {
    const name = textIn(addressed, "destination_name") ?? "";
    const arrived = destination.registry.named(name);
    if (arrived?.run && isArriving(arrived)) destination.life.turnAway(arrived);
    throw error;
  }
  finish(destination, addressed, handedOver, flags, false);
  confirm(source, machine, flags, false);
}

function textIn(params: readonly TypedParameter[], field: string): string | undefined {
  for (const one of params) if (one.field === field && one.type === "string") return one.value;
  return undefined;
}
