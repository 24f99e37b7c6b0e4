import type { DataNode, DataParent, ListNode } from "../../src/schema/yang/schema-node.js";
import type { YangType } from "../../src/schema/yang/type.js";
import type { Random } from "./random.js";

/** Writes a random document for a holder's children: mostly right, sometimes with something wrong. */
export function generateInstance(random: Random, holder: DataParent): string {
  const writer = new InstanceWriter(random);
  return holder.dataChildren.map((node) => writer.node(node, undefined)).join("");
}

class InstanceWriter {
  readonly #random: Random;
  /** How rarely something is wrong. */
  readonly #rarity: number;
  readonly #density: number;

  constructor(random: Random) {
    this.#random = random;
    this.#rarity = random.pick([30, 100, 1_000_000]);
    this.#density = random.pick([2, 4, 8]);
  }

  node(node: DataNode, outer: unknown): string {
    const random = this.#random;
    const namespace = node.module === outer ? "" : ` xmlns="${node.module.namespace}"`;
    const open = `<${node.name}${namespace}>`;
    const close = `</${node.name}>`;
    switch (node.kind) {
      case "leaf":
        return `${open}${this.#text(node.type)}${close}`;
      case "leaf-list": {
        const values: string[] = [];
        for (let count = 1 + random.below(3); count > 0; count--) values.push(this.#text(node.type));
        const kept = random.once(this.#rarity) ? values : [...new Set(values)];
        return kept.map((value) => `${open}${value}${close}`).join("");
      }
      case "container":
        return `${open}${this.#children(node)}${close}`;
      case "list":
        return this.#entries(node, open, close);
      default:
        return "";
    }
  }

  #entries(node: ListNode, open: string, close: string): string {
    const random = this.#random;
    const entries: string[] = [];
    const seen = new Set<string>();
    for (let count = 1 + random.below(3); count > 0; count--) {
      const keys = node.keys.map((key) => [key, this.#text(key.type)] as const);
      const identity = keys.map(([, value]) => value).join(" ");
      if (seen.has(identity) && !random.once(this.#rarity)) continue;
      seen.add(identity);
      const written = random.once(this.#rarity) ? keys.slice(1) : keys;
      const texts = written.map(([key, value]) => `<${key.name}>${value}</${key.name}>`).join("");
      entries.push(`${open}${texts}${this.#children(node)}${close}`);
    }
    return entries.join("");
  }

  #children(parent: DataParent): string {
    const random = this.#random;
    const parts: string[] = [];
    const chosen = new Map<unknown, unknown>();
    for (const node of parent.dataChildren) {
      if (node.kind === "leaf" && node.isKey) continue;
      const isNeeded = (node.kind === "leaf" && node.mandatory) || ("minElements" in node && node.minElements > 0);
      const isLeftOut = isNeeded ? random.once(this.#density * 8) : random.once(this.#density);
      if (isLeftOut || !this.#isOfOneCase(node, parent, chosen)) continue;
      parts.push(this.node(node, parent.kind === "root" ? undefined : parent.module));
      if (random.once(this.#rarity)) parts.push(this.node(node, parent.kind === "root" ? undefined : parent.module));
    }
    if (random.once(this.#rarity)) parts.push("<unknown/>");
    return parts.join("");
  }

  /** The first node that is written of a choice decides for its case. */
  #isOfOneCase(node: DataNode, parent: DataParent, chosen: Map<unknown, unknown>): boolean {
    for (let at: { readonly kind: string; readonly parent?: unknown } = node.parent; at !== parent; ) {
      const above = at.parent as { readonly kind: string; readonly parent?: unknown };
      if (at.kind === "case") {
        if (!chosen.has(above)) {
          if (this.#random.once(2)) return false;
          chosen.set(above, at);
        }
        if (chosen.get(above) !== at && !this.#random.once(this.#rarity)) return false;
      }
      at = above;
    }
    return true;
  }

  #text(type: YangType): string {
    const random = this.#random;
    const isWrong = random.once(this.#rarity);
    switch (type.base) {
      case "string":
        return random.pick(isWrong ? ["", "toolong", "9z", "Z", "a b"] : ["a", "b", "c", "ab", "x"]);
      case "enumeration":
        return isWrong ? "none" : random.pick(type.enums).name;
      case "bits":
        return isWrong ? random.pick(["four", "one one"]) : random.pick(["", "one", "two one", "three two", "three"]);
      case "boolean":
        return isWrong ? "yes" : random.pick(["true", "false"]);
      case "empty":
        return isWrong ? "x" : "";
      case "binary":
        return isWrong ? random.pick(["A", "AAAAAAA=", "A==="]) : random.pick(["AA==", "AAA=", "AAAA"]);
      case "identityref":
        return random.pick(isWrong ? ["animal", "kite", "none", "q:owl"] : ["owl", "owl", "dog", "puppy"]);
      case "leafref":
        return this.#text(type.target);
      case "union":
        return this.#text(random.pick(type.members));
      case "instance-identifier":
        return "/";
      case "decimal64":
        return random.pick(isWrong ? ["9.999", "x", "", "1e1"] : ["0.5", "1", "-1.5", "2.50", "2", "+0.0"]);
      default:
        return random.pick(isWrong ? ["300", "x", "1.0", "", "--1"] : ["1", "2", "3", "4", "5", "6", "07"]);
    }
  }
}
