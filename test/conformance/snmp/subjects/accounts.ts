import type { AuthProtocolName, PrivProtocolName } from "../../../../src/protocol/snmp/usm-protocol.js";
import type { Account } from "../subject.js";

export const COMMUNITY = "conformance";
/** Accepted from 127.0.0.1 only. */
export const LIMITED = "limited";
/** Longer than an answer of the least size can hold a few of. */
export const LOCATION = "a rack that is rather hard to find";

export const reader: Account = {
  name: "reader",
  auth: ["SHA-256", "reader's password"],
  priv: ["AES", "reader's other one"],
};
export const writer: Account = {
  name: "writer",
  auth: ["SHA-256", "writer's password"],
  priv: ["AES", "writer's other one"],
};

/** An account for each pair of protocols, and for each way to authenticate alone where `alone` says so. */
export function accountsFor(
  auths: readonly AuthProtocolName[],
  privs: readonly PrivProtocolName[],
  { alone }: { readonly alone: boolean },
): readonly Account[] {
  return auths.flatMap((auth): readonly Account[] => [
    ...(alone ? [{ name: auth, auth: [auth, "a password of some length"] } satisfies Account] : []),
    ...privs.map(
      (priv): Account => ({
        name: `${auth}+${priv}`,
        auth: [auth, "a password of some length"],
        priv: [priv, "another password for it"],
      }),
    ),
  ]);
}
