import { DecodeError } from "../../base/fault.js";
import { element, type XmlElement } from "../../codec/xml/element.js";
import { writeXml } from "../../codec/xml/write.js";
import { baseCapability, type NetconfVersion, netconfNamespace } from "./names.js";

/** What a client's hello may cost: one capability per module that it knows. */
const MOST_CAPABILITIES = 10_000;

/** The first message of a server. @param capabilities URIs, the base capabilities among them */
export function writeServerHello(sessionId: number, capabilities: readonly string[]): string {
  const list = capabilities.map((uri) => element("capability", {}, [uri], netconfNamespace));
  return writeXml(
    element(
      "hello",
      {},
      [
        element("capabilities", {}, list, netconfNamespace),
        element("session-id", {}, [String(sessionId)], netconfNamespace),
      ],
      netconfNamespace,
    ),
    { declaration: true },
  );
}

/**
 * The capabilities in a client's hello, without the white space around them.
 * @throws {DecodeError} for anything that is not a client's hello; the session ends without an answer then
 * @see RFC 6241, section 8.1
 */
export function readClientHello(message: XmlElement): readonly string[] {
  if (message.local !== "hello" || message.namespace !== netconfNamespace) {
    throw new DecodeError(`<${message.local}> instead of a hello`);
  }
  const children = message.children.filter((child) => typeof child !== "string");
  if (children.some((child) => isNetconf(child, "session-id"))) {
    throw new DecodeError("a client's hello has no session-id");
  }
  const [capabilities, ...others] = children.filter((child) => isNetconf(child, "capabilities"));
  if (!capabilities || others.length > 0) throw new DecodeError("a hello has one list of capabilities");
  const uris: string[] = [];
  for (const child of capabilities.children) {
    if (typeof child === "string" || !isNetconf(child, "capability")) continue;
    if (uris.length === MOST_CAPABILITIES) throw new DecodeError(`more than ${MOST_CAPABILITIES} capabilities`);
    uris.push(
      child.children
        .filter((part) => typeof part === "string")
        .join("")
        .trim(),
    );
  }
  return uris;
}

/** The newest version that both sides speak; nothing when there is none. */
export function commonVersion(ours: readonly string[], theirs: readonly string[]): NetconfVersion | undefined {
  for (const version of ["1.1", "1.0"] as const) {
    const uri = baseCapability[version];
    if (ours.includes(uri) && theirs.includes(uri)) return version;
  }
  return undefined;
}

function isNetconf(child: XmlElement, local: string): boolean {
  return child.local === local && child.namespace === netconfNamespace;
}
