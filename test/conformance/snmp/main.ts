import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { authProtocols, privProtocols } from "../../../src/protocol/snmp/usm-protocol.js";
import { checks, score, scoreTable, type Verdict } from "./score.js";
import type { Account, Subject } from "./subject.js";

const HELP = `Checks the SNMP promises P1 to P48 on any agent.

  npm run conformance:snmp -- --agent HOST:PORT --community NAME [--user NAME:AUTH:PASSWORD:PRIV:PASSWORD]
      [--writer NAME:AUTH:PASSWORD:PRIV:PASSWORD] [--pid PID] [--context NAME,NAME] [--only P1,P2] [--effort 1] [--json FILE]

AUTH is one of ${Object.keys(authProtocols).join(" ")}; PRIV one of ${Object.keys(privProtocols).join(" ")}.
The community may read everything with SNMPv1 and SNMPv2c, the user too, the writer may also set everything: rows are made and
removed again. Checks that need more than was given, or control of the agent, are left out. --effort 50 sends a million mutated
datagrams. Exits with 1 when a check fails.
`;

/** @param words the command line after the program */
export async function main(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      agent: { type: "string" },
      community: { type: "string", default: "public" },
      user: { type: "string" },
      writer: { type: "string" },
      pid: { type: "string" },
      context: { type: "string" },
      only: { type: "string" },
      effort: { type: "string", default: "1" },
      json: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const [, address, port] = /^\[?(.*?)\]?:(\d+)$/.exec(values.agent ?? "") ?? [];
  if (values.help || address === undefined) {
    process.stdout.write(HELP);
    return values.help ? 0 : 2;
  }
  const [one, two] = values.context?.split(",") ?? [];
  const subject: Subject = {
    name: values.agent ?? "",
    addresses: [{ address, port: Number(port) }],
    community: values.community,
    ...(values.user === undefined ? {} : { reader: account(values.user) }),
    ...(values.writer === undefined ? {} : { writer: account(values.writer) }),
    ...(values.pid === undefined ? {} : { pid: Number(values.pid) }),
    ...(one === undefined || two === undefined ? {} : { contexts: [one, two] as const }),
    settable: { oid: [1, 3, 6, 1, 2, 1, 11, 30, 0], good: [2, 1], wrong: 3 },
  };
  const chosen = values.only?.split(",");
  const verdicts = await score(
    subject,
    checks.filter(({ id }) => chosen === undefined || chosen.includes(id)),
    Number(values.effort),
  );
  process.stdout.write(scoreTable(new Map([[subject.name, verdicts]])));
  if (values.json !== undefined) writeFileSync(values.json, jsonText(subject.name, verdicts));
  return verdicts.some(({ result }) => result === "fail") ? 1 : 0;
}

function jsonText(agent: string, verdicts: readonly Verdict[]): string {
  return `${JSON.stringify({ agent, verdicts }, undefined, 2)}\n`;
}

function account(words: string): Account {
  const [name = "", auth, password = "", priv, other = ""] = words.split(":");
  const isAuth = (word: string | undefined): word is keyof typeof authProtocols =>
    word !== undefined && word in authProtocols;
  const isPriv = (word: string | undefined): word is keyof typeof privProtocols =>
    word !== undefined && word in privProtocols;
  if (!isAuth(auth)) throw new Error(`${auth} is none of ${Object.keys(authProtocols).join(", ")}`);
  if (priv === undefined) return { name, auth: [auth, password] };
  if (!isPriv(priv)) throw new Error(`${priv} is none of ${Object.keys(privProtocols).join(", ")}`);
  return { name, auth: [auth, password], priv: [priv, other] };
}
