import { attribute, child, textOf, type XmlElement, xmlnsNamespace } from "../../../codec/xml/element.js";
import { writeXml } from "../../../codec/xml/write.js";
import { canonicalForm } from "./canonical.js";

/** One place where two descriptions mean something else, in XPath's notation: `/domain/memory`. */
export interface Difference {
  readonly path: string;
  /** The text, the value, or the whole element; `undefined` where it was not there. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/**
 * Where two descriptions of one kind mean something else, in the order of their places. What libvirt fills in by itself (an
 * address, an alias, a controller) is no difference when one of them does not say it.
 */
export function compareDocuments(before: XmlElement, after: XmlElement): readonly Difference[] {
  const found: Difference[] = [];
  const place = { named: `/${before.local}`, plain: before.local };
  if (before.local !== after.local) return [{ path: "/", before: before.local, after: after.local }];
  compare(canonicalForm(before), canonicalForm(after), place, found);
  return found;
}

/** Where the comparison is: as it is shown, and without what tells neighbours apart. */
interface Place {
  readonly named: string;
  readonly plain: string;
}

/** What libvirt fills in when a description does not say it. */
// biome-ignore format: read as a table
const filledIn: readonly RegExp[] = [
  /^(domain|network|pool)\/uuid$/,
  /^domain\/(@id|vcpu|currentMemory|resource|cpu|seclabel|pm|idmap|features(\/\w+)?|clock(\/timer)?|os\/(boot|type\/@(machine|arch)|init))$/,
  /^domain\/(clock|on_poweroff|on_reboot|on_crash|on_lockfailure)$/,
  /^domain\/devices$/,
  /^domain\/devices\/\w+\/(address|alias|acpi|seclabel)$/,
  /^domain\/devices\/(emulator|controller|memballoon|input|audio|video|watchdog|console|hub)$/,
  /^domain\/devices\/(controller|video|memballoon)\/(model|target|driver|master|@model)$/,
  /^domain\/devices\/video\/model\/@\w+$/,
  /^domain\/devices\/disk\/(backingStore|driver\/@name|driver|target\/@bus|source\/@index|mirror)$/,
  /^domain\/devices\/interface\/(mac|model|target|source\/@(portid|bridge)|backend|link)$/,
  /^domain\/devices\/(console|serial|parallel|channel)\/(source|target|@tty|target\/(@type|@port|@state|model))$/,
  /^domain\/devices\/graphics\/(listen|@listen|@port|@autoport|@websocket|image|channel)$/,
  /^domain\/devices\/(rng|tpm|sound|filesystem)\/(backend\/source|@accessmode|driver|codec)$/,
  /^network\/(bridge|mac|@connections|bridge\/@(name|stp|delay))$/,
  /^network\/forward\/(nat|nat\/port|interface|@dev)$/,
  /^pool\/(capacity|allocation|available|source|target\/permissions(\/\w+)?)$/,
  /^volume\/(key|source|physical|allocation|@type|target(\/(path|timestamps|permissions|compat|format|clusterSize|features)(\/\w+)?)?)$/,
  /^domainsnapshot\/(creationTime|state|domain|inactiveDomain|memory|disks|cookie|parent|active)$/,
];

/** What tells elements of one name apart, first by name. */
const keys: Readonly<Record<string, (one: XmlElement) => [string, string | undefined]>> = {
  disk: (disk) => ["target/@dev", attribute(child(disk, "target"), "dev")],
  filesystem: (filesystem) => ["target/@dir", attribute(child(filesystem, "target"), "dir")],
  interface: (nic) => ["mac/@address", attribute(child(nic, "mac"), "address")],
  controller: (one) => ["@type", `${attribute(one, "type")} ${attribute(one, "index") ?? "0"}`],
  vcpupin: (pin) => ["@vcpu", attribute(pin, "vcpu")],
  host: (host) => ["@mac", attribute(host, "mac")],
};

function compare(before: XmlElement, after: XmlElement, place: Place, found: Difference[]): void {
  const names = new Set([...before.attributes, ...after.attributes].map(({ name }) => name));
  for (const name of names) {
    const [old, now] = [before, after].map((one) => one.attributes.find((held) => held.name === name));
    if (old?.namespace === xmlnsNamespace || now?.namespace === xmlnsNamespace) continue;
    note(old?.value, now?.value, within(place, `@${name}`), found);
  }
  if (before.namespace !== "") {
    const [old, now] = [before, after].map((one) => writeXml(one));
    if (old !== now) found.push({ path: place.named, before: old, after: now });
    return;
  }
  const [oldText, nowText] = [textOf(before), textOf(after)];
  if (oldText !== nowText) found.push({ path: place.named, before: oldText, after: nowText });
  for (const [named, plain, old, now] of pairs(before, after)) {
    const inner = { named: `${place.named}/${named}`, plain: `${place.plain}/${plain}` };
    if (old && now) compare(old, now, inner, found);
    else note(old && writeXml(old), now && writeXml(now), inner, found);
  }
}

function note(
  before: string | undefined,
  after: string | undefined,
  { named, plain }: Place,
  found: Difference[],
): void {
  if (before === after) return;
  if ((before === undefined || after === undefined) && filledIn.some((pattern) => pattern.test(plain))) return;
  if (plain === "domain/os/type/@machine" && isVersionOf(before ?? "", after ?? "")) return;
  found.push({ path: named, before, after });
}

/** `pc` becomes `pc-i440fx-7.2`, and `q35` becomes `pc-q35-7.2`, once the machine is defined. */
function isVersionOf(one: string, other: string): boolean {
  const [alias, version] = one.length < other.length ? [one, other] : [other, one];
  return version.startsWith(`${alias}-`) || version.startsWith(`pc-${alias}-`);
}

function within(place: Place, step: string): Place {
  return { named: `${place.named}/${step}`, plain: `${place.plain}/${step}` };
}

type Pair = readonly [named: string, plain: string, before: XmlElement | undefined, after: XmlElement | undefined];

/** Elements of both that are about the same: by what tells them apart, else by their position among those of their name. */
function pairs(before: XmlElement, after: XmlElement): readonly Pair[] {
  const found = new Map<string, { plain: string; sides: (XmlElement | undefined)[] }>();
  for (const [side, parent] of [before, after].entries()) {
    for (const [named, one] of stepsOf(parent)) {
      const held = found.get(named) ?? { plain: one.local, sides: [] };
      held.sides[side] = one;
      found.set(named, held);
    }
  }
  return [...found].map(([named, { plain, sides }]) => [named, plain, sides[0], sides[1]]);
}

function stepsOf(parent: XmlElement): ReadonlyMap<string, XmlElement> {
  const elements = parent.children.filter((node): node is XmlElement => typeof node !== "string");
  const count = new Map<string, number>();
  for (const { name } of elements) count.set(name, (count.get(name) ?? 0) + 1);
  const seen = new Map<string, number>();
  const named = new Map<string, XmlElement>();
  for (const one of elements) {
    const position = (seen.get(one.name) ?? 0) + 1;
    seen.set(one.name, position);
    const [by, key] = keys[one.local]?.(one) ?? ["", undefined];
    const step = key === undefined ? `${one.name}[${position}]` : `${one.name}[${by}='${key}']`;
    const single = key === undefined && count.get(one.name) === 1;
    named.set(single ? one.name : named.has(step) ? `${step}[${position}]` : step, one);
  }
  return named;
}
