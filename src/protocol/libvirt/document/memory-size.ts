import { DecodeError } from "../../../base/fault.js";

/** Powers of 1024 (or of 1000, for `KB` and its like) by a unit's first letter. */
const powers = "bkmgtpe";

/**
 * An amount of memory in KiB, rounded up as libvirt does.
 * @param amount decimal digits
 * @param unit `bytes`, `KB` (1000), `KiB` or `K` (1024), and so on to `E`, in any case
 * @throws {DecodeError} for another unit, or for more than 2^53-1 KiB, which is what libvirt calls unlimited
 */
export function kibibytes(amount: string, unit: string): number {
  const word = unit.toLowerCase();
  const power = /^(b|bytes?|[kmgtpe](b|ib)?)$/.test(word) ? powers.indexOf(word.charAt(0)) : -1;
  const base = word.length === 2 && power > 0 ? 1000n : 1024n;
  if (power < 0) throw new DecodeError(`unknown unit of memory ${JSON.stringify(unit.slice(0, 20))}`);
  if (!/^\d{1,20}$/.test(amount))
    throw new DecodeError(`${JSON.stringify(amount.slice(0, 40))} is no amount of memory`);
  const octets = BigInt(amount) * base ** BigInt(power);
  const result = Number((octets + 1023n) / 1024n);
  if (!Number.isSafeInteger(result)) throw new DecodeError(`${amount} ${unit} is more memory than there can be`);
  return result;
}
