import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { expect, test } from "vitest";
import { Secret } from "../../../../src/base/secret.js";
import { authenticateSasl, type Call } from "../../../../src/protocol/libvirt/sasl.js";

const credentials = { user: "u", password: new Secret("p") };
const hmac = (key: Buffer, text: string) => createHmac("sha256", key).update(text).digest();

interface Setup {
  readonly mechanisms?: string;
  readonly password?: string;
  readonly earlyEnd?: boolean;
  readonly first?: string;
}

/** A daemon that plays its part of the exchange by RFC 5802, section 3, and checks the proof. */
function daemon({
  mechanisms = "DIGEST-MD5,SCRAM-SHA-256",
  password = "p",
  earlyEnd = false,
  first,
}: Setup = {}): Call {
  const salt = Buffer.from("salt of the test");
  const salted = pbkdf2Sync(password, salt, 4096, 32, "sha256");
  let bare = "";
  let serverFirst = "";
  const answer = (name: string, args: { data?: Uint8Array }) => {
    const said = Buffer.from(args.data ?? []).toString();
    if (name === "authSaslInit") return { mechlist: mechanisms };
    if (name === "authSaslStart") {
      bare = said.slice(3);
      serverFirst = first ?? `r=${bare.split("r=")[1]}more,s=${salt.toString("base64")},i=4096`;
      return { complete: earlyEnd ? 1 : 0, nil: 0, data: Buffer.from(serverFirst) };
    }
    const [withoutProof = "", proof = ""] = said.split(",p=");
    const authMessage = `${bare},${serverFirst},${withoutProof}`;
    const signature = hmac(createHash("sha256").update(hmac(salted, "Client Key")).digest(), authMessage);
    const clientKey = Buffer.from(proof, "base64").map((octet, index) => octet ^ (signature[index] ?? 0));
    const known = Buffer.from(clientKey).equals(hmac(salted, "Client Key"));
    const final = known ? `v=${hmac(hmac(salted, "Server Key"), authMessage).toString("base64")}` : "e=invalid-proof";
    return { complete: 1, nil: 0, data: Buffer.from(final) };
  };
  return (async (name: string, args: object) => answer(name, args)) as never;
}

test("authenticateSasl() completes with a daemon that knows the password", async () => {
  await authenticateSasl("box", daemon(), credentials);
});

test("authenticateSasl() is denied without credentials, with a wrong password, or by who cannot prove itself", async () => {
  const denied = { code: "denied" };
  await expect(authenticateSasl("box", daemon(), undefined)).rejects.toMatchObject(denied);
  await expect(authenticateSasl("box", daemon({ password: "q" }), credentials)).rejects.toMatchObject(denied);
  await expect(authenticateSasl("box", daemon({ earlyEnd: true }), credentials)).rejects.toMatchObject(denied);
  await expect(authenticateSasl("box", daemon({ first: "rubbish" }), credentials)).rejects.toMatchObject(denied);
});

test("authenticateSasl() uses no mechanism that would show the password", async () => {
  for (const mechanisms of ["PLAIN,DIGEST-MD5", "", "SCRAM-SHA-256-PLUS", "XSCRAM-SHA-256"]) {
    await expect(authenticateSasl("box", daemon({ mechanisms }), credentials)).rejects.toMatchObject({
      code: "unsupported",
    });
  }
});
