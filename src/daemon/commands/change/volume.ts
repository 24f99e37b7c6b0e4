import type { ResourcesView } from "../../../agent/console/resources-view.js";
import { Fault } from "../../../base/fault.js";
import { element } from "../../../codec/xml/element.js";
import { writeXml } from "../../../codec/xml/write.js";
import { changeVolume } from "../../../protocol/libvirt/document/storage-volume.js";
import { findStateDirectory } from "../../ask-gateway.js";
import type { ClientOptions, CommandContext, ExitCode } from "../../command.js";
import { programWords } from "../../program.js";
import { type Column, json, printable, table } from "../../terminal.js";
import { readSize } from "./amount.js";
import { type ChangeOptions, carryOut, type Told } from "./carry-out.js";
import { findShared } from "./find-place.js";
import { size } from "./shared.js";

/** A volume, which is named by its pool and its name. */
export interface VolumePlace {
  readonly host: string;
  readonly pool: string;
  readonly volume: string;
}

type VolumeLine = NonNullable<NonNullable<ResourcesView["pools"]>[number]["volumes"]>[number];

/** What a command says of a volume. */
export function toldOf(place: VolumePlace, outcome: string): Told {
  return { name: `${place.pool}/${place.volume}`, object: () => ({ volume: place }), outcome: () => outcome };
}

/** What is to be made. */
export interface NewVolume {
  readonly name: string;
  readonly capacityBytes: bigint;
  /** The pool's usual one, when not given. */
  readonly format?: string | undefined;
  /** An image that only differences to are stored of. */
  readonly backing?: { readonly path: string; readonly format: string | undefined } | undefined;
}

export function volumeDocument({ name, capacityBytes, format, backing }: NewVolume): string {
  const blank = element("volume", {}, [
    element("name", {}, [name]),
    element("capacity", { unit: "bytes" }, [capacityBytes.toString()]),
    // Thin where the pool can.
    element("allocation", { unit: "bytes" }, ["0"]),
  ]);
  return changeVolume(writeXml(blank), {
    ...(format !== undefined && { format }),
    ...(backing && { backingPath: backing.path, backingFormat: backing.format }),
  });
}

export interface CreateOptions extends ChangeOptions {
  readonly format?: string;
  readonly backing?: string;
  readonly backingFormat?: string;
}

/** Makes a volume. */
export async function createVolume(
  pool: string,
  volume: string,
  sizeText: string,
  options: CreateOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const capacityBytes = readSize(sizeText, "size");
  const state = await findStateDirectory(options, env);
  const place = await placeOf(state, pool, volume);
  const { format, backing: path, backingFormat } = options;
  const backing = path === undefined ? undefined : { path, format: backingFormat };
  const document = volumeDocument({ name: volume, capacityBytes, format, backing });
  return carryOut(state, [{ do: "create-volume", ...place, document }], toldOf(place, "made"), options, terminal);
}

/** Copies a volume whole. */
export async function cloneVolume(
  pool: string,
  source: string,
  volume: string,
  options: ChangeOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  const found = await findShared(state, "pools", pool);
  const original = found.seen?.volumes?.find(({ name }) => name === source);
  if (!original) throw noVolume(source, pool);
  const place = { host: found.host, pool: found.name, volume };
  const { format, capacityBytes } = original;
  const document = volumeDocument({ name: volume, capacityBytes: BigInt(capacityBytes), format });
  const action = { do: "clone-volume", ...place, document, source: { pool: found.name, name: source } } as const;
  return carryOut(state, [action], toldOf(place, `a copy of ${source}`), options, terminal);
}

export interface ResizeOptions extends ChangeOptions {
  readonly shrink?: true;
}

/** Makes a volume larger, or smaller when that is asked for. */
export async function resizeVolume(
  pool: string,
  volume: string,
  sizeText: string,
  options: ResizeOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const capacityBytes = readSize(sizeText, "size");
  const state = await findStateDirectory(options, env);
  const place = await placeOf(state, pool, volume);
  const shrink = options.shrink === true ? { shrink: true } : {};
  const told = toldOf(place, `${size(capacityBytes.toString())} large`);
  return carryOut(state, [{ do: "resize-volume", ...place, capacityBytes, ...shrink }], told, options, terminal);
}

/** Deletes a volume, and what is in it. */
export async function deleteVolume(
  pool: string,
  volume: string,
  options: ChangeOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  const place = await placeOf(state, pool, volume);
  return carryOut(state, [{ do: "delete-volume", ...place }], toldOf(place, "deleted"), options, terminal);
}

const columns: readonly Column<VolumeLine>[] = [
  { title: "NAME", text: ({ name }) => name },
  { title: "FORMAT", text: ({ format, type }) => format ?? type },
  { title: "CAPACITY", align: "right", text: ({ capacityBytes }) => size(capacityBytes) },
  { title: "ALLOCATED", align: "right", text: ({ allocationBytes }) => size(allocationBytes) },
  { title: "PATH", text: ({ path }) => path ?? "-" },
];

/** Shows what a pool has. */
export async function listVolumes(
  pool: string,
  options: ClientOptions,
  { terminal, env }: CommandContext,
): Promise<ExitCode> {
  const state = await findStateDirectory(options, env);
  const { host, name, seen } = await findShared(state, "pools", pool);
  if (!seen)
    throw new Fault("absent", `host ${host} has no pool ${printable(name)}; ${programWords()} pool list lists them`);
  const volumes = seen.volumes ?? [];
  if (options.json) terminal.out(json({ pool: { host, name }, volumes }));
  else terminal.out(table(terminal, columns, volumes));
  return 0;
}

/** Where a volume is, or will be. */
export async function placeOf(state: string, pool: string, volume: string): Promise<VolumePlace> {
  const { host, name } = await findShared(state, "pools", pool);
  return { host, pool: name, volume };
}

function noVolume(volume: string, pool: string): Fault {
  const listing = `${programWords()} volume list ${printable(pool)}`;
  return new Fault(
    "absent",
    `there is no volume ${printable(volume)} in pool ${printable(pool)}; ${listing} lists them`,
  );
}
