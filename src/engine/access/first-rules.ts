import type { AccessRules, RuleList } from "./access-rules.js";
import { readDataPath } from "./data-path.js";

/** May do everything. */
export const ADMINISTRATORS = "admin";
/** May see everything but secrets and the rules themselves. */
const MONITORS = "monitor";
/** Whoever owns what he asks for belongs to it, for that one question. */
export const OWNERS = "owners";

const everything = { module: "*", operations: "*" } as const;
const reading = { module: "*", operations: ["read"] } as const;

/**
 * The rules that a gateway begins with. Nobody may do anything that no rule permits; RFC 8341's own default would let everybody
 * read.
 */
export const firstRules: AccessRules = {
  enabled: true,
  readDefault: "deny",
  writeDefault: "deny",
  execDefault: "deny",
  lists: [
    { name: "administrators", groups: [ADMINISTRATORS], rules: [{ name: "all", ...everything, effect: "permit" }] },
    {
      name: "monitors",
      groups: [MONITORS],
      rules: [
        { name: "no-rules", module: "ietf-netconf-acm", operations: "*", effect: "deny" },
        { name: "no-keys", module: "ietf-keystore", operations: "*", effect: "deny" },
        { name: "see-hosts", ...reading, target: { path: readDataPath("/virtgate-host:hosts") }, effect: "permit" },
        { name: "see-nodes", ...reading, target: { path: readDataPath("/virtgate-host:nodes") }, effect: "permit" },
        { name: "see-slices", ...reading, target: { path: readDataPath("/virtgate-slice:slices") }, effect: "permit" },
        { name: "be-told", ...reading, target: { notification: "*" }, effect: "permit" },
      ],
    },
    {
      name: "owners",
      groups: [OWNERS],
      rules: [
        {
          name: "own-slices",
          ...everything,
          target: { path: readDataPath("/virtgate-slice:slices/slice") },
          effect: "permit",
        },
        {
          name: "own-machines",
          module: "*",
          operations: ["read", "exec"],
          target: { path: readDataPath("/virtgate-host:hosts/host/virtgate-machine:machine") },
          effect: "permit",
        },
      ],
    },
  ],
};

/** The rules that a gateway begins with, and others between them: nobody can shut out the administrators, everybody else can be. */
export function rulesWith(lists: readonly RuleList[]): AccessRules {
  const [administrators, ...others] = firstRules.lists;
  return { ...firstRules, lists: [...(administrators ? [administrators] : []), ...lists, ...others] };
}
