/** A pending call of a `Clock`; `cancel` is idempotent. */
export interface Timer {
  cancel(): void;
}

/** Time as the program sees it, so that tests can own it. */
export interface Clock {
  /** Wall time, milliseconds since 1970. May jump; use it for what people read. */
  now(): number;
  /** Milliseconds since an arbitrary start. Never goes back; use it for ages, deadlines and rates. */
  monotonic(): number;
  /** Calls `action` once after `delayMs`. A pending timer does not keep the process alive. */
  after(delayMs: number, action: () => void): Timer;
}

/** The computer's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, action) {
    const handle = setTimeout(action, delayMs);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Calls `action` every `periodMs`, the first time after one period, until cancelled. */
export function every(clock: Clock, periodMs: number, action: () => void): Timer {
  let pending = clock.after(periodMs, tick);
  let cancelled = false;
  function tick(): void {
    action();
    if (!cancelled) pending = clock.after(periodMs, tick);
  }
  return {
    cancel() {
      cancelled = true;
      pending.cancel();
    },
  };
}

/** Resolves after `delayMs`. */
export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}
