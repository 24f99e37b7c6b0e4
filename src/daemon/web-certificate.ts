import "reflect-metadata";
import { createPrivateKey, randomBytes, webcrypto, X509Certificate } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralNames,
  KeyUsageFlags,
  KeyUsagesExtension,
  type X509Certificate as MadeCertificate,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { writeFileDurably } from "../store/durable-file.js";
import { nodeFileSystem } from "../store/node-file-system.js";
import type { TlsIdentity } from "../transport/http.js";

const DAY_MS = 24 * 60 * 60 * 1000;
const AUTHORITY_DAYS = 3650;
const SERVER_DAYS = 397; // what browsers accept at most
const RENEW_DAYS = 30;
/** A clock that is a little behind the gateway's must not reject a new certificate. */
const BACKDATE_DAYS = 1;

const usages = {
  server: [ExtendedKeyUsage.serverAuth],
  "server-and-client": [ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth],
} as const satisfies Readonly<Record<string, readonly ExtendedKeyUsage[]>>;
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

export interface WebCertificate {
  readonly identity: TlsIdentity;
  /** The authority's certificate, PEM: what a client is told to trust. Stays the same when the server's is renewed. */
  readonly caFile: string;
  /** Wall time, milliseconds. */
  readonly validUntil: number;
}

/**
 * The certificate of the web port, from STATE/tls: made at the first start with an authority of its own, made anew when it ends
 * within 30 days or does not name an address that is served.
 * @param addresses IP addresses to name beside `localhost`, loopback and this computer's name
 * @param now wall time, milliseconds
 * @param name of the files, for a port that is not the web's
 * @param use what it is for: a server, or a server that is somebody else's client, too
 * @throws {Fault} `storage-failed`
 */
export async function requireWebCertificate(
  stateDirectory: string,
  addresses: readonly string[],
  now: number,
  name = "web",
  use: keyof typeof usages = "server",
): Promise<WebCertificate> {
  cryptoProvider.set(webcrypto as unknown as Parameters<typeof cryptoProvider.set>[0]);
  const folder = join(stateDirectory, "tls");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = (file: string) => join(folder, file);
  const caFile = path("ca.pem");
  const names = [
    ...new Set([
      "localhost",
      ...computerNames(),
      "127.0.0.1",
      "::1",
      ...addresses.filter((one) => !isUnspecified(one)),
    ]),
  ];

  let authority = await readIdentity(caFile, path("ca.key"));
  if (authority === undefined || !isCurrent(authority, [], now)) {
    authority = await makeAuthority(now);
    await writeIdentity(authority, caFile, path("ca.key"));
  }
  let server = await readIdentity(path(`${name}.pem`), path(`${name}.key`));
  if (
    server === undefined ||
    !isCurrent(server, names, now) ||
    !isIssuedBy(server, authority) ||
    !isFor(server, usages[use])
  ) {
    server = await makeServer(authority, names, now, usages[use]);
    await writeIdentity(server, path(`${name}.pem`), path(`${name}.key`));
  }
  return { identity: server, caFile, validUntil: Date.parse(new X509Certificate(server.certificate).validTo) };
}

/** This computer's name, where it is one that a certificate can hold. */
function computerNames(): readonly string[] {
  const name = hostname();
  return /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/.test(name) ? [name] : [];
}

/** For a common name, which holds 64 characters. @see RFC 5280, appendix A.1 */
function shortName(): string {
  return computerNames()[0]?.slice(0, 40) ?? "localhost";
}

function isUnspecified(address: string): boolean {
  return address === "0.0.0.0" || address === "::";
}

/** `undefined` when there is none, or one that cannot be read: it is then made anew. */
async function readIdentity(certificateFile: string, keyFile: string): Promise<TlsIdentity | undefined> {
  try {
    const identity = { certificate: await readFile(certificateFile, "utf8"), key: await readFile(keyFile, "utf8") };
    return new X509Certificate(identity.certificate).checkPrivateKey(createPrivateKey(identity.key))
      ? identity
      : undefined;
  } catch {
    return undefined;
  }
}

async function writeIdentity(identity: TlsIdentity, certificateFile: string, keyFile: string): Promise<void> {
  await writeFileDurably(nodeFileSystem, keyFile, identity.key);
  await writeFileDurably(nodeFileSystem, certificateFile, identity.certificate);
}

function isCurrent(identity: TlsIdentity, names: readonly string[], now: number): boolean {
  const certificate = new X509Certificate(identity.certificate);
  if (Date.parse(certificate.validFrom) > now || Date.parse(certificate.validTo) - now < RENEW_DAYS * DAY_MS)
    return false;
  return names.every((name) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined);
}

function isFor(identity: TlsIdentity, uses: readonly ExtendedKeyUsage[]): boolean {
  // Node's types take the purposes for a single text.
  const known = new X509Certificate(identity.certificate).keyUsage as unknown as readonly string[] | undefined;
  return uses.every((use) => known?.includes(use));
}

function isIssuedBy(server: TlsIdentity, authority: TlsIdentity): boolean {
  const issuer = new X509Certificate(authority.certificate);
  return new X509Certificate(server.certificate).verify(issuer.publicKey);
}

async function makeAuthority(now: number): Promise<TlsIdentity> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    // The random part keeps two gateways' authorities apart in one trust store.
    name: `CN=virtgate ${shortName()} ${randomBytes(4).toString("hex")}`,
    ...validity(now, AUTHORITY_DAYS),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return asIdentity(certificate, keys.privateKey);
}

async function makeServer(
  authority: TlsIdentity,
  names: readonly string[],
  now: number,
  uses: readonly ExtendedKeyUsage[],
): Promise<TlsIdentity> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const issuer = new X509Certificate(authority.certificate);
  const alternatives: JsonGeneralNames = names.map((name) =>
    isIP(name) ? { type: "ip" as const, value: name } : { type: "dns" as const, value: name },
  );
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: `CN=${shortName()}`,
    issuer: issuer.subject.split("\n").join(", "),
    ...validity(now, SERVER_DAYS),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.key),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([...uses]),
      new SubjectAlternativeNameExtension(alternatives),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(
        await webcrypto.subtle.importKey(
          "spki",
          issuer.publicKey.export({ type: "spki", format: "der" }),
          algorithm,
          true,
          ["verify"],
        ),
      ),
    ],
  });
  return asIdentity(certificate, keys.privateKey);
}

function validity(now: number, days: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(now - BACKDATE_DAYS * DAY_MS), notAfter: new Date(now + days * DAY_MS) };
}

/** A positive number of 16 octets. @see RFC 5280, section 4.1.2.2 */
function serialNumber(): string {
  const octets = randomBytes(16);
  octets[0] = ((octets[0] ?? 0) & 0x3f) | 0x40;
  return octets.toString("hex");
}

async function asIdentity(certificate: MadeCertificate, key: webcrypto.CryptoKey): Promise<TlsIdentity> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key));
  const body = der.toString("base64").replace(/.{64}(?=.)/g, "$&\n");
  return {
    certificate: `${certificate.toString("pem")}\n`,
    key: `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`,
  };
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64");
  return webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
}
