import { reasonOf } from "../base/fault.js";
import type { AccessOperation } from "../engine/access/access-rules.js";
import { type DataPath, readDataPath } from "../engine/access/data-path.js";
import {
  type Complaint,
  choice,
  list,
  optionalList,
  optionalParsed,
  optionalText,
  requiredList,
  requiredText,
  table,
  tables,
  text,
} from "./option.js";

const GROUP = /^[a-z][a-z0-9-]{0,63}$/;
const WORD = /^(?:\*|[A-Za-z_][\w.-]{0,127})$/;
const operations: readonly AccessOperation[] = ["create", "read", "update", "delete", "exec"];
/** The keys of the lists whose entries rules tell apart, by the names of the lists. */
const listKeys: ReadonlyMap<string, string> = new Map([
  ["host", "name"],
  ["machine", "uuid"],
  ["node", "id"],
  ["slice", "name"],
  ["sliver", "name"],
]);

/** `[access]`: who may see and change what. */
export const accessOptions = table("Who may see and change what.", {
  rule: tables(
    "rules",
    500,
    "A rule about what members of groups may see and change, in the manner of RFC 8341. Of those about somebody's group that fit, the first decides; without one: no. The group admin may do everything before any rule is asked.",
    {
      name: requiredText({
        help: "Its name, for messages.",
        bounds: "1 to 64 octets",
        example: "web-machines",
        longest: 64,
        check: (value) =>
          value === "" ? { problem: "is empty", advice: "write something between the quotes" } : undefined,
      }),
      groups: requiredList({
        help: 'The groups that it is about; "*" is everybody.',
        most: 64,
        bounds: "lower-case letters, digits and dashes",
        example: ["web-team"],
        parse: (item) => (item === "*" ? { name: "*" } : parseGroup(item)),
      }),
      path: optionalParsed({
        help: "The data that it is about, with all that is below: hosts, or machines by their UUID. A list without its key stands for all entries.",
        bounds: "an instance identifier with the modules' names where they change",
        example:
          "/virtgate-host:hosts/host[name='kvm1']/virtgate-machine:machine[uuid='4dea22b3-1d52-d8f3-2516-782e98ab3fa0']",
        parse: parsePath,
      }),
      rpc: optionalText({
        help: "Instead of a path: the operation that it is about.",
        bounds: 'a name, or "*"',
        example: "get-schema",
        check: checkWord,
      }),
      notification: optionalText({
        help: "Instead of a path: the notification that it is about.",
        bounds: 'a name, or "*"',
        example: "*",
        check: checkWord,
      }),
      module: text({
        help: "The YANG module of what it is about.",
        default: "*",
        bounds: 'a name, or "*"',
        longest: 128,
        check: checkWord,
      }),
      operations: list({
        help: "What it is about doing.",
        default: ["read"],
        most: operations.length,
        bounds: `of ${operations.map((one) => `"${one}"`).join(", ")}, or "*"`,
        parse: parseOperation,
      }),
      effect: choice({ help: "Whether it lets them.", of: ["permit", "deny"], default: "permit" }),
    },
  ),
});

/** `groups` of somebody who asks by SNMP. @param who in the words of the help */
export function groupsOption(who: string) {
  return optionalList({
    help: `The groups that ${who} in: access.rule says what they may see. Without it: everything; an empty list: nothing.`,
    most: 64,
    bounds: "lower-case letters, digits and dashes",
    example: ["web-team"],
    parse: parseGroup,
  });
}

function parseGroup(value: string): { readonly name: string } | Complaint {
  return GROUP.test(value)
    ? { name: value }
    : {
        problem: `${JSON.stringify(value.slice(0, 64))} is no group's name`,
        advice: "use lower-case letters, digits and dashes, beginning with a letter",
      };
}

function parseOperation(value: string): { readonly operation: AccessOperation | "*" } | Complaint {
  const operation = ["*" as const, ...operations].find((one) => one === value);
  if (operation !== undefined) return { operation };
  return {
    problem: `${JSON.stringify(value.slice(0, 40))} is nothing that can be done`,
    advice: `write of ${operations.join(", ")}, or "*"`,
  };
}

/** A key that its list does not have would let a rule fit nothing, unnoticed. */
function parsePath(value: string): { readonly nodes: DataPath } | Complaint {
  let nodes: DataPath;
  try {
    nodes = readDataPath(value);
  } catch (error) {
    return { problem: reasonOf(error), advice: "write it like /virtgate-host:hosts/host[name='kvm1']" };
  }
  for (const { name, keys } of nodes) {
    const key = listKeys.get(name);
    const foreign = key && [...keys.keys()].find((one) => one !== key);
    if (foreign) return { problem: `${name} has no key "${foreign}"`, advice: `write ${name}[${key}='…']` };
    const uuid = name === "machine" ? keys.get("uuid") : undefined;
    if (uuid !== undefined && !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid)) {
      return {
        problem: `"${uuid.slice(0, 64)}" is no UUID`,
        advice: "write it in lower case, as virtgate machines --json tells it",
      };
    }
  }
  return { nodes };
}

function checkWord(value: string): Complaint | undefined {
  return WORD.test(value)
    ? undefined
    : { problem: `${JSON.stringify(value.slice(0, 40))} is no name`, advice: 'write a name of YANG, or "*"' };
}
