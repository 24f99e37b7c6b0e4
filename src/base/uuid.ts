/** The canonical lower-case text of 16 octets. */
export function uuidText(octets: Uint8Array): string {
  const hex = Buffer.from(octets.buffer, octets.byteOffset, 16).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The 16 octets of a UUID's text, with or without dashes; `undefined` when it is none. */
export function uuidOctets(text: string): Buffer | undefined {
  const hex = text.replaceAll("-", "");
  return /^[0-9a-fA-F]{32}$/.test(hex) ? Buffer.from(hex, "hex") : undefined;
}
