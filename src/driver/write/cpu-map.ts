import { Fault } from "../../base/fault.js";

/**
 * A set of physical CPUs as libvirt's calls want it: a bit for each, the lowest bit of the first octet for number 0.
 * @param text libvirt's notation: `0-3,^2,8`
 * @param count physical CPUs of the host
 * @throws {Fault} `invalid` for another notation, no CPU at all, or a CPU that the host does not have
 */
export function cpuMap(text: string, count: number): Buffer {
  const map = Buffer.alloc(Math.ceil(count / 8));
  for (const part of text.split(",")) {
    const found = /^\s*(\^?)(\d{1,5})(?:-(\d{1,5}))?\s*$/.exec(part);
    const first = Number(found?.[2]);
    const last = Number(found?.[3] ?? found?.[2]);
    if (!found || first > last) throw new Fault("invalid", `"${text}" is not a set of CPUs: write "0-3,^2,8"`);
    if (last >= count) throw new Fault("invalid", `the host has no CPU ${last}, only 0 to ${count - 1}`);
    for (let cpu = first; cpu <= last; cpu++) {
      const octet = map[cpu >> 3] ?? 0;
      map[cpu >> 3] = found[1] === "^" ? octet & ~(1 << (cpu & 7)) : octet | (1 << (cpu & 7));
    }
  }
  if (map.every((octet) => octet === 0)) throw new Fault("invalid", `"${text}" leaves no CPU`);
  return map;
}
