/** The namespace of NETCONF's messages, operations and their attributes. @see RFC 6241, appendix C */
export const netconfNamespace = "urn:ietf:params:xml:ns:netconf:base:1.0";

/** Capabilities that decide how messages are framed. @see RFC 6241, section 8.1 */
export const baseCapability = {
  /** Messages end with `]]>]]>`. */
  "1.0": "urn:ietf:params:netconf:base:1.0",
  /** Messages come in chunks. */
  "1.1": "urn:ietf:params:netconf:base:1.1",
} as const;

export type NetconfVersion = keyof typeof baseCapability;
