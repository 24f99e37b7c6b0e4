import { DecodeError, Fault } from "../../base/fault.js";
import type { ArgsOf, CallName, ResultOf } from "./procedures.js";
import { type SaslCredentials, SCRAM_SHA_256, ScramClient } from "./scram.js";

/** A call with a deadline of its own. */
export type Call = <N extends CallName>(name: N, args: ArgsOf<N>) => Promise<ResultOf<N>>;

/**
 * Proves who we are to a daemon that asks for SASL, and has it prove that it knows our password.
 * @throws {Fault} "denied" without credentials, when the daemon refuses them, or when it cannot prove itself; "unsupported"
 *   when it does not offer SCRAM-SHA-256, the one mechanism that sends no password and needs no Kerberos
 */
export async function authenticateSasl(
  peer: string,
  call: Call,
  credentials: SaslCredentials | undefined,
): Promise<void> {
  if (credentials === undefined) {
    throw new Fault(
      "denied",
      `${peer} asks for a user and a password: set sasl_user and sasl_password_file of this host`,
    );
  }
  const { mechlist } = await call("authSaslInit", {});
  if (!mechlist.split(/[\s,]+/).includes(SCRAM_SHA_256)) {
    throw new Fault("unsupported", `${peer} offers no ${SCRAM_SHA_256}, only ${mechlist.slice(0, 200) || "nothing"}`);
  }
  const scram = new ScramClient(credentials);
  try {
    const challenge = await call("authSaslStart", { mech: SCRAM_SHA_256, nil: 0, data: Buffer.from(scram.first()) });
    // A daemon that is content before it has seen a proof does not know who we are, nor have we seen who it is.
    if (challenge.complete === 1) throw new Fault("denied", `${peer} skips the SCRAM exchange`);
    const proof = await scram.final(Buffer.from(challenge.data).toString("utf8"));
    const verdict = await call("authSaslStep", { nil: 0, data: Buffer.from(proof) });
    scram.verify(Buffer.from(verdict.data).toString("utf8"));
    if (verdict.complete === 1) return;
    const { complete } = await call("authSaslStep", { nil: 1, data: Buffer.alloc(0) });
    if (complete !== 1) throw new Fault("denied", `${peer} does not complete the SCRAM exchange`);
  } catch (error) {
    if (error instanceof DecodeError) throw new Fault("denied", `${peer}: ${error.message}`, { cause: error });
    throw error;
  }
}
