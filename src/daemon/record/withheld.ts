import { authenticationProcedures } from "../../protocol/libvirt/procedures/authentication.js";
import { secretProcedures } from "../../protocol/libvirt/procedures/secret.js";
import type { CallName } from "../../protocol/libvirt/procedures.js";

/** Calls that carry secrets, or may, in what is asked or answered: nothing of them is recorded but that they were made. */
const secretive: ReadonlySet<string> = new Set<CallName | string>([
  ...Object.keys(authenticationProcedures).filter((name) => name !== "authList"),
  ...Object.keys(secretProcedures).filter((name) => /Value/.test(name)),
  "domainSetUserPassword",
  "domainAuthorizedSshKeysSet",
  "domainAuthorizedSshKeysGet",
  "domainAgentCommand",
  "qemuDomainAgentCommand",
  "qemuDomainMonitorCommand",
  "domainSendKey",
  "connectSetIdentity",
]);

/** Whether a call's arguments and answer are kept out of a recording. */
export function isWithheld(name: CallName): boolean {
  return secretive.has(name);
}

/** Text with the secrets that documents and URIs can hold blanked out; its layout stays. */
export function withoutSecrets(text: string): string {
  return text
    .replace(/\b(passwd|password)=("[^"]*"|'[^']*')/g, '$1="withheld"')
    .replace(/<(passwd|password|passphrase)>[^<]*</g, "<$1>withheld<")
    .replace(/:\/\/([^/@:\s"'<>]*):[^/@\s"'<>]*@/g, "://$1:withheld@");
}
