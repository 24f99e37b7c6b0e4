import { setTimeout as pause } from "node:timers/promises";

/**
 * Waits for a condition: asks again and again until `look` gives something other than `undefined` or `false`. The deadline is
 * for a broken program on a slow machine, not for a slow one; an error of `look` counts as "not yet" and is told at the end.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  { deadlineMs = 120_000, pauseMs = 100 }: { deadlineMs?: number; pauseMs?: number } = {},
): Promise<T> {
  const end = performance.now() + deadlineMs;
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) {
      throw new Error(`waited ${deadlineMs / 1000} s in vain for: ${what}`, { cause: last });
    }
    await pause(pauseMs);
  }
}
