import { Fault } from "../../../base/fault.js";

const units: Readonly<Record<string, bigint>> = { "": 1n, K: 1n << 10n, M: 1n << 20n, G: 1n << 30n, T: 1n << 40n };

/** `10G`, `512MiB`, `4096`: octets, units are powers of 1024. @throws {Fault} `invalid` */
export function readSize(text: string, what: string): bigint {
  const parts = /^(\d{1,15})(?:([KMGT])(?:iB)?)?$/i.exec(text);
  const unit = units[(parts?.[2] ?? "").toUpperCase()];
  if (!parts || unit === undefined) {
    throw new Fault("invalid", `${what}: ${text.slice(0, 40)} is no size; write it like 10G, 512M or 4096 (bytes)`);
  }
  return BigInt(parts[1] ?? "") * unit;
}

/** A whole number. @throws {Fault} `invalid` */
export function readCount(text: string, what: string): number {
  if (!/^\d{1,10}$/.test(text)) {
    throw new Fault("invalid", `${what}: ${text.slice(0, 40)} is no whole number`);
  }
  return Number(text);
}
