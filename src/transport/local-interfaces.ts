import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** `ifIndex` of this computer's network devices by name, as the kernel numbers them. */
export async function readInterfaceIndexes(directory = "/sys/class/net"): Promise<ReadonlyMap<string, number>> {
  const names = await readdir(directory).catch(() => []);
  const indexes = await Promise.all(
    names.map(async (name): Promise<readonly [string, number] | undefined> => {
      // A device may go between the two looks.
      const text = await readFile(join(directory, name, "ifindex"), "latin1").catch(() => "");
      return /^\d+\s*$/.test(text) ? [name, Number(text)] : undefined;
    }),
  );
  return new Map(indexes.filter((entry) => entry !== undefined));
}

/** Wall time of the kernel's start, milliseconds; `undefined` where the kernel does not tell. */
export async function readBootTime(statistics = "/proc/stat"): Promise<number | undefined> {
  const text = await readFile(statistics, "latin1").catch(() => "");
  const seconds = /^btime (\d+)$/m.exec(text)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** A complete entry: somebody answered with that address. */
const COMPLETE = 0x2;

/**
 * The IPv4 addresses that this computer's kernel knows of its neighbours, by MAC address in lower case; none where it does not tell.
 */
export async function readNeighbours(table = "/proc/net/arp"): Promise<ReadonlyMap<string, readonly string[]>> {
  const text = await readFile(table, "latin1").catch(() => "");
  const neighbours = new Map<string, string[]>();
  for (const line of text.split("\n").slice(1)) {
    const [address, , flags, mac] = line.trim().split(/\s+/);
    if (address === undefined || mac === undefined || !(Number(flags) & COMPLETE)) continue;
    const key = mac.toLowerCase();
    const held = neighbours.get(key);
    if (held) held.push(address);
    else neighbours.set(key, [address]);
  }
  return neighbours;
}
