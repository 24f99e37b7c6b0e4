import { readFile, stat } from "node:fs/promises";
import { Fault, reasonOf } from "../../../base/fault.js";

const LONGEST = 768 * 1024;

/** A description that somebody wrote; `-` is standard input. @throws {Fault} `invalid` when it cannot be read */
export async function readDescription(file: string): Promise<string> {
  if (file === "-") return standardInput();
  try {
    const { size } = await stat(file);
    if (size > LONGEST) throw new Error(`it is longer than ${LONGEST} octets`);
    return await readFile(file, "utf8");
  } catch (error) {
    throw new Fault(
      "invalid",
      `${file} cannot be read: ${reasonOf(error)}; name a file in libvirt's XML, or - for standard input`,
    );
  }
}

async function standardInput(): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of process.stdin) {
    pieces.push(piece as Buffer);
    size += (piece as Buffer).length;
    if (size > LONGEST)
      throw new Fault("invalid", `standard input has more than ${LONGEST} octets; a description is shorter`);
  }
  return Buffer.concat(pieces).toString();
}
