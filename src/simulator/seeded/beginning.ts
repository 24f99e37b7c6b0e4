import type { MachineFacts } from "../machine/machine-facts.js";

/** What a seeded machine is and what it is doing when the simulation begins. */
export interface Blueprint {
  readonly facts: MachineFacts;
  readonly beginning: Beginning;
  readonly autostart: boolean;
  /** How long a machine that is running at the beginning has been up, in milliseconds. */
  readonly upForMs: number;
}

export type Beginning = "running" | "transient" | "paused" | "off" | "saved";

export const DAY_MS = 86_400_000;

/** What the machine with this number is doing: the kinds take turns, so that even a small host shows every one. */
export function beginningOf(turns: readonly [Beginning, ...Beginning[]], index: number): Beginning {
  return turns[index % turns.length] ?? turns[0];
}
