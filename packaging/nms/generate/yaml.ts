/** What the files of this folder are made of. */
export type YamlValue = string | number | boolean | readonly YamlValue[] | { readonly [key: string]: YamlValue };

/** Words that YAML 1.1 takes for something else than text. */
const SPECIAL = /^(?:y|n|yes|no|on|off|true|false|null|~)$/i;
const PLAIN = /^[A-Za-z_/][\w ./()%-]*[\w/)%]$|^[A-Za-z]$/;

/** A document in block style, two spaces deep; text is quoted unless every YAML reader takes it as text. */
export function yamlText(value: YamlValue): string {
  return `${blockLines(value).join("\n")}\n`;
}

function blockLines(value: YamlValue): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: YamlValue) => listItem(item));
  if (typeof value === "object") {
    return Object.entries(value).flatMap(([key, member]) => {
      const name = /^\d+$/.test(key) ? key : scalarText(key);
      if (typeof member !== "object") return [`${name}: ${scalarText(member)}`];
      const lines = blockLines(member);
      if (lines.length === 0) return [`${name}: ${emptyText(member)}`];
      return [`${name}:`, ...lines.map((line) => `  ${line}`)];
    });
  }
  return [scalarText(value)];
}

function listItem(item: YamlValue): readonly string[] {
  const [first = emptyText(item), ...others] = blockLines(item);
  return [`- ${first}`, ...others.map((line) => `  ${line}`)];
}

function emptyText(value: YamlValue): string {
  return Array.isArray(value) ? "[]" : "{}";
}

function scalarText(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value);
  return PLAIN.test(value) && !SPECIAL.test(value) ? value : `'${value.replaceAll("'", "''")}'`;
}
