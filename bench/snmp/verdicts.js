import { loadavg } from "node:os";
import { setTimeout as pause } from "node:timers/promises";

/**
 * A goal, what was measured and whether it is reached; `undefined` where the run did not measure it.
 * @typedef {{ goal: string, measured: number | undefined, wanted: string, reached: boolean | undefined }} VerdictOnGoal
 * @typedef {{ ratios: readonly { version: string, wall: number }[], memoryMiB: number | undefined,
 *   loads: readonly import("./loads.js").Load[], bursts: import("./loads.js").Burst[], machines: number, few: number }} Measured
 */

/** Holds what was measured against what is promised. @param {Measured} measured @returns {VerdictOnGoal[]} */
export function verdicts({ ratios, memoryMiB, loads, bursts: [burst], machines, few }) {
  const rate = (/** @type {string} */ line, /** @type {string} */ agent) => median(loads, line, agent, "perSecond");
  const cost = (/** @type {string} */ line) => median(loads, line, "virtgate", "perCpuSecond");
  const p99 = (/** @type {string} */ when) => {
    const found = loads.find(({ line }) => line.endsWith(when));
    return found?.p99Ms;
  };
  const [large, small] = [`GET v2c, ${machines * 10} cells`, `GET v2c, ${few * 10} cells`];
  const secure = `GET v3 authPriv, ${machines * 10} cells`;
  const walk = ratios.find(({ version }) => version === "v2c")?.wall;
  return [
    atLeast("walk of vmTable: times as fast as snmpd", 4, walk === undefined ? undefined : 1 / walk),
    atLeast(
      "GET v2c in the large table: times snmpd's rate",
      1.5,
      quotient(rate(large, "virtgate"), rate(large, "snmpd")),
    ),
    atLeast("GET v2c in the large table: times its own rate in the small one", 0.8, quotient(cost(large), cost(small))),
    atLeast("GET v3 authPriv: times snmpd's rate", 1, quotient(rate(secure, "virtgate"), rate(secure, "snmpd"))),
    atLeast(
      "GETNEXT in the affinity table: times its own rate in the small one",
      0.8,
      quotient(cost("GETNEXT in vmCpuAffinityTable"), cost("GETNEXT in vmCpuAffinityTable, small")),
    ),
    atLeast(
      `GETNEXT by whoever may see 1 of ${machines}: times the rate of who sees all`,
      0.8,
      quotient(cost("GETNEXT in vmTable, one machine seen"), cost("GETNEXT in vmTable")),
    ),
    atMost(
      "p99 at half the rate while the host is read: times that at rest",
      3,
      quotient(p99("host being read"), p99("host at rest")),
    ),
    atMost("traps missing of a burst", 0, burst === undefined ? undefined : burst.changes - burst.traps),
    atMost(`memory with ${machines} machines, MiB`, 190, memoryMiB), // 200 MB
  ];
}

/** @param {readonly VerdictOnGoal[]} found @returns {string[]} */
export function verdictLines(found) {
  return found.map(({ goal, measured, wanted, reached }) => {
    const word = reached === undefined ? "not measured" : reached ? "ok" : "short";
    return `${word.padEnd(14)}${goal}: ${measured === undefined ? "" : `${measured.toFixed(2)}, `}wanted ${wanted}`;
  });
}

/** What else this computer does, without which no figure means much: its load, and how late the timers of an idle process are. */
export async function computerLoad() {
  const late = [];
  for (let i = 0; i < 200; i++) {
    const start = performance.now();
    await pause(5);
    late.push(performance.now() - start - 5);
  }
  late.sort((a, b) => a - b);
  const [one = 0, five = 0] = loadavg();
  return `load of the computer ${one.toFixed(1)} (5 minutes: ${five.toFixed(1)}); timers of an idle process late by ${late[198]?.toFixed(1)} ms at p99`;
}

/** @param {string} goal @param {number} least @param {number | undefined} measured @returns {VerdictOnGoal} */
function atLeast(goal, least, measured) {
  return {
    goal,
    measured,
    wanted: `at least ${least}`,
    reached: measured === undefined ? undefined : measured >= least,
  };
}

/** @param {string} goal @param {number} most @param {number | undefined} measured @returns {VerdictOnGoal} */
function atMost(goal, most, measured) {
  return { goal, measured, wanted: `at most ${most}`, reached: measured === undefined ? undefined : measured <= most };
}

/** @param {number | undefined} a @param {number | undefined} b */
function quotient(a, b) {
  return a === undefined || b === undefined ? undefined : a / b;
}

/** @param {Measured["loads"]} loads @param {string} line @param {string} agent @param {"perSecond" | "perCpuSecond"} what */
function median(loads, line, agent, what) {
  const own = loads.filter((each) => each.line === line && each.agent === agent).map((each) => each[what]);
  return own.toSorted((a, b) => a - b)[Math.floor(own.length / 2)];
}
