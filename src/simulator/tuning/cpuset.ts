/** The processors that a list such as `0-3,^2,8` means, of those below `count`. */
export function cpusOf(cpuset: string, count: number): ReadonlySet<number> {
  const cpus = new Set<number>();
  for (const word of cpuset.split(",")) {
    const [, not, first = "", last = first] = /^(\^?)(\d{1,5})(?:-(\d{1,5}))?$/.exec(word.trim()) ?? [];
    if (first === "") continue;
    for (let cpu = Number(first); cpu <= Number(last) && cpu < count; cpu++) {
      if (not === "^") cpus.delete(cpu);
      else cpus.add(cpu);
    }
  }
  return cpus;
}

/** A bit for each of the processors, lowest first. */
export function mapOf(cpus: ReadonlySet<number>, length: number): Buffer {
  const map = Buffer.alloc(length);
  for (const cpu of cpus) if (cpu < length * 8) map[cpu >> 3] = (map[cpu >> 3] ?? 0) | (1 << (cpu & 7));
  return map;
}

/** The list that a map of bits means, as libvirt writes it; empty for none. */
export function cpusetText(map: Uint8Array, count: number): string {
  const has = (cpu: number): boolean => cpu < count && (((map[cpu >> 3] ?? 0) >> (cpu & 7)) & 1) === 1;
  const ranges: string[] = [];
  for (let first = 0; first < count; first++) {
    if (!has(first)) continue;
    let last = first;
    while (has(last + 1)) last += 1;
    ranges.push(last === first ? String(first) : `${first}-${last}`);
    first = last;
  }
  return ranges.join(",");
}
