import { type webcrypto as Crypto, randomBytes, webcrypto } from "node:crypto";
import { writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import "reflect-metadata";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
  X509CrlGenerator,
} from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
/** libvirtd wants both. */
const endEntity = KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment;
const authority = KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign;
const DAY_MS = 86_400_000;

export interface MadeCertificate {
  readonly name: string;
  readonly keys: Crypto.CryptoKeyPair;
  readonly certificate: string;
  readonly key: string;
}

interface Wish {
  readonly issuer?: MadeCertificate;
  /** DNS names, IP addresses and e-mail addresses. */
  readonly names?: readonly string[];
  readonly usage?: "server" | "client" | "authority";
  readonly days?: number;
}

/** A certificate for tests; without an issuer it signs itself. */
export async function makeCertificate(name: string, { issuer, names = [], usage, days = 30 }: Wish) {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const isAuthority = usage === "authority";
  const certificate = await X509CertificateGenerator.create({
    serialNumber: `40${randomBytes(8).toString("hex")}`,
    subject: `CN=${name}`,
    issuer: `CN=${issuer?.name ?? name}`,
    notBefore: new Date(Date.now() - 60 * DAY_MS),
    notAfter: new Date(Date.now() + days * DAY_MS),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    extensions: [
      new BasicConstraintsExtension(isAuthority, undefined, true),
      new KeyUsagesExtension(isAuthority ? authority : endEntity, true),
      ...(usage === "server" ? [new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth])] : []),
      ...(usage === "client" ? [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])] : []),
      ...(names.length === 0
        ? []
        : [
            new SubjectAlternativeNameExtension(
              names.map((value) => ({
                type: isIP(value) ? ("ip" as const) : value.includes("@") ? ("email" as const) : ("dns" as const),
                value,
              })),
            ),
          ]),
    ],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  const lines = key.match(/.{1,64}/g)?.join("\n");
  return {
    ...{ name, keys, certificate: certificate.toString("pem") },
    key: `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`,
  } satisfies MadeCertificate;
}

/** The list of what an authority has revoked, PEM. */
export async function revocationList(issuer: MadeCertificate, ...revoked: readonly MadeCertificate[]): Promise<string> {
  const list = await X509CrlGenerator.create({
    issuer: `CN=${issuer.name}`,
    thisUpdate: new Date(Date.now() - DAY_MS),
    nextUpdate: new Date(Date.now() + DAY_MS),
    signingAlgorithm: algorithm,
    signingKey: issuer.keys.privateKey,
    entries: revoked.map(({ certificate }) => ({
      serialNumber: new X509Certificate(certificate).serialNumber,
      revocationDate: new Date(),
    })),
  });
  return list.toString("pem").replaceAll(/(BEGIN|END) CRL/g, "$1 X509 CRL");
}

/** Writes a certificate and its key into `folder`. */
export function writeCertificate(folder: string, made: MadeCertificate): { certificate: string; key: string } {
  const paths = { certificate: join(folder, `${made.name}.pem`), key: join(folder, `${made.name}-key.pem`) };
  writeFileSync(paths.certificate, made.certificate);
  writeFileSync(paths.key, made.key, { mode: 0o600 });
  return paths;
}
