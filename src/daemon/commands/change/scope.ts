import type { MachineAnswer } from "../../../agent/console/control-routes.js";
import { isActive } from "../../../inventory/machine.js";
import type { TuningScope } from "../../../inventory/tuning.js";

/** What people choose from; without a choice, all that the machine has. */
export const scopeChoices = ["live", "next", "both"] as const;

export type ScopeChoice = (typeof scopeChoices)[number];

/** Which of a machine's settings are meant. What is most likely to be refused comes first: nothing needs to be taken back then. */
export function scopesOf(
  { state, persistent }: Pick<MachineAnswer["machines"][number], "state" | "persistent">,
  choice: ScopeChoice | undefined,
): readonly TuningScope[] {
  if (choice === "live") return ["live"];
  if (choice === "next") return ["config"];
  if (choice === "both") return ["live", "config"];
  const live: readonly TuningScope[] = isActive(state) ? ["live"] : [];
  return persistent === false ? live : [...live, "config"];
}
