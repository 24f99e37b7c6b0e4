import { isIP } from "node:net";
import type { Complaint } from "./option.js";

/** An IP address and a port to listen on or to send to. */
export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

/** Reads `127.0.0.1:1161` and `[::1]:1161`. Port 0, where allowed, means any free one. */
export function parseSocketAddress(value: string, leastPort: 0 | 1): SocketAddress | Complaint {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(value);
  const host = match?.[1] ?? match?.[2] ?? "";
  const version = match?.[1] === undefined ? 4 : 6;
  const advice = `write an address and a port, such as "127.0.0.1:1161" or "[::1]:1161"`;
  if (!match) return { problem: `"${value}" is not an address with a port`, advice };
  if (isIP(host) !== version) return { problem: `"${host}" is not an IPv${version} address`, advice };
  const port = Number(match[3]);
  if (port < leastPort || port > 65535) {
    return { problem: `${port} is not a port`, advice: `use a port from ${leastPort} to 65535` };
  }
  return { address: host, port };
}

/** The addresses whose first `prefixLength` bits are those of `address`. */
export interface Network {
  readonly address: string;
  readonly prefixLength: number;
}

/** Reads `192.0.2.0/24`, `2001:db8::/32`, and a lone address as a network of one. */
export function parseNetwork(value: string): Network | Complaint {
  const slash = value.indexOf("/");
  const address = slash < 0 ? value : value.slice(0, slash);
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  const advice = `write a network such as "192.0.2.0/24" or "2001:db8::/32"`;
  if (bits === 0 || address.includes("%")) return { problem: `"${address}" is not an IP address`, advice };
  const written = slash < 0 ? String(bits) : value.slice(slash + 1);
  if (!/^\d{1,3}$/.test(written) || Number(written) > bits) {
    return {
      problem: `"/${written}" is not a prefix length`,
      advice: `use a number from 0 to ${bits} after the slash`,
    };
  }
  return { address, prefixLength: Number(written) };
}
