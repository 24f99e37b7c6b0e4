import { DecodeError } from "../../src/base/fault.js";
import { framed, MessageFramer } from "../../src/protocol/netconf/framing.js";
import { readClientHello } from "../../src/protocol/netconf/hello.js";
import { baseCapability, netconfNamespace } from "../../src/protocol/netconf/names.js";
import { readMessage, readRpc, replyTag } from "../../src/protocol/netconf/rpc.js";

const LONGEST = 4096;

const hello = `<hello xmlns="${netconfNamespace}"><capabilities><capability>${baseCapability["1.1"]}</capability></capabilities></hello>`;
const rpc = `<rpc xmlns="${netconfNamespace}" xmlns:x="urn:x" x:a="&lt;" message-id="1"><get><filter/></get></rpc>`;

/** The first octet says which framing; all messages are then read as whatever they might be. */
export const target = {
  name: "netconf-message",
  seeds: [
    Buffer.concat([Buffer.from([0]), framed("1.0", hello, true), framed("1.0", rpc, true)]),
    Buffer.concat([Buffer.from([1]), framed("1.1", hello, false), framed("1.1", " ", true), framed("1.1", rpc, true)]),
  ],
  run(input: Buffer): void {
    const framer = new MessageFramer(LONGEST);
    if (((input[0] ?? 0) & 1) === 1) framer.useChunks();
    const half = 1 + (input.length >> 1);
    try {
      for (const piece of [input.subarray(1, half), input.subarray(half)]) {
        framer.push(piece);
        for (let message = framer.next(); message !== undefined; message = framer.next()) readAll(message);
      }
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  },
};

function readAll(octets: Buffer): void {
  if (octets.length > LONGEST) throw new Error(`a message of ${octets.length} octets was let through`);
  const message = readMessage(octets);
  if ("errors" in message) return;
  const request = readRpc(message);
  const tag = replyTag(request.envelope);
  // What was read can be given back.
  const again = readMessage(Buffer.from(`${tag}</rpc-reply>`));
  if ("errors" in again) throw new Error(`${tag} cannot be read: ${again.errors[0]?.message}`);
  try {
    readClientHello(message);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
}
