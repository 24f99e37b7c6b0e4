import type { AccessRules, RuleTarget } from "../engine/access/access-rules.js";
import { rulesWith } from "../engine/access/first-rules.js";
import type { Configuration } from "./options.js";

type Rule = Configuration["access"]["rules"][number];

/** The gateway's own rules with those of the configuration file among them. */
export function configuredRules({ access }: Configuration): AccessRules {
  return rulesWith(
    access.rules.map((rule) => {
      const { name, groups, module, operations, effect } = rule;
      const target = targetOf(rule);
      const all = operations.some(({ operation }) => operation === "*");
      return {
        name,
        groups: groups.map((group) => group.name),
        rules: [
          {
            ...{ name, module, effect },
            ...(target && { target }),
            operations: all ? "*" : operations.flatMap(({ operation }) => (operation === "*" ? [] : operation)),
          },
        ],
      };
    }),
  );
}

function targetOf({ path, rpc, notification }: Rule): RuleTarget | undefined {
  if (path !== undefined) return { path: path.nodes };
  if (rpc !== undefined) return { rpc };
  return notification === undefined ? undefined : { notification };
}
