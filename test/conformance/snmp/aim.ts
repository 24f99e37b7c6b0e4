import { authProtocols, privProtocols } from "../../../src/protocol/snmp/usm-protocol.js";
import type { Account, Subject } from "./subject.js";

/** What is told of an agent that the checks are aimed at, for `parseArgs`. */
export const aimOptions = {
  agent: { type: "string" },
  also: { type: "string" },
  community: { type: "string" },
  limited: { type: "string" },
  user: { type: "string" },
  writer: { type: "string" },
  context: { type: "string" },
  mibs: { type: "string" },
  mandatory: { type: "string" },
  pid: { type: "string" },
} as const;

export const aimHelp = `[--also HOST:PORT] [--community NAME] [--limited NAME,FROM,NOTFROM]
      [--user NAME:AUTH:PASSWORD:PRIV:PASSWORD] [--writer NAME:AUTH:PASSWORD:PRIV:PASSWORD] [--context NAME,NAME]
      [--mibs FOLDER] [--mandatory MODULE,MODULE] [--pid PID]

AUTH is one of ${Object.keys(authProtocols).join(" ")}; PRIV one of ${Object.keys(privProtocols).join(" ")}.
The community (public) may read everything with SNMPv1 and SNMPv2c; the user, too, with authentication and privacy; the writer
may set everything besides: rows are made and removed again. --also is another address of the same agent. --limited names a
community, an address of this computer that it is accepted from and one that it is not. --context names two contexts with
different machines. --mibs has the modules that name what is served, --mandatory those of them that are served whole.
--pid is the agent's process, for what requests cost it.`;

type Aim = { readonly [Name in keyof typeof aimOptions]?: string };

/** @returns the agent that is meant, if any; "wrong" when its address is none */
export function aimedAt(aim: Aim): Subject | "wrong" | undefined {
  if (aim.agent === undefined) return undefined;
  const [first, also] = [addressIn(aim.agent), addressIn(aim.also ?? "")];
  if (first === undefined || (aim.also !== undefined && also === undefined)) return "wrong";
  const [community, from, notFrom] = aim.limited?.split(",") ?? [];
  const [one, two] = aim.context?.split(",") ?? [];
  return {
    name: aim.agent,
    addresses: also === undefined ? [first] : [first, also],
    community: aim.community ?? "public",
    settable: { oid: [1, 3, 6, 1, 2, 1, 11, 30, 0], good: [2, 1], wrong: 3 },
    ...(aim.user !== undefined && { reader: account(aim.user) }),
    ...(aim.writer !== undefined && { writer: account(aim.writer) }),
    ...(aim.pid !== undefined && { pid: Number(aim.pid) }),
    ...(one !== undefined && two !== undefined && { contexts: [one, two] as const }),
    ...(community !== undefined &&
      from !== undefined &&
      notFrom !== undefined && { limited: { community, from, notFrom } }),
    ...(aim.mibs !== undefined && {
      mibs: { folder: aim.mibs, mandatory: aim.mandatory?.split(",").filter(Boolean) ?? [] },
    }),
  };
}

function addressIn(words: string): Subject["addresses"][number] | undefined {
  const [, address, port] = /^\[?(.+?)\]?:(\d+)$/.exec(words) ?? [];
  return address === undefined ? undefined : { address, port: Number(port) };
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
