import { getCiphers, getHashes } from "node:crypto";

/** An authentication protocol. */
export interface AuthProtocol {
  /** As Net-SNMP's tools and configuration name it. */
  readonly name: AuthProtocolName;
  /** The name of its object identity in the standard's MIB. */
  readonly identity: string;
  readonly hash: string;
  readonly keyOctets: number;
  /** Octets of msgAuthenticationParameters. */
  readonly digestOctets: number;
}

/** A privacy protocol. */
export interface PrivProtocol {
  readonly name: PrivProtocolName;
  readonly identity: string;
  readonly cipher: string;
  readonly keyOctets: number;
  /** How a key is made that is longer than the hash gives. */
  readonly extension: "blumenthal" | "reeder";
}

export type AuthProtocolName = "MD5" | "SHA" | "SHA-224" | "SHA-256" | "SHA-384" | "SHA-512";
export type PrivProtocolName = "DES" | "AES" | "AES-192" | "AES-256" | "AES-192-C" | "AES-256-C";

/** @see RFC 3414, sections 6 and 7; RFC 7860, section 4.1 */
// biome-ignore format: read as a table
export const authProtocols: Readonly<Record<AuthProtocolName, AuthProtocol>> = {
  "MD5":     { name: "MD5",     identity: "usmHMACMD5AuthProtocol",       hash: "md5",    keyOctets: 16, digestOctets: 12 },
  "SHA":     { name: "SHA",     identity: "usmHMACSHAAuthProtocol",       hash: "sha1",   keyOctets: 20, digestOctets: 12 },
  "SHA-224": { name: "SHA-224", identity: "usmHMAC128SHA224AuthProtocol", hash: "sha224", keyOctets: 28, digestOctets: 16 },
  "SHA-256": { name: "SHA-256", identity: "usmHMAC192SHA256AuthProtocol", hash: "sha256", keyOctets: 32, digestOctets: 24 },
  "SHA-384": { name: "SHA-384", identity: "usmHMAC256SHA384AuthProtocol", hash: "sha384", keyOctets: 48, digestOctets: 32 },
  "SHA-512": { name: "SHA-512", identity: "usmHMAC384SHA512AuthProtocol", hash: "sha512", keyOctets: 64, digestOctets: 48 },
};

/**
 * AES with longer keys never became a standard. Two ways to make these keys are in use: Blumenthal's, which Net-SNMP
 * calls plain AES-192 and AES-256, and Reeder's, found in routers, which Net-SNMP marks with a C.
 *
 * DES runs as triple DES with one key three times, since current crypto libraries no longer have it by itself.
 *
 * @see RFC 3414, section 8; RFC 3826
 */
// biome-ignore format: read as a table
export const privProtocols: Readonly<Record<PrivProtocolName, PrivProtocol>> = {
  "DES":       { name: "DES",       identity: "usmDESPrivProtocol",         cipher: "des-ede3-cbc", keyOctets: 16, extension: "blumenthal" },
  "AES":       { name: "AES",       identity: "usmAesCfb128Protocol",       cipher: "aes-128-cfb",  keyOctets: 16, extension: "blumenthal" },
  "AES-192":   { name: "AES-192",   identity: "usmAESCfb192PrivProtocol",   cipher: "aes-192-cfb",  keyOctets: 24, extension: "blumenthal" },
  "AES-256":   { name: "AES-256",   identity: "usmAESCfb256PrivProtocol",   cipher: "aes-256-cfb",  keyOctets: 32, extension: "blumenthal" },
  "AES-192-C": { name: "AES-192-C", identity: "cusmAESCfb192PrivProtocol",  cipher: "aes-192-cfb",  keyOctets: 24, extension: "reeder" },
  "AES-256-C": { name: "AES-256-C", identity: "cusmAESCfb256PrivProtocol",  cipher: "aes-256-cfb",  keyOctets: 32, extension: "reeder" },
};

/** Whether this computer's crypto library offers what `protocol` needs; a FIPS build lacks MD5 and DES. */
export function isOffered(protocol: AuthProtocol | PrivProtocol): boolean {
  return "hash" in protocol ? getHashes().includes(protocol.hash) : getCiphers().includes(protocol.cipher);
}
