/**
 * What one goal asks, and what was measured; `undefined` when it could not be measured here.
 * @typedef {{ goal: string, unit: string, wanted: number, atLeast: boolean, measured: number | undefined }} Goal
 */

/** @param {Goal} goal */
export function isReached({ measured, wanted, atLeast }) {
  return measured !== undefined && (atLeast ? measured >= wanted : measured <= wanted);
}

/** A line that begins with `ok` or `short`. @param {Goal} goal */
export function verdictOf(goal) {
  const { measured, wanted, atLeast, unit } = goal;
  const found = measured === undefined ? "not measured" : `${measured.toFixed(2)} ${unit}`;
  const wish = `wanted ${atLeast ? "at least" : "at most"} ${wanted} ${unit}`;
  return `${isReached(goal) ? "ok   " : "short"} ${goal.goal}: ${found}, ${wish}`;
}
