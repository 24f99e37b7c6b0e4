import type { Pattern } from "./pattern.js";
export function compilePattern(source: string): Pattern {
  const expression = new RegExp(`^(?:${source})$`, "u");
  return { source, matches: (text) => expression.test(text) };
}
