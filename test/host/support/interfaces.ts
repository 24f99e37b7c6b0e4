import { existsSync, readFileSync } from "node:fs";

/** The number that the kernel gives a network device of the room; 0 for none. */
export function interfaceIndex(device: string | undefined): number {
  const file = `/sys/class/net/${device}/ifindex`;
  return device !== undefined && existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
}
