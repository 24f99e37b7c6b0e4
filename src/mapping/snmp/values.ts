const LARGEST_31_BITS = 2147483647;

/** Milliseconds between two wall times as hundredths of a second, not below zero; wraps as TimeTicks do. */
export function timeTicks(fromMs: number, toMs: number): number {
  return Math.floor(Math.max(0, toMs - fromMs) / 10) % 4294967296;
}

export function truthValue(value: boolean): 1 | 2 {
  return value ? 1 : 2;
}

export function microseconds(nanoseconds: bigint | undefined): bigint | undefined {
  return nanoseconds === undefined ? undefined : nanoseconds / 1000n;
}

/** The smallest power of two, from `least` on, in whose units every amount fits 31 bits when rounded up. */
export function unitFor(least: number, ...octets: readonly (bigint | undefined)[]): number {
  let unit = least;
  for (const amount of octets) {
    while (amount !== undefined && unit < 2 ** 30 && inUnits(amount, unit) > LARGEST_31_BITS) unit *= 2;
  }
  return unit;
}

/** An amount in whole units, rounded up. */
export function inUnits(octets: bigint, unit: number): number {
  return Number((octets + BigInt(unit) - 1n) / BigInt(unit));
}
