import type { HostAnswer, HostsAnswer } from "../../../agent/console/control-routes.js";
import type { ResourcesView } from "../../../agent/console/resources-view.js";
import { Fault } from "../../../base/fault.js";
import { askGateway } from "../../ask-gateway.js";
import { programWords } from "../../program.js";
import { printable } from "../../terminal.js";

type HostLine = HostsAnswer["hosts"][number];

/**
 * The host that something new is to be on.
 * @param name not given: the only one that may be written to
 * @throws {Fault} `absent` or `invalid`, naming those that there are; and as `askGateway`
 */
export async function findHost(state: string, name: string | undefined): Promise<HostLine> {
  const { hosts } = await askGateway<HostsAnswer>(state, "/v1/hosts");
  if (name !== undefined) {
    const named = hosts.find((host) => host.name === name);
    if (named) return named;
    throw new Fault("absent", `there is no host ${printable(name)}; the hosts are ${namesOf(hosts)}`);
  }
  const writable = hosts.filter(({ allowWrite }) => allowWrite);
  const [only] = writable;
  if (only && writable.length === 1) return only;
  if (only) throw new Fault("invalid", `say which host with --host: ${namesOf(writable)}`);
  throw new Fault(
    "denied",
    "no host may be written to: set allow_write = true for one in the configuration file and reload",
  );
}

/** A pool or a network, with the host through which it is changed. */
export interface Found<Kind extends "pools" | "networks"> {
  readonly host: string;
  readonly name: string;
  /** As the gateway last saw it; `undefined` for one that it has not seen yet. */
  readonly seen: NonNullable<ResourcesView[Kind]>[number] | undefined;
}

/**
 * The pool or network that somebody means.
 * @param text its name, or HOST/ before it
 * @throws {Fault} `absent` when there is none, `invalid` when several computers have one; and as `askGateway`
 */
export async function findShared<Kind extends "pools" | "networks">(
  state: string,
  kind: Kind,
  text: string,
): Promise<Found<Kind>> {
  const { hosts } = await askGateway<HostsAnswer>(state, "/v1/hosts");
  const slash = text.indexOf("/");
  const before = hosts.find(({ name }) => slash > 0 && name === text.slice(0, slash));
  const name = before ? text.slice(slash + 1) : text;
  const found = await Promise.all((before ? [before] : hosts).map((host) => lookAt(state, kind, host, name)));
  if (before) return { host: before.name, name, seen: found[0]?.seen };
  const having = found.filter(({ seen }) => seen !== undefined);
  // Hosts on one computer share its pools and networks; through which of them is all the same, if only it may be written to.
  const computers = new Map<string, (typeof having)[number]>();
  for (const one of having) {
    const computer = one.host.node ?? one.host.name;
    if (!computers.get(computer)?.host.allowWrite) computers.set(computer, one);
  }
  const [only] = computers.values();
  const word = kind === "pools" ? "pool" : "network";
  if (!only)
    throw new Fault("absent", `there is no ${word} ${printable(name)}; ${programWords()} ${word} list lists them`);
  if (computers.size > 1) {
    const choices = [...computers.values()].map(({ host }) => `  ${host.name}/${printable(name)}`).join("\n");
    throw new Fault("invalid", `several computers have a ${word} ${printable(name)}; say which:\n${choices}`);
  }
  return { host: only.host.name, name, seen: only.seen };
}

async function lookAt<Kind extends "pools" | "networks">(state: string, kind: Kind, host: HostLine, name: string) {
  const resources = await resourcesOf(state, host.name);
  const all = (resources?.[kind] ?? []) as readonly NonNullable<ResourcesView[Kind]>[number][];
  return { host, seen: all.find((one) => one.name === name) };
}

/** What the computer under a host has. */
export async function resourcesOf(state: string, host: string): Promise<ResourcesView | undefined> {
  const { hosts } = await askGateway<HostAnswer>(state, `/v1/host?name=${encodeURIComponent(host)}`);
  return hosts[0]?.resources;
}

function namesOf(hosts: readonly HostLine[]): string {
  return hosts.map(({ name }) => name).join(", ") || "none";
}
