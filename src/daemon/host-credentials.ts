import { open } from "node:fs/promises";
import { Fault, reasonOf } from "../base/fault.js";
import { Secret } from "../base/secret.js";
import type { SaslCredentials } from "../protocol/libvirt/scram.js";

/** A user of a libvirt daemon, and the file with his password. */
export interface SaslAccount {
  readonly user: string;
  readonly passwordFile: string;
}

const LONGEST_PASSWORD = 1024;

/**
 * Who the gateway is to the daemon of one host. The password is read for each connection, so that a changed one is used at once.
 * The returned function throws `Fault` "denied" when others may read the file, "invalid" when there is no password in it.
 */
export function hostCredentials(host: { readonly sasl?: SaslAccount }): (() => Promise<SaslCredentials>) | undefined {
  const { sasl } = host;
  return sasl && (async () => ({ user: sasl.user, password: await readPassword(sasl.passwordFile) }));
}

async function readPassword(path: string): Promise<Secret> {
  const file = await open(path, "r").catch((error: unknown) => {
    throw new Fault("invalid", `the password in ${path} cannot be read: ${reasonOf(error)}`, { cause: error });
  });
  try {
    const { mode, size } = await file.stat();
    if ((mode & 0o077) !== 0)
      throw new Fault("denied", `others may read the password in ${path}: run chmod 600 ${path}`);
    if (size > LONGEST_PASSWORD) throw new Fault("invalid", `${path} is too long for a password: ${size} octets`);
    const password = (await file.readFile("utf8")).replace(/\r?\n$/, "");
    if (password === "") throw new Fault("invalid", `${path} is empty: write the password into it`);
    return new Secret(password);
  } finally {
    await file.close();
  }
}
