import type { XmlElement } from "../../codec/xml/element.js";
import { endOfReply, replyTag } from "./rpc.js";
import { type RpcError, writeRpcError } from "./rpc-error.js";

/** What answers a request. */
export type Reply = (
  | { readonly kind: "ok" }
  | { readonly kind: "errors"; readonly errors: readonly RpcError[] }
  /** The elements inside of `rpc-reply`, in pieces that can be sent one by one. NETCONF's namespace is the default one. */
  | { readonly kind: "content"; readonly pieces: Iterable<string> | AsyncIterable<string> }
) & { readonly endsSession?: boolean };

/** Pieces shorter than this are sent with the next. */
const LEAST_PIECE = 64 * 1024;

/**
 * The whole `rpc-reply`, in pieces that are worth a write each.
 * @param envelope of the request; left out when there is none to answer
 * @see RFC 6241, section 4.2
 */
export async function* writeReply(envelope: XmlElement | undefined, reply: Reply): AsyncGenerator<string, void, void> {
  const start = replyTag(envelope);
  if (reply.kind === "ok") {
    yield `${start}<ok/>${endOfReply}`;
    return;
  }
  if (reply.kind === "errors") {
    yield `${start}${reply.errors.map(writeRpcError).join("")}${endOfReply}`;
    return;
  }
  let piece = start;
  for await (const part of reply.pieces) {
    piece += part;
    if (piece.length < LEAST_PIECE) continue;
    yield piece;
    piece = "";
  }
  yield piece + endOfReply;
}
