import { escapeAttribute, escapeText } from "../../codec/xml/write.js";

/** The layer in which something went wrong. @see RFC 6241, section 4.3 */
export type RpcErrorType = "transport" | "rpc" | "protocol" | "application";

/** @see RFC 6241, appendix A */
export type RpcErrorTag =
  | "in-use"
  | "invalid-value"
  | "too-big"
  | "missing-attribute"
  | "bad-attribute"
  | "unknown-attribute"
  | "missing-element"
  | "bad-element"
  | "unknown-element"
  | "unknown-namespace"
  | "access-denied"
  | "lock-denied"
  | "resource-denied"
  | "rollback-failed"
  | "data-exists"
  | "data-missing"
  | "operation-not-supported"
  | "operation-failed"
  | "malformed-message";

/** An instance path as it is written, with the prefixes that it uses. */
export interface ErrorPath {
  readonly text: string;
  /** Namespaces by prefix. */
  readonly namespaces: ReadonlyMap<string, string>;
}

/** One element of `error-info`. */
export interface ErrorInfoElement {
  readonly name: string;
  /** Where it is not NETCONF's own. */
  readonly namespace?: string;
  readonly text: string;
  /** For a text that is an instance path. */
  readonly namespaces?: ReadonlyMap<string, string>;
}

/** One `rpc-error`; all are of severity `error`. */
export interface RpcError {
  readonly type: RpcErrorType;
  readonly tag: RpcErrorTag;
  readonly appTag?: string | undefined;
  readonly path?: ErrorPath | undefined;
  /** In English, for people. */
  readonly message: string;
  readonly info?: readonly ErrorInfoElement[];
}

/** The element, without a declaration of NETCONF's namespace. @see RFC 6241, section 4.3 */
export function writeRpcError({ type, tag, appTag, path, message, info = [] }: RpcError): string {
  const parts = [
    "<rpc-error>",
    `<error-type>${type}</error-type>`,
    `<error-tag>${tag}</error-tag>`,
    "<error-severity>error</error-severity>",
  ];
  if (appTag !== undefined) parts.push(`<error-app-tag>${printable(appTag)}</error-app-tag>`);
  if (path) parts.push(`<error-path${declarations(path.namespaces)}>${printable(path.text)}</error-path>`);
  parts.push(`<error-message xml:lang="en">${printable(message)}</error-message>`);
  if (info.length > 0) parts.push("<error-info>", ...info.map(writeInfo), "</error-info>");
  parts.push("</rpc-error>");
  return parts.join("");
}

function writeInfo({ name, namespace, text, namespaces = new Map() }: ErrorInfoElement): string {
  const own = namespace === undefined ? "" : ` xmlns="${escapeAttribute(namespace)}"`;
  return `<${name}${own}${declarations(namespaces)}>${printable(text)}</${name}>`;
}

function declarations(namespaces: ReadonlyMap<string, string>): string {
  return [...namespaces].map(([prefix, uri]) => ` xmlns:${prefix}="${escapeAttribute(uri)}"`).join("");
}

/** A message may quote what came from outside, which XML cannot always carry. */
function printable(text: string): string {
  return escapeText(text.replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD"));
}
