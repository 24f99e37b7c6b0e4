import { sleep } from "../base/clock.js";
import { Fault } from "../base/fault.js";
import type { HttpRequest, HttpResponse, HttpRoute } from "../base/http.js";
import type { VolumePiece } from "../inventory/hypervisor-storage.js";
import { orderRoute, refusal } from "./control-order.js";
import type { WriteService } from "./write-service.js";

export const openTransferPath = "/v1/transfer/open";
/** With `id` and octets as they are, or with `zeros`, or with `end`. Answers 204 when it was taken, 202 when it has to be sent again. */
export const putTransferPath = "/v1/transfer/put";
/** With `id`. Answers 200 with octets or `zerosHeader`, 202 when there is nothing yet, 204 when that was all. */
export const takeTransferPath = "/v1/transfer/take";
export const zerosHeader = "x-zero-bytes";

/** How long a request is left open while the other side is busy. */
const PATIENCE_MS = 5000;

/** For the change that the transfer belongs to. */
export interface TransferAnswer {
  readonly id: string;
}

/** Contents of volumes, up and down in pieces: each request carries one, so that neither side ever holds more. */
export function transferOrders({ transfers, clock }: WriteService): readonly HttpRoute[] {
  const later = Symbol("later");
  const patiently = <T>(work: Promise<T>): Promise<T | typeof later> =>
    Promise.race([work, sleep(clock, PATIENCE_MS).then((): typeof later => later)]);
  return [
    orderRoute(openTransferPath, async (): Promise<TransferAnswer> => ({ id: transfers.open() })),
    octetsRoute(putTransferPath, async ({ query, body }) => {
      const transfer = transfers.require(query["id"] ?? "");
      const room = transfer.room();
      room.catch(() => {}); // who sends it again is told
      if ((await patiently(room)) === later) return empty(202);
      if (query["end"] !== undefined) transfer.finish();
      else await transfer.put(pieceOf(query["zeros"], body));
      return empty(204);
    }),
    octetsRoute(takeTransferPath, async ({ query }) => {
      const transfer = transfers.require(query["id"] ?? "");
      const ready = transfer.ready();
      ready.catch(() => {});
      if ((await patiently(ready)) === later) return empty(202);
      const piece = await transfer.take();
      if (piece === undefined) return empty(204);
      if ("zeroBytes" in piece) return empty(200, { [zerosHeader]: piece.zeroBytes.toString() });
      const { buffer, byteOffset, length } = piece.octets;
      const body = Buffer.from(buffer, byteOffset, length);
      return { status: 200, headers: { "content-type": "application/octet-stream" }, body };
    }),
  ];
}

function octetsRoute(path: string, handler: (request: HttpRequest) => Promise<HttpResponse>): HttpRoute {
  return { method: "POST", path, handler: (request) => handler(request).catch(refusal) };
}

function empty(status: number, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return { status, headers, body: "" };
}

function pieceOf(zeros: string | undefined, octets: Buffer): VolumePiece {
  if (zeros === undefined) {
    if (octets.length > 0) return { octets };
  } else if (/^[1-9]\d{0,18}$/.test(zeros)) return { zeroBytes: BigInt(zeros) };
  throw new Fault("invalid", "a piece has octets, or says how many zeros it is");
}
