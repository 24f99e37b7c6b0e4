import { DecodeError, reasonOf } from "../../base/fault.js";
import { type XmlAttribute, type XmlElement, xmlnsNamespace } from "../../codec/xml/element.js";
import { parseXml } from "../../codec/xml/parse.js";
import type { XmlLimits } from "../../codec/xml/read-xml.js";
import { escapeAttribute } from "../../codec/xml/write.js";
import { netconfNamespace } from "./names.js";
import type { RpcError } from "./rpc-error.js";

/** What one message may cost. @see RFC 6241 sets no bounds */
const messageLimits: Partial<XmlLimits> = { depth: 128, attributeLength: 64 * 1024 };

/** One request. */
export interface RpcRequest {
  /** The `rpc` element: it declares prefixes that are in force in the operation. */
  readonly envelope: XmlElement;
  readonly operation: XmlElement;
}

/** A request that is answered without being carried out; `envelope` is there when it could be read. */
export interface RefusedRequest {
  readonly envelope: XmlElement | undefined;
  readonly errors: readonly RpcError[];
}

/** @returns the message, or what is wrong with it as XML */
export function readMessage(message: Uint8Array): XmlElement | RefusedRequest {
  try {
    return parseXml(message, messageLimits);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { envelope: undefined, errors: [malformed(reasonOf(error))] };
  }
}

/** Takes a message after the hellos apart. @see RFC 6241, section 4.1 */
export function readRpc(message: XmlElement): RpcRequest | RefusedRequest {
  if (message.local !== "rpc" || message.namespace !== netconfNamespace) {
    return { envelope: undefined, errors: [malformed(`<${message.local}> instead of an rpc`)] };
  }
  if (!message.attributes.some(({ local, namespace }) => local === "message-id" && namespace === "")) {
    const info = [
      { name: "bad-attribute", text: "message-id" },
      { name: "bad-element", text: "rpc" },
    ];
    const error: RpcError = { type: "rpc", tag: "missing-attribute", message: "an rpc has a message-id", info };
    return { envelope: message, errors: [error] };
  }
  const [operation, another] = message.children.filter((child) => typeof child !== "string");
  if (!operation) return { envelope: message, errors: [malformed("an rpc without an operation")] };
  if (another) {
    const info = [{ name: "bad-element", text: another.local }];
    return {
      envelope: message,
      errors: [{ type: "rpc", tag: "unknown-element", message: "an rpc has one operation", info }],
    };
  }
  return { envelope: message, operation };
}

/**
 * The start tag of the reply to a request: all attributes of `rpc` come back as they were, those that declare prefixes too.
 * NETCONF's namespace is the default one in it.
 * @param envelope left out when no request could be read
 */
export function replyTag(envelope: XmlElement | undefined): string {
  const returned = (envelope?.attributes ?? []).filter((attribute) => attribute.name !== "xmlns").map(written);
  return ["<rpc-reply", ` xmlns="${netconfNamespace}"`, ...returned, ">"].join("");
}

export const endOfReply = "</rpc-reply>";

function written({ name, namespace, value }: XmlAttribute): string {
  const text = namespace === xmlnsNamespace ? value.trim() : value;
  return ` ${name}="${escapeAttribute(text)}"`;
}

function malformed(reason: string): RpcError {
  return { type: "rpc", tag: "malformed-message", message: reason };
}
