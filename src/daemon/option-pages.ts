import type { Member, Members, Option, OptionText } from "./option.js";
import { options } from "./options.js";

const WIDTH = 100;

/**
 * A configuration file with every option in it: those with a default set to it, everything else as a comment to take the mark off.
 * To read it gives the default configuration.
 */
export function sampleConfiguration(): string {
  const head = [
    "# Configuration of virtgate. Looked for in /etc/virtgate/virtgate.toml, then $XDG_CONFIG_HOME/virtgate/virtgate.toml;",
    "# --config names another. Check it with: virtgate check --config FILE. Reload it with SIGHUP.",
    "# What stands here without a mark is the default. Sections in double brackets can be repeated.",
  ];
  return `${[...head, ...sampleOf(options, [], "")].join("\n")}\n`;
}

/** The lines of the members: keys first, since a key after a header would belong to the header. */
function sampleOf(members: Members, path: readonly string[], mark: string): string[] {
  const entries = Object.entries(members);
  const keys = entries.flatMap(([key, member]) => (member.kind === "option" ? sampleOption(key, member, mark) : []));
  const sections = entries.flatMap(([key, member]) =>
    member.kind === "option" ? [] : sampleSection(member, [...path, key], mark),
  );
  return [...keys, ...sections];
}

function sampleSection(member: Exclude<Member, Option<unknown>>, path: readonly string[], mark: string): string[] {
  const name = path.join(".");
  const [header, inner] = member.kind === "table" ? [`[${name}]`, mark] : [`[[${name}]]`, "# "];
  return ["", ...comment(member.help), `${inner}${header}`, ...sampleOf(member.members, path, inner)];
}

function sampleOption(key: string, option: Option<unknown>, mark: string): string[] {
  const shown = option.default ?? option.example;
  // Where the default is empty, an example says more; it must not be in force.
  const example = option.default === "" && option.example !== undefined ? `   # such as ${toml(option.example)}` : "";
  const lead = option.default === undefined && !option.required ? `${mark}# ` : mark;
  return [...comment(remarks(option).join(" ")), `${lead}${key} = ${toml(shown)}${example}`];
}

function remarks(option: Option<unknown>): string[] {
  const bounds = option.bounds ? [`${capital(option.bounds)}.`] : [];
  const restart = option.reload === "restart" ? ["A change takes effect with the next start."] : [];
  return [option.help, ...bounds, ...restart];
}

/**
 * The manual page virtgate.toml(5), in the man macros.
 * @param version of the program, for the page's foot
 */
export function configurationManual(version: string): string {
  const lines = [
    `.TH VIRTGATE.TOML 5 "" "virtgate ${roff(version)}" "File formats"`,
    ".SH NAME",
    "virtgate.toml \\- configuration of the virtgate management gateway",
    ".SH DESCRIPTION",
    "One TOML file. It is looked for in",
    ".IR /etc/virtgate/virtgate.toml ,",
    "then in",
    ".IR $XDG_CONFIG_HOME/virtgate/virtgate.toml ;",
    "the option",
    ".B \\-\\-config",
    "names another one. Without a file every option has its default. On SIGHUP the file is read again and takes effect as a whole,",
    "or, when anything in it is wrong, not at all.",
    ".SH OPTIONS",
    ...Object.entries(options).flatMap(([key, member]) => manualSection(key, member)),
    ".SH SEE ALSO",
    ".BR virtgate (1)",
  ];
  return `${lines.join("\n")}\n`;
}

function manualSection(name: string, member: Exclude<Member, Option<unknown>>): string[] {
  const header = member.kind === "table" ? `[${name}]` : `[[${name}]]`;
  const most = member.kind === "tables" ? [`At most ${member.most}.`] : [];
  const entries = Object.entries(member.members);
  return [
    `.SS ${roff(header)}`,
    roff(member.help),
    ...most,
    ...entries.flatMap(([key, inner]) => (inner.kind === "option" ? manualOption(key, inner) : [])),
    ...entries.flatMap(([key, inner]) => (inner.kind === "option" ? [] : manualSection(`${name}.${key}`, inner))),
  ];
}

function manualOption(key: string, option: Option<unknown>): string[] {
  const standing = option.required
    ? "Required."
    : option.default === undefined
      ? "No default."
      : `Default: ${toml(option.default)}.`;
  const type = `${capital(option.type)}.`;
  return [".TP", `.B ${roff(key)}`, roff([...remarks(option), type, standing].join(" "))];
}

/** `text` for roff: its special characters taken literally, no line that begins with a control character. */
function roff(text: string): string {
  const literal = text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("'", "\\(aq");
  return /^[.]/.test(literal) ? `\\&${literal}` : literal;
}

function toml(value: OptionText): string {
  return Array.isArray(value) ? `[${value.map((item) => JSON.stringify(item)).join(", ")}]` : JSON.stringify(value);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A comment in lines of bounded width. */
function comment(text: string): string[] {
  const lines: string[] = [];
  let line = "#";
  for (const word of text.split(" ")) {
    if (line.length + word.length + 1 > WIDTH && line !== "#") {
      lines.push(line);
      line = "#";
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
