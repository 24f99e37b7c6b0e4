import { describe, expect, test } from "vitest";
import { Secret } from "../../../src/base/secret.js";
import { ScramClient } from "../../../src/protocol/libvirt/scram.js";

/** The exchange of RFC 7677, section 3. */
const exchange = {
  nonce: "rOprNGfwEbeRWgbNEkqO",
  first: "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
  serverFirst: "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
  final: "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
  serverFinal: "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
};

const client = (user = "user", password = "pencil") =>
  new ScramClient({ user, password: new Secret(password) }, exchange.nonce);

describe("ScramClient", () => {
  test("says what RFC 7677 says, and accepts its server (RFC 7677, section 3)", async () => {
    const scram = client();
    expect(scram.first()).toBe(exchange.first);
    expect(await scram.final(exchange.serverFirst)).toBe(exchange.final);
    scram.verify(exchange.serverFinal);
  });

  test("refuses a server that does not know the password (RFC 5802, section 3)", async () => {
    const scram = client("user", "pencil2");
    await scram.final(exchange.serverFirst);
    expect(() => scram.verify(exchange.serverFinal)).toThrow(expect.objectContaining({ code: "denied" }));
    expect(() => client().verify(exchange.serverFinal)).toThrow(expect.objectContaining({ code: "denied" }));
    const forged = client();
    await forged.final(exchange.serverFirst);
    expect(() => forged.verify("v=AAAA")).toThrow(expect.objectContaining({ code: "denied" }));
    expect(() => forged.verify("e=invalid-proof")).toThrow(/invalid-proof/);
  });

  test("escapes what has a meaning in names (RFC 5802, section 5.1)", () => {
    expect(client("a=b,c").first()).toBe("n,,n=a=3Db=2Cc,r=rOprNGfwEbeRWgbNEkqO");
  });

  test("chooses another nonce each time", () => {
    const fresh = () => new ScramClient({ user: "u", password: new Secret("p") }).first();
    expect(fresh()).not.toBe(fresh());
  });

  test("refuses a nonce that does not continue ours, too few or too many rounds, and extensions", async () => {
    for (const bad of [
      "r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
      "r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
      exchange.serverFirst.replace("i=4096", "i=4095"),
      exchange.serverFirst.replace("i=4096", "i=1000001"),
      `m=x,${exchange.serverFirst}`,
    ]) {
      await expect(client().final(bad), bad).rejects.toMatchObject({ name: "Fault", code: "denied" });
    }
  });

  test("refuses what is no message of a server", async () => {
    for (const bad of [
      "",
      "r=rOprNGfwEbeRWgbNEkqOx",
      exchange.serverFirst.replace("i=4096", "i=4096x"),
      exchange.serverFirst.replace("s=W22Z", "s=W2!Z"),
      exchange.serverFirst.replace(/s=[^,]*/, "s="),
      `${exchange.serverFirst},i=4096`,
      `${exchange.serverFirst},x=${"y".repeat(5000)}`,
    ]) {
      await expect(client().final(bad), bad).rejects.toMatchObject({ name: "DecodeError" });
    }
  });
});
