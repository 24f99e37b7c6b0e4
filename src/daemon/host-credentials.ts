import type { SaslCredentials } from "../protocol/libvirt/scram.js";
import { readSecret } from "./secret-file.js";

/** A user of a libvirt daemon, and the file with his password. */
export interface SaslAccount {
  readonly user: string;
  readonly passwordFile: string;
}

/**
 * Who the gateway is to the daemon of one host. The password is read for each connection, so that a changed one is used at once.
 * The returned function throws `Fault` "denied" when others may read the file, "invalid" when there is no password in it.
 */
export function hostCredentials(host: { readonly sasl?: SaslAccount }): (() => Promise<SaslCredentials>) | undefined {
  const { sasl } = host;
  return sasl && (async () => ({ user: sasl.user, password: await readSecret(sasl.passwordFile) }));
}
