import { open } from "node:fs/promises";
import { Fault, reasonOf } from "../base/fault.js";
import { Secret } from "../base/secret.js";

export const LONGEST_SECRET = 1024;

/**
 * Reads a password or passphrase from the file that holds it and nothing else; the end of its line is not part of it.
 * @throws {Fault} `denied` when others may read the file, `invalid` when there is no such secret in it
 */
export async function readSecret(path: string): Promise<Secret> {
  const file = await open(path, "r").catch((error: unknown) => {
    throw new Fault("invalid", `the password in ${path} cannot be read: ${reasonOf(error)}`, { cause: error });
  });
  try {
    const { mode, size } = await file.stat();
    if ((mode & 0o077) !== 0)
      throw new Fault("denied", `others may read the password in ${path}: run chmod 600 ${path}`);
    if (size > LONGEST_SECRET) throw new Fault("invalid", `${path} is too long for a password: ${size} octets`);
    const password = (await file.readFile("utf8")).replace(/\r?\n$/, "");
    if (password === "") throw new Fault("invalid", `${path} is empty: write the password into it`);
    return new Secret(password);
  } finally {
    await file.close();
  }
}
