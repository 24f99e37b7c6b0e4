import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.js";
import { localizeKey, passwordToKey, privacyKey } from "../../../src/protocol/snmp/keys.js";
import { authProtocols, privProtocols } from "../../../src/protocol/snmp/usm-protocol.js";

const engineId = Buffer.from("000000000000000000000002", "hex");

/** The password "maplesyrup" at the engine above. */
const vectors = [
  {
    auth: "MD5",
    source: "RFC 3414, section A.3.1",
    key: "9faf3283884e92834ebc9847d8edd963",
    localized: "526f5eed9fcce26f8964c2930787d82b",
  },
  {
    auth: "SHA",
    source: "RFC 3414, section A.3.2",
    key: "9fb5cc0381497b3793528939ff788d5d79145211",
    localized: "6695febc9288e36282235fc7151f128497b38f3f",
  },
  {
    auth: "SHA-224",
    source: "RFC 7860, computed by two other programs",
    key: "282a5867ee9aac639ad59df9572c7d3ac0fbc13a905b6df07dbbf00b",
    localized: "0bd8827c6e29f8065e08e09237f177e410f69b90e1782be682075674",
  },
  {
    auth: "SHA-256",
    source: "RFC 7860, computed by two other programs",
    key: "ab51014d1e077f6017df2b12bee5f5aa72993177e9bb569c4dff5a4ca0b4afac",
    localized: "8982e0e549e866db361a6b625d84cccc11162d453ee8ce3a6445c2d6776f0f8b",
  },
  {
    auth: "SHA-384",
    source: "RFC 7860, computed by two other programs",
    key: "e06eccdf2c68a06ed034723c9c26e0db3b669e1e2efed49150b55377a2e98f383c86fb836857444654b287c93f51ff64",
    localized: "3b298f16164a11184279d5432bf169e2d2a48307de02b3d3f7e2b4f36eb6f0455a53689a3937eea07319a633d2ccba78",
  },
  {
    auth: "SHA-512",
    source: "RFC 7860, computed by two other programs",
    key: "7e4396de5aadc77be853819b98c9406265b3a9c37cc3176569847a4e4f6fba63dd3a73d04924d31a63f95a601f9385af6be4ed1b37f87d040f7c6ed6f8d38a91",
    localized:
      "22a5a36cedfcc085807a128d7bc6c2382167ad6c0dbc5fdff856740f3d84c099ad1ea87a8db096714d9788bd544047c9021e4229ce27e4c0a69250adfcffbb0b",
  },
] as const;

test.each(vectors)("passwordToKey() and localizeKey() make the keys of $auth ($source)", ({ auth, key, localized }) => {
  const made = passwordToKey(authProtocols[auth], "maplesyrup");
  expect(made.toString("hex")).toBe(key);
  expect(localizeKey(authProtocols[auth], made, engineId).toString("hex")).toBe(localized);
});

test("passwordToKey() refuses fewer than eight octets", () => {
  expect(() => passwordToKey(authProtocols.SHA, "sevenoc")).toThrow(Fault);
  expect(passwordToKey(authProtocols.SHA, "äöü12").length).toBe(20);
});

describe("privacyKey()", () => {
  const localized = (auth: keyof typeof authProtocols): Buffer =>
    localizeKey(authProtocols[auth], passwordToKey(authProtocols[auth], "maplesyrup"), engineId);

  test.each([
    // Reeder's own examples; Blumenthal's by hand: the localised key, then its hash.
    ["SHA", "AES-256-C", "6695febc9288e36282235fc7151f128497b38f3f9b8b6d78936ba6e7d19dfd9c"],
    ["SHA", "AES-192-C", "6695febc9288e36282235fc7151f128497b38f3f9b8b6d78"],
    ["MD5", "AES-256-C", "526f5eed9fcce26f8964c2930787d82b79eff44a90650ee0a3a40abfac5acc12"],
    ["SHA", "AES-192", "6695febc9288e36282235fc7151f128497b38f3f505e07eb"],
    ["SHA", "AES", "6695febc9288e36282235fc7151f1284"],
    ["SHA-256", "AES-256", "8982e0e549e866db361a6b625d84cccc11162d453ee8ce3a6445c2d6776f0f8b"],
  ] as const)("makes of a key of %s one for %s", (auth, priv, expected) => {
    const key = privacyKey(authProtocols[auth], privProtocols[priv], localized(auth), engineId);
    expect(key.toString("hex")).toBe(expected);
  });
});
