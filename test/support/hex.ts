/** Octets written as hexadecimal digits, with blanks and line ends where they help the reader. */
export function hex(digits: string): Buffer {
  return Buffer.from(digits.replaceAll(/\s/g, ""), "hex");
}
