/** Characters a name may begin with, without the colon. @see Extensible Markup Language (XML) 1.0, production 4 */
const nameStart =
  "A-Z_a-z\\xC0-\\xD6\\xD8-\\xF6\\xF8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F".concat(
    "\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}",
  );
const ncName = `[${nameStart}][${nameStart}\\-.0-9\\xB7\\u0300-\\u036F\\u203F\\u2040]*`;
const qualifiedName = new RegExp(`^${ncName}(?::${ncName})?$`, "u");

/** Whether a name is one word, or two with a colon between. @see Namespaces in XML 1.0, production 7 */
export function isQualifiedName(name: string): boolean {
  return qualifiedName.test(name);
}
