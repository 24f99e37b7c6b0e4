import { expect, test } from "vitest";
import { yamlText } from "../../../packaging/nms/generate/yaml.js";

test("yamlText() quotes what some reader would not take as text", () => {
  const words = [
    "yes",
    "Null",
    "12",
    "1.0",
    "",
    "it's",
    "a: b",
    "- a",
    "{#VM}",
    "# no",
    "vmName",
    "Templates/Applications",
    "trailing ",
  ];
  expect(yamlText(words)).toBe(
    [
      "'yes'",
      "'Null'",
      "'12'",
      "'1.0'",
      "''",
      "'it''s'",
      "'a: b'",
      "'- a'",
      "'{#VM}'",
      "'# no'",
      "vmName",
      "Templates/Applications",
      "'trailing '",
    ]
      .map((text) => `- ${text}\n`)
      .join(""),
  );
});

test("yamlText() nests lists and maps, and has a word for empty ones", () => {
  expect(yamlText({ a: [{ b: 1, c: [true] }, []], 3: {}, "d e": "f" })).toBe(
    ["3: {}", "a:", "  - b: 1", "    c:", "      - true", "  - []", "d e: f", ""].join("\n"),
  );
});
