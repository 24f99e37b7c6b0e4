const HEX = Buffer.from("0123456789abcdef");
/** Where each octet's two digits stand in the text. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
/** Inventories of tens of thousands are read every few seconds: the text is put together in place, not from five strings. */
const draft = Buffer.from("00000000-0000-0000-0000-000000000000");

const DASH = 0x2d;
const NONE = 255;
/** The value of each digit by its character; this is asked for with every UUID that is told to somebody. */
const VALUES = Uint8Array.from({ length: 103 }, (_, code) => {
  const digit = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(digit) ? NONE : digit;
});

/** The canonical lower-case text of the 16 octets at `start`. */
export function uuidText(octets: Uint8Array, start = 0): string {
  for (let i = 0; i < 16; i++) {
    const octet = octets[start + i] as number;
    const place = PLACES[i] as number;
    draft[place] = HEX[octet >> 4] as number;
    draft[place + 1] = HEX[octet & 15] as number;
  }
  return draft.toString("latin1");
}

/** The 16 octets of a UUID's text, with or without dashes; `undefined` when it is none. */
export function uuidOctets(text: string): Buffer | undefined {
  const octets = Buffer.allocUnsafe(16);
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === DASH) continue;
    const digit = code < VALUES.length ? (VALUES[code] as number) : NONE;
    if (digit === NONE || digits === 32) return undefined;
    const at = digits >> 1;
    octets[at] = (digits & 1) === 0 ? digit << 4 : (octets[at] as number) | digit;
    digits += 1;
  }
  return digits === 32 ? octets : undefined;
}
