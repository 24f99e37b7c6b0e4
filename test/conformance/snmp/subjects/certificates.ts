import { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type MadeCertificate, makeCertificate, revocationList } from "../../../support/certificates.js";
import type { TlsIdentity, TlsSubject } from "../subject.js";

/** What the gateway is told of certificates, and who has which. */
export interface ClientCertificates {
  /** Lines of the `snmp` table, and tables of it. */
  readonly settings: string;
  readonly users: string;
  readonly identities: Pick<TlsSubject, "known" | "refused">;
}

/** An authority, what it issued and took back, and two certificates that it has nothing to do with. @param folder for its files */
export async function makeClientCertificates(folder: string): Promise<ClientCertificates> {
  const authority = await makeCertificate("authority", { usage: "authority" });
  const own = await makeCertificate("own", {});
  const issued = await makeCertificate("issued", { issuer: authority, names: ["poller.example"] });
  const revoked = await makeCertificate("revoked", { issuer: authority, names: ["poller.example"] });
  const stranger = await makeCertificate("stranger", {});
  const [authorities, revocations] = [join(folder, "clients-ca.pem"), join(folder, "clients-crl.pem")];
  writeFileSync(authorities, authority.certificate);
  writeFileSync(revocations, await revocationList(authority, revoked));
  return {
    settings: `tls_ca_file = "${authorities}"\ntls_crl_file = "${revocations}"\n`,
    users: user(own, "specified", "fingerprinted") + user(authority, "dns", "poller.example"),
    identities: {
      known: { "its fingerprint": identity(own), "its name": identity(issued) },
      refused: { "a revoked one": identity(revoked), "an unknown one": identity(stranger) },
    },
  };
}

function user(made: MadeCertificate, map: string, name: string): string {
  const { fingerprint256 } = new X509Certificate(made.certificate);
  return `[[snmp.tls_user]]\nfingerprint = "${fingerprint256}"\nmap = "${map}"\nname = "${name}"\n`;
}

function identity({ certificate, key }: MadeCertificate): TlsIdentity {
  return { cert: certificate, key };
}
