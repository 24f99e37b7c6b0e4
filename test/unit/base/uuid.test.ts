import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { uuidOctets, uuidText } from "../../../src/base/uuid.js";

const octets = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe("uuidOctets()", () => {
  test("reads what uuidText() writes, in either case, with dashes and without", () => {
    fc.assert(
      fc.property(octets, (wanted) => {
        const text = uuidText(wanted);
        for (const form of [text, text.toUpperCase(), text.replaceAll("-", "")]) {
          expect(uuidOctets(form)).toEqual(Buffer.from(wanted));
        }
      }),
    );
  });

  test("takes nothing that has another number of digits, or other characters", () => {
    const text = "6a8b2f66-9c0e-4a52-8d5e-53a3a2d3c111";
    for (const wrong of [
      "",
      "-",
      text.slice(1),
      `${text}0`,
      text.replace("6", "g"),
      text.replace("6", "é"),
      ` ${text}`,
    ]) {
      expect([wrong, uuidOctets(wrong)]).toEqual([wrong, undefined]);
    }
    expect(uuidOctets(`${text.slice(0, -1)}\u{1F600}`)).toBeUndefined();
  });

  test("agrees with the obvious way on any text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-fA-F-]{30,40}$/)), (text) => {
        const hex = text.replaceAll("-", "");
        const wanted = /^[0-9a-fA-F]{32}$/.test(hex) ? Buffer.from(hex, "hex") : undefined;
        expect(uuidOctets(text)).toEqual(wanted);
      }),
    );
  });
});
