/** One node of a tree diagram. @see RFC 8340, section 2.6 */
export interface TreeNode {
  /** `+` current, `x` deprecated, `o` obsolete. */
  readonly status: "+" | "x" | "o";
  /** `rw`, `ro`, `-w`, `-u`, `-x`, `-n`, `mp`, or `--` where the others have no meaning. A case has none. */
  readonly flags: "rw" | "ro" | "-w" | "-u" | "-x" | "-n" | "mp" | "--" | undefined;
  /** With parentheses for choices and cases. */
  readonly name: string;
  readonly mark: "?" | "!" | "*" | "";
  readonly keys: string | undefined;
  readonly type: string | undefined;
  readonly ifFeatures: readonly string[];
  readonly children: readonly TreeNode[];
}

/** A part of a diagram below a heading of its own, such as `augment /if:interfaces:` or `rpcs:`. */
export interface TreeSection {
  readonly heading: string;
  readonly nodes: readonly TreeNode[];
  /** Whether an empty line sets it off from what is above. */
  readonly isApart: boolean;
}

/** Writes a diagram. @param nodes the module's own data nodes @see RFC 8340, section 2 */
export function writeTreeDiagram(module: string, nodes: readonly TreeNode[], sections: readonly TreeSection[]): string {
  const lines = [`module: ${module}`];
  writeNodes(nodes, "  ", lines);
  for (const { heading, nodes: inside, isApart } of sections) {
    if (isApart) lines.push("");
    lines.push(`  ${heading}:`);
    writeNodes(inside, "    ", lines);
  }
  return `${lines.join("\n")}\n`;
}

function writeNodes(nodes: readonly TreeNode[], indent: string, lines: string[]): void {
  const width = Math.max(
    ...nodes.map(({ name, mark, keys }) => (keys === undefined ? name.length + Math.max(mark.length, 1) : 0)),
    0,
  );
  for (const [i, { status, flags, name, mark, keys, type, ifFeatures, children }] of nodes.entries()) {
    const label = flags === undefined ? `:${name}${mark}` : `${flags} ${name}${mark}`;
    const padding = " ".repeat(Math.max(width - name.length - mark.length, 0) + 3);
    const parts = [
      `${indent}${status}--${label}`,
      keys === undefined ? "" : ` [${keys}]`,
      type === undefined ? "" : padding + type,
      ifFeatures.length === 0 ? "" : ` {${ifFeatures.join(",")}}?`,
    ];
    lines.push(parts.join(""));
    writeNodes(children, `${indent}${i === nodes.length - 1 ? "   " : "|  "}`, lines);
  }
}
