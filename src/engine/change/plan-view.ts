import type { DocumentDifference } from "../../inventory/hypervisor-call.js";
import type { Plan } from "./plan.js";

/** A plan for programs: JSON as it is. */
export interface PlanView {
  readonly steps: readonly {
    readonly do: string;
    readonly title: string;
    /** False for what cannot be taken back. */
    readonly reversible: boolean;
    readonly differences: readonly DocumentDifference[];
  }[];
  /** What was asked for and is so already. */
  readonly unneeded: readonly string[];
}

export function planView({ steps, unneeded }: Plan): PlanView {
  return {
    steps: steps.map(({ action, title, final, preview }) => ({
      do: action.do,
      title,
      reversible: final !== true,
      differences: preview?.differences ?? [],
    })),
    unneeded,
  };
}

/** A plan for people: a line for each step, then a line for each place of a document that it changes. */
export function* planLines({ steps, unneeded }: PlanView): Generator<string> {
  for (const [index, { title, reversible, differences }] of steps.entries()) {
    yield `${index + 1}. ${title}${reversible ? "" : " (cannot be undone)"}`;
    for (const { path, before, after } of differences) {
      if (before !== undefined) yield `   - ${path} ${before}`;
      if (after !== undefined) yield `   + ${path} ${after}`;
    }
  }
  for (const title of unneeded) yield `already so: ${title}`;
}
